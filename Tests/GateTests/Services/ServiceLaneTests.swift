import Basics
import HTTP
import Identity
import Loop
import Store
import TestSupport
import Testing
import Wire

@testable import Gate

/// The short way to a service must be seen by nobody but the clock.
struct ServiceLaneTests {
    /// Request line and fields without Host and Authorization; the lane takes each of these.
    static let plain: [(String, [String])] = [
        ("GET /bench/queue HTTP/1.1", []),
        ("GET /bench HTTP/1.1", []),
        ("GET /bench/ HTTP/1.1", []),
        ("HEAD /bench/a/b_c-d.~e.png HTTP/1.1", []),
        ("GET /bench/view?filename=a.png&type=output&x= HTTP/1.1", []),
        ("DELETE /bench/jobs/7 HTTP/1.1", ["Accept: */*", "X-Request-Id: 7"]),
        ("GET /bench/x HTTP/1.1", ["Cookie: a=b", "X-User: root", "X-Real-IP: 1.2.3.4", "x_user: root"]),
        ("GET /bench/x HTTP/1.1", ["X-Forwarded-For: 9.9.9.9", "Forwarded: for=9.9.9.9", "X-Forwarded-Proto: https"]),
        (
            "GET /bench/x HTTP/1.1",
            ["Connection: keep-alive, X-Hop", "X-Hop: 1", "Keep-Alive: timeout=5", "TE: trailers"]
        ),
        ("POST /bench/x HTTP/1.1", ["Content-Length: 3", "Content-Type: text/plain"]),
        ("PUT /bench/x HTTP/1.1", ["Content-Length: 0"]),
    ]

