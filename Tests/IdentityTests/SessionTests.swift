import Basics
import Identity
import Store
import Testing

struct SessionTests {
    @Test(arguments: [
        ("", true, Surface.gate, "__Host-comfygate"), ("/", true, .gate, "__Host-comfygate"),
        ("/", true, .console, "__Host-comfygate_console"), ("/comfy", true, .gate, "__Secure-comfygate_60bc24e2"),
        ("/comfy", false, .gate, "comfygate_60bc24e2"), ("", false, .gate, "comfygate_8a5edab2"),
        ("/comfy", false, .console, "comfygate_console_60bc24e2"),
    ])
    func theCookiesNameSaysWhereItIsGood(basePath: String, isSecure: Bool, surface: Surface, name: String) {
        let cookie = SessionCookie(basePath: basePath, isSecure: isSecure, surface: surface)
        #expect(cookie.name == name)
        let set = cookie.set(Secret("abc"), maximumAge: 60)
        #expect(
            set.hasPrefix(
                "\(cookie.name)=abc; Max-Age=60; Path=\(basePath.isEmpty ? "/" : basePath); HttpOnly; SameSite=Lax"))
        #expect(set.hasSuffix("; Secure") == isSecure)
        #expect(cookie.clear.contains("=; Max-Age=0; "))
    }

    @Test func gatesUnderOneHostKeepApart() {
        let names = ["/a", "/b", ""].map { SessionCookie(basePath: $0, isSecure: false, surface: .gate).name }
        #expect(Set(names).count == 3)
    }

    @Test func aSessionIdIs256RandomBits() {
        let ids = (0..<100).map { _ in SessionCookie.makeSecret().reveal() }
        #expect(Set(ids).count == 100)
        #expect(ids.allSatisfy { $0.utf8.count == 43 })
    }

    static func account(_ name: String = "anna", role: Role = .user) throws -> Account {
        Account(name: try AccountName(name), role: role, passwordHash: "secret hash", created: noon)
    }

    static func session(_ account: Account, _ label: String = "s", surface: Surface = .gate) -> Session {
        Session(
            digest: digest(label), account: account.id, surface: surface, created: noon, lastUsed: noon,
            idleExpiry: later(7 * 86_400), absoluteExpiry: later(30 * 86_400), userAgent: "", address: "")
    }

    static func token(_ account: Account, _ label: String = "t", expires: Timestamp? = nil) -> Token {
        Token(account: account.id, label: label, digest: digest(label), scopes: .read, created: noon, expires: expires)
    }

    @Test func aSnapshotFindsWhatItWasGiven() throws {
        let anna = try Self.account()
        let snapshot = IdentitySnapshot(
            IdentityState(accounts: [anna], tokens: [Self.token(anna)], sessions: [Self.session(anna)]))
        #expect(snapshot.credentialCount == 2)
        #expect(snapshot.principal(token: digest("t"), now: noon)?.account == anna.id)
        #expect(snapshot.principal(session: digest("s"), at: .gate, now: noon)?.name == "anna")
        #expect(snapshot.principal(session: digest("s"), at: .console, now: noon) == nil)
        // A session's id is no bearer token, nor the reverse.
        #expect(snapshot.principal(token: digest("s"), now: noon) == nil)
        #expect(snapshot.principal(session: digest("t"), at: .gate, now: noon) == nil)
        #expect(snapshot.principal(token: digest("x"), now: noon) == nil)
    }

    @Test func anIdleSessionEnds() throws {
        let anna = try Self.account()
        let week: Int64 = 7 * 86_400
        for (seconds, isAlive) in [(week - 1, true), (week, false)] {
            let snapshot = IdentitySnapshot(IdentityState(accounts: [anna], sessions: [Self.session(anna)]))
            #expect((snapshot.principal(session: digest("s"), at: .gate, now: later(seconds)) != nil) == isAlive)
        }
    }

    @Test func useKeepsASessionAliveUntilItsAbsoluteEnd() throws {
        let anna = try Self.account()
        let snapshot = IdentitySnapshot(IdentityState(accounts: [anna], sessions: [Self.session(anna)]))
        var day: Int64 = 0
        while day < 30 {
            #expect(snapshot.principal(session: digest("s"), at: .gate, now: later(day * 86_400)) != nil)
            day += 6
        }
        #expect(snapshot.principal(session: digest("s"), at: .gate, now: later(30 * 86_400 - 1)) != nil)
        #expect(snapshot.principal(session: digest("s"), at: .gate, now: later(30 * 86_400)) == nil)
    }

    @Test func usesAreGatheredOnceAndSharedBetweenLoops() throws {
        let anna = try Self.account()
        let token = Self.token(anna)
        let state = IdentityState(accounts: [anna], tokens: [token], sessions: [Self.session(anna)])
        let (one, two) = (IdentitySnapshot(state), IdentitySnapshot(state))
        for seconds in 1...5 as ClosedRange<Int64> {
            _ = one.principal(token: digest("t"), now: later(seconds))
            _ = one.principal(session: digest("s"), at: .gate, now: later(seconds * 86_400))
        }
        let touches = one.takeTouches()
        #expect(touches.tokens == [token.id: later(5)])
        #expect(touches.sessions[digest("s")]?.lastUsed == later(5 * 86_400))
        #expect(touches.sessions[digest("s")]?.idleExpiry == later(12 * 86_400))
        #expect(one.takeTouches().isEmpty)
        two.apply(IdentityDelta([.touched(touches)]))
        #expect(two.principal(session: digest("s"), at: .gate, now: later(11 * 86_400)) != nil)
    }

    @Test func aStepBackOfTheClockChangesNothing() throws {
        let anna = try Self.account()
        let snapshot = IdentitySnapshot(IdentityState(accounts: [anna], sessions: [Self.session(anna)]))
        _ = snapshot.principal(session: digest("s"), at: .gate, now: later(86_400))
        _ = snapshot.principal(session: digest("s"), at: .gate, now: noon)
        #expect(snapshot.takeTouches().sessions[digest("s")]?.lastUsed == later(86_400))
    }

    @Test func changesReachTheCredentialsOfTheAccount() throws {
        var anna = try Self.account()
        let ben = try Self.account("ben")
        let snapshot = IdentitySnapshot(
            IdentityState(
                accounts: [anna, ben], tokens: [Self.token(anna, expires: later(50)), Self.token(ben, "b")],
                sessions: [Self.session(anna)]))
        anna.role = .operator
        snapshot.apply(IdentityDelta([.account(anna)]))
        #expect(snapshot.principal(token: digest("t"), now: noon)?.role == .operator)
        #expect(snapshot.principal(token: digest("t"), now: later(50)) == nil, "its own end stays")
        #expect(snapshot.principal(token: digest("b"), now: noon)?.role == .user)
        anna.disabled = true
        snapshot.apply(IdentityDelta([.account(anna)]))
        #expect(snapshot.principal(token: digest("t"), now: noon) == nil)
        anna.disabled = false
        snapshot.apply(IdentityDelta([.account(anna)]))
        #expect(snapshot.principal(token: digest("t"), now: noon) != nil)
        snapshot.apply(IdentityDelta([.sessionsRemoved(of: anna.id)]))
        #expect(snapshot.principal(session: digest("s"), at: .gate, now: noon) == nil)
        #expect(snapshot.principal(token: digest("t"), now: noon) != nil)
        snapshot.apply(IdentityDelta([.tokenRemoved(digest("t"))]))
        #expect(snapshot.principal(token: digest("t"), now: noon) == nil)
        snapshot.apply(
            IdentityDelta([.token(Self.token(anna)), .session(Self.session(anna)), .accountRemoved(anna.id)]))
        #expect(snapshot.credentialCount == 1)
        snapshot.apply(IdentityDelta([.token(Self.token(anna)), .session(Self.session(anna))]))
        #expect(snapshot.credentialCount == 1, "credentials of nobody are not kept")
        snapshot.apply(IdentityDelta([.tokenRemoved(digest("nothing")), .accountRemoved(anna.id)]))
    }

    @Test func deltasCarryNoPasswordHashes() throws {
        let delta = IdentityDelta([.account(try Self.account())])
        guard case .account(let account) = delta.items[0] else {
            Issue.record("another item")
            return
        }
        #expect(account.passwordHash == nil)
    }
}
