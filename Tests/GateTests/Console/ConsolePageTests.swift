import Basics
import HTTP
import Identity
import Store
import Testing
import Wire

@testable import Gate

extension GateWorld {
    private static let browser: Fields = ["Accept": "text/html,application/xhtml+xml,*/*;q=0.8"]

    func page(_ target: String, _ cookie: String? = nil) async throws -> Answer {
        try await console(.get, target, cookie: cookie, Self.browser)
    }

    /// Sends a form as a page of the console does.
    func submit(_ target: String, _ cookie: String? = nil, _ pairs: [(String, String)] = []) async throws -> Answer {
        var request = ClientRequest(.post, target, Self.browser, body: Array(FormBody.encode(pairs).utf8))
        request.fields.append(contentsOf: ownOrigin)
        if let cookie { request.fields["Cookie"] = cookie }
        request.fields["Content-Type"] = "application/x-www-form-urlencoded"
        return try await send(request, to: .host("127.0.0.1", port: consolePort))
    }
}

struct ConsolePageTests {
    @Test("A browser without a session is sent to the login page and comes back where it wanted")
    func login() async throws {
        try await GateWorld.run { world in
            let sent = try await world.page("/people?q=al")
            #expect(sent.status == .seeOther)
            #expect(sent.fields["Location"] == "/login?next=%2Fpeople%3Fq%3Dal")
            let form = try await world.page("/login?next=%2Fpeople%3Fq%3Dal")
            #expect(form.text.contains("value=\"/people?q=al\""))
            let wrong = try await world.submit("/login", nil, [("username", "root"), ("password", "wrong")])
            #expect(wrong.status == .forbidden)
            #expect(wrong.text.contains("value=\"root\""))
            #expect(!wrong.text.contains("value=\"wrong\""))
            let credentials = [("username", "root"), ("password", "password of root")]
            let right = try await world.submit("/login", nil, credentials + [("next", "/people?q=al")])
            #expect(right.status == .seeOther)
            #expect(right.fields["Location"] == "/people?q=al")
            let foreign = try await world.submit("/login", nil, credentials + [("next", "//evil.example/")])
            #expect(foreign.fields["Location"] == "/account")
        }
    }

    @Test("Each page is for its role, and is sent with the fields that guard it")
    func pages() async throws {
        try await GateWorld.run { world in
            let id = world.accounts["alice"]?.description ?? ""
            let expected: [(String, [Status])] = [
                ("/account", [.ok, .ok, .ok]), ("/status", [.forbidden, .ok, .ok]),
                ("/people", [.forbidden, .forbidden, .ok]), ("/people/\(id)", [.forbidden, .forbidden, .ok]),
                ("/invitations", [.forbidden, .forbidden, .ok]), ("/teams", [.forbidden, .forbidden, .ok]),
                ("/audit", [.forbidden, .forbidden, .ok]), ("/nothing", [.notFound, .notFound, .notFound]),
                ("/people/\(UUID())", [.forbidden, .forbidden, .notFound]),
                ("/jobs", [.forbidden, .ok, .ok]), ("/jobs/quarantine", [.forbidden, .ok, .ok]),
                ("/jobs/1", [.forbidden, .notFound, .notFound]), ("/usage", [.forbidden, .ok, .ok]),
                ("/files", [.forbidden, .forbidden, .ok]), ("/files?account=alice", [.forbidden, .forbidden, .ok]),
                ("/files?account=nobody", [.forbidden, .forbidden, .notFound]),
            ]
            let names = ["alice", "olga", "root"]
            for (index, name) in names.enumerated() {
                let cookie = try await world.consoleLogin(name)
                for (path, statuses) in expected {
                    let page = try await world.page(path, cookie)
                    #expect(page.status == statuses[index], "\(name) \(path)")
                    #expect(page.text.hasPrefix("<!doctype html>") || page.text.hasPrefix("<!DOCTYPE html>"))
                    #expect(page.fields["Content-Security-Policy"]?.hasPrefix("default-src 'none'") == true)
                    #expect(page.fields["X-Frame-Options"] == "DENY")
                    #expect(page.fields["Cache-Control"] == "no-store")
                }
            }
            #expect(try await world.page("/style.css").fields["Content-Type"]?.hasPrefix("text/css") == true)
        }
    }

    @Test("A token is made by form, shown in that answer, listed without its secret, and revoked")
    func tokenForm() async throws {
        try await GateWorld.run { world in
            let cookie = try await world.consoleLogin("alice")
            let empty = try await world.submit("/account/tokens", cookie, [("days", "90")])
            #expect(empty.status == .badRequest)
            let fields = [("label", "laptop"), ("scope", "read"), ("scope", "generate"), ("days", "90")]
            let made = try await world.submit("/account/tokens", cookie, fields)
            #expect(made.status == .created)
            let secret = try #require(made.text.firstRange(of: "cg_")).lowerBound
            let token = String(made.text[secret...].prefix(TokenFormat.length))
            let used = try await world.ask(.get, "/queue", ["Authorization": "Bearer \(token)"])
            #expect(used.status == .ok)
            let list = try await world.page("/account", cookie)
            #expect(list.text.contains("laptop") && !list.text.contains(token))
            let tokens = try await world.server.identity.tokens(of: world.accounts["alice"])
            let id = try #require(tokens.first { $0.label == "laptop" }?.id)
            let other = try await world.consoleLogin("bob")
            #expect(try await world.submit("/account/tokens/\(id)/revoke", other).status == .notFound)
            let revoked = try await world.submit("/account/tokens/\(id)/revoke", cookie)
            #expect(revoked.fields["Location"] == "/account?done=token_revoked")
            let after = try await world.ask(.get, "/queue", ["Authorization": "Bearer \(token)"])
            #expect(after.status == .unauthorized)
        }
    }

