import Fleet
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
        weak var log: GateLog?
        weak var disk: DiskGuard?
        var isEmpty: Bool { shared == nil && server == nil && log == nil && disk == nil }
    }

    @Test func aGateThatHasEndedIsGone() async throws {
        let remembered = Remembered()
        try await GateWorld.run { world in
            remembered.server = world.server
            remembered.shared = world.server.shared
            remembered.log = world.server.shared.log
            remembered.disk = world.server.shared.fleet.ports.disk
            try await world.expect(.ok, .get, "/queue", as: "alice")
            _ = try await world.console(.get, "/status", as: "root")
        }
        while !remembered.isEmpty { await Task.yield() }
    }
}
