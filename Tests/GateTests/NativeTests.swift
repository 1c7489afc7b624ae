import Basics
import Identity
import Store
import Testing
import Wire

@testable import Gate

struct NativeTests {
    @Test("Without a credential nothing of the worker is seen, whatever the path looks like")
    func refusesStrangers() async throws {
        let targets: [(Wire.Method, String)] = [
            (.get, "/"), (.get, "/api/prompt"), (.get, "/queue?token="), (.post, "/api/prompt"),
            (.get, "/extensions/core/x.js"),
            (.post, "/userdata/x.js"), (.get, "/userdata/leak.js"), (.post, "/api/userdata/user.css"),
            (.post, "/userdata/workflows%2Fsecret.json/move/leak.js"), (.delete, "/userdata/settings.js"),
            (.post, "/settings/x.js"), (.get, "/experiment/models/preview/checkpoints/0/%2Fopt%2Fx_.js"),
            (.get, "/history/x.js"), (.get, "/ws"), (.get, "/view?filename=a.png"), (.get, "/unknown"),
            (.get, "/internal/logs"), (.get, "/prompt?x=/login"), (.get, "/prompt?/gate/style.css"),
            (.get, "/favicon.ico"),
        ]
        try await GateWorld.run { world in
            for (method, target) in targets {
                let answer = try await world.ask(method, target)
                #expect(answer.status == .unauthorized, "\(method) \(target)")
                #expect(answer.json == ["error": "Authentication required."], "\(target)")
            }
            #expect(world.takeSeen().isEmpty)
        }
    }

    @Test(
        "Odd credentials are 401, never 500",
        arguments: [
            "x", "Bearer", "Bearer ", "Bearer a b", "Basic YTpi",
            "Bearer cg_00000000000000000000000000000000000000000000000000",
            "Bearer  \t", "bearer none",
        ])
    func refusesOddCredentials(value: String) async throws {
        try await GateWorld.run { world in
            try await world.expect(.unauthorized, .get, "/queue", ["Authorization": value])
            #expect(world.takeSeen().isEmpty)
        }
    }

    @Test("A token reaches what is passed on, and its bytes do not reach the worker")
    func forwards() async throws {
        try await GateWorld.run { world in
            let answer = try await world.ask(
                .get, "/internal/logs?x=1&token=", as: "olga",
                [
                    "Cookie": "a=b", "Origin": "http://evil.example", "X-Forwarded-For": "1.2.3.4",
                    "X_Real_IP": "6.6.6.6",
                ])
            #expect(answer.status == .ok)
            let seen = try #require(world.takeSeen().first)
            #expect(seen.line == "GET /internal/logs?x=1")
            for name in ["Authorization", "Cookie", "Origin", "X-Forwarded-For", "X_Real_IP"] {
                #expect(seen.fields[name] == nil, "\(name)")
            }
        }
    }

    @Test("A browser without a session is sent to the login page and comes back where it wanted")
    func redirectsBrowsers() async throws {
        try await GateWorld.run { world in
            let first = try await world.ask(.get, "/view?filename=a.png", ["Accept": "text/html"])
            #expect(first.status == .found)
            #expect(first.fields["Location"] == "/login?next=%2Fview%3Ffilename%3Da.png")
            let body = FormBody.encode([
                ("username", "alice"), ("password", "password of alice"), ("next", "/view?filename=a.png"),
            ])
            let login = try await world.ask(.post, "/login", body: body)
            #expect(login.status == .found)
            #expect(login.fields["Location"] == "/view?filename=a.png")
            #expect(login.fields["Set-Cookie"]?.contains("HttpOnly; SameSite=Lax") == true)
        }
    }

    @Test("A wrong password is told as ComfyUI-Login tells it, by form and by JSON")
    func refusesWrongPasswords() async throws {
        try await GateWorld.run { world in
            let form = try await world.ask(
                .post, "/login", body: FormBody.encode([("username", "alice"), ("password", "no")]))
            #expect(form.status == .found)
            #expect(form.fields["Location"] == "/login?wrong_password=1")
            #expect(form.fields["Set-Cookie"] == nil)
            let json = try await world.ask(
                .post, "/login", ["Content-Type": "application/json"], body: #"{"username":"alice","password":"no"}"#)
            #expect(json.status == .unauthorized)
        }
    }

    @Test("A cookie changes nothing for a page of another origin, and opens it no socket")
    func refusesForeignPages() async throws {
        try await GateWorld.run { world in
            let cookie = try await world.login("alice")
            let upgrade: Fields = [
                "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Cookie": cookie,
            ]
            for origin in ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:\(world.port)"] {
                let post = try await world.ask(.post, "/api/queue", ["Cookie": cookie, "Origin": origin], body: "{}")
                #expect(post.status == .forbidden, "\(origin)")
                var fields = upgrade
                fields["Origin"] = origin
                try await world.expect(.forbidden, .get, "/ws", fields)
            }
            try await world.expect(.forbidden, .post, "/api/queue", ["Cookie": cookie], body: "{}")
            try await world.expect(.forbidden, .get, "/ws", upgrade)
            #expect(world.takeSeen().isEmpty)
            let own: Fields = ["Cookie": cookie, "Origin": "http://127.0.0.1:\(world.port)"]
            try await world.expect(.ok, .post, "/api/interrupt", own, body: "")
        }
    }

