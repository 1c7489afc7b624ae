import Basics
import HTTP
import Identity
import Loop
import Store
import TestSupport
import Testing
import Wire

@testable import Gate

/// Other HTTP servers behind the gate, from a client's socket to theirs.
struct ServiceTests {
    /// One service by path with a credential of its own, one by host, one that is away; all at the scripted worker.
    private static func configure(_ configuration: inout Configuration) {
        var forge = Configuration.Service(name: "forge")
        forge.path = "/forge"
        forge.upstream = configuration.worker.url
        (forge.credentialHeader, forge.credential) = ("X-Api-Key", Secret("forge-secret"))
        forge.body = ByteCount("16B")!
        var speech = Configuration.Service(name: "speech")
        speech.host = "speech.example"
        speech.upstream = configuration.worker.url
        speech.websocket = false
        var away = Configuration.Service(name: "away")
        away.path = "/away"
        away.upstream = HTTPAddress("http://127.0.0.1:1")
        configuration.services = [forge, speech, away]
    }

    private static func run(_ body: nonisolated(nonsending) (GateWorld) async throws -> Void) async throws {
        try await GateWorld.run(configure, body)
    }

    @Test("Without a credential a service is 401, by path and by host, and sees nothing")
    func refusesStrangers() async throws {
        try await Self.run { world in
            for fields in [[:], ["Authorization": "Bearer cg_nonsense"], ["Authorization": "x"]] as [Fields] {
                try await world.expect(.unauthorized, .get, "/forge/api", fields)
                var named = fields
                named["Host"] = "speech.example"
                try await world.expect(.unauthorized, .get, "/api", named)
            }
            try await world.expect(.unauthorized, .get, "/forge/api?token=cg_nonsense")
            #expect(world.takeSeen().isEmpty)
        }
    }

    @Test("A service gets the path below its own, the body, its credential and the user's name")
    func forwards() async throws {
        try await Self.run { world in
            let answer = try await world.ask(
                .post, "/forge/sdapi/v1/txt2img?a=1&b=%2F", as: "alice", ["Content-Type": "application/json"],
                body: #"{"steps":1}"#)
            #expect(answer.status == .ok)
            let seen = try #require(world.takeSeen().first)
            #expect(seen.line == "POST /sdapi/v1/txt2img?a=1&b=%2F")
            #expect(seen.body == Array(#"{"steps":1}"#.utf8))
            #expect(seen.fields.all("X-Api-Key") == ["forge-secret"])
            #expect(seen.fields.all("X-User") == ["alice"])
            #expect(seen.fields["Content-Type"] == "application/json")
            #expect(seen.fields["X-Forwarded-For"] == "127.0.0.1")
            #expect(seen.fields["X-Forwarded-Host"] == "127.0.0.1:\(world.port)")
        }
    }

    @Test("What the gate's credentials are never reaches a service, whatever else the client sends")
    func keepsCredentials() async throws {
        try await Self.run { world in
            let token = world.tokens["alice"]!.reveal()
            _ = try await world.ask(
                .get, "/forge/x?token=&q=1", as: "alice",
                [
                    "Cookie": "comfygate=1; other=2", "X-User": "root", "X-Api-Key": "mine", "X_User": "root",
                    "X-Forwarded-For": "6.6.6.6", "Forwarded": "for=6.6.6.6", "Connection": "X-Hop, close",
                    "X-Hop": "1", "Proxy-Authorization": "Basic eDp5",
                ])
            let seen = try #require(world.takeSeen().first)
            #expect(seen.line == "GET /x?q=1")
            for name in ["Authorization", "Cookie", "X_User", "X-Hop", "Forwarded", "Proxy-Authorization"] {
                #expect(seen.fields[name] == nil, "\(name)")
            }
            #expect(seen.fields.all("X-User") == ["alice"])
            #expect(seen.fields.all("X-Api-Key") == ["forge-secret"])
            #expect(seen.fields.all("X-Forwarded-For") == ["127.0.0.1"])
            #expect(!seen.fields.pairs.contains { $0.value.contains(token) })
        }
    }

    @Test("By path a cookie is not enough, because a service's pages would share the editor's origin")
    func refusesCookiesByPath() async throws {
        try await Self.run { world in
            let cookie = try await world.login("alice")
            let answer = try await world.ask(.get, "/forge/", ["Cookie": cookie])
            #expect(answer.status == .forbidden)
            #expect(answer.json?["error"]?["code"] == "token_needed")
            #expect(world.takeSeen().isEmpty)
        }
    }

    @Test("By host a path of the gate's is the service's own")
    func forwardsByHost() async throws {
        try await Self.run { world in
            try await world.expect(.ok, .get, "/login?x=1", as: "alice", ["Host": "speech.example"])
            let seen = try #require(world.takeSeen().first)
            #expect(seen.line == "GET /login?x=1")
            #expect(seen.fields["Host"] != "speech.example")
            #expect(seen.fields["X-Forwarded-Host"] == "speech.example")
            try await world.expect(.misdirectedRequest, .get, "/x", as: "alice", ["Host": "other.example"])
        }
    }

    @Test("Paths that could mean another at the service do not pass")
    func refusesOddPaths() async throws {
        try await Self.run { world in
            for target in ["/forge/%252e%252e/x", "/forge/a%2525b", "/forge/..%2Fx", "/forge/%2e%2e/x"] {
                let answer = try await world.ask(.get, target, as: "alice")
                #expect([Status.notFound, .badRequest].contains(answer.status), "\(target) \(answer.status)")
            }
            // Another word with the same beginning is not the service's, and an encoded slash is no border.
            try await world.expect(.notFound, .get, "/forgery/x", as: "alice")
            #expect(world.takeSeen().isEmpty)
        }
    }

    @Test("A service sets no cookie on the gate's host")
    func filtersAnswers() async throws {
        try await Self.run { world in
            world.answers.withLock {
                $0["*"] = ScriptedAnswer(
                    fields: [
                        "Content-Type": "text/html", "Set-Cookie": "comfygate=evil", "Clear-Site-Data": "*",
                        "Service-Worker-Allowed": "/", "X-Own": "1",
                    ], body: "<p>")
            }
            for (target, fields) in [("/forge/x", [:]), ("/x", ["Host": "speech.example"])] as [(String, Fields)] {
                let answer = try await world.ask(.get, target, as: "alice", fields)
                #expect(answer.status == .ok)
                #expect(answer.fields["X-Own"] == "1")
                for name in ["Set-Cookie", "Clear-Site-Data", "Service-Worker-Allowed"] {
                    #expect(answer.fields[name] == nil, "\(target) \(name)")
                }
            }
        }
    }

    @Test("A service that is away is 503 and says when to come back")
    func tellsThatAServiceIsAway() async throws {
        try await Self.run { world in
            let answer = try await world.ask(.get, "/away/x", as: "alice")
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.fields["Retry-After"] != nil)
            #expect(answer.fields["X-Request-Id"] != nil)
            #expect(answer.json?["error"]?["code"]?.string == "worker_unreachable")
            let page = try await world.ask(.get, "/away/x?a=%41", as: "alice", ["Accept": "text/html"])
            #expect(page.status == .serviceUnavailable)
            #expect(page.text.contains("<html"))
        }
    }

