import Basics
import ComfyAPI
import Identity
import Loop
import Store
import TestSupport
import Testing
import Wire

@testable import Gate

struct UserDataTests {
    private static func names(_ answer: Answer) -> [String]? { answer.json?.array?.compactMap(\.string) }

    @Test("Nobody lists, reads, deletes, moves or overwrites another's files, nor sees another's settings")
    func keepsAccountsApart() async throws {
        try await GateWorld.run { world in
            for name in ["alice", "bob"] {
                try await world.expect(
                    .ok, .post, "/api/userdata/workflows%2F\(name).json", as: name, body: "\"\(name)\"")
                try await world.expect(.ok, .post, "/userdata/both.json", as: name, body: "\"\(name)\"")
                try await world.expect(.ok, .post, "/settings", as: name, body: "{\"who\":\"\(name)\"}")
            }
            for (name, other) in [("alice", "bob"), ("bob", "alice")] {
                let foreign: Fields = ["Comfy-User": world.accounts[other]!.description]
                let list = try await world.ask(.get, "/userdata?dir=.&recurse=true", as: name, foreign)
                #expect(Self.names(list) == ["both.json", "comfy.settings.json", "workflows/\(name).json"])
                let tree = try await world.ask(.get, "/api/v2/userdata?path=workflows", as: name, foreign)
                #expect(tree.json?[0]?["name"] == .string("\(name).json") && tree.json?.array?.count == 1)
                try await world.expect(.notFound, .get, "/userdata/workflows%2F\(other).json", as: name, foreign)
                try await world.expect(.notFound, .delete, "/userdata/workflows%2F\(other).json", as: name, foreign)
                try await world.expect(
                    .notFound, .post, "/userdata/workflows%2F\(other).json/move/mine.json", as: name, foreign)
                #expect(try await world.ask(.get, "/userdata/both.json", as: name, foreign).text == "\"\(name)\"")
                #expect(try await world.ask(.get, "/api/settings", as: name, foreign).json == ["who": .string(name)])
                #expect(try await world.ask(.get, "/settings/who", as: name, foreign).json == .string(name))
            }
            try await world.expect(.noContent, .delete, "/userdata/both.json", as: "alice")
            try await world.expect(.noContent, .delete, "/userdata/comfy.settings.json", as: "alice")
            #expect(try await world.ask(.get, "/userdata/both.json", as: "bob").text == "\"bob\"")
            #expect(try await world.ask(.get, "/settings", as: "bob").json == ["who": "bob"])
            #expect(try await world.ask(.get, "/settings", as: "alice").json == [:])
            // The worker never hears of any of it.
            #expect(world.takeSeen().isEmpty)
        }
    }

    @Test("What would leave the folder is refused, however often it is encoded")
    func refusesTraversal() async throws {
        let targets: [(String, Status)] = [
            ("..%2Fx", .badRequest), ("%2e%2e%2fx", .badRequest), ("a%2F..%2F..%2Fx", .badRequest),
            ("%252e%252e%252fx", .forbidden), ("%252e%252e", .forbidden), ("a%252f..%252f..%252fx", .forbidden),
            ("%2Fetc%2Fpasswd", .forbidden), ("%252Fetc%252Fpasswd", .forbidden), ("%252e", .forbidden),
            ("a%2500b", .forbidden), ("a%255cb", .forbidden),
        ]
        let lists: [(String, Status)] = [
            ("/userdata?dir=..", .forbidden), ("/userdata?dir=%2Fetc", .forbidden),
            ("/userdata?dir=a%2F..%2F..", .forbidden), ("/userdata?dir=%252e%252e", .forbidden),
            ("/v2/userdata?path=..", .badRequest), ("/v2/userdata?path=%252e%252e%252f", .badRequest),
        ]
        try await GateWorld.run { world in
            try await world.expect(.ok, .post, "/userdata/a", as: "alice", body: "x")
            for (target, status) in targets {
                for method in [Wire.Method.get, .post, .delete] {
                    try await world.expect(status, method, "/userdata/\(target)", as: "alice")
                }
                try await world.expect(status, .post, "/userdata/a/move/\(target)", as: "alice")
                // What is not there is told first.
                let none = status == .forbidden ? Status.notFound : status
                try await world.expect(none, .post, "/userdata/none/move/\(target)", as: "alice")
            }
            for (target, status) in lists { try await world.expect(status, .get, target, as: "alice") }
            try await world.expect(.notFound, .get, "/userdata/%2525", as: "alice")
            #expect(world.takeSeen().isEmpty)
        }
    }

