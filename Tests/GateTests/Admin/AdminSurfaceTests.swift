import Basics
import Identity
import Store
import TestSupport
import Testing
import Wire

@testable import Gate

struct AdminSurfaceTests {
    @Test("Every action has exactly one rule, and nothing but the three one-time doors is public")
    func rules() {
        let actions = PeopleAction.allCases.map(AdminAction.people) + WorkAction.allCases.map(AdminAction.work)
        #expect(Set(AdminRoutes.all.map(\.action)) == Set(actions))
        #expect(AdminRoutes.all.count == actions.count)
        let open = AdminRoutes.all.filter { $0.access == .anyone }.map(\.action)
        #expect(open == [.people(.redeemInvitation), .people(.askBootstrap), .people(.redeemBootstrap)])
        #expect(AdminRoutes.all.allSatisfy { [.anyone, .admin, .operator, .consoleOnly].contains($0.access) })
    }

    @Test("Rules of the class admin refuse everybody who is none, whatever they show")
    func adminOnly() async throws {
        let world = AdminWorld()
        let (user, other, root) = try await (
            world.add("alice"), world.add("olga", .operator), world.add("root", .admin)
        )
        let callers: [(Principal?, String)] = [
            (nil, "unauthenticated"), (world.session(user), "forbidden"), (world.session(other), "forbidden"),
            (world.token(other, .all), "forbidden"), (world.token(root, [.generate, .read, .manage]), "forbidden"),
            (Principal(root, by: .session(.zero, surface: .gate)), "unauthenticated"),
        ]
        for route in AdminRoutes.all where route.access == .admin {
            let path = route.parts.map { if case .text(let text) = $0 { text } else { "alice" } }
            for (caller, code) in callers {
                let found = await world.code(route.methods[0], path.joined(separator: "/"), as: caller)
                #expect(found == code, "\(route.methods[0]) \(path)")
            }
        }
        #expect(try await world.identity.accounts().count == 3)
    }

    @Test("What no rule names is 404 for those who are known, 401 for others, and another method is told")
    func unknownPaths() async throws {
        let world = AdminWorld()
        #expect(await world.code(.get, "nothing") == "not_found")
        #expect(await world.code(.get, "nothing", as: nil) == "unauthenticated")
        #expect(await world.code(.put, "accounts") == "method_not_allowed")
        #expect(await world.code(.put, "accounts", as: nil) == "unauthenticated")
        #expect(await world.code(.get, "accounts/a/b") == "not_found")
    }

    @Test("An account is added, shown by name and id, and none of its secrets with it")
    func addsAccounts() async throws {
        let world = AdminWorld()
        let answer = try await world.answer(
            .post, "accounts", as: AdminWorld.console,
            ["name": "Zoé", "role": "operator", "password": "correct horse battery"])
        #expect(answer.status == .created)
        let id = try #require(answer.body["id"]?.string)
        for name in [id, "Zoé", "zoé"] {
            let shown = try await world.ask(.get, "accounts/\(name)")
            #expect(shown == answer.body)
            #expect(shown["has_password"]?.bool == true)
            #expect(!String(decoding: shown.encoded(), as: UTF8.self).contains("$2"))
        }
        #expect(await world.code(.post, "accounts", ["name": "ZOÉ"]) == "already_exists")
        #expect(try await world.ask(.get, "accounts")["accounts"]?.array?.count == 1)
    }

    @Test(
        "A body that is not understood to the last member changes nothing",
        arguments: [
            ["name": "x", "roles": "admin"], ["name": 7], ["role": "user"], ["name": "x", "role": "guest"],
            ["name": "x", "role": "root"], ["name": "x", "teams": "a"], ["name": "x", "must_change_password": "yes"],
            ["name": "x", "kind": "robot"], ["name": "x", "kind": "machine", "password": "correct horse battery"],
            ["name": "a b"], ["x"],
        ] as [JSON])
    func refusesBodies(body: JSON) async throws {
        let world = AdminWorld()
        #expect(await world.code(.post, "accounts", body) == "invalid_argument")
        #expect(try await world.identity.accounts().isEmpty)
        #expect(try await world.identity.auditHead().count == 0)
    }

