internal import Basics
internal import Store

/// One step from a schema to the next; once released it never changes.
struct Migration: Sendable {
    /// Counts from 1 without gaps.
    let version: Int
    let name: String
    /// Any number of statements; they run in one transaction with the row that notes the step.
    let sql: String
}

/// Brings a database up to date, forwards only.
enum Migrations {
    /// Marks a file as ours (`PRAGMA application_id`): "CGat".
    static let applicationID: Int = 0x4347_6174

    /// The newest schema this program knows is the last of `list`.
    ///
    /// - Throws: `storeTooNew` for a file of a newer program, `storeCorrupt` for a database that is not ours.
    static func apply(_ list: [Migration], to connection: SQLiteConnection, now: Timestamp) throws(GateError) {
        precondition(list.map(\.version) == Array(1..<list.count + 1), "migrations count from 1 without gaps")
        try claim(connection)
        let current =
            try connection.query("SELECT COALESCE(MAX(version), 0) FROM schema_version") {
                row throws(GateError) in try row.integer(0)
            }.first ?? 0
        guard current <= list.count else {
            throw GateError(
                .storeTooNew, from: .gateway,
                "The store has schema \(current), this program knows \(list.count): install the newer version again.")
        }
        for step in list.dropFirst(current) {
            try connection.execute("BEGIN IMMEDIATE")
            do throws(GateError) {
                try connection.execute(step.sql)
                try connection.run(
                    "INSERT INTO schema_version (version, name, applied) VALUES (?, ?, ?)",
                    .integer(step.version), .text(step.name), .time(now))
                try connection.execute("COMMIT")
            } catch {
                if connection.isInTransaction { try? connection.execute("ROLLBACK") }
                throw error
            }
        }
    }

    /// Notes in an empty file that it is ours; refuses somebody else's.
    private static func claim(_ connection: SQLiteConnection) throws(GateError) {
        let id = try number("PRAGMA application_id", connection)
        guard id != applicationID else { return }
        let tables = try number("SELECT COUNT(*) FROM sqlite_schema", connection)
        guard id == 0, tables == 0 else {
            throw GateError(
                .storeCorrupt, from: .gateway,
                "The file in the store's place is another program's database; move it away.",
                detail: "application_id \(id), \(tables) tables")
        }
        try connection.execute(
            """
            BEGIN IMMEDIATE;
            PRAGMA application_id = \(applicationID);
            CREATE TABLE schema_version (
                version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied INTEGER NOT NULL) STRICT;
            COMMIT;
            """)
    }

    private static func number(_ sql: String, _ connection: SQLiteConnection) throws(GateError) -> Int {
        try connection.query(sql) { row throws(GateError) in try row.integer(0) }.first ?? 0
    }
}