    @Test("A name may hold what must be encoded, and is one name wherever it stands")
    func takesOddNames() async throws {
        try await GateWorld.run { world in
            let path = "workflows%2F50%25%20%C3%A4%3F%23%22.json"
            try await world.expect(.ok, .post, "/userdata/\(path)", as: "alice", body: "{}")
            let list = try await world.ask(.get, "/userdata?dir=workflows%2F", as: "alice")
            #expect(Self.names(list) == ["50% ä?#\".json"])
            try await world.expect(.ok, .get, "/api/userdata/\(path)", as: "alice")
            try await world.expect(.noContent, .delete, "/userdata/\(path)", as: "alice")
        }
    }

    @Test("Lists have what was asked for: below or beside, whole or split, hidden names never")
    func lists() async throws {
        try await GateWorld.run { world in
            for name in ["a.json", "sub%2Fb.json", ".index.json", "sub%2F.hidden%2Fc.json"] {
                try await world.expect(.ok, .post, "/userdata/w%2F\(name)", as: "alice", body: "{}")
            }
            func list(_ query: String) async throws -> JSON? {
                try await world.ask(.get, "/userdata?dir=w\(query)", as: "alice").json
            }
            #expect(try await list("") == ["a.json"])
            #expect(try await list("&recurse=True") == ["a.json", "sub/b.json"])
            #expect(
                try await list("&recurse=true&split=true") == [["a.json", "a.json"], ["sub/b.json", "sub", "b.json"]])
            #expect(try await list("&recurse=true&split=true&full_info=true")?[1]?["path"] == "sub/b.json")
            #expect(try await list("%2Fsub&recurse=true") == ["b.json"])
            #expect(try await list("%2Fa.json") == [])
            let tree = try await world.ask(.get, "/v2/userdata?path=w", as: "alice").json?.array ?? []
            #expect(
                tree.map { $0["path"]?.string } == [
                    "w/sub/.hidden", "w/sub", "w/.index.json", "w/a.json", "w/sub/b.json", "w/sub/.hidden/c.json",
                ])
            #expect(tree.map { $0["type"]?.string } == ["directory", "directory", "file", "file", "file", "file"])
            let missing = try await world.ask(.get, "/v2/userdata?path=none", as: "alice")
            #expect(missing.status == .notFound && missing.text == "Requested path not found")
            try await world.expect(.badRequest, .get, "/v2/userdata?path=w%2Fa.json", as: "alice")
            #expect(try await world.ask(.get, "/v2/userdata", as: "bob").json == [])
        }
    }

    @Test("Bytes are shown as what they are, and run nothing")
    func answersBytes() async throws {
        let files = [
            ("a.json", "{}", "application/json", "inline"), ("a.json", "<html>", "application/json", "inline"),
            ("user.css", "<script>", "text/css; charset=utf-8", "inline"),
            ("sub%2Fuser.css", "<script>", "application/octet-stream", "attachment"),
            ("a.html", "<html>", "application/octet-stream", "attachment"),
            ("a.json.js", "alert(1)", "text/plain; charset=utf-8", "inline"),
            ("a.css", "<html><body>", "application/octet-stream", "attachment"),
            ("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "inline"),
        ]
        try await GateWorld.run { world in
            for (name, text, type, disposition) in files {
                try await world.expect(.ok, .post, "/userdata/\(name)", as: "alice", body: text)
                let answer = try await world.ask(.get, "/userdata/\(name)", as: "alice")
                #expect(answer.text == text)
                #expect(answer.fields["Content-Type"] == type)
                #expect(answer.fields["Content-Disposition"]?.hasPrefix(disposition) == true)
                #expect(answer.fields["X-Content-Type-Options"] == "nosniff")
                #expect(answer.fields["Content-Security-Policy"]?.hasPrefix("sandbox; default-src 'none'") == true)
                #expect(answer.fields["Cache-Control"] == "private, no-cache")
                try await world.expect(.ok, .head, "/userdata/\(name)", as: "alice")
                // What a browser has already is not sent again, and what has changed is.
                let known: Fields = ["If-None-Match": answer.fields["ETag"] ?? ""]
                try await world.expect(.notModified, .get, "/userdata/\(name)", as: "alice", known)
                try await world.expect(.ok, .post, "/userdata/\(name)", as: "alice", body: "changed")
                #expect(try await world.ask(.get, "/userdata/\(name)", as: "alice", known).text == "changed")
            }
        }
    }

    @Test("The style sheet that the web UI loads is the account's own")
    func servesStyle() async throws {
        try await GateWorld.run { world in
            try await world.expect(.ok, .post, "/userdata/user.css", as: "alice", body: "body { color: red }")
            for path in ["/user.css", "/api/userdata/user.css"] {
                let own = try await world.ask(.get, path, as: "alice")
                #expect(own.text == "body { color: red }")
                #expect(own.fields["Content-Type"] == "text/css; charset=utf-8")
                try await world.expect(.notFound, .get, path, as: "bob")
            }
            #expect(world.takeSeen().isEmpty)
        }
    }

    @Test("Settings are merged key by key, and are the file comfy.settings.json")
    func keepsSettings() async throws {
        try await GateWorld.run { world in
            let text: Fields = ["Content-Type": "text/plain;charset=UTF-8"]
            try await world.expect(.notFound, .get, "/userdata/comfy.settings.json", as: "alice")
            try await world.expect(.ok, .post, "/api/settings/a.b", as: "alice", text, body: "[1, null]")
            try await world.expect(.ok, .post, "/settings", as: "alice", text, body: #"{"c":{"d":false},"e":"1"}"#)
            try await world.expect(.ok, .post, "/settings/e", as: "alice", text, body: "2")
            let all: JSON = ["a.b": [1, nil], "c": ["d": false], "e": 2]
            #expect(try await world.ask(.get, "/settings", as: "alice").json == all)
            #expect(try await world.ask(.get, "/userdata/comfy.settings.json", as: "alice").json == all)
            #expect(try await world.ask(.get, "/settings/nothing", as: "alice").text == "null")
            for body in ["", "[]", "{", "1", "NaN"] {
                try await world.expect(.badRequest, .post, "/settings", as: "alice", body: body)
                try await world.expect(.badRequest, .post, "/userdata/comfy.settings.json", as: "alice", body: body)
            }
            for body in ["", "{", "NaN", "1 2"] {
                try await world.expect(.badRequest, .post, "/settings/e", as: "alice", body: body)
            }
            #expect(try await world.ask(.get, "/settings", as: "alice").json == all)
            try await world.expect(.ok, .post, "/userdata/comfy.settings.json", as: "alice", body: #"{"new":1}"#)
            #expect(try await world.ask(.get, "/settings", as: "alice").json == ["new": 1])
        }
    }

    @Test("A move keeps the file, and tells why it cannot be")
    func moves() async throws {
        try await GateWorld.run { world in
            for name in ["a", "b", "d%2Fe"] {
                try await world.expect(.ok, .post, "/userdata/\(name)", as: "alice", body: name)
            }
            let taken = try await world.ask(.post, "/userdata/a/move/b?overwrite=false", as: "alice")
            #expect(taken.status == .conflict && taken.text == "File already exists")
            try await world.expect(.notFound, .post, "/userdata/none/move/x", as: "alice")
            try await world.expect(.badRequest, .post, "/userdata/a/move/d", as: "alice")
            try await world.expect(.badRequest, .post, "/userdata/a/move/b%2Fc", as: "alice")
            let moved = try await world.ask(.post, "/userdata/a/move/b?full_info=true", as: "alice")
            #expect(moved.status == .ok && moved.json?["path"] == "b" && moved.json?["size"] == 1)
            #expect(try await world.ask(.get, "/userdata/b", as: "alice").text == "a")
            try await world.expect(.notFound, .get, "/userdata/a", as: "alice")
        }
    }

    @Test("Nobody makes accounts by ComfyUI's own route, and the refusal says who does")
    func refusesUsers() async throws {
        try await GateWorld.run { world in
            for name in ["alice", "root"] {
                let answer = try await world.ask(.post, "/api/users", as: name, body: #"{"username":"mallory"}"#)
                #expect(answer.status == .forbidden && answer.json?["error"]?["code"] == "forbidden")
                #expect(answer.json?["error"]?["message"]?.string?.contains("administrators") == true)
            }
            try await world.expect(.ok, .get, "/users", as: "alice")
            #expect(world.takeSeen().isEmpty)
        }
    }

    @Test("Changes need the right to manage; reading does not")
    func needsRights() async throws {
        try await GateWorld.run { world in
            let secret = try await world.server.identity.createToken(
                for: world.accounts["alice"]!, label: "reader", scopes: [.read], by: .system
            ).secret
            let bearer: Fields = ["Authorization": "Bearer \(secret.reveal())"]
            for (method, target) in [
                (Wire.Method.post, "/userdata/a"), (.delete, "/userdata/a"), (.post, "/userdata/a/move/b"),
                (.post, "/settings"), (.post, "/settings/x"),
            ] {
                try await world.expect(.forbidden, method, target, bearer, body: "{}")
            }
            try await world.expect(.ok, .get, "/settings", bearer)
            try await world.expect(.ok, .get, "/v2/userdata", bearer)
        }
    }

    @Test("Large files that are read at the same time are limited as uploads are")
    func limitsLargeAnswers() async throws {
        try await GateWorld.run({
            $0.limits.uploads = 1
            ($0.limits.requestRate, $0.limits.requestBurst) = (1_000_000, 1_000_000)
        }) { world in
            for (name, count) in [("huge", 16 << 20), ("large", (1 << 20) + 1), ("small", 1 << 20)] {
                let body = String(repeating: "x", count: count)
                try await world.expect(.ok, .post, "/userdata/\(name)", as: "alice", body: body)
            }
            let bearer = "Authorization: Bearer \(world.tokens["alice"]!.reveal())\r\n"
            try await world.loop.run { reactor in
                func begin() throws -> RawPeer {
                    let peer = try RawPeer(to: .loopback(port: world.port), reactor: reactor)
                    peer.reads = false
                    peer.send("GET /userdata/huge HTTP/1.1\r\nHost: 127.0.0.1\r\n\(bearer)\r\n")
                    return peer
                }
                var slow = try begin()
                while try await world.ask(.get, "/userdata/large", as: "alice").status == .ok {
                    // It may have been refused because of this very question.
                    slow.close()
                    slow = try begin()
                    for _ in 0..<20 { try await world.expect(.ok, .get, "/userdata/small", as: "alice") }
                }
                try await world.expect(.tooManyRequests, .get, "/userdata/large", as: "alice")
                try await world.expect(.ok, .get, "/userdata/small", as: "alice")
                slow.close()
            }
            while try await world.ask(.get, "/userdata/large", as: "alice").status != .ok {}
        }
    }

    @Test("Paths, bodies and settings over their limit are refused with a code", arguments: [0, 1])
    func refusesTooMuch(excess: Int) async throws {
        try await GateWorld.run { world in
            func expect(
                _ target: String, _ body: String, _ status: Status, _ code: String,
                at location: SourceLocation = #_sourceLocation
            ) async throws {
                let answer = try await world.ask(.post, target, as: "alice", body: body)
                #expect(answer.status == (excess > 0 ? status : .ok), "\(answer.text)", sourceLocation: location)
                let found = answer.json?["error"]?["code"]?.string
                #expect(found == (excess > 0 ? code : nil), sourceLocation: location)
            }
            let long = String(repeating: "x", count: 1_024 + excess)
            try await expect("/userdata/\(long)", "1", .badRequest, "path_too_long")
            let value = "\"" + String(repeating: "y", count: (1 << 20) - 2 + excess) + "\""
            try await expect("/settings/a", value, .contentTooLarge, "request_too_large")
            try await expect("/settings", "{\"a\":\(value)}", .contentTooLarge, "request_too_large")
            let members = (0..<4_096 + excess - 1).map { "\"\($0)\":1" } + ["\"a\":1"]
            let all = "{" + members.joined(separator: ",") + "}"
            try await expect("/userdata/comfy.settings.json", all, .insufficientStorage, "user_data_full")
        }
    }
}
