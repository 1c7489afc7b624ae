import Testing
import Wire

@testable import Gate

/// What is left of a gate that has ended: nothing.
struct EndTests {
    /// Does not keep what it knows.
    private final class Remembered: @unchecked Sendable {
        // Sendable by hand: written once, before it is read.
        weak var shared: GateShared?
        weak var server: GateServer?
    }

    @Test func aGateThatHasEndedIsGone() async throws {
        let remembered = Remembered()
        try await GateWorld.run { world in
            remembered.server = world.server
            remembered.shared = world.server.shared
            try await world.expect(.ok, .get, "/queue", as: "alice")
            _ = try await world.console(.get, "/status", as: "root")
        }
        while remembered.server != nil || remembered.shared != nil { await Task.yield() }
    }
}
