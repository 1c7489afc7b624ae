import Basics
import Store
import TestSupport
import Testing

@testable import Identity

/// Tokens, old credentials, invitations, the first administrator, lists of accounts.
struct CredentialTests {
    let world = World()
    var service: IdentityService { world.service }

    private func person(_ name: String = "anna", _ role: Role = .user) async throws -> Account {
        try await service.createAccount(name: name, role: role, password: Secret("password-\(name)"), by: root)
    }

    @Test func aTokenWorksUntilItIsRevoked() async throws {
        let anna = try await person()
        let ben = try await person("ben")
        let (token, secret) = try await service.createToken(for: anna.id, label: "nb", scopes: [.read], by: root)
        #expect(TokenFormat.hasValidCheck(Array(secret.reveal().utf8)))
        #expect(world.principal(token: secret)?.account == anna.id)
        #expect(token.digest == digest(secret.reveal()))
        await fails(.notFound) { try await service.revokeToken(token.id, of: ben.id, by: root) }
        try await service.revokeToken(token.id, of: anna.id, by: root)
        #expect(world.principal(token: secret) == nil)
        await fails(.notFound) { try await service.revokeToken(token.id, of: anna.id, by: root) }
    }

    @Test func aTokenEndsInTime() async throws {
        let anna = try await person()
        await fails(.invalidArgument) {
            _ = try await service.createToken(for: anna.id, label: "t", scopes: .read, expires: noon, by: root)
        }
        let (_, secret) = try await service.createToken(
            for: anna.id, label: "t", scopes: .read, expires: later(10), by: root)
        world.clock.advance(9)
        #expect(world.principal(token: secret) != nil)
        world.clock.advance(1)
        #expect(world.principal(token: secret) == nil)
    }

    static let grants: [(Role, Scopes, Bool)] = [
        (.user, [.read], true), (.user, [.read, .admin], false), (.user, [], false),
        (.user, [.read, .generate, .manage], true), (.operator, [.admin], true), (.admin, .all, true),
    ]

    @Test(arguments: grants)
    func scopesStayWithinTheRole(role: Role, scopes: Scopes, isGood: Bool) async throws {
        let account = try await person("x", role)
        let token = try? await service.createToken(for: account.id, label: "t", scopes: scopes, by: root)
        #expect((token != nil) == isGood)
    }

    @Test(arguments: [
        ("", false), ("a", true), (String(repeating: "a", count: 100), true),
        (String(repeating: "a", count: 101), false), ("a\nb", false),
    ])
    func labelsAreShortAndPrintable(label: String, isGood: Bool) async throws {
        let anna = try await person()
        let token = try? await service.createToken(for: anna.id, label: label, scopes: .read, by: root)
        #expect((token != nil) == isGood)
    }

    @Test func tokensOfOneAccountAreLimited() async throws {
        let anna = try await person()
        for number in 0..<50 {
            _ = try await service.createToken(for: anna.id, label: "t\(number)", scopes: .read, by: root)
        }
        await fails(.invalidArgument) {
            _ = try await service.createToken(for: anna.id, label: "t", scopes: .read, by: root)
        }
        #expect(try await service.tokens(of: anna.id).count == 50)
    }

    @Test func aTokenLikeALoginIsPersonalAndRevocable() async throws {
        let anna = try await person()
        let (token, secret) = try await service.createToken(
            for: anna.id, label: "old script", scopes: [.read, .generate], likeLogin: true, by: root)
        #expect(token.kind == .likeLogin)
        #expect(secret.reveal().wholeMatch(of: #/\$2b\$12\$.{53}/#) != nil)
        #expect(world.principal(token: secret)?.account == anna.id)
        try await service.revokeToken(token.id, of: nil, by: root)
        #expect(world.principal(token: secret) == nil)
    }

    // MARK: ComfyUI-Login

    static let hash = "$2b$12$rFmqcIpAZo1HSY84xbCGqu//mjfwtd3Av1fbLcw2XzRXzkBkkIHim"

    @Test(arguments: [
        (hash + "\nowner", "owner"), (hash + "\r\nowner\r\n", "owner"), (hash, nil), (hash + "\n", nil),
    ])
    func thePluginsFileIsRead(file: String, name: String?) throws {
        let password = try LoginPluginPassword(parsing: file)
        #expect(password.userName == name)
        #expect(PasswordHasher().verify(Secret("correct horse"), against: password.hash))
    }

