import Basics
import HTTP
import Loop
import Testing
import Wire

@testable import Gate

struct AccessLogTests {
    /// A service beside the worker, so that both kinds of forward are there.
    private static func withService(_ configuration: inout Configuration) {
        var service = Configuration.Service(name: "forge")
        (service.path, service.upstream) = ("/forge", configuration.worker.url)
        configuration.services = [service]
    }

    /// Path, status and peer of each request that the log tells of, in the order of the paths.
    private static func told(_ log: TestLog) async throws -> [String] {
        try await log.lines("request").map { line in
            "\(line["path"]?.string ?? "") \(line["status"]?.int ?? 0) \(line["peer"]?.string ?? "")"
        }.sorted()
    }

    @Test(
        "Behind a trusted proxy the log tells the client, as the last address that no proxy has says",
        arguments: [
            ("203.0.113.9", "203.0.113.9"), ("6.6.6.6, 203.0.113.9", "203.0.113.9"),
            ("6.6.6.6, 203.0.113.9, 127.0.0.1", "203.0.113.9"), ("2001:db8::5", "2001:db8::5"),
            ("[2001:db8::5]:443", "2001:db8::5"), ("::ffff:203.0.113.9", "203.0.113.9"), ("nobody", "127.0.0.1"),
        ])
    func tellsTheClient(said: String, peer: String) async throws {
        let log = try TestLog()
        try await GateWorld.run(
            {
                $0.trustedProxies = [IPNetwork("127.0.0.1/32")!]
                Self.withService(&$0)
            }, log: log
        ) { world in
            let fields: Fields = ["X-Forwarded-For": said]
            try await world.expect(.ok, .get, "/health", fields)
            try await world.expect(.unauthorized, .get, "/queue", fields)
            try await world.expect(
                .misdirectedRequest, .get, "/elsewhere", ["X-Forwarded-For": said, "Host": "e.test"])
            try await world.expect(.ok, .get, "/queue", as: "alice", fields)
            try await world.expect(.ok, .get, "/forge/a", as: "alice", fields)
            // The next one on a connection is somebody else's.
            try await world.expect(.ok, .get, "/forge/b", as: "alice")
            #expect(try await world.console(.get, "/health", fields).status == .ok)
        }
        #expect(
            try await Self.told(log) == [
                "/elsewhere 421 \(peer)", "/forge/a 200 \(peer)", "/forge/b 200 127.0.0.1", "/health 200 \(peer)",
                "/health 200 \(peer)", "/queue 200 \(peer)", "/queue 401 \(peer)",
            ])
    }

    @Test("Whoever is no proxy cannot choose what the log tells")
    func believesNobodyElse() async throws {
        let log = try TestLog()
        try await GateWorld.run(
            {
                $0.trustedProxies = [IPNetwork("192.0.2.0/24")!]
                Self.withService(&$0)
            }, log: log
        ) { world in
            let fields: Fields = ["X-Forwarded-For": "203.0.113.9"]
            try await world.expect(.ok, .get, "/health", fields)
            try await world.expect(.ok, .get, "/queue", as: "alice", fields)
            try await world.expect(.ok, .get, "/forge/a", as: "alice", fields)
            #expect(try await world.console(.get, "/health", fields).status == .ok)
            #expect(try await world.local(.get, "/health").status == .ok)
        }
        #expect(
            try await Self.told(log) == [
                "/forge/a 200 127.0.0.1", "/health 200 127.0.0.1", "/health 200 127.0.0.1", "/health 200 unix",
                "/queue 200 127.0.0.1",
            ])
    }
}
