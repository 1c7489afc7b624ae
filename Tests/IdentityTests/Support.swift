import Basics
import Identity
import Loop
import Store
import TestSupport
import Testing

let noon = Timestamp(year: 2026, month: 1, day: 1, hour: 12)
func later(_ seconds: Int64) -> Timestamp { noon.advanced(bySeconds: seconds) }

/// Lanes are threads that never end: all tests share one.
let passwordLane = Lane("passwords", threads: 1, capacity: 64, niceness: 19)

/// Time that moves when a test says so.
final class ManualClock: Sendable {
    private let time = Locked(noon)
    var wall: WallClock { { self.time.withLock { $0 } } }
    func advance(_ seconds: Int64) { time.withLock { $0 = $0.advanced(bySeconds: seconds) } }

    private let elapsed = Locked(Duration.zero)
    /// Waits are over at once, and time has passed.
    var monotonic: WaitClock {
        WaitClock(now: { self.elapsed.withLock { $0 } }, sleep: { span in self.elapsed.withLock { $0 += span } })
    }
}

/// A service over a store in memory, with one loop's snapshot that it keeps in step.
final class World: Sendable {
    let store = InMemoryAccountStore()
    let clock = ManualClock()
    let service: IdentityService
    let deltas = Locked<[IdentityDelta]>([])

    init(_ settings: IdentitySettings = IdentitySettings()) {
        let deltas = deltas
        service = IdentityService(
            store: store,
            passwords: PasswordGate(
                hasher: PasswordHasher(bcryptCost: 4), lane: passwordLane, clock: clock.monotonic),
            settings: settings, clock: clock.wall
        ) { delta in deltas.withLock { $0.append(delta) } }
    }

    /// What a loop would know that began empty and heard every delta.
    func snapshot() -> IdentitySnapshot {
        let snapshot = IdentitySnapshot(IdentityState())
        for delta in deltas.withLock({ $0 }) { snapshot.apply(delta) }
        return snapshot
    }

    func principal(token secret: Secret) -> Principal? {
        snapshot().principal(token: digest(secret.reveal()), now: clock.wall())
    }
    func principal(_ login: Login, at surface: Surface = .gate) -> Principal? {
        snapshot().principal(session: login.session.digest, at: surface, now: clock.wall())
    }

    func login(_ name: String, _ password: String) async throws(GateError) -> Login {
        try await service.login(name: name, password: Secret(password), from: visitor())
    }
}

func visitor(_ address: String = "192.0.2.1", _ surface: Surface = .gate) -> IdentityService.Visitor {
    IdentityService.Visitor(address: address, userAgent: "Firefox", surface: surface)
}

func digest(_ text: String) -> Digest32 { .sha256(Array(text.utf8)) }

let root = AuditActor.console(uid: 0)

/// Expects a failure with this code. A function, because the compiler stumbles over such closures inside `#expect`.
@discardableResult
func fails(
    _ expected: GateError.Code, at place: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async -> String {
    var found: GateError?
    do { try await body() } catch { found = error as? GateError }
    #expect(found?.code == expected, sourceLocation: place)
    return found?.message ?? ""
}
