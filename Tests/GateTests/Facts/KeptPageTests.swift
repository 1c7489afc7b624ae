import Basics
import Fleet
import HTTP
import TestSupport
import Testing
import Wire

@testable import Gate

struct KeptPageTests {
    private static func script(_ text: String, _ fields: Fields = [:]) -> ScriptedAnswer {
        var all: Fields = ["Content-Type": "text/javascript", "Cache-Control": "no-cache"]
        all.append(contentsOf: fields)
        return ScriptedAnswer(fields: all, body: text)
    }

    private static func whenKnown(_ world: GateWorld) async throws {
        while try await world.ask(.get, "/object_info", as: "alice").status != .ok {}
    }

    @Test("A file with its content in its name is fetched once, and nothing of who asks travels")
    func keepsFixedFiles() async throws {
        try await GateWorld.run { world in
            try await Self.whenKnown(world)
            world.answers.withLock { $0["GET /assets/a-1.js"] = Self.script("one", ["Set-Cookie": "a=b"]) }
            for (name, query) in [("alice", ""), ("bob", "?v=2"), ("olga", "")] {
                let answer = try await world.ask(
                    .get, "/assets/a-1.js" + query, as: name,
                    ["Comfy-User": "x", "Cookie": "c=d", "Range": "bytes=0-9"])
                #expect(answer.text == "one")
                #expect(answer.fields["Content-Type"] == "text/javascript")
                #expect(answer.fields["Cache-Control"] == "no-cache")
                #expect(answer.fields["X-Content-Type-Options"] == "nosniff")
                #expect(answer.fields["Content-Security-Policy"]?.contains("frame-ancestors 'self'") == true)
                #expect(answer.fields["Set-Cookie"] == nil)
            }
            let seen = world.takeSeen()
            #expect(seen.map(\.line) == ["GET /assets/a-1.js"])
            for name in ["Authorization", "Comfy-User", "Cookie", "Range"] { #expect(seen.first?.fields[name] == nil) }
        }
    }

    @Test("What a browser has is 304, and a part of a file is a part")
    func knowsConditions() async throws {
        try await GateWorld.run { world in
            try await Self.whenKnown(world)
            world.answers.withLock { $0["GET /assets/a-1.js"] = Self.script("0123456789") }
            let first = try await world.ask(.get, "/assets/a-1.js", as: "alice")
            let tag = try #require(first.fields["ETag"])
            try await world.expect(.notModified, .get, "/assets/a-1.js", as: "alice", ["If-None-Match": tag])
            let part = try await world.ask(.get, "/assets/a-1.js", as: "alice", ["Range": "bytes=2-4"])
            #expect(part.status == .partialContent)
            #expect(part.text == "234")
        }
    }

    @Test("Packed bytes go as they came to who takes them; who does not is answered by the worker")
    func keepsPackedFiles() async throws {
        try await GateWorld.run { world in
            try await Self.whenKnown(world)
            world.answers.withLock { $0["GET /assets/a-1.js"] = Self.script("packed", ["Content-Encoding": "gzip"]) }
            for _ in 0..<2 {
                let answer = try await world.ask(.get, "/assets/a-1.js", as: "alice", ["Accept-Encoding": "gzip, br"])
                #expect(answer.fields["Content-Encoding"] == "gzip")
                #expect(answer.fields["Vary"] == "Accept-Encoding")
                #expect(answer.text == "packed")
            }
            #expect(world.takeSeen().map { $0.fields["Accept-Encoding"] } == ["gzip"])
            world.answers.withLock { $0["GET /assets/a-1.js"] = Self.script("plain") }
            #expect(try await world.ask(.get, "/assets/a-1.js", as: "alice").text == "plain")
        }
    }

    @Test("The web UI is there while the worker is away, also after a restart; what was never asked for is 503")
    func outlivesTheWorker() async throws {
        let folder = TemporaryFolder()
        try await GateWorld.run(folder: folder) { world in
            try await Self.whenKnown(world)
            world.answers.withLock {
                $0["GET /"] = ScriptedAnswer(fields: ["Content-Type": "text/html"], body: "<html>")
                $0["GET /extensions/p/x.js"] = Self.script("ext", ["ETag": "\"1\""])
            }
            try await world.expect(.ok, .get, "/", as: "alice")
            try await world.expect(.ok, .get, "/extensions/p/x.js", as: "alice")
        }
        try await GateWorld.run({ $0.worker.url = HTTPAddress("http://127.0.0.1:1") }, folder: folder) { world in
            #expect(try await world.ask(.get, "/", as: "bob").text == "<html>")
            #expect(try await world.ask(.get, "/extensions/p/x.js", as: "bob").text == "ext")
            let answer = try await world.ask(.get, "/extensions/p/y.js", as: "bob")
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.fields["Retry-After"] != nil)
            try await world.expect(.unauthorized, .get, "/extensions/p/x.js")
        }
    }

    @Test("After a restart a file is asked for again, by its tag, and one that is gone is gone")
    func asksAgain() async throws {
        let folder = TemporaryFolder()
        try await GateWorld.run(folder: folder) { world in
            try await Self.whenKnown(world)
            world.answers.withLock { $0["GET /extensions/p/x.js"] = Self.script("ext", ["ETag": "\"1\""]) }
            try await world.expect(.ok, .get, "/extensions/p/x.js", as: "alice")
        }
        try await GateWorld.run(folder: folder) { world in
            try await Self.whenKnown(world)
            world.answers.withLock { $0["GET /extensions/p/x.js"] = Self.script("other", ["ETag": "\"1\""]) }
            #expect(try await world.ask(.get, "/extensions/p/x.js", as: "alice").text == "ext")
            #expect(world.takeSeen().first?.fields["If-None-Match"] == "\"1\"")
        }
        try await GateWorld.run(folder: folder) { world in
            try await Self.whenKnown(world)
            world.answers.withLock { $0["GET /extensions/p/x.js"] = ScriptedAnswer(status: .notFound, body: "") }
            try await world.expect(.notFound, .get, "/extensions/p/x.js", as: "alice")
        }
        try await GateWorld.run({ $0.worker.url = HTTPAddress("http://127.0.0.1:1") }, folder: folder) { world in
            try await world.expect(.serviceUnavailable, .get, "/extensions/p/x.js", as: "alice")
        }
    }

    @Test(
        "Files age after five seconds, those with their content in their name never",
        arguments: [
            (nil, 0, false, false), (nil, 0, true, true), (10_000, 10_000, false, true), (10_000, 14_999, false, true),
            (10_000, 15_000, false, false), (10_000, 99_000, true, true), (10_000, 9_000, false, true),
        ] as [(UInt64?, UInt64, Bool, Bool)])
    func ages(checked: UInt64?, now: UInt64, isFixed: Bool, isFresh: Bool) {
        #expect(PageRules.isFresh(checked, now: now, isFixed: isFixed) == isFresh)
    }
}
