import Loop
import Testing
import Wire

@testable import Gate

struct WorkerExposureTests {
    @Test(
        "A worker says by its command line whom it listens for",
        arguments: [
            ([], .loopback), (["--port", "8188"], .loopback), (["--listen"], .others),
            (["--listen", "--cpu"], .others),
            (["--listen", "0.0.0.0"], .others), (["--listen=127.0.0.1"], .loopback),
            (["--listen", "127.0.0.1,::1"], .loopback),
            (["--listen", "127.0.0.1,192.0.2.7"], .others), (["--listen", "localhost"], .loopback),
            (["--listen", "::"], .others),
        ] as [([String], WorkerExposure.Claim)])
    func readsTheCommandLine(argv: [String], expected: WorkerExposure.Claim) {
        #expect(WorkerExposure.claim(argv: ["main.py"] + argv) == expected)
    }

    @Test("A worker that answers at another address of this machine is found, and told to operators alone")
    func findsAWayAround() async throws {
        try await GateWorld.run { world in
            let found = await world.server.findExposure { [.v4(0x7F00_0002, port: $0), .v4(0x7F00_0003, port: $0)] }
            #expect(found.count == 1)
            #expect(found.first?.hasPrefix("127.0.0.2:") == true)
            let operators = try await world.ask(.get, "/ready", as: "olga")
            #expect(operators.text.contains("worker_reachable_around_gate"))
            let others = try await world.ask(.get, "/ready")
            #expect(!others.text.contains("127.0.0.2"))
        }
    }
}
