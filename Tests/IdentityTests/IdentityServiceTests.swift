import Basics
import Store
import TestSupport
import Testing

@testable import Identity

struct IdentityServiceTests {
    let world = World()
    var service: IdentityService { world.service }

    private func person(_ name: String = "anna", _ role: Role = .user) async throws -> Account {
        try await service.createAccount(name: name, role: role, password: Secret("password-\(name)"), by: root)
    }

    @Test func theRightPasswordBeginsASessionEveryLoopKnows() async throws {
        let anna = try await person("Anna")
        let login = try await world.login("aNNa", "password-Anna")
        #expect(login.account.id == anna.id)
        #expect(world.principal(login)?.account == anna.id)
        #expect(login.session.digest == digest(login.secret.reveal()))
        #expect(try await service.sessions(of: anna.id).map(\.digest) == [login.session.digest])
    }

    @Test func wrongNamesAndPasswordsGetOneAnswer() async throws {
        _ = try await person()
        let disabled = try await person("ben")
        _ = try await service.disable(disabled.id, by: root)
        _ = try await service.createAccount(name: "robot", role: .user, kind: .machine, by: root)
        var messages: Set<String> = []
        for (name, password) in [
            ("anna", "wrong-password"), ("nobody", "password-anna"), ("", ""), ("a b/c", "x"), ("robot", ""),
            ("ben", "wrong"), ("anna", ""), ("anna", "password-anna\u{0}"),
            (String(repeating: "x", count: 10_000), "y"),
        ] { messages.insert(await fails(.unauthenticated) { _ = try await world.login(name, password) }) }
        #expect(messages.count == 1)
        await fails(.forbidden) { _ = try await world.login("ben", "password-ben") }
    }

    @Test func aThirdWrongPasswordMakesTheNextOneWait() async throws {
        _ = try await person()
        for _ in 0..<5 { await fails(.unauthenticated) { _ = try await world.login("anna", "wrong-password") } }
        let before = world.clock.monotonic.now()
        _ = try await world.login("anna", "password-anna")
        #expect(world.clock.monotonic.now() - before >= .seconds(2))
    }

