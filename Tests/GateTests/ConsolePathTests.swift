import Basics
import Store
import Testing
import Wire

@testable import Gate

struct ConsolePathTests {
    @Test("What the console has is 404 at the gate for everybody, and the worker hears nothing of it")
    func hidesTheConsole() async throws {
        let id = UUID().description
        var targets = AdminRoutes.all.map { route in
            "/api/v1/"
                + route.parts.map { part in if case .text(let text) = part { text } else { id } }.joined(separator: "/")
        }
        targets += [
            "/api/v1", "/api/v1/", "/api/v1/status", "/api/v1/nothing", "/account", "/account/tokens",
            "/account/password", "/people", "/people/\(id)/role", "/invitations", "/teams", "/audit", "/status",
            "/start",
        ]
        try await GateWorld.run { world in
            let cookie = try await world.login("root")
            let own: Fields = ["Cookie": cookie, "Origin": "http://127.0.0.1:\(world.port)"]
            for target in targets {
                for method in [Wire.Method.get, .post, .delete, .options] {
                    for (name, fields) in [(nil, [:]), ("root", [:]), (nil, own)] as [(String?, Fields)] {
                        let answer = try await world.ask(method, target, as: name, fields)
                        #expect(answer.status == .notFound, "\(method) \(target) \(name ?? "-")")
                        #expect(answer.fields["WWW-Authenticate"] == nil)
                    }
                }
                try await world.expect(.notFound, .get, target, ["Accept": "text/html"])
            }
            #expect(world.takeSeen().isEmpty)
            // Neighbours are what they were.
            try await world.expect(.unauthorized, .get, "/api/v1x")
            try await world.expect(.unauthorized, .get, "/api/queue")
        }
    }

    @Test("No native route and no page of the gate lies where the console's are")
    func staysApart() {
        for route in NativeRoutes.all {
            let words = route.parts.map { part in if case .text(let text) = part { text } else { "x" } }
            let target = try? RequestTarget(segments: words)
            #expect(target.map { !ConsolePaths.contains($0.segments[...]) } ?? true, "\(words)")
        }
        for path in [WebPath.people, .teams, .audit, .status, .start, .account, .invitations, .tokens, .password] {
            let target = try? RequestTarget(segments: path.segments(on: .console))
            #expect(target.map { ConsolePaths.contains($0.segments[...]) } ?? false, "\(path)")
        }
    }
}