    @Test("A foreign Host is 421: no page can reach the gate by a name of its own")
    func refusesForeignHosts() async throws {
        try await GateWorld.run { world in
            try await world.expect(.misdirectedRequest, .get, "/queue", as: "alice", ["Host": "evil.example"])
            let answer = try await world.raw(
                "GET http://evil.example/queue HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test(
        "Bodies that kill or confuse a worker are 400 and never reach it",
        arguments: [
            #"{"prompt":{},"client_id":["a"]}"#, #"{"prompt":{},"client_id":{}}"#, #"{"prompt":{},"number":NaN}"#,
            #"{"prompt":{},"extra_data":[]}"#, #"{"prompt":{"1":[]}}"#, #"{"prompt":[]}"#, "[]", "\"x\"", "{", "",
            #"{"prompt":{},"extra_data":{"extra_pnginfo":{"workflow":null}}}"#, #"{"prompt":{},"extra_data":null}"#,
            #"{"prompt":{},"extra_data":{"extra_pnginfo":"x"}}"#,
        ])
    func refusesDeadlyPrompts(body: String) async throws {
        try await GateWorld.run { world in
            let answer = try await world.ask(.post, "/api/prompt", as: "alice", body: body)
            #expect(answer.status == .badRequest)
            #expect(answer.json?["error"]?["type"]?.string != nil)
            #expect(answer.json?["node_errors"] != nil)
            #expect(world.takeSeen().isEmpty)
        }
    }

    @Test("A worker that is away is 503 with Retry-After, in ComfyUI's shape for a prompt")
    func tellsThatTheWorkerIsAway() async throws {
        try await GateWorld.run({ $0.worker.url = HTTPAddress("http://127.0.0.1:1") }) { world in
            try await world.expect(.serviceUnavailable, .get, "/object_info", as: "alice")
            try await world.expect(.ok, .get, "/queue", as: "alice")
            let body = #"{"prompt":{"1":{"class_type":"X","inputs":{}}}}"#
            let prompt = try await world.ask(.post, "/api/prompt", as: "alice", body: body)
            #expect(prompt.status == .serviceUnavailable)
            #expect(prompt.fields["Retry-After"] != nil)
            #expect(prompt.json?["error"]?["type"] == "worker_unreachable")
            try await world.expect(.serviceUnavailable, .get, "/ready")
            try await world.expect(.ok, .get, "/health")
        }
    }

    @Test("Logging out and disabling an account end what was open")
    func revokes() async throws {
        try await GateWorld.run { world in
            let cookie = try await world.login("alice")
            try await world.expect(.ok, .get, "/queue", ["Cookie": cookie])
            try await world.expect(.found, .get, "/logout", ["Cookie": cookie])
            try await world.expect(.unauthorized, .get, "/queue", ["Cookie": cookie])
            _ = try await world.server.identity.disable(world.accounts["alice"]!, by: .system)
            try await world.expect(.unauthorized, .get, "/queue", as: "alice")
        }
    }

    @Test("Tokens stand in an address only for sockets and pictures")
    func limitsTokensInAddresses() async throws {
        try await GateWorld.run { world in
            let token = world.tokens["alice"]!.reveal()
            try await world.expect(.notFound, .get, "/view?filename=a.png&token=\(token)")
            try await world.expect(.unauthorized, .get, "/queue?token=\(token)")
            try await world.expect(.unauthorized, .post, "/prompt?token=\(token)", body: "{}")
        }
    }

    @Test("The worker's answers lose what would act on the gate's origin")
    func filtersAnswers() async throws {
        try await GateWorld.run { world in
            world.answers.withLock {
                $0["*"] = ScriptedAnswer(
                    fields: [
                        "Content-Type": "image/svg+xml", "Set-Cookie": "a=b", "Access-Control-Allow-Origin": "*",
                        "Clear-Site-Data": "*", "Service-Worker-Allowed": "/", "Location": "http://evil.example",
                        "Cache-Control": "public, max-age=86400",
                    ], body: "<svg/>")
            }
            let answer = try await world.ask(.get, "/internal/logs", as: "olga")
            for name in [
                "Set-Cookie", "Access-Control-Allow-Origin", "Clear-Site-Data", "Service-Worker-Allowed", "Location",
            ] {
                #expect(answer.fields[name] == nil, "\(name)")
            }
            #expect(answer.fields.all("Cache-Control") == ["private, no-cache"])
            #expect(answer.fields["X-Content-Type-Options"] == "nosniff")
        }
    }

    @Test("Below a base path, and nowhere else")
    func servesBelowABasePath() async throws {
        try await GateWorld.run({ $0.basePath = "/comfy" }) { world in
            try await world.expect(.ok, .get, "/comfy/internal/logs", as: "olga")
            #expect(world.takeSeen().first?.line == "GET /internal/logs")
            try await world.expect(.notFound, .get, "/api/queue", as: "alice")
            try await world.expect(.ok, .get, "/comfy/", as: "alice")
            #expect(world.takeSeen().first?.line == "GET /")
            try await world.expect(.notFound, .get, "/comfyx/api/queue", as: "alice")
        }
    }
}
