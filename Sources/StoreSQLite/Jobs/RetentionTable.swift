internal import Basics
internal import Store

/// Which files and assets are no longer kept.
struct RetentionTable {
    let connection: SQLiteConnection

    private static let step = 1_000

    /// Files that a rule no longer keeps; ?3 to ?5 are the oldest time, the highest rank and the most bytes.
    ///
    /// What a job that has not ended has brought is not looked at.
    private static let outdated = """
        FROM (SELECT subfolder, name, size, file.created AS came,
                ROW_NUMBER() OVER newest AS rank, SUM(size) OVER newest AS total
            FROM file JOIN asset ON hash = asset LEFT JOIN job ON sequence = file.job
            WHERE file.account = ?1 AND type = ?2 AND (sequence IS NULL OR ended IS NOT NULL)
            WINDOW newest AS (ORDER BY file.created DESC, name DESC, subfolder DESC))
        WHERE came < ?3 OR rank > ?4 OR total > ?5
        """

    private func oldest(_ rule: RetentionRule, _ time: Timestamp) -> SQLiteValue {
        .integer(rule.age.map { time.milliseconds - Int64($0) } ?? .min)
    }

    func outdated(
        _ account: UUID, _ type: FolderType, _ rule: RetentionRule, at time: Timestamp
    ) throws(GateError) -> FileCount {
        try connection.query(
            "SELECT COUNT(*), COALESCE(SUM(size), 0) \(Self.outdated)", .id(account), .text(type.rawValue),
            oldest(rule, time), .integer(rule.count ?? .max), .integer(rule.bytes ?? .max)
        ) { row throws(GateError) in FileCount(files: try row.integer(0), bytes: try row.integer(1)) }.first
            ?? FileCount()
    }

    func retire(
        _ account: UUID, _ type: FolderType, _ rule: RetentionRule, at time: Timestamp
    ) throws(GateError) -> FileCount {
        let found = try connection.query(
            "SELECT subfolder, name, size \(Self.outdated) ORDER BY came LIMIT \(Self.step)", .id(account),
            .text(type.rawValue), oldest(rule, time), .integer(rule.count ?? .max), .integer(rule.bytes ?? .max)
        ) { row throws(GateError) in (folder: try row.text(0), name: try row.text(1), size: try row.integer(2)) }
        var sum = FileCount()
        for file in found {
            try connection.run(
                "DELETE FROM file WHERE account = ? AND type = ? AND subfolder = ? AND name = ?", .id(account),
                .text(type.rawValue), .text(file.folder), .text(file.name))
            sum += FileCount(files: 1, bytes: file.size)
        }
        return sum
    }

    func unneeded(isTrial: Bool) throws(GateError) -> [Asset] {
        let found = try connection.query(
            """
            SELECT hash, size, media_type FROM asset
                WHERE NOT EXISTS (SELECT 1 FROM file WHERE asset = hash)
                    AND NOT EXISTS (SELECT 1 FROM job_input WHERE asset = hash) LIMIT \(Self.step)
            """
        ) { row throws(GateError) in try asset(row) }
        guard !isTrial else { return found }
        for asset in found { try connection.run("DELETE FROM asset WHERE hash = ?", .digest(asset.hash)) }
        return found
    }

    func known(_ hashes: [Digest32]) throws(GateError) -> Set<Digest32> {
        var known: Set<Digest32> = []
        for hash in hashes {
            let found = try connection.query("SELECT 1 FROM asset WHERE hash = ?", .digest(hash)) { _ in true }
            if !found.isEmpty { known.insert(hash) }
        }
        return known
    }

    func asset(_ hash: Digest32) throws(GateError) -> Asset? {
        try connection.query("SELECT hash, size, media_type FROM asset WHERE hash = ?", .digest(hash)) {
            row throws(GateError) in try asset(row)
        }.first
    }

    func assets(_ first: UInt8) throws(GateError) -> [Asset] {
        let end = [UInt8](repeating: 0xFF, count: 33)
        return try connection.query(
            "SELECT hash, size, media_type FROM asset WHERE hash >= ? AND hash < ?", .blob([first]),
            .blob(first == 0xFF ? end : [first + 1])
        ) { row throws(GateError) in try asset(row) }
    }

    private func asset(_ row: SQLiteRow) throws(GateError) -> Asset {
        Asset(hash: try row.digest(0), size: try row.integer(1), mediaType: try row.text(2))
    }
}
