import Basics
import Identity
import Loop
import Store
import StoreSQLite
import TestSupport
import Testing

/// Service and SQLite together: what people got before a restart is good after it.
struct RestartTests {
    @Test func sessionsTokensAndTheTrailSurviveARestart() async throws {
        let folder = TemporaryFolder()
        let lanes = StoreLanes(
            write: Lane("store-write", threads: 1, capacity: 64), read: Lane("store-read", threads: 2, capacity: 64))
        func open() throws -> (SQLiteDatabase, IdentityService) {
            let database = try SQLiteDatabase(folder: folder.path, lanes: lanes)
            let passwords = PasswordGate(hasher: PasswordHasher(bcryptCost: 4), lane: passwordLane)
            return (
                database,
                IdentityService(store: SQLiteAccountStore(database), passwords: passwords, clock: { noon }) { _ in }
            )
        }
        let (first, service) = try open()
        _ = try await service.ensureAdministrator(name: "root", password: Secret("password"))
        let login = try await service.login(
            name: "ROOT", password: Secret("password"), from: visitor("192.0.2.1", .console))
        let (_, secret) = try await service.createToken(for: login.account.id, label: "t", scopes: .all, by: root)
        let head = try await service.auditHead()
        await first.close()

        let (second, again) = try open()
        let snapshot = IdentitySnapshot(try await again.load())
        #expect(snapshot.principal(session: login.session.digest, at: .console, now: noon)?.role == .admin)
        #expect(snapshot.principal(token: digest(secret.reveal()), now: noon)?.name == "root")
        #expect(try await again.verifyAudit(head: head) == .intact(head))
        #expect(try await !again.needsAdministrator())
        await second.close()
        withExtendedLifetime(folder) {}
    }
}