    @Test("A body over the service's limit is 413; at the limit it passes")
    func limitsBodies() async throws {
        try await Self.run { world in
            for count in [15, 16] {
                try await world.expect(
                    .ok, .post, "/forge/x", as: "alice", body: String(repeating: "x", count: count))
            }
            #expect(world.takeSeen().count == 2)
            try await world.expect(
                .contentTooLarge, .post, "/forge/x", as: "alice", body: String(repeating: "x", count: 17))
            #expect(world.takeSeen().isEmpty)
        }
    }

    @Test("A WebSocket goes through, and ends with the token that opened it")
    func forwardsSockets() async throws {
        try await Self.run { world in
            let token = try #require(try await world.server.identity.tokens(of: world.accounts["alice"]).first)
            let echo = try await world.loop.run { reactor in
                let socket = try await GateSocket.open(world, "/forge/ws?a=1", as: "alice", reactor: reactor)
                socket.send("hello")
                let echo = await socket.next()
                try await world.server.identity.revokeToken(token.id, of: nil, by: .system)
                let after = await socket.next()
                return [echo, after]
            }
            #expect(echo == ["hello", nil])
            #expect(world.takeSeen().first?.line == "GET /ws?a=1")
            try await world.expect(.unauthorized, .get, "/forge/x", as: "alice")
        }
    }

    @Test("A service without WebSocket gets no upgrade")
    func refusesSockets() async throws {
        try await Self.run { world in
            let answer = try await world.ask(
                .get, "/ws", as: "alice",
                [
                    "Host": "speech.example", "Connection": "Upgrade", "Upgrade": "websocket",
                    "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
                ])
            #expect(answer.status == .forbidden)
            #expect(world.takeSeen().isEmpty)
        }
    }

    @Test("Server-sent events arrive one by one, while the answer goes on")
    func forwardsEvents() async throws {
        try await Self.run { world in
            let bearer: Fields = ["Authorization": "Bearer \(world.tokens["alice"]!.reveal())"]
            let parts = try await world.loop.run { reactor in
                let options = UpstreamOptions(.host("127.0.0.1", port: world.port))
                let pool = UpstreamPool(options, reactor: reactor, resolver: sharedResolver)
                let client = HTTPClient(pool)
                let answer = try await client.send(ClientRequest(.get, "/forge/stream", bearer))
                var parts = [answer.fields["Content-Type"] ?? ""]
                parts.append(String(decoding: try await answer.nextChunk() ?? [], as: UTF8.self))
                _ = try await client.fetch(ClientRequest(.get, "/forge/go", bearer))
                parts.append(String(decoding: try await answer.body(limit: 100), as: UTF8.self))
                pool.closeIdle()
                return parts
            }
            #expect(parts == ["text/event-stream", "data: 1\n\n", "data: 2\n\n"])
        }
    }
}
