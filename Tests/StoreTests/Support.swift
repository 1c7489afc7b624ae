import Basics
import Glibc
import Loop
import Store
import TestSupport
import Testing

@testable import StoreSQLite

extension TemporaryFolder {
    func mode(of name: String) -> UInt32 {
        var facts = stat()
        return unsafe stat("\(path)/\(name)", &facts) == 0 ? facts.st_mode & 0o777 : 0
    }
}

/// Lanes are threads that never end: all tests share them, as the program's stores do.
let lanes = StoreLanes(
    write: Lane("store-write", threads: 1, capacity: 256), read: Lane("store-read", threads: 2, capacity: 256))

let noon = Timestamp(year: 2026, month: 1, day: 1, hour: 12)

func later(_ seconds: Int64) -> Timestamp { noon.advanced(bySeconds: seconds) }

func account(_ name: String, role: Role = .user, teams: Set<UUID> = [], password: String? = nil) throws -> Account {
    Account(name: try AccountName(name), role: role, teams: teams, passwordHash: password, created: noon)
}

func entry(_ action: String, _ subject: String = "account:x") -> AuditEntry {
    AuditEntry(time: noon, actor: .console(uid: 1_000), action: action, subject: subject, detail: ["by": "test"])
}

func digest(_ text: String) -> Digest32 { .sha256(Array(text.utf8)) }

func token(_ label: String, of account: Account, lastUsed: Timestamp? = nil) -> Token {
    Token(
        account: account.id, label: label, digest: digest(label), scopes: [.read, .generate], created: noon,
        lastUsed: lastUsed)
}

func session(_ label: String, of account: Account, idle: Int64 = 100, absolute: Int64 = 1_000) -> Session {
    Session(
        digest: digest(label), account: account.id, surface: .gate, created: noon, lastUsed: noon,
        idleExpiry: later(idle), absoluteExpiry: later(absolute), userAgent: "Firefox", address: "192.0.2.1")
}

/// Both implementations; the folder lives as long as its store.
enum Implementation: String, CaseIterable, Sendable {
    case memory, sqlite

    func run(_ body: (any AccountStore) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(InMemoryAccountStore())
        case .sqlite:
            let folder = TemporaryFolder()
            let database = try SQLiteDatabase(folder: folder.path, lanes: lanes)
            do {
                try await body(SQLiteAccountStore(database))
            } catch {
                await database.close()
                throw error
            }
            await database.close()
            withExtendedLifetime(folder) {}
        }
    }
}

/// The code of the failure; nil when there is none.
func code(_ body: () async throws -> Void) async -> GateError.Code? {
    do { try await body() } catch { return (error as? GateError)?.code ?? "not a GateError" }
    return nil
}

/// Expects a failure with this code. A function, because the compiler stumbles over such closures inside `#expect`.
func fails(
    _ expected: GateError.Code, at place: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    let found = await code(body)
    #expect(found == expected, sourceLocation: place)
}
