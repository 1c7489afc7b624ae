import Basics
import Store
import TestSupport
import Testing

@testable import StoreSQLite

struct MigrationTests {
    let folder = TemporaryFolder()

    static let steps = [
        Migration(version: 1, name: "one", sql: "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1)"),
        Migration(version: 2, name: "two", sql: "ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 5"),
        Migration(version: 3, name: "three", sql: "CREATE TABLE b AS SELECT x + y AS z FROM a; DROP TABLE a"),
    ]

    func open() throws -> SQLiteConnection {
        let data = try DataFolder(path: folder.path)
        try data.prepare(data.database)
        return try SQLiteConnection(path: data.database, mode: .readWrite)
    }

    func version(_ connection: SQLiteConnection) throws -> Int? {
        try connection.query("SELECT MAX(version) FROM schema_version") { row throws(GateError) in try row.integer(0) }
            .first
    }

    @Test(arguments: 0...3) func eachOlderSchemaIsBroughtUpToDate(older: Int) throws {
        let connection = try open()
        try Migrations.apply(Array(Self.steps.prefix(older)), to: connection, now: noon)
        try Migrations.apply(Self.steps, to: connection, now: later(1))
        #expect(try version(connection) == 3)
        #expect(try connection.query("SELECT z FROM b") { row throws(GateError) in try row.integer(0) } == [6])
        let times = try connection.query("SELECT applied FROM schema_version ORDER BY version") {
            row throws(GateError) in try row.time(0)
        }
        #expect(times == (0..<3).map { $0 < older ? noon : later(1) })
    }

    @Test func aNewerSchemaIsRefusedWithBothNumbers() throws {
        let connection = try open()
        try Migrations.apply(Self.steps, to: connection, now: noon)
        #expect {
            try Migrations.apply(Array(Self.steps.prefix(2)), to: connection, now: noon)
        } throws: { error in
            guard let error = error as? GateError else { return false }
            return error.code == .storeTooNew && error.message.contains("schema 3") && error.message.contains("knows 2")
        }
        #expect(try version(connection) == 3)
    }

    @Test func aFailingStepLeavesTheSchemaBeforeIt() throws {
        let connection = try open()
        let broken = [
            Self.steps[0], Migration(version: 2, name: "broken", sql: "CREATE TABLE c (x); SELECT * FROM nowhere"),
        ]
        #expect(throws: GateError.self) { try Migrations.apply(broken, to: connection, now: noon) }
        #expect(try version(connection) == 1)
        try Migrations.apply(Self.steps, to: connection, now: noon)
        #expect(try version(connection) == 3)
    }

    @Test func aStrangersDatabaseIsRefused() throws {
        let connection = try open()
        try connection.execute("CREATE TABLE notes (x)")
        #expect(throws: GateError.self) { try Migrations.apply(Self.steps, to: connection, now: noon) }
    }

    @Test func theRealHistoryAppliesToAnEmptyFile() throws {
        let connection = try open()
        try Migrations.apply(Schema.migrations, to: connection, now: noon)
        #expect(try version(connection) == Schema.migrations.count)
    }

    @Test(arguments: 1...Schema.migrations.count) func whatAnOlderProgramStoredIsKept(older: Int) throws {
        let connection = try open()
        try Migrations.apply(Array(Schema.migrations.prefix(older)), to: connection, now: noon)
        let ada = try account("ada")
        try IdentityWriter(connection: connection).apply(.insertAccount(ada))
        try Migrations.apply(Schema.migrations, to: connection, now: later(1))
        #expect(try IdentityReader(connection: connection).accounts() == [ada])
        let faults = try connection.query("PRAGMA integrity_check") { row throws(GateError) in try row.text(0) }
        #expect(faults == ["ok"])
    }
}