    @Test func manyLoginsAtOnceAllGetIn() async throws {
        for number in 0..<12 { _ = try await person("pupil\(number)") }
        let world = world
        let right = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<48 {
                group.addTask {
                    let name = number % 4 == 3 ? "nobody\(number)" : "pupil\(number % 12)"
                    let password = number < 12 || number % 4 == 0 ? "password-\(name)" : "wrong-\(number)"
                    return (try? await world.login(name, password)) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        let expected = (0..<48).count { $0 % 4 != 3 && ($0 < 12 || $0 % 4 == 0) }
        #expect(right == expected)
    }

    @Test func logoutEndsTheSession() async throws {
        _ = try await person()
        let login = try await world.login("anna", "password-anna")
        try await service.logout(login.session.digest, by: .system)
        #expect(world.principal(login) == nil)
        try await service.logout(login.session.digest, by: .system)
    }

    @Test func othersSessionsAreNotThere() async throws {
        let anna = try await person()
        let ben = try await person("ben")
        let login = try await world.login("anna", "password-anna")
        await fails(.notFound) { try await service.revokeSession(login.session.label, of: ben.id, by: root) }
        try await service.revokeSession(login.session.label, of: anna.id, by: root)
        #expect(world.principal(login) == nil)
        let second = try await world.login("anna", "password-anna")
        try await service.revokeSessions(of: anna.id, by: root)
        #expect(world.principal(second) == nil)
    }

    @Test func theOldestSessionMakesRoom() async throws {
        var settings = IdentitySettings()
        settings.sessions.perAccount = 2
        let world = World(settings)
        _ = try await world.service.createAccount(name: "anna", role: .user, password: Secret("password"), by: root)
        var logins: [Login] = []
        for _ in 0..<3 {
            logins.append(try await world.login("anna", "password"))
            world.clock.advance(1)
        }
        #expect(logins.map { world.principal($0) != nil } == [false, true, true])
    }

    @Test func aChangedPasswordRoleOrStateEndsSessionsAtOnce() async throws {
        _ = try await person("root", .admin)
        let anna = try await person()
        let changes: [(String, () async throws -> Void)] = [
            (
                "password",
                { _ = try await service.setPassword(anna.id, to: Secret("password-anna"), mustChange: false, by: root) }
            ),
            ("role", { _ = try await service.setRole(anna.id, to: .operator, by: root) }),
            ("disable", { _ = try await service.disable(anna.id, by: root) }),
            ("remove", { _ = try await service.remove(anna.id, by: root) }),
        ]
        for (name, change) in changes {
            let login = try await world.login("anna", "password-anna")
            #expect(world.principal(login) != nil, "\(name)")
            try await change()
            #expect(world.principal(login) == nil, "\(name)")
            _ = try await service.enable(anna.id, by: root)
            #expect(world.principal(login) == nil, "\(name)")
        }
    }

    @Test func onesOwnPasswordNeedsTheOldOne() async throws {
        let anna = try await person()
        _ = try await service.setPassword(anna.id, to: Secret("first-password"), mustChange: true, by: root)
        #expect(try await world.login("anna", "first-password").account.mustChangePassword)
        let address = ClientAddress("192.0.2.1")
        await fails(.unauthenticated) {
            try await service.changePassword(
                anna.id, from: Secret("wrong-password"), to: Secret("second-password"), address: address)
        }
        await fails(.invalidArgument) {
            try await service.changePassword(
                anna.id, from: Secret("first-password"), to: Secret("first-password"), address: address)
        }
        try await service.changePassword(
            anna.id, from: Secret("first-password"), to: Secret("second-password"), address: address)
        #expect(try await !world.login("anna", "second-password").account.mustChangePassword)
    }

    @Test func theLastAdministratorStays() async throws {
        let admin = try await person("root", .admin)
        await fails(.lastAdministrator) { _ = try await service.disable(admin.id, by: root) }
        await fails(.lastAdministrator) { _ = try await service.remove(admin.id, by: root) }
        await fails(.lastAdministrator) { _ = try await service.setRole(admin.id, to: .user, by: root) }
        _ = try await person("second", .admin)
        _ = try await service.setRole(admin.id, to: .user, by: root)
        #expect(try await service.account(admin.id).role == .user)
    }

    @Test func accountsHaveNamesRolesAndTeams() async throws {
        let anna = try await person()
        let team = try await service.createTeam(name: "Lab", by: root)
        await fails(.alreadyExists) { _ = try await service.createTeam(name: "LAB", by: root) }
        await fails(.alreadyExists) { _ = try await person("ANNA") }
        await fails(.invalidArgument) { _ = try await person("no good") }
        await fails(.invalidArgument) { _ = try await person("guest", .guest) }
        await fails(.invalidArgument) {
            _ = try await service.createAccount(
                name: "m", role: .user, kind: .machine, password: Secret("password"), by: root)
        }
        _ = try await service.setTeams(anna.id, [team.id], by: root)
        _ = try await service.rename(anna.id, to: "Ännchen", by: root)
        #expect(try await service.account(named: "ÄNNCHEN").teams == [team.id])
        await fails(.notFound) { _ = try await service.account(named: "anna") }
        await fails(.notFound) { _ = try await service.account(named: "/") }
        await fails(.notFound) { _ = try await service.setTeams(anna.id, [UUID()], by: root) }
        try await service.renameTeam(team.id, to: "Studio", by: root)
        #expect(try await service.teams().map(\.name.text) == ["Studio"])
        let (_, secret) = try await service.createToken(for: anna.id, label: "t", scopes: .read, by: root)
        #expect(world.principal(token: secret)?.teams == [team.id])
        try await service.removeTeam(team.id, by: root)
        #expect(world.principal(token: secret)?.teams == [])
        #expect(world.principal(token: secret)?.name == "Ännchen")
    }

    @Test func aRemovedAccountGoesAfterItsGrace() async throws {
        let anna = try await person()
        let (_, secret) = try await service.createToken(for: anna.id, label: "t", scopes: .read, by: root)
        _ = try await service.remove(anna.id, by: root)
        #expect(world.principal(token: secret) == nil)
        world.clock.advance(7 * 86_400 - 1)
        #expect(try await service.sweep().isEmpty)
        _ = try await service.enable(anna.id, by: root)
        #expect(world.principal(token: secret) != nil)
        world.clock.advance(10)
        #expect(try await service.sweep().isEmpty)
        _ = try await service.remove(anna.id, by: root)
        world.clock.advance(7 * 86_400)
        #expect(try await service.sweep().map(\.id) == [anna.id])
        #expect(try await service.accounts().isEmpty)
        #expect(world.principal(token: secret) == nil)
    }

    @Test func guestsAreOffUnlessAllowed() async throws {
        await fails(.forbidden) { _ = try await service.guestLogin(from: visitor()) }
        var settings = IdentitySettings()
        settings.guestsAllowed = true
        settings.maximumGuests = 2
        let world = World(settings)
        await fails(.forbidden) { _ = try await world.service.guestLogin(from: visitor("192.0.2.1", .console)) }
        let one = try await world.service.guestLogin(from: visitor())
        let two = try await world.service.guestLogin(from: visitor())
        #expect(one.account.id != two.account.id)
        #expect(world.principal(one)?.role == .guest)
        await fails(.overloaded) { _ = try await world.service.guestLogin(from: visitor()) }
        await fails(.invalidArgument) {
            _ = try await world.service.createToken(for: one.account.id, label: "t", scopes: .read, by: root)
        }
        await fails(.invalidArgument) { _ = try await world.service.setRole(one.account.id, to: .user, by: root) }
        world.clock.advance(86_400)
        #expect(world.principal(one) == nil)
        #expect(try await world.service.sweep().count == 2)
        _ = try await world.service.guestLogin(from: visitor())
    }

    @Test func aStoreThatFailsTellsNoLoop() async throws {
        let anna = try await person()
        let before = world.deltas.withLock { $0.count }
        world.store.fail(with: GateError(.storeFull, from: .gateway, "full"))
        await fails(.storeFull) { _ = try await service.disable(anna.id, by: root) }
        await fails(.storeFull) {
            _ = try await service.createToken(for: anna.id, label: "t", scopes: .read, by: root)
        }
        #expect(world.deltas.withLock { $0.count } == before)
        world.store.fail(with: nil)
        _ = try await service.disable(anna.id, by: root)
    }

    @Test func usesReachTheStoreAndTheOtherLoops() async throws {
        let anna = try await person()
        let login = try await world.login("anna", "password-anna")
        let snapshot = world.snapshot()
        _ = snapshot.principal(session: login.session.digest, at: .gate, now: later(100))
        try await service.touch(snapshot.takeTouches())
        #expect(try await service.sessions(of: anna.id).first?.lastUsed == later(100))
        #expect(world.deltas.withLock { $0.last?.items.count } == 1)
        let count = world.deltas.withLock { $0.count }
        try await service.touch(Touches())
        #expect(world.deltas.withLock { $0.count } == count)
    }

    @Test func everyChangeLeavesARecordWithoutSecrets() async throws {
        let anna = try await person()
        _ = try await world.login("anna", "password-anna")
        let (token, secret) = try await service.createToken(for: anna.id, label: "nb", scopes: .read, by: root)
        try await service.revokeToken(token.id, of: nil, by: root)
        _ = try await service.rename(anna.id, to: "anne", by: root)
        let records = try await service.auditTail()
        #expect(
            records.map(\.action) == [
                "account.create", "session.login", "token.create", "token.revoke", "account.rename",
            ])
        #expect(records.map(\.sequence) == [1, 2, 3, 4, 5])
        for record in records {
            let text = "\(record)"
            #expect(!text.contains("password-anna") && !text.contains("$2b$") && !text.contains(secret.reveal()))
        }
        let head = try await service.auditHead()
        #expect(try await service.verifyAudit(head: head) == .intact(head))
        world.store.tamper { $0.removeLast() }
        #expect(try await service.verifyAudit(head: head) == .cut(count: 4, expected: 5))
    }

    @Test func changesReachTheLoopsInTheOrderOfTheCommits() async throws {
        let anna = try await person()
        let world = world
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                group.addTask {
                    if number.isMultiple(of: 2) {
                        _ = try? await world.service.disable(anna.id, by: root)
                    } else {
                        _ = try? await world.service.enable(anna.id, by: root)
                    }
                }
            }
        }
        let stored = try await service.account(anna.id)
        let (_, secret) = try await service.createToken(for: anna.id, label: "t", scopes: .read, by: root)
        #expect((world.principal(token: secret) == nil) == stored.disabled)
    }
}
