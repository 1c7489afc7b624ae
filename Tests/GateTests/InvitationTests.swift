import Basics
import HTTP
import Identity
import Store
import Testing
import Wire

@testable import Gate

struct InvitationTests {
    private static func form(
        _ code: String, _ name: String, _ password: String = "correct horse battery", again: String? = nil
    ) -> String {
        FormBody.encode([
            ("code", code), ("username", name), ("new_password", password), ("repeat_password", again ?? password),
        ])
    }

    @Test("From the console's link to a login, without a script")
    func fromLinkToLogin() async throws {
        try await GateWorld.run { world in
            let cookie = try await world.consoleLogin("root")
            var fields = world.ownOrigin
            fields["Content-Type"] = "application/x-www-form-urlencoded"
            fields["Cookie"] = cookie
            let request = ClientRequest(
                .post, "/invitations", fields, body: Array(FormBody.encode([("role", "user"), ("days", "7")]).utf8))
            let made = try await world.send(request, to: .host("127.0.0.1", port: world.consolePort))
            #expect(made.status == .created)
            let link = made.text.split(separator: "/gate/invitation?code=")
            let code = String(try #require(link.last).prefix { $0 != "<" && $0 != "\"" })
            #expect(code.hasPrefix("ci_"))

            let page = try await world.ask(.get, "/gate/invitation?code=\(code)", ["Accept": "text/html"])
            #expect(page.status == .ok)
            #expect(page.text.contains("action=\"/gate/invitation\""))
            #expect(page.text.contains("value=\"\(code)\""))
            #expect(!page.text.contains("<script"))
            #expect(page.fields["Referrer-Policy"] == "strict-origin")
            #expect(page.fields["Cache-Control"] == "no-store")
            let french = try await world.ask(.get, "/gate/invitation?code=\(code)", ["Accept-Language": "fr"])
            #expect(french.text.contains("Bienvenue"))

            let done = try await world.ask(
                .post, "/gate/invitation", ["Origin": "http://127.0.0.1:\(world.port)"], body: Self.form(code, "zoe"))
            #expect(done.status == .created, "\(done.text)")
            #expect(done.text.contains("zoe"))
            let login = try await world.ask(
                .post, "/login", body: FormBody.encode([("username", "zoe"), ("password", "correct horse battery")]))
            #expect(login.status == .found)
            let own = String((login.fields["Set-Cookie"] ?? "").prefix { $0 != ";" })
            try await world.expect(.ok, .get, "/extensions/x.js", ["Cookie": own])
            #expect(try await world.server.identity.account(named: "zoe").role == .user)
            #expect(world.takeSeen().count == 1)
        }
    }

    @Test("Wrong, used, revoked and expired codes get one and the same answer")
    func tellsNothing() async throws {
        let now = Locked(Timestamp(milliseconds: 1_800_000_000_000))
        try await GateWorld.run(clock: { now.withLock { $0 } }) { world in
            let identity = world.server.identity
            let used = try await identity.invite(role: .user, by: .system).secret.reveal()
            try await world.expect(.created, .post, "/gate/invitation", body: Self.form(used, "first"))
            let revoked = try await identity.invite(role: .user, by: .system)
            try await identity.revokeInvitation(revoked.invitation.id, by: .system)
            let expired = try await identity.invite(role: .user, seconds: 60, by: .system).secret.reveal()
            now.withLock { $0 = $0.advanced(bySeconds: 61) }
            var answers: Set<String> = []
            for code in [used, revoked.secret.reveal(), expired, "ci_nonsense"] {
                for name in ["second", "alice", "not a name"] {
                    let post = try await world.ask(.post, "/gate/invitation", body: Self.form(code, name))
                    answers.insert("\(post.status) \(post.text)")
                }
                let get = try await world.ask(.get, "/gate/invitation?code=\(code)")
                #expect(get.status == .notFound)
                #expect(!get.text.contains("<form method"))
                #expect(!get.text.replacing("code=\(code)", with: "").contains(code))
            }
            #expect(answers.count == 1)
            #expect(answers.first?.hasPrefix("404") == true)
            #expect(throws: GateError.self) { try AccountName("not a name") }
        }
    }

    @Test("A mistake shows the form again and leaves the invitation good")
    func mistakes() async throws {
        try await GateWorld.run { world in
            let code = try await world.server.identity.invite(role: .operator, by: .system).secret.reveal()
            for body in [
                Self.form(code, "alice"), Self.form(code, "not a name"), Self.form(code, "zoe", ""),
                Self.form(code, "zoe", "a long password", again: "another"), Self.form(code, "zoe", "short"),
            ] {
                let answer = try await world.ask(.post, "/gate/invitation", body: body)
                #expect(answer.status == .badRequest, "\(body)")
                #expect(answer.text.contains("value=\"\(code)\""))
                #expect(!answer.text.contains("a long password"))
            }
            try await world.expect(
                .forbidden, .post, "/gate/invitation", ["Origin": "http://evil.example"],
                body: Self.form(code, "zoe"))
            try await world.expect(.methodNotAllowed, .put, "/gate/invitation")
            try await world.expect(.created, .post, "/gate/invitation", body: Self.form(code, "zoe"))
            #expect(try await world.server.identity.account(named: "zoe").role == .operator)
        }
    }

    @Test("Without a code the page asks for it")
    func asksForTheCode() async throws {
        try await GateWorld.run { world in
            for target in ["/gate/invitation", "/gate/invitation?code=", "/gate/invitation?lang=fr"] {
                let page = try await world.ask(.get, target)
                #expect(page.status == .ok)
                #expect(page.text.contains("name=\"code\""))
            }
        }
    }

    @Test("The access log has the path and not the code")
    func keepsTheCodeOutOfTheLog() async throws {
        let log = try TestLog()
        var code = ""
        try await GateWorld.run(log: log) { world in
            code = try await world.server.identity.invite(role: .user, by: .system).secret.reveal()
            try await world.expect(.ok, .get, "/gate/invitation?code=\(code)")
        }
        let text = try await log.read()
        #expect(text.contains("/gate/invitation"))
        #expect(!text.contains(code))
    }
}
