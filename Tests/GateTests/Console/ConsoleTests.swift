import Basics
import HTTP
import Identity
import Loop
import Store
import TestSupport
import Testing
import Wire

@testable import Gate

extension GateWorld {
    /// Asks the console by TCP.
    func console(
        _ method: Wire.Method, _ target: String, as name: String? = nil, cookie: String? = nil, _ fields: Fields = [:],
        _ body: JSON = .null
    ) async throws -> Answer {
        var request = ClientRequest(method, target, fields, body: body.isNull ? [] : body.encoded())
        if let name { request.fields["Authorization"] = "Bearer \(tokens[name]?.reveal() ?? "")" }
        if let cookie { request.fields["Cookie"] = cookie }
        if !body.isNull { request.fields["Content-Type"] = "application/json" }
        return try await send(request, to: .host("127.0.0.1", port: consolePort))
    }

    /// Asks the console by its Unix socket.
    func local(_ method: Wire.Method, _ target: String, _ body: JSON = .null) async throws -> Answer {
        var request = ClientRequest(method, target, body: body.isNull ? [] : body.encoded())
        if !body.isNull { request.fields["Content-Type"] = "application/json" }
        return try await send(request, to: .unix(consoleSocket))
    }

    /// Logs in at the console and returns the cookie, as `name=value`.
    func consoleLogin(_ name: String) async throws -> String {
        let answer = try await console(
            .post, "/login", [:], ["username": .string(name), "password": .string("password of \(name)")])
        #expect(answer.status == .ok, "\(answer.text)")
        return String((answer.fields["Set-Cookie"] ?? "").prefix { $0 != ";" })
    }

    func statusOfConsole(at host: String) async throws -> Status {
        try await console(.get, "/health", ["Host": host]).status
    }

    var ownOrigin: Fields { ["Origin": "http://127.0.0.1:\(consolePort)"] }
}

struct ConsoleTests {
    @Test("A session of the gate is worth nothing at the console, and the reverse")
    func cookiesStayApart() async throws {
        try await GateWorld.run { world in
            let gate = try await world.login("root")
            let console = try await world.consoleLogin("root")
            let value = { (cookie: String) in String(cookie.drop { $0 != "=" }.dropFirst()) }
            let name = { (cookie: String) in String(cookie.prefix { $0 != "=" }) }
            #expect(name(gate) != name(console))
            #expect(try await world.console(.get, "/api/v1/me", cookie: console).status == .ok)
            #expect(try await world.console(.get, "/api/v1/me", cookie: gate).status == .unauthorized)
            let disguised = "\(name(console))=\(value(gate))"
            #expect(try await world.console(.get, "/api/v1/me", cookie: disguised).status == .unauthorized)
            try await world.expect(.ok, .get, "/queue", ["Cookie": gate])
            try await world.expect(.unauthorized, .get, "/queue", ["Cookie": console])
            try await world.expect(.unauthorized, .get, "/queue", ["Cookie": "\(name(gate))=\(value(console))"])
        }
    }

