import Basics
import HTTP
import Identity
import Store
import Testing
import Wire

@testable import Gate

/// A script of a custom node runs at the gate's origin, in the browser of an administrator who is logged in at both. Gate and
/// console share a host: their cookies travel to each other's port. These are the requests a browser would send for it.
struct HostileEditorTests {
    /// The browser's own fields for a request of such a script, which it cannot choose.
    private struct Browser {
        let world: GateWorld
        let cookies: String
        var origin: String { "http://127.0.0.1:\(world.port)" }

        init(_ world: GateWorld) async throws {
            self.world = world
            cookies = try await [world.login("root"), world.consoleLogin("root")].joined(separator: "; ")
        }

        func fields(mode: String, dest: String = "empty", origin: String? = "") -> Fields {
            var fields: Fields = [
                "Cookie": cookies, "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest,
            ]
            if let origin { fields["Origin"] = origin.isEmpty ? self.origin : origin }
            return fields
        }

        func send(_ method: Wire.Method, _ target: String, _ fields: Fields, _ body: String = "") async throws -> Answer
        {
            let request = ClientRequest(method, target, fields, body: Array(body.utf8))
            return try await world.send(request, to: .host("127.0.0.1", port: world.consolePort))
        }
    }

    private static func expectSilence(_ answer: Answer, _ what: String, at place: SourceLocation = #_sourceLocation) {
        #expect(
            !answer.fields.pairs.contains { $0.name.lowercased().hasPrefix("access-control-") }, "\(what)",
            sourceLocation: place)
        #expect(answer.fields["Cross-Origin-Resource-Policy"] == "same-origin", "\(what)", sourceLocation: place)
        #expect(answer.fields["X-Content-Type-Options"] == "nosniff", "\(what)", sourceLocation: place)
    }

    @Test("It reads nothing: by fetch, as a script, as a picture, as a frame")
    func readsNothing() async throws {
        try await GateWorld.run { world in
            let browser = try await Browser(world)
            for target in ["/api/v1/accounts", "/api/v1/me", "/api/v1/status", "/api/v1/audit", "/metrics", "/people"] {
                for (mode, dest, origin) in [
                    ("cors", "empty", browser.origin), ("no-cors", "empty", nil), ("no-cors", "script", nil),
                    ("no-cors", "image", nil), ("no-cors", "object", nil), ("navigate", "iframe", nil),
                    ("cors", "empty", "null"),
                ] as [(String, String, String?)] {
                    let answer = try await browser.send(
                        .get, target, browser.fields(mode: mode, dest: dest, origin: origin))
                    #expect(answer.status == .forbidden, "\(target) \(mode) \(dest)")
                    #expect(!answer.text.contains("alice"))
                    Self.expectSilence(answer, "\(target) \(mode) \(dest)")
                }
            }
        }
    }

    @Test("A person who follows a link from the editor to the console is served, in a window that is nobody's")
    func servesPeople() async throws {
        try await GateWorld.run { world in
            let browser = try await Browser(world)
            let fields = browser.fields(mode: "navigate", dest: "document", origin: nil)
            let page = try await browser.send(.get, "/people", fields)
            #expect(page.status == .ok)
            #expect(page.fields["Cross-Origin-Opener-Policy"] == "same-origin")
            #expect(page.fields["X-Frame-Options"] == "DENY")
            #expect(page.fields["Content-Security-Policy"]?.contains("frame-ancestors 'none'") == true)
            #expect(page.fields["Content-Security-Policy"]?.contains("default-src 'none'") == true)
        }
    }

    @Test("It changes nothing: by fetch with JSON, by simple requests, by forms")
    func changesNothing() async throws {
        try await GateWorld.run { world in
            let browser = try await Browser(world)
            let id = world.accounts["alice"]!.description
            let changes: [(Wire.Method, String, String)] = [
                (.post, "/api/v1/tokens", #"{"label":"x","scopes":["admin"]}"#),
                (.post, "/api/v1/accounts", #"{"name":"mallory","role":"admin"}"#),
                (.patch, "/api/v1/accounts/\(id)", #"{"role":"admin"}"#), (.delete, "/api/v1/accounts/\(id)", ""),
                (.post, "/api/v1/me/password", #"{"old":"password of root","new":"another password"}"#),
                (.post, "/account/tokens", "label=x&scope=admin"), (.post, "/people", "username=mallory&role=admin"),
                (
                    .post, "/account/password",
                    "password=password+of+root&new_password=aaaaaaaa&repeat_password=aaaaaaaa"
                ),
                (.post, "/people/\(id)/role", "role=admin"), (.post, "/logout", ""),
                (.post, "/login", "username=alice&password=password+of+alice"),
            ]
            let before = try await world.server.identity.auditHead()
            for (method, target, body) in changes {
                for (mode, dest, origin) in [
                    ("cors", "empty", ""), ("no-cors", "empty", ""), ("navigate", "document", ""),
                    ("navigate", "document", "null"), ("no-cors", "empty", nil),
                ] as [(String, String, String?)] {
                    for type in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
                        var fields = browser.fields(mode: mode, dest: dest, origin: origin)
                        fields["Content-Type"] = type
                        let answer = try await browser.send(method, target, fields, body)
                        #expect(answer.status == .forbidden, "\(method) \(target) \(mode) \(type)")
                        Self.expectSilence(answer, target)
                    }
                }
            }
            #expect(try await world.server.identity.auditHead() == before)
        }
    }

    @Test("No preflight is granted, for any method or field")
    func grantsNoPreflight() async throws {
        try await GateWorld.run { world in
            let browser = try await Browser(world)
            for target in ["/api/v1/tokens", "/api/v1/accounts", "/login", "/people", "/nothing"] {
                // Without cookies, as browsers send it.
                let fields: Fields = [
                    "Origin": browser.origin, "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "content-type,authorization", "Sec-Fetch-Mode": "cors",
                    "Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "empty",
                ]
                let answer = try await browser.send(.options, target, fields)
                #expect(!answer.status.isSuccess, "\(target)")
                Self.expectSilence(answer, target)
            }
        }
    }

    @Test("No socket is opened, and nobody is logged out by a picture")
    func opensNoSocket() async throws {
        try await GateWorld.run { world in
            let browser = try await Browser(world)
            for target in ["/", "/ws", "/api/v1/audit", "/account"] {
                var fields = browser.fields(mode: "websocket", dest: "websocket")
                fields["Connection"] = "Upgrade"
                fields["Upgrade"] = "websocket"
                fields["Sec-WebSocket-Version"] = "13"
                fields["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
                let answer = try await browser.send(.get, target, fields)
                #expect(answer.status == .forbidden, "\(target)")
            }
            let image = try await browser.send(
                .get, "/logout", browser.fields(mode: "no-cors", dest: "image", origin: nil))
            #expect(image.status == .forbidden)
            let link = try await browser.send(
                .get, "/logout", browser.fields(mode: "navigate", dest: "document", origin: nil))
            #expect(link.status == .forbidden)
            let own: Fields = ["Cookie": browser.cookies, "Sec-Fetch-Site": "same-origin"]
            #expect(try await browser.send(.get, "/api/v1/me", own).status == .ok)
        }
    }

    @Test("A cookie that it plants beside the real one makes nobody of the visitor, not somebody else")
    func plantsNoCookie() async throws {
        try await GateWorld.run { world in
            let real = try await world.consoleLogin("root")
            let planted = try await world.consoleLogin("alice")
            for cookies in ["\(real); \(planted)", "\(planted); \(real)"] {
                let answer = try await world.console(
                    .get, "/api/v1/me", cookie: cookies, ["Sec-Fetch-Site": "same-origin"])
                #expect(answer.status == .unauthorized)
            }
        }
    }

    @Test("With the session of the gate it gets nothing that outlives the tab")
    func makesNothingLasting() async throws {
        try await GateWorld.run { world in
            let browser = try await Browser(world)
            let own: Fields = [
                "Cookie": browser.cookies, "Origin": browser.origin, "Sec-Fetch-Site": "same-origin",
                "Content-Type": "application/json",
            ]
            let before = try await world.server.identity.auditHead()
            for target in ["/api/v1/tokens", "/api/v1/accounts", "/account/tokens", "/account/password", "/people"] {
                try await world.expect(.notFound, .post, target, own, body: #"{"label":"x","scopes":["admin"]}"#)
            }
            #expect(try await world.server.identity.auditHead() == before)
        }
    }
}
