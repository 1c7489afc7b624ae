import Basics
import Identity
import Loop
import Store
import TestSupport
import Testing
import Wire

@testable import Gate

/// Lanes are threads that never end: all tests share one.
private let passwordLane = Lane("passwords", threads: 1, capacity: 64, niceness: 19)

/// The surface over a store in memory, with principals of every kind.
struct AdminWorld: Sendable {
    let store = InMemoryAccountStore()
    let identity: IdentityService
    let surface: AdminSurface
    let time = Locked(Timestamp(year: 2026, month: 1, day: 1, hour: 12))

    init() {
        let time = time
        let clock: WallClock = { time.withLock { $0 } }
        identity = IdentityService(
            store: store, passwords: PasswordGate(hasher: PasswordHasher(bcryptCost: 4), lane: passwordLane),
            clock: clock
        ) { _ in }
        surface = AdminSurface(identity, clock: clock)
    }

    static let console = Principal.console(uid: 0)

    /// - Throws: What the surface says.
    func ask(
        _ method: Wire.Method, _ path: String, as principal: Principal? = console, _ body: JSON = .null
    ) async throws(GateError) -> JSON {
        try await answer(method, path, as: principal, body).body
    }

    func answer(
        _ method: Wire.Method, _ path: String, as principal: Principal?, _ body: JSON = .null
    ) async throws(GateError) -> AdminAnswer {
        let parts = path.split(separator: "?")
        let query = parts.count > 1 ? try? Query(String(parts[1])) : nil
        let request = try AdminRequest(
            method, parts[0].split(separator: "/").map(String.init),
            query: query?.pairs.map { (name: $0.name, value: $0.value) } ?? [], body: body, principal: principal)
        return try await surface.answer(request)
    }

    /// The code of the failure, or `ok`.
    func code(
        _ method: Wire.Method, _ path: String, as principal: Principal? = console, _ body: JSON = .null
    ) async -> String {
        do throws(GateError) {
            _ = try await ask(method, path, as: principal, body)
            return "ok"
        } catch {
            return error.code.rawValue
        }
    }

    @discardableResult
    func add(_ name: String, _ role: Role = .user) async throws(GateError) -> Account {
        try await identity.createAccount(
            name: name, role: role, password: Secret("password of \(name)"), by: .system)
    }

    func session(_ account: Account) -> Principal {
        Principal(account, by: .session(.zero, surface: .console))
    }
    func token(_ account: Account, _ scopes: Scopes) -> Principal {
        Principal(account, by: .token(UUID(), kind: .regular, scopes: scopes))
    }
}
