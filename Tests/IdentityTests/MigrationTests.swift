import Basics
import Identity
import Store
import Testing

struct MigrationTests {
    private let world = World()
    private let hash = TokenFormat.makeLikeLogin().reveal()

    private func settings(
        _ file: String? = nil, account: String = "migration", days: Int64 = 30
    ) -> MigrationSettings {
        MigrationSettings(file: Secret(file ?? hash), account: account, until: later(days * 86_400))
    }

    @Test("The credential is made with its account, once, and ends with its day")
    func makesOne() async throws {
        let token = try #require(try await world.service.applyMigration(settings(hash + "\nowner")))
        #expect(token.kind == .migration)
        let again = try await world.service.applyMigration(settings())
        #expect(again?.id == token.id)
        let principal = try #require(world.principal(token: Secret(hash)))
        #expect(principal.name == "migration")
        #expect(principal.role == .user)
        world.clock.advance(30 * 86_400)
        #expect(world.principal(token: Secret(hash)) == nil)
        #expect(try await world.service.applyMigration(settings()) == nil)
        #expect(try await world.service.tokens(of: nil).isEmpty)
    }

    @Test("Another end, another hash and another account take the place of the one before")
    func replaces() async throws {
        try await world.service.applyMigration(settings())
        let longer = try #require(try await world.service.applyMigration(settings(days: 90)))
        #expect(longer.expires == later(90 * 86_400))
        let other = TokenFormat.makeLikeLogin().reveal()
        try await world.service.applyMigration(settings(other))
        #expect(world.principal(token: Secret(hash)) == nil)
        #expect(world.principal(token: Secret(other)) != nil)
        _ = try await world.service.createAccount(name: "anna", role: .user, by: root)
        try await world.service.applyMigration(settings(other, account: "anna"))
        #expect(world.principal(token: Secret(other))?.name == "anna")
        #expect(try await world.service.tokens(of: nil).count == 1)
    }

    @Test("Named no more, it is gone; what was imported by hand stays")
    func takesAway() async throws {
        let anna = try await world.service.createAccount(name: "anna", role: .user, by: root)
        let old = TokenFormat.makeLikeLogin().reveal()
        _ = try await world.service.importLoginPassword(
            old, for: anna.id, expires: later(86_400), adoptPassword: false, by: root)
        try await world.service.applyMigration(settings())
        try await world.service.applyMigration(nil)
        #expect(world.principal(token: Secret(hash)) == nil)
        #expect(world.principal(token: Secret(old))?.name == "anna")
    }

    @Test("What cannot be is refused and leaves the one before as it was")
    func refuses() async throws {
        try await world.service.applyMigration(settings())
        let olga = try await world.service.createAccount(name: "olga", role: .operator, by: root)
        await fails(.invalidArgument) { try await world.service.applyMigration(settings("not a hash")) }
        await fails(.invalidArgument) { try await world.service.applyMigration(settings("")) }
        await fails(.invalidArgument) { try await world.service.applyMigration(settings(account: "olga")) }
        await fails(.invalidArgument) { try await world.service.applyMigration(settings(account: "not a name")) }
        await fails(.invalidArgument) { try await world.service.applyMigration(settings(days: 91)) }
        #expect(world.principal(token: Secret(hash))?.name == "migration")
        #expect(try await world.service.tokens(of: olga.id).isEmpty)
    }
}