    @Test("A change with a cookie needs this very origin")
    func checksOrigin() async throws {
        try await GateWorld.run { world in
            let cookie = try await world.consoleLogin("root")
            let body: JSON = ["name": "class-a"]
            let foreign: [Fields] = [
                [:], ["Origin": "null"], ["Origin": "http://127.0.0.1:\(world.port)"],
                ["Origin": "http://localhost:\(world.consolePort)"],
                ["Origin": "https://127.0.0.1:\(world.consolePort)"],
                ["Origin": "http://127.0.0.1"], ["Origin": "http://evil.example"], ["Origin": ""],
                ["Sec-Fetch-Site": "same-site"], ["Sec-Fetch-Site": "none"],
                ["Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"],
            ]
            for fields in foreign {
                let answer = try await world.console(.post, "/api/v1/teams", cookie: cookie, fields, body)
                #expect(answer.status == .forbidden, "\(fields)")
                #expect(answer.json?["error"]?["code"] == "foreign_origin")
            }
            #expect(
                try await world.console(.post, "/api/v1/teams", cookie: cookie, world.ownOrigin, body).status
                    == .created)
            let modern: Fields = ["Sec-Fetch-Site": "same-origin"]
            let second = try await world.console(.post, "/api/v1/teams", cookie: cookie, modern, ["name": "class-b"])
            #expect(second.status == .created)
        }
    }

    @Test("A foreign page logs nobody in and out, and redeems nothing")
    func checksOriginWithoutCookie() async throws {
        try await GateWorld.run { world in
            let body: JSON = ["username": "root", "password": "password of root"]
            for fields in [["Origin": "http://127.0.0.1:\(world.port)"], ["Sec-Fetch-Site": "same-site"]] as [Fields] {
                #expect(try await world.console(.post, "/login", fields, body).status == .forbidden)
                #expect(try await world.console(.post, "/api/v1/bootstrap/redeem", fields, body).status == .forbidden)
            }
            let cookie = try await world.consoleLogin("root")
            let clicked: Fields = ["Sec-Fetch-Site": "same-site"]
            #expect(try await world.console(.get, "/logout", cookie: cookie, clicked).status == .forbidden)
            #expect(try await world.console(.get, "/api/v1/me", cookie: cookie).status == .ok)
            #expect(try await world.console(.get, "/logout", cookie: cookie).status == .seeOther)
            #expect(try await world.console(.get, "/api/v1/me", cookie: cookie).status == .unauthorized)
        }
    }

    @Test("A host that is not the console's is 421, the gate's own address included")
    func checksHost() async throws {
        try await GateWorld.run({ $0.publicURLs = [HTTPAddress("https://comfy.example:8443")!] }) { world in
            for host in ["evil.example", "comfy.example.evil.example", "127.0.0.1.evil.example"] {
                let found = try await world.statusOfConsole(at: host)
                #expect(found == .misdirectedRequest, "\(host)")
            }
            for host in ["127.0.0.1", "localhost:\(world.consolePort)", "[::1]:1", "comfy.example:8289"] {
                let found = try await world.statusOfConsole(at: host)
                #expect(found == .ok, "\(host)")
            }
            let found = try await world.statusOfConsole(at: "a b")
            #expect(found == .badRequest)
        }
        let names = ConsoleNames(gate: [HTTPURL("https://comfy.example:8443")!])
        #expect(!names.accepts(host: Authority("comfy.example:8443")!, isSecure: true))
        #expect(names.accepts(host: Authority("comfy.example")!, isSecure: true))
    }

    @Test(
        "The gate's listener knows none of the console's paths",
        arguments: [
            "/api/v1/accounts", "/api/v1/me", "/api/v1/tokens", "/api/v1/status", "/api/v1/bootstrap", "/account",
            "/people", "/teams", "/audit", "/status",
        ])
    func gateHasNoConsole(path: String) async throws {
        try await GateWorld.run { world in
            for method in [Wire.Method.get, .post, .patch, .delete] {
                let answer = try await world.ask(method, path, as: "root")
                #expect(answer.status == .notFound || answer.status == .methodNotAllowed, "\(method)")
                #expect(!answer.text.contains("accounts"))
            }
            try await world.expect(.notFound, .get, path, as: "root")
            #expect(world.takeSeen().isEmpty)
        }
    }

    @Test("At the Unix socket root and the gate's own user are administrators")
    func unixSocket() async throws {
        try await GateWorld.run { world in
            let answer = try await world.local(.get, "/api/v1/me")
            #expect(answer.json?["role"] == "admin")
            #expect(try await world.local(.post, "/api/v1/teams", ["name": "a"]).status == .created)
            let record = try await world.server.identity.auditTail(1).first
            #expect(record?.actor.hasPrefix("console:") == true)
        }
    }

    @Test("Another user's process is refused at the Unix socket, and so is one the kernel cannot name")
    func unixSocketOfOthers() async throws {
        let uid = Locked<Int?>(4_242)
        try await GateWorld.run(peerUserID: { _ in uid.withLock { $0 } }) { world in
            for other in [4_242, 65_534, nil] as [Int?] {
                uid.withLock { $0 = other }
                for target in ["/api/v1/accounts", "/api/v1/bootstrap", "/health", "/login"] {
                    let answer = try await world.local(.get, target)
                    #expect(answer.status == .forbidden)
                }
                #expect(try await world.local(.post, "/api/v1/teams", ["name": "a"]).status == .forbidden)
            }
            uid.withLock { $0 = 0 }
            #expect(try await world.local(.get, "/api/v1/accounts").status == .ok)
        }
    }

    @Test("A token counts in its field only, and an administrator's needs the scope admin")
    func tokens() async throws {
        try await GateWorld.run { world in
            let token = world.tokens["root"]?.reveal() ?? ""
            #expect(try await world.console(.get, "/api/v1/accounts", as: "root").status == .ok)
            #expect(try await world.console(.get, "/api/v1/accounts?token=\(token)").status == .unauthorized)
            #expect(try await world.console(.get, "/api/v1/accounts", as: "alice").status == .forbidden)
            #expect(try await world.console(.get, "/api/v1/tokens", as: "alice").status == .forbidden)
            let basic = try await world.console(.get, "/api/v1/accounts", ["Authorization": "Basic cm9vdDpyb290"])
            #expect(basic.status == .unauthorized)
        }
    }

    @Test("Answers are JSON that nobody keeps, frames or guesses at; a body of another type is refused")
    func answers() async throws {
        try await GateWorld.run { world in
            let missing = try await world.console(.get, "/api/v1/accounts/nobody", as: "root")
            #expect(missing.status == .notFound)
            #expect(missing.json?["error"]?["code"] == "not_found")
            #expect(missing.json?["error"]?["details"] == [:])
            let other = try await world.console(.put, "/api/v1/teams", as: "root")
            #expect(other.status == .methodNotAllowed)
            #expect(other.fields["Allow"] == "GET, POST")
            for name in ["Cache-Control", "X-Content-Type-Options", "X-Frame-Options", "Content-Security-Policy"] {
                #expect(missing.fields[name] != nil, "\(name)")
            }
            let form = try await world.console(
                .post, "/api/v1/teams", as: "root", ["Content-Type": "text/plain"])
            #expect(form.status == .badRequest)
            var request = ClientRequest(.post, "/api/v1/teams", body: Array(#"{"name":"a"}"#.utf8))
            request.fields["Authorization"] = "Bearer \(world.tokens["root"]?.reveal() ?? "")"
            request.fields["Content-Type"] = "text/plain"
            let plain = try await world.send(request, to: .host("127.0.0.1", port: world.consolePort))
            #expect(plain.status == .unsupportedMediaType)
            request.fields["Content-Type"] = "application/json"
            request.body = Array(#"{"name":"#.utf8)
            let broken = try await world.send(request, to: .host("127.0.0.1", port: world.consolePort))
            #expect(broken.status == .badRequest)
            #expect(broken.json?["error"]?["code"] == "invalid_argument")
        }
    }

    @Test("What ends a credential at the console ends the socket it had opened through the gate", arguments: 0..<5)
    func endsSockets(way: Int) async throws {
        try await GateWorld.run({ $0.loops = 2 }) { world in
            let isSession = way == 0 || way == 1
            let cookie = try await world.login("alice")
            let credential =
                isSession ? "Cookie: \(cookie)" : "Authorization: Bearer \(world.tokens["alice"]!.reveal())"
            let request =
                "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:\(world.port)\r\nOrigin: http://127.0.0.1:\(world.port)\r\n"
                + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(credential)\r\n\r\n"
            let port = world.port
            let opened = AsyncStream<String>.makeStream()
            async let end: String = world.loop.run { reactor in
                let peer = try RawPeer(to: .loopback(port: port), reactor: reactor)
                peer.send(request)
                opened.continuation.yield(await peer.read(until: "\r\n\r\n"))
                let rest = await peer.readToEnd()
                peer.close()
                return rest
            }
            var heads = opened.stream.makeAsyncIterator()
            #expect(await heads.next()?.hasPrefix("HTTP/1.1 101") == true)
            let answer: Answer
            switch way {
            case 0: answer = try await world.local(.delete, "/api/v1/sessions?account=alice")
            case 1:
                let password: JSON = ["password": "a new password"]
                answer = try await world.local(.patch, "/api/v1/accounts/alice", password)
            case 2:
                let list = try await world.local(.get, "/api/v1/tokens?account=alice").json
                answer = try await world.local(.delete, "/api/v1/tokens/\(list?["tokens"]?[0]?["id"]?.string ?? "")")
            case 3: answer = try await world.local(.patch, "/api/v1/accounts/alice", ["disabled": true])
            default: answer = try await world.local(.delete, "/api/v1/accounts/alice")
            }
            #expect(answer.status == .ok, "\(answer.text)")
            _ = try await end
        }
    }

    @Test("The status page's numbers are for operators and administrators")
    func status() async throws {
        try await GateWorld.run { world in
            _ = try await world.ask(.get, "/queue", as: "alice")
            let answer = try await world.console(.get, "/api/v1/status", as: "olga")
            #expect(answer.json?["responses"]?["2xx"]?.int == 1)
            #expect(try await world.console(.get, "/api/v1/status", as: "alice").status == .forbidden)
            #expect(try await world.console(.get, "/api/v1/status").status == .unauthorized)
        }
    }
}