    @Test("Both ways to a service send it the same bytes", arguments: plain.indices)
    func sameBytes(index: Int) async throws {
        let (line, fields) = Self.plain[index]
        try await Self.withService { world, up in
            let short = try await Self.head(world, up, line, fields)
            // A wait for 100 Continue is not passed on, and the lane leaves such requests to the other way.
            let long = try await Self.head(world, up, line, fields + ["Expect: 100-continue"])
            #expect(short == long)
            #expect(short.contains("\r\nX-Service-Key: k\r\n"))
            #expect(short.contains("\r\nX-User: alice\r\n"))
            #expect(
                short.contains(fields.contains("X-Request-Id: 7") ? "X-Request-Id: 7\r\n" : "X-Request-Id: made\r\n"))
            #expect(!short.lowercased().contains("\r\nauthorization"))
            #expect(!short.lowercased().contains("\r\ncookie"))
        }
    }

    @Test("What is plain goes the short way", arguments: plain.indices)
    func takesPlain(index: Int) async throws {
        #expect(await Self.judges(Self.plain[index].0, Self.plain[index].1 + ["Authorization: Bearer t"]))
    }

    @Test(
        "What needs a second look does not",
        arguments: [
            ("GET /bench/x%41 HTTP/1.1", []), ("GET /bench//x HTTP/1.1", []), ("GET /bench/./x HTTP/1.1", []),
            ("GET /bench/../x HTTP/1.1", []), ("GET /bench/.x HTTP/1.1", []), ("GET /bench/x?token=t HTTP/1.1", []),
            ("GET /bench/x?%74oken=t HTTP/1.1", []), ("GET /bench/x?a HTTP/1.1", []),
            ("GET /bench/x?a=1&&b=2 HTTP/1.1", []), ("GET /bench/x? HTTP/1.1", ["Upgrade: x", "Connection: upgrade"]),
            ("GET http://127.0.0.1/bench/x HTTP/1.1", []), ("GET /benchmark HTTP/1.1", []), ("GET /other HTTP/1.1", []),
            ("POST /bench/x HTTP/1.1", ["Transfer-Encoding: chunked"]),
            ("POST /bench/x HTTP/1.1", ["Content-Length: 1001"]),
            ("POST /bench/x HTTP/1.1", ["Content-Length: 1", "Expect: 100-continue"]),
            ("GET /bench/x HTTP/1.1", ["Authorization: Bearer u"]),
            ("GET /bench/x;y HTTP/1.1", []), ("OPTIONS * HTTP/1.1", []),
        ] as [(String, [String])])
    func leavesOthers(line: String, fields: [String]) async throws {
        #expect(await !Self.judges(line, fields + ["Authorization: Bearer t"]))
    }

    @Test(
        "A credential that is not one word behind Bearer goes the other way",
        arguments: [
            "Bearer", "Bearer ", "Basic t", "Bearer a b", "Bearer\tt", "bearer  t",
        ])
    func leavesOtherCredentials(value: String) async throws {
        #expect(await !Self.judges("GET /bench/x HTTP/1.1", ["Authorization: \(value)"]))
    }

    @Test("A foreign host goes the other way, where it is refused")
    func foreignHost() async throws {
        #expect(await !Self.judges("GET /bench/x HTTP/1.1", ["Authorization: Bearer t"], host: "evil.example"))
        #expect(await Self.judges("GET /bench/x HTTP/1.1", ["Authorization: Bearer t"], host: "10.0.0.1:8288"))
    }

    @Test("A body longer than the service's limit is refused, told or counted")
    func bodyLimit() async throws {
        try await Self.withService { world, up in
            let told = try await world.ask(.post, "/bench/x", as: "alice", body: String(repeating: "x", count: 1_001))
            #expect(told.status == .contentTooLarge)
            let token = world.tokens["alice"]!.reveal()
            let counted = try await world.raw(
                "POST /bench/x HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + String(repeating: "x", count: 1_001)
                    + "\r\n0\r\n\r\n")
            #expect(counted.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("Without the right, the short way ends where the other one does")
    func refuses() async throws {
        try await Self.withService { world, up in
            try await world.expect(.unauthorized, .get, "/bench/x")
            try await world.expect(.unauthorized, .get, "/bench/x", ["Authorization": "Bearer cg_wrong"])
            _ = try await world.server.identity.disable(world.accounts["alice"]!, by: .system)
            try await world.expect(.unauthorized, .get, "/bench/x", as: "alice")
        }
    }

    @Test(
        "An answer under way ends with the account's right to it, on both ways", arguments: ["/bench/x", "/bench/%41"])
    func endsWithItsRight(path: String) async throws {
        try await Self.withService { world, up in
            let (port, token) = (world.port, world.tokens["alice"]!.reveal())
            let alice = world.accounts["alice"]!
            let identity = world.server.identity
            let answer = try await up.loop.run { reactor in
                let client = try RawPeer(to: .loopback(port: port), reactor: reactor)
                client.send("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n\r\n")
                let service = await up.connection()
                service.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
                _ = await client.read(until: "data: 1")
                _ = try await identity.disable(alice, by: .system)
                return await client.readToEnd()
            }
            #expect(!answer.contains("0\r\n\r\n"), "a part must not pass for the whole")
        }
    }

    // MARK: Tools

    private static func judges(_ line: String, _ fields: [String], host: String = "127.0.0.1:1") async -> Bool {
        let loop = EventLoop("lane")
        defer { loop.stop() }
        let text = ([line, "Host: \(host)"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
        return await loop.perform { reactor in
            var options = ServiceOptions(
                name: "bench", upstream: UpstreamOptions(.host("127.0.0.1", port: 9)), authority: "up")
            options.path = ["bench"]
            options.body = 1_000
            var configuration = Configuration()
            configuration.worker.url = HTTPAddress("http://127.0.0.1:9")
            guard let settings = try? GateSettings(configuration) else { return false }
            let surface = ServiceSurface(options, reactor: reactor, resolver: sharedResolver)
            var lane = ServiceLane([surface], settings)
            var head = RequestHead()
            let bytes = Array(text.utf8)
            guard (try? head.parse(bytes.span, limits: HeadLimits())) == true else { return false }
            return lane.judge(
                head, bytes.span, peer: .loopback(port: 5), isSecure: false,
                accepts: { settings.names.accepts(host: $0, isSecure: false) }) != nil
        }
    }

    private static func withService(
        _ body: nonisolated(nonsending) (GateWorld, RawService) async throws -> Void
    ) async throws {
        let up = try await RawService()
        try await GateWorld.run({ configuration in
            var service = Configuration.Service(name: "bench")
            service.path = "/bench"
            service.upstream = HTTPAddress("http://127.0.0.1:\(up.port)/base")
            service.credentialHeader = "X-Service-Key"
            service.credential = Secret("k")
            service.body = ByteCount(bytes: 1_000)
            configuration.services = [service]
        }) { world in try await body(world, up) }
        up.loop.stop()
    }

    /// What the service is sent for a request of alice.
    private static func head(
        _ world: GateWorld, _ up: RawService, _ line: String, _ fields: [String]
    ) async throws -> String {
        let own = ["Host: 127.0.0.1:\(world.port)", "Authorization: Bearer \(world.tokens["alice"]!.reveal())"]
        let request = ([line] + own + fields).joined(separator: "\r\n") + "\r\n\r\n"
        let port = world.port
        let service = up
        return try await up.loop.run { reactor in
            let client = try RawPeer(to: .loopback(port: port), reactor: reactor)
            client.send(request)
            let head = await service.nextHead()
            // A client that only closes still waits for its answer.
            client.breakOff()
            // Made ids are numbered: no two are equal.
            return head.replacing(#/X-Request-Id: [0-9a-f]{16}-[0-9]+/#, with: "X-Request-Id: made")
        }
    }
}

/// A service that shows the bytes of a head and says nothing.
private final class RawService: @unchecked Sendable {
    // Sendable by hand: the upstream is made and used on `loop` alone.
    let loop = EventLoop("service")
    private let upstream: RawUpstream
    let port: UInt16

    init() async throws {
        let made = try await loop.perform { (reactor: Reactor) throws in
            Made(upstream: try RawUpstream(reactor: reactor))
        }
        upstream = made.upstream
        port = made.upstream.port
    }

    private struct Made: @unchecked Sendable {
        // Sendable by hand: only carried from the loop to its owner.
        let upstream: RawUpstream
    }

    func connection() async -> RawPeer { await upstream.connection() }

    func nextHead() async -> String {
        let peer = await connection()
        return await peer.read(until: "\r\n\r\n")
    }
}