    @Test(arguments: ["", "\n", "plain text", "\n" + hash, hash + " ", "Bearer " + hash])
    func whatIsNotItsHashIsRefused(file: String) {
        #expect(throws: GateError.self) { try LoginPluginPassword(parsing: file) }
    }

    @Test func theOldCredentialServesUntilItsEnd() async throws {
        let anna = try await person()
        let file = Self.hash + "\nowner"
        let day: Int64 = 86_400
        for seconds in [0, -1, 90 * day + 1] {
            await fails(.invalidArgument) {
                _ = try await service.importLoginPassword(
                    file, for: anna.id, expires: later(seconds), adoptPassword: false, by: root)
            }
        }
        let token = try await service.importLoginPassword(
            file, for: anna.id, expires: later(90 * day), adoptPassword: true, by: root)
        #expect(token.kind == .migration && !token.scopes.contains(.admin))
        #expect(world.principal(token: Secret(Self.hash))?.account == anna.id)
        #expect(try await service.migrationTokens() == [token])
        await fails(.alreadyExists) {
            _ = try await service.importLoginPassword(
                file, for: anna.id, expires: later(90 * day), adoptPassword: false, by: root)
        }
        let login = try await world.login("anna", "correct horse")
        #expect(login.account.mustChangePassword)
        world.clock.advance(90 * day)
        #expect(world.principal(token: Secret(Self.hash)) == nil)
        #expect(try await service.migrationTokens().isEmpty)
    }

    @Test(arguments: [Role.operator, .admin]) func theOldCredentialNeverHasPower(role: Role) async throws {
        let boss = try await person("boss", role)
        await fails(.invalidArgument) {
            _ = try await service.importLoginPassword(
                Self.hash, for: boss.id, expires: later(60), adoptPassword: false, by: root)
        }
        let anna = try await person()
        _ = try await service.importLoginPassword(
            Self.hash, for: anna.id, expires: later(60), adoptPassword: false, by: root)
        _ = try await service.setRole(anna.id, to: role, by: root)
        #expect(world.principal(token: Secret(Self.hash)) == nil)
        #expect(try await service.tokens(of: anna.id).isEmpty)
    }

    // MARK: Invitations and the first administrator

    @Test func anInvitationMakesOneAccount() async throws {
        let team = try await service.createTeam(name: "lab", by: root)
        let (_, secret) = try await service.invite(role: .operator, team: team.id, by: root)
        _ = try await person("taken")
        let address = ClientAddress("192.0.2.1")
        await fails(.alreadyExists) {
            _ = try await service.redeemInvitation(
                secret, name: "taken", password: Secret("password"), address: address)
        }
        await fails(.invalidArgument) {
            _ = try await service.redeemInvitation(secret, name: "anna", password: Secret("short"), address: address)
        }
        let anna = try await service.redeemInvitation(
            secret, name: "anna", password: Secret("password"), address: address)
        #expect(anna.role == .operator && anna.teams == [team.id])
        _ = try await world.login("anna", "password")
        await fails(.notFound) {
            _ = try await service.redeemInvitation(secret, name: "ben", password: Secret("password"), address: address)
        }
    }

    @Test func anInvitationEndsInTimeOrWhenItIsRevoked() async throws {
        let address = ClientAddress("192.0.2.1")
        await fails(.invalidArgument) { _ = try await service.invite(role: .admin, by: root) }
        await fails(.invalidArgument) { _ = try await service.invite(role: .user, seconds: 90 * 86_400 + 1, by: root) }
        let (invitation, revoked) = try await service.invite(role: .user, by: root)
        try await service.revokeInvitation(invitation.id, by: root)
        let (_, late) = try await service.invite(role: .user, seconds: 10, by: root)
        world.clock.advance(10)
        for secret in [revoked, late, Secret("ci_guess"), Secret("")] {
            await fails(.notFound) {
                _ = try await service.redeemInvitation(
                    secret, name: "anna", password: Secret("password"), address: address)
            }
        }
    }