    @Test("A person added by form gets a password that serves for choosing one, and nothing else")
    func addPerson() async throws {
        try await GateWorld.run { world in
            let root = try await world.consoleLogin("root")
            let made = try await world.submit("/people", root, [("username", "zoe"), ("role", "user")])
            #expect(made.status == .created)
            let password = try #require(made.text.firstMatch(of: /[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}/)).output
            let again = try await world.submit("/people", root, [("username", "ZOE"), ("role", "user")])
            #expect(again.status == .badRequest)
            #expect(again.text.contains("value=\"ZOE\""))
            let login = try await world.submit("/login", nil, [("username", "zoe"), ("password", String(password))])
            let cookie = String((login.fields["Set-Cookie"] ?? "").prefix { $0 != ";" })
            #expect(try await world.page("/status", cookie).fields["Location"] == "/account")
            let page = try await world.page("/account", cookie)
            #expect(page.text.contains("new_password") && !page.text.contains("name=\"label\""))
            func change(_ old: String, _ new: String, _ repeated: String) async throws -> Answer {
                try await world.submit(
                    "/account/password", cookie,
                    [("password", old), ("new_password", new), ("repeat_password", repeated)])
            }
            #expect(try await change("wrong", "a better password", "a better password").status == .badRequest)
            #expect(try await change(String(password), "a better password", "another").status == .badRequest)
            let done = try await change(String(password), "a better password", "a better password")
            #expect(done.fields["Location"] == "/login?done=password_changed")
            #expect(try await world.page("/account", cookie).status == .seeOther)
            let right = try await world.submit("/login", nil, [("username", "zoe"), ("password", "a better password")])
            #expect(right.status == .seeOther)
        }
    }

    @Test("People, teams and invitations are changed by forms, and each says what it did")
    func forms() async throws {
        try await GateWorld.run { world in
            let root = try await world.consoleLogin("root")
            let id = world.accounts["alice"]?.description ?? ""
            #expect(
                try await world.submit("/teams", root, [("name", "class-a")]).fields["Location"]
                    == "/teams?done=team_added")
            #expect(try await world.submit("/teams", root, [("name", "class a")]).status == .badRequest)
            let team = try #require(try await world.server.identity.teams().first?.id.description)
            let changes: [(String, [(String, String)], String)] = [
                ("/people/\(id)/role", [("role", "operator")], "/people/\(id)?done=saved"),
                ("/people/\(id)/teams", [("team", team)], "/people/\(id)?done=saved"),
                ("/people/\(id)/end-sessions", [], "/people/\(id)?done=sessions_revoked"),
                ("/people/\(id)/disable", [], "/people/\(id)?done=disabled"),
                ("/people/\(id)/enable", [], "/people/\(id)?done=enabled"),
                ("/people/\(id)/remove", [], "/people/\(id)?done=person_removed"),
                ("/teams/\(team)/rename", [("name", "class-b")], "/teams?done=saved"),
                ("/teams/\(team)/remove", [], "/teams?done=team_removed"),
                ("/account/sessions/revoke-others", [], "/account?done=sessions_revoked"),
            ]
            for (path, fields, place) in changes {
                #expect(try await world.submit(path, root, fields).fields["Location"] == place, "\(path)")
                #expect(try await world.page(place, root).text.contains("notice good"), "\(place)")
            }
            let invitation = try await world.submit("/invitations", root, [("role", "user"), ("days", "7")])
            #expect(invitation.status == .created)
            #expect(invitation.text.contains("/gate/invitation?code=ci_"))
            let own = world.accounts["root"]?.description ?? ""
            #expect(try await world.submit("/people/\(own)/role", root, [("role", "user")]).status == .badRequest)
            let alice = try await world.consoleLogin("bob")
            for (path, fields, _) in changes where !path.hasPrefix("/account") {
                #expect(try await world.submit(path, alice, fields).status == .forbidden, "\(path)")
            }
        }
    }

    @Test("The first administrator is made by the page for it, once")
    func firstAdministrator() async throws {
        try await GateWorld.run { world in
            #expect(try await world.page("/start").fields["Location"] == "/login")
            let secret = try await world.server.identity.makeBootstrapSecret(by: .system).reveal()
            func start(_ code: String, _ name: String) async throws -> Answer {
                let password = [("new_password", "correct horse"), ("repeat_password", "correct horse")]
                return try await world.submit("/start", nil, [("code", code), ("username", name)] + password)
            }
            let wrong = try await start("wrong", "boss")
            #expect(wrong.status == .badRequest)
            #expect(try await start(secret, "a b").status == .badRequest)
            #expect(try await start(secret, "boss").fields["Location"] == "/login")
            #expect(try await start(secret, "boss2").status == .badRequest)
            #expect(try await world.server.identity.account(named: "boss").role == .admin)
        }
    }
}
