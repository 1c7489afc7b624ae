import Basics
import Testing
import Wire

@testable import Gate

struct RequestIDTests {
    @Test(
        "A sane id is taken over, any other is replaced",
        arguments: [
            ("a", true), ("A-b_c.9", true), (String(repeating: "x", count: 127), true),
            (String(repeating: "x", count: 128), true), (String(repeating: "x", count: 129), false), ("", false),
            ("a b", false), ("a/b", false), ("é", false), ("a\"", false), ("a,b", false),
        ])
    func takesOver(text: String, isSane: Bool) {
        var ids = RequestIDs()
        let id = ids.next(["X-Request-Id": text])
        #expect((id == text) == isSane)
        let isSaneNow = RequestIDs.isSane(id.utf8.span)
        #expect(isSaneNow)
    }

    @Test("Two ids in one request are none, and made ones are never the same")
    func makesOwn() {
        var ids = RequestIDs()
        var twice = Fields()
        twice.append("X-Request-Id", "a")
        twice.append("x-request-id", "b")
        var seen: Set<String> = [ids.next(twice)]
        #expect(seen.first != "a" && seen.first != "b")
        for _ in 0..<1_000 { #expect(seen.insert(ids.next([:])).inserted) }
        var others = RequestIDs()
        #expect(seen.insert(others.next([:])).inserted)
    }

    @Test("The id stands in the answer and reaches the worker, and so does the trace")
    func passesOn() async throws {
        try await GateWorld.run { world in
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            let answer = try await world.ask(
                .get, "/internal/logs", as: "olga",
                ["X-Request-Id": "mine-1", "traceparent": trace, "tracestate": "a=1", "Baggage": "secret=1"])
            #expect(answer.fields.all("X-Request-Id") == ["mine-1"])
            let seen = try #require(world.takeSeen().first)
            #expect(seen.fields.all("X-Request-Id") == ["mine-1"])
            #expect(seen.fields["traceparent"] == trace)
            #expect(seen.fields["tracestate"] == "a=1")
            #expect(seen.fields["Baggage"] == nil)
            let odd = try await world.ask(.get, "/internal/logs", as: "olga", ["X-Request-Id": "a b"])
            let made = try #require(odd.fields["X-Request-Id"])
            #expect(made != "a b")
            #expect(world.takeSeen().first?.fields.all("X-Request-Id") == [made])
        }
    }

    @Test("Every answer of the gate's own has one, refusals too, and errors name it")
    func standsInEveryAnswer() async throws {
        try await GateWorld.run { world in
            let id: Fields = ["X-Request-Id": "mine-2"]
            for (method, target, name) in [
                (.get, "/health", nil), (.get, "/login", nil), (.get, "/queue", nil), (.get, "/nothing", "alice"),
                (.post, "/free", "alice"), (.options, "/queue", nil), (.get, "/internal/folder_paths", "alice"),
                (.post, "/prompt", "alice"), (.post, "/prompt", nil), (.get, "/view", "alice"),
                (.get, "/gate/style.css", nil), (.get, "/ready", nil), (.get, "/gate/invitation?code=x", nil),
            ] as [(Wire.Method, String, String?)] {
                let answer = try await world.ask(method, target, as: name, id, body: method == .post ? "{}" : "")
                #expect(answer.fields.all("X-Request-Id") == ["mine-2"], "\(method) \(target)")
            }
            var foreign = id
            foreign["Host"] = "evil.example"
            let misdirected = try await world.ask(.get, "/", foreign)
            #expect(misdirected.fields["X-Request-Id"] == "mine-2")
            #expect(misdirected.json?["error"]?["details"]?["request"] == "mine-2")
            foreign = id
            foreign["Accept"] = "text/html"
            let page = try await world.ask(.get, "/nothing", as: "alice", foreign)
            #expect(page.text.contains("mine-2"))
        }
    }

    @Test("What goes wrong is logged with the request's id")
    func logs() async throws {
        let log = try TestLog()
        try await GateWorld.run({ $0.worker.url = HTTPAddress("http://127.0.0.1:1") }, log: log) { world in
            _ = try await world.ask(.get, "/internal/logs", as: "olga", ["X-Request-Id": "mine-3"])
        }
        #expect(try await log.lines("upstream_failed").first?["request"] == "mine-3")
    }
}