    @Test("Each change of an account does what it says and is audited under its caller")
    func changes() async throws {
        let world = AdminWorld()
        try await world.add("root", .admin)
        try await world.add("alice")
        _ = try await world.ask(.post, "teams", ["name": "class-a"])
        let cases: [(JSON, String, JSON)] = [
            (["role": "operator"], "role", "operator"), (["teams": ["class-a"]], "teams", ["class-a"]),
            (["disabled": true], "disabled", true), (["disabled": false], "disabled", false),
            (["password": "a new password", "must_change_password": true], "must_change_password", true),
            (["name": "alicia"], "name", "alicia"),
        ]
        let id = try #require(try await world.ask(.get, "accounts/alice")["id"]?.string)
        for (change, member, value) in cases {
            let answer = try await world.ask(.patch, "accounts/\(id)", change)
            #expect(answer[member] == value, "\(change)")
            #expect(try await world.identity.auditTail(1).first?.actor == "console:0")
        }
        let gone = try await world.ask(.delete, "accounts/alicia")
        #expect(gone["disabled"]?.bool == true)
        #expect(gone["remove_after"]?.string == "2026-01-08T12:00:00.000Z")
    }

    @Test(
        "A request changes one thing, so that none is half done",
        arguments: [
            [:], ["role": "user", "disabled": true], ["role": "user", "must_change_password": true], ["role": nil],
            ["must_change_password": true], ["nothing": 1],
        ] as [JSON])
    func oneChange(body: JSON) async throws {
        let world = AdminWorld()
        try await world.add("alice")
        #expect(await world.code(.patch, "accounts/alice", body) == "invalid_argument")
    }

    @Test("The last administrator stays, by every way")
    func lastAdministrator() async throws {
        let world = AdminWorld()
        try await world.add("root", .admin)
        let ways: [(Wire.Method, JSON)] = [(.patch, ["role": "user"]), (.patch, ["disabled": true]), (.delete, .null)]
        for (method, body) in ways {
            #expect(await world.code(method, "accounts/root", body) == "last_administrator")
        }
    }

    @Test("A name that looks like the id of somebody else never stands for it")
    func idsGoFirst() async throws {
        let world = AdminWorld()
        let alice = try await world.add("alice")
        try await world.add(alice.id.description)
        #expect(try await world.ask(.get, "accounts/\(alice.id)")["name"] == "alice")
    }

    @Test("People see and make their own tokens only; somebody else's are not there")
    func ownTokens() async throws {
        let world = AdminWorld()
        let (alice, bob, olga) = try await (world.add("alice"), world.add("bob"), world.add("olga", .operator))
        let mine = world.session(alice)
        let token = try await world.ask(.post, "tokens", as: mine, ["label": "laptop", "scopes": ["read"]])
        #expect(token["secret"]?.string?.hasPrefix("cg_") == true)
        let list = try await world.ask(.get, "tokens", as: mine)["tokens"]?.array
        #expect(list?.count == 1)
        #expect(list?[0]["secret"] == nil)
        let id = try #require(token["id"]?.string)
        for other in [world.session(bob), world.session(olga)] {
            #expect(await world.code(.get, "tokens?account=alice", as: other) == "not_found")
            #expect(await world.code(.get, "tokens?account=*", as: other) == "not_found")
            let body: JSON = ["label": "x", "scopes": ["read"], "account": "alice"]
            #expect(await world.code(.post, "tokens", as: other, body) == "not_found")
            #expect(await world.code(.delete, "tokens/\(id)", as: other) == "not_found")
        }
        #expect(await world.code(.get, "tokens?account=ALICE", as: mine) == "ok")
        #expect(await world.code(.get, "tokens") == "invalid_argument")
        #expect(await world.code(.get, "tokens", as: world.token(alice, [.read])) == "forbidden")
        #expect(await world.code(.delete, "tokens/\(id)") == "ok")
    }

    @Test("An end is a span or a day, within what is allowed")
    func ends() async throws {
        let world = AdminWorld()
        try await world.add("alice")
        func create(_ end: JSON) async -> String {
            await world.code(
                .post, "tokens", ["account": "alice", "label": "x", "scopes": ["read"], "expires": end])
        }
        #expect(await create("90d") == "ok")
        #expect(await create("2026-12-31") == "ok")
        #expect(await create(nil) == "ok")
        for end in ["", "90", "2026-02-30", "2025-12-31", "0", "-1d", "tomorrow"] {
            #expect(await create(.string(end)) == "invalid_argument", "\(end)")
        }
    }

    @Test("A password that is due keeps a session from everything but changing it")
    func passwordDue() async throws {
        let world = AdminWorld()
        let account = try await world.identity.createAccount(
            name: "alice", role: .user, password: Secret("password of alice"), mustChange: true, by: .system)
        let principal = world.session(account)
        #expect(await world.code(.get, "me", as: principal) == "ok")
        #expect(await world.code(.post, "tokens", as: principal, ["label": "x", "scopes": ["read"]]) == "forbidden")
        #expect(await world.code(.get, "sessions", as: principal) == "forbidden")
        let change: JSON = ["old": "password of alice", "new": "another password"]
        #expect(await world.code(.post, "me/password", as: principal, change) == "ok")
        #expect(try await world.identity.account(account.id).mustChangePassword == false)
    }

