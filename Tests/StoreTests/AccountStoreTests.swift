import Basics
import Store
import TestSupport
import Testing

/// What every `AccountStore` promises.
struct AccountStoreTests {
    @Test(arguments: Implementation.allCases) func everyChangeIsCounted(_ implementation: Implementation) async throws {
        try await implementation.run { store in
            #expect((store.load.items, store.load.transactions) == (0, 0))
            for number in 1...3 { try await store.commit([], audit: entry("\(number)")) }
            #expect((store.load.items, store.load.transactions, store.load.waiting) == (3, 3, 0))
        }
    }

    @Test(arguments: Implementation.allCases) func whatIsStoredIsReadBack(_ kind: Implementation) async throws {
        try await kind.run { store in
            let team = Team(name: try AccountName("Classe-1"), created: noon)
            var teacher = try account("Émile", role: .admin, teams: [team.id], password: "$2b$12$x")
            teacher.mustChangePassword = true
            var guest = try account("guest-1", role: .guest)
            guest.expires = later(86_400)
            guest.removeAfter = later(90_000)
            guest.disabled = true
            let token = token("notebook", of: teacher)
            let session = session("cookie", of: teacher)
            let invitation = Invitation(
                digest: digest("inv"), role: .user, team: team.id, created: noon, expires: later(60))
            try await store.commit(
                [
                    .insertTeam(team), .insertAccount(teacher), .insertAccount(guest), .insertToken(token),
                    .insertSession(session), .insertInvitation(invitation),
                    .setBootstrap(BootstrapSecret(digest: digest("boot"), expires: later(3_600))),
                ], audit: entry("setup"))
            let state = try await store.loadIdentity()
            #expect(
                state
                    == IdentityState(accounts: [guest, teacher], teams: [team], tokens: [token], sessions: [session]))
            #expect(try await store.accounts() == [guest, teacher])
            #expect(try await store.account(teacher.id) == teacher)
            #expect(try await store.account(named: AccountName("ÉMILE"))?.name.text == "Émile")
            #expect(try await store.tokens(of: guest.id) == [])
            #expect(try await store.tokens(of: teacher.id) == [token])
            #expect(try await store.sessions(of: teacher.id) == [session])
            #expect(try await store.session(session.digest) == session)
            #expect(try await store.session(digest("other")) == nil)
            #expect(try await store.invitations() == [invitation])
            #expect(try await store.invitation(digest("inv")) == invitation)
            #expect(try await store.bootstrapSecret()?.digest == digest("boot"))
            #expect(try await store.teams() == [team])
        }
    }

    @Test(arguments: Implementation.allCases) func namesAreUniqueWithoutRegardToCase(_ kind: Implementation)
        async throws
    {
        try await kind.run { store in
            let anna = try account("Anna")
            let ben = try account("Ben")
            try await store.commit([.insertAccount(anna), .insertAccount(ben)], audit: entry("create"))
            await fails(.alreadyExists) {
                try await store.commit([.insertAccount(account("ANNA"))], audit: entry("create"))
            }
            var renamed = ben
            renamed.name = try AccountName("aNNa")
            let taken = IdentityChange.updateAccount(renamed)
            let failure = await code { try await store.commit([taken], audit: entry("rename")) }
            #expect(failure == .alreadyExists)
            renamed.name = try AccountName("BEN")
            try await store.commit([.updateAccount(renamed)], audit: entry("rename"))
            #expect(try await store.account(ben.id)?.name.text == "BEN")
        }
    }

    @Test(arguments: Implementation.allCases) func aFailingStepUndoesTheChangeAndItsRecord(
        _ kind: Implementation
    ) async throws {
        try await kind.run { store in
            let anna = try account("anna")
            await fails(.notFound) {
                try await store.commit([.insertAccount(anna), .removeToken(UUID())], audit: entry("create"))
            }
            #expect(try await store.accounts().isEmpty)
            #expect(try await store.auditHead() == .empty)
        }
    }

    @Test(arguments: Implementation.allCases) func whatIsUnknownIsNotFound(_ kind: Implementation) async throws {
        try await kind.run { store in
            let nobody = try account("nobody")
            let team = Team(name: try AccountName("t"), created: noon)
            let changes: [IdentityChange] = [
                .updateAccount(nobody), .removeAccount(nobody.id), .updateTeam(team), .removeTeam(team.id),
                .insertToken(token("x", of: nobody)), .removeToken(UUID()), .insertSession(session("x", of: nobody)),
                .removeSession(digest("x")), .redeemInvitation(digest("x"), at: noon), .removeInvitation(UUID()),
                .redeemBootstrap(digest("x"), at: noon), .insertAccount(try account("a", teams: [team.id])),
                .insertInvitation(
                    Invitation(digest: digest("i"), role: .user, team: team.id, created: noon, expires: later(1))),
            ]
            for change in changes {
                await fails(.notFound) { try await store.commit([change], audit: entry("x")) }
            }
            try await store.commit([.removeSessions(of: nobody.id)], audit: entry("x"))
            #expect(try await store.accounts().isEmpty)
        }
    }

    @Test(arguments: Implementation.allCases) func aTokenDigestIsTakenOnce(_ kind: Implementation) async throws {
        try await kind.run { store in
            let anna = try account("anna")
            try await store.commit([.insertAccount(anna), .insertToken(token("a", of: anna))], audit: entry("x"))
            await fails(.alreadyExists) {
                try await store.commit([.insertToken(token("a", of: anna))], audit: entry("x"))
            }
        }
    }

    @Test(arguments: Implementation.allCases) func removingAnAccountRemovesItsCredentials(
        _ kind: Implementation
    ) async throws {
        try await kind.run { store in
            let team = Team(name: try AccountName("t"), created: noon)
            let anna = try account("anna", teams: [team.id])
            let ben = try account("ben", teams: [team.id])
            try await store.commit(
                [
                    .insertTeam(team), .insertAccount(anna), .insertAccount(ben), .insertToken(token("a", of: anna)),
                    .insertToken(token("b", of: ben)), .insertSession(session("a", of: anna)),
                    .insertSession(session("b", of: ben)),
                ], audit: entry("x"))
            try await store.commit([.removeAccount(anna.id)], audit: entry("x"))
            let state = try await store.loadIdentity()
            #expect(state.accounts == [ben])
            #expect(state.tokens.map(\.label) == ["b"])
            #expect(state.sessions.map(\.account) == [ben.id])
            try await store.commit([.removeTeam(team.id)], audit: entry("x"))
            #expect(try await store.account(ben.id)?.teams == [])
            try await store.commit([.removeSessions(of: ben.id)], audit: entry("x"))
            #expect(try await store.sessions(of: nil) == [])
        }
    }

    @Test(arguments: Implementation.allCases) func oneAdministratorMustRemain(_ kind: Implementation) async throws {
        try await kind.run { store in
            let root = try account("root", role: .admin, password: "hash")
            try await store.commit([.insertAccount(root), .requireAdministrator], audit: entry("x"))
            var changed: [Account] = []
            for edit in 0..<4 {
                var copy = root
                switch edit {
                case 0: copy.role = .operator
                case 1: copy.disabled = true
                case 2: copy.passwordHash = nil
                default: copy.removeAfter = later(1)
                }
                changed.append(copy)
            }
            for copy in changed {
                await fails(.lastAdministrator) {
                    try await store.commit([.updateAccount(copy), .requireAdministrator], audit: entry("x"))
                }
            }
            await fails(.lastAdministrator) {
                try await store.commit([.removeAccount(root.id), .requireAdministrator], audit: entry("x"))
            }
            #expect(try await store.account(root.id) == root)
        }
    }

    @Test(arguments: Implementation.allCases) func secretsAreRedeemedOnceAndInTime(_ kind: Implementation) async throws
    {
        try await kind.run { store in
            let invitation = Invitation(digest: digest("i"), role: .user, team: nil, created: noon, expires: later(10))
            let bootstrap = BootstrapSecret(digest: digest("b"), expires: later(10))
            try await store.commit([.insertInvitation(invitation), .setBootstrap(bootstrap)], audit: entry("x"))
            await fails(.notFound) {
                try await store.commit([.redeemInvitation(digest("i"), at: later(10))], audit: nil)
            }
            await fails(.notFound) {
                try await store.commit([.redeemBootstrap(digest("b"), at: later(10))], audit: nil)
            }
            try await store.commit(
                [.redeemInvitation(digest("i"), at: later(9)), .redeemBootstrap(digest("b"), at: later(9))],
                audit: entry("x"))
            await fails(.notFound) {
                try await store.commit([.redeemInvitation(digest("i"), at: later(9))], audit: nil)
            }
            #expect(try await store.bootstrapSecret() == nil)
        }
    }

    @Test(arguments: Implementation.allCases) func aSweepForgetsWhatHasExpired(_ kind: Implementation) async throws {
        try await kind.run { store in
            let anna = try account("anna")
            try await store.commit(
                [
                    .insertAccount(anna), .insertSession(session("idle", of: anna, idle: 9)),
                    .insertSession(session("edge", of: anna, idle: 10)),
                    .insertSession(session("old", of: anna, absolute: 10)),
                    .insertSession(session("young", of: anna, idle: 11, absolute: 11)),
                    .insertInvitation(
                        Invitation(digest: digest("i"), role: .user, team: nil, created: noon, expires: later(10))),
                    .setBootstrap(BootstrapSecret(digest: digest("b"), expires: later(10))),
                ], audit: entry("x"))
            try await store.commit([.sweep(later(10))], audit: nil)
            #expect(try await store.sessions(of: nil).map(\.digest) == [digest("young")])
            #expect(try await store.invitations().isEmpty)
            #expect(try await store.bootstrapSecret() == nil)
            #expect(try await store.auditHead().count == 1)
        }
    }

    @Test(arguments: Implementation.allCases) func aTouchNeverGoesBackInTime(_ kind: Implementation) async throws {
        try await kind.run { store in
            let anna = try account("anna")
            let token = token("a", of: anna)
            try await store.commit(
                [.insertAccount(anna), .insertToken(token), .insertSession(session("s", of: anna))],
                audit: entry("x"))
            let use = Touches.SessionUse(lastUsed: later(50), idleExpiry: later(150))
            let older = Touches.SessionUse(lastUsed: later(40), idleExpiry: later(140))
            try await store.touch(Touches(tokens: [token.id: later(50), UUID(): noon], sessions: [digest("s"): use]))
            try await store.touch(Touches(tokens: [token.id: later(40)], sessions: [digest("s"): older]))
            try await store.touch(Touches())
            #expect(try await store.tokens(of: nil).first?.lastUsed == later(50))
            let session = try await store.sessions(of: nil).first
            #expect(session?.lastUsed == later(50))
            #expect(session?.idleExpiry == later(150))
        }
    }

    @Test(arguments: Implementation.allCases) func theTrailNumbersAndChainsItsRecords(_ kind: Implementation)
        async throws
    {
        try await kind.run { store in
            for number in 0..<5 { try await store.commit([], audit: entry("step.\(number)")) }
            let tail = try await store.auditTail(2)
            #expect(tail.map(\.sequence) == [4, 5])
            #expect(tail.map(\.action) == ["step.3", "step.4"])
            #expect(tail.first?.actor == "console:1000")
            #expect(tail.first?.detail == #"{"by":"test"}"#)
            let head = try await store.auditHead()
            #expect(head == AuditHead(count: 5, mac: tail[1].mac))
            #expect(try await store.verifyAudit(head: head) == .intact(head))
            #expect(try await store.auditTail(0).isEmpty)
            let future = AuditHead(count: 6, mac: head.mac)
            #expect(try await store.verifyAudit(head: future) == .cut(count: 5, expected: 6))
            let other = AuditHead(count: 3, mac: head.mac)
            #expect(try await store.verifyAudit(head: other) == .replaced(sequence: 3))
        }
    }

    @Test func theMemoryStoreFailsWhenTold() async throws {
        let store = InMemoryAccountStore()
        store.fail(with: StoreRules.noTeam)
        await fails(.notFound) { _ = try await store.accounts() }
        store.fail(with: nil)
        #expect(try await store.accounts().isEmpty)
    }
}
