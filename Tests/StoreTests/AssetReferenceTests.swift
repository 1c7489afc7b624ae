import Basics
import Store
import TestSupport
import Testing

@testable import StoreSQLite

struct AssetReferenceTests {
    private static func asset(_ text: String) -> Asset {
        Asset(hash: digest(text), size: text.utf8.count, mediaType: "text/plain")
    }

    private static func open(_ migrations: Int) throws -> (SQLiteConnection, UUID, TemporaryFolder) {
        let folder = TemporaryFolder()
        let data = try DataFolder(path: folder.path)
        try data.prepare(data.database)
        let connection = try SQLiteConnection(path: data.database, mode: .readWrite)
        try Migrations.apply(Array(Schema.migrations.prefix(migrations)), to: connection, now: noon)
        let ada = try account("ada")
        try IdentityWriter(connection: connection).apply(.insertAccount(ada))
        return (connection, ada.id, folder)
    }

    /// The step that made the table.
    private static var before: Int { (Schema.migrations.firstIndex { $0.sql.contains("asset_reference") } ?? 0) }

    @Test("Files of an older store get a reference each, with an id of the usual form")
    func takesOverFiles() throws {
        let (connection, ada, folder) = try Self.open(Self.before)
        let files = FileTable(connection: connection)
        for number in 0..<50 {
            _ = try files.upload(
                account: ada, FilePlace(.input, "s", "f\(number)"), Self.asset("\(number)"), overwrites: false,
                limit: nil,
                at: later(Int64(number)))
        }
        try Migrations.apply(Schema.migrations, to: connection, now: noon)
        var query = AssetQuery()
        query.limit = 100
        let page = try AssetReferenceTable(connection: connection).references(account: ada, query)
        #expect(page.total == 50 && page.references.count == 50)
        #expect(Set(page.references.map(\.id)).count == 50)
        #expect(page.references.first?.tags == ["input", "s"])
        #expect(page.references.first?.created == later(49))
        withExtendedLifetime(folder) {}
    }

    @Test("A file that is overwritten keeps its reference, one that goes takes it along")
    func staysInStep() throws {
        let (connection, ada, folder) = try Self.open(Schema.migrations.count)
        let (files, table) = (FileTable(connection: connection), AssetReferenceTable(connection: connection))
        let place = FilePlace(.input, "", "a")
        _ = try files.upload(account: ada, place, Self.asset("1"), overwrites: false, limit: nil, at: noon)
        let first = try #require(try table.reference(account: ada, at: place))
        var change = AssetChange()
        change.added = ["x"]
        _ = try table.change(account: ada, first.id, change, at: later(1))
        _ = try files.upload(account: ada, place, Self.asset("22"), overwrites: true, limit: nil, at: later(2))
        let second = try #require(try table.reference(account: ada, first.id))
        #expect(second.asset.size == 2 && second.labels == ["x"] && second.updated == later(2))
        #expect(try table.asset(account: ada, digest("22")) != nil)
        #expect(try table.asset(account: ada, digest("1")) == nil)
        #expect(try table.forget(account: ada, first.id))
        #expect(try table.reference(account: ada, first.id) == nil)
        try table.revive(account: ada, at: place)
        try connection.run("DELETE FROM file WHERE account = ?", .id(ada))
        #expect(try table.reference(account: ada, first.id) == nil)
        let tags = try connection.query("SELECT COUNT(*) FROM asset_tag") { row throws(GateError) in try row.integer(0)
        }
        #expect(tags == [0])
        withExtendedLifetime(folder) {}
    }

    @Test("By its bytes an account finds its own newest file that is not deleted, and nobody else's")
    func findsByBytes() throws {
        let (connection, ada, folder) = try Self.open(Schema.migrations.count)
        let (files, table) = (FileTable(connection: connection), AssetReferenceTable(connection: connection))
        let bob = try account("bob")
        try IdentityWriter(connection: connection).apply(.insertAccount(bob))
        for (owner, name, text, time) in [
            (ada, "old", "1", 1), (ada, "new", "1", 2), (ada, "other", "2", 3), (bob.id, "his", "3", 4),
            (bob.id, "both", "2", 5),
        ] {
            _ = try files.upload(
                account: owner, FilePlace(.input, "", name), Self.asset(text), overwrites: false, limit: nil,
                at: later(Int64(time)))
        }
        func found(_ owner: UUID, _ text: String) throws -> String? {
            try table.reference(account: owner, with: digest(text))?.name
        }
        #expect(try found(ada, "1") == "new" && found(ada, "2") == "other" && found(ada, "3") == nil)
        #expect(try found(bob.id, "1") == nil && found(bob.id, "2") == "both" && found(bob.id, "3") == "his")
        let new = try #require(try table.reference(account: ada, with: digest("1")))
        #expect(try table.forget(account: ada, new.id))
        #expect(try found(ada, "1") == "old")
        withExtendedLifetime(folder) {}
    }

    @Test("There are as many labels as may be, and no more")
    func limitsLabels() throws {
        let (connection, ada, folder) = try Self.open(Schema.migrations.count)
        let place = FilePlace(.input, "", "a")
        _ = try FileTable(connection: connection)
            .upload(account: ada, place, Self.asset("1"), overwrites: false, limit: nil, at: noon)
        let table = AssetReferenceTable(connection: connection)
        let id = try #require(try table.reference(account: ada, at: place)).id
        var change = AssetChange()
        change.added = (1..<AssetTags.limit).map { "t\($0)" }
        #expect(try table.change(account: ada, id, change, at: noon)?.labels.count == AssetTags.limit - 1)
        change.added = ["last"]
        #expect(try table.change(account: ada, id, change, at: noon)?.labels.count == AssetTags.limit)
        change.added = ["more"]
        #expect(throws: GateError.self) { try table.change(account: ada, id, change, at: noon) }
        withExtendedLifetime(folder) {}
    }
}