    @Test func theFirstAdministratorNeedsTheConsolesSecret() async throws {
        #expect(try await service.needsAdministrator())
        let address = ClientAddress("@")
        let old = try await service.makeBootstrapSecret(by: .system)
        let secret = try await service.makeBootstrapSecret(by: .system)
        #expect(secret.reveal().utf8.count == 22)
        for bad in [old, Secret(""), Secret("guess")] {
            await fails(.notFound) {
                _ = try await service.redeemBootstrapSecret(
                    bad, name: "root", password: Secret("password"), address: address)
            }
        }
        let admin = try await service.redeemBootstrapSecret(
            secret, name: "root", password: Secret("password"), address: address)
        #expect(admin.role == .admin)
        #expect(try await !service.needsAdministrator())
        await fails(.notFound) {
            _ = try await service.redeemBootstrapSecret(
                secret, name: "mallory", password: Secret("password"), address: address)
        }
        let late = try await service.makeBootstrapSecret(by: root)
        world.clock.advance(3_600)
        await fails(.notFound) {
            _ = try await service.redeemBootstrapSecret(
                late, name: "late", password: Secret("password"), address: address)
        }
    }

    @Test func anUnattendedSetUpMakesTheAdministratorOnce() async throws {
        let made = try await service.ensureAdministrator(name: "root", password: Secret("from-the-file"))
        #expect(made?.role == .admin)
        #expect(try await service.ensureAdministrator(name: "root", password: Secret("another-one")) == nil)
        _ = try await world.login("root", "from-the-file")
    }

    // MARK: Lists

    @Test func aListMakesAllItsAccounts() async throws {
        let text =
            "\u{FEFF}Name,role,teams,password\r\nanna,user,lab;studio,\"pass,\"\"word\"\r\n\nben,,lab,\r\nold,operator,,\(Self.hash)"
        let made = try await service.importCSV(text, by: root)
        #expect(made.map(\.account.name.text) == ["anna", "ben", "old"])
        #expect(made.map { $0.password != nil } == [false, true, false])
        #expect(made.map(\.account.mustChangePassword) == [true, true, false])
        #expect(try await service.teams().map(\.name.text) == ["lab", "studio"])
        _ = try await world.login("anna", "pass,\"word")
        _ = try await world.login("ben", made[1].password?.reveal() ?? "")
        let old = try await world.login("old", "correct horse")
        #expect(old.account.role == .operator)
    }

    @Test func oneMistakeStopsTheList() async throws {
        _ = try await person("taken")
        let message = await fails(.invalidArgument) {
            _ = try await service.importCSV(
                "name,role\nanna,user\nb b,user\ncarl,king\nanna,\ndora\nerik,guest", by: root)
        }
        for part in ["line 3", "line 4", "line 5", "line 2 too", "line 6", "line 7"] {
            #expect(message.contains(part), "\(part)")
        }
        let second = await fails(.invalidArgument) {
            _ = try await service.importCSV("name,password\nTaken,long-enough\nben,short", by: root)
        }
        #expect(second.contains("line 2") && second.contains("line 3"))
        #expect(try await service.accounts().count == 1)
    }

    @Test(arguments: ["", "\n", "role\nuser", "name,colour\na,b", "name,name\na,b"])
    func aListNeedsItsHeader(text: String) { #expect(throws: GateError.self) { try AccountCSV(parsing: text) } }

    @Test func aListIsLimited() throws {
        let names = (0..<5_000).map { "n\($0)" }
        #expect(try AccountCSV(parsing: "name\n" + names.joined(separator: "\n")).rows.count == 5_000)
        #expect(throws: GateError.self) { try AccountCSV(parsing: "name\none-more\n" + names.joined(separator: "\n")) }
        #expect(throws: GateError.self) { try AccountCSV(parsing: "name\n" + String(repeating: "\n", count: 1 << 20)) }
    }

    @Test(arguments: UInt64(1)...200) func noListCrashesTheReader(seed: UInt64) {
        var dice = Dice(seed)
        let alphabet = Array("name,;\"\r\nab \u{0}é")
        let text = String((0..<60).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &dice)] })
        _ = try? AccountCSV(parsing: "name,role\n" + text)
        _ = try? AccountCSV(parsing: text)
    }
}