    @Test("An invitation and the first administrator's secret make one account each, once")
    func oneTimeSecrets() async throws {
        let world = AdminWorld()
        #expect(try await world.ask(.get, "bootstrap", as: nil)["needed"]?.bool == true)
        let first = try #require(try await world.ask(.post, "bootstrap")["secret"]?.string)
        let root: JSON = ["secret": .string(first), "name": "root", "password": "correct horse battery"]
        #expect(await world.code(.post, "bootstrap/redeem", as: nil, root) == "ok")
        #expect(await world.code(.post, "bootstrap/redeem", as: nil, root) == "not_found")
        #expect(try await world.ask(.get, "bootstrap", as: nil)["needed"]?.bool == false)

        let invitation = try await world.ask(.post, "invitations", ["role": "user", "expires": "1d"])
        let secret = try #require(invitation["secret"]?.string)
        #expect(try await world.ask(.get, "invitations")["invitations"]?[0]?["secret"] == nil)
        let bob: JSON = ["secret": .string(secret), "name": "bob", "password": "correct horse battery"]
        #expect(await world.code(.post, "invitations/redeem", as: nil, bob) == "ok")
        #expect(await world.code(.post, "invitations/redeem", as: nil, bob) == "not_found")
        #expect(await world.code(.post, "invitations", ["role": "admin"]) == "invalid_argument")
        #expect(await world.code(.post, "invitations", ["expires": "91d"]) == "invalid_argument")
    }

    @Test("A list of accounts is imported whole or not at all, and made-up passwords are shown once")
    func importsLists() async throws {
        let world = AdminWorld()
        let bad: JSON = ["csv": "name,role\nalice,user\nbob,king\n"]
        #expect(await world.code(.post, "accounts/import", bad) == "invalid_argument")
        #expect(try await world.identity.accounts().isEmpty)
        let answer = try await world.ask(.post, "accounts/import", ["csv": "name,teams\nalice,red\nbob,red\n"])
        let made = try #require(answer["accounts"]?.array)
        #expect(made.count == 2)
        #expect(made[0]["teams"] == ["red"])
        #expect(made[0]["password"]?.string?.isEmpty == false)
        #expect(try await world.ask(.get, "teams")["teams"]?[0]?["members"]?.int == 2)
    }

    @Test("ComfyUI-Login's file becomes a credential of one user until a day within 90 days")
    func importsLogin() async throws {
        let world = AdminWorld()
        try await world.add("alice")
        try await world.add("root", .admin)
        let file = TokenFormat.makeLikeLogin().reveal() + "\nalice\n"
        func code(_ name: String, _ until: String) async -> String {
            await world.code(
                .post, "migration", ["account": .string(name), "file": .string(file), "until": .string(until)])
        }
        #expect(await code("alice", "91d") == "invalid_argument")
        #expect(await code("root", "30d") == "invalid_argument")
        #expect(await code("alice", "90d") == "ok")
        #expect(try await world.identity.migrationTokens().count == 1)
    }

    @Test("The audit trail is shown, verified, and found altered")
    func audit() async throws {
        let world = AdminWorld()
        for name in ["a", "b", "c"] { try await world.add(name) }
        #expect(try await world.ask(.get, "audit?limit=2")["records"]?.array?.count == 2)
        for limit in ["0", "1001", "x"] {
            #expect(await world.code(.get, "audit?limit=\(limit)") == "invalid_argument")
        }
        let head = try #require(try await world.ask(.get, "audit")["head"]?.string)
        #expect(try await world.ask(.get, "audit/verify?head=\(head)")["intact"]?.bool == true)
        world.store.tamper { $0.removeLast() }
        let cut = try await world.ask(.get, "audit/verify?head=\(head)")
        #expect(cut["verdict"] == "cut")
        #expect(try await world.ask(.get, "audit/verify")["intact"]?.bool == true)
        #expect(await world.code(.get, "audit/verify?head=x") == "invalid_argument")
    }

    @Test("A store that fails changes nothing and says so")
    func failingStore() async throws {
        let world = AdminWorld()
        world.store.fail(with: GateError(.storeUnavailable, from: .gateway, "The disk is gone."))
        #expect(await world.code(.post, "accounts", ["name": "x", "kind": "machine"]) == "store_unavailable")
        world.store.fail(with: nil)
        #expect(try await world.identity.accounts().isEmpty)
    }
}
