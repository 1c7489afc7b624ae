internal import Basics
internal import Store

/// The tables of assets and of whose file is which.
struct FileTable {
    let connection: SQLiteConnection

    private static let columns = "type, subfolder, name, hash, size, media_type, file.created"

    private func file(_ row: SQLiteRow) throws(GateError) -> AccountFile {
        AccountFile(
            place: FilePlace(try row.word(0), try row.text(1), try row.text(2)),
            asset: Asset(hash: try row.digest(3), size: try row.integer(4), mediaType: try row.text(5)),
            created: try row.time(6))
    }

    // MARK: Changes

    func upload(
        account: UUID, _ place: FilePlace, _ asset: Asset, overwrites: Bool, limit: Int?, at time: Timestamp
    ) throws(GateError) -> AccountFile {
        try keep(asset, at: time)
        var place = place
        var copies = 0
        while !overwrites, let known = try file(account: account, place) {
            if known.asset.hash == asset.hash { return known }
            copies += 1
            guard copies <= Self.copyLimit else { throw StoreRules.tooManyCopies }
            place = FilePlace(place.type, place.subfolder, OutputName.copy(place.name, copies))
        }
        if let limit, try UsageTable(connection: connection).stored(account) + asset.size > limit {
            throw StoreRules.storageUsed(limit)
        }
        try insert(account, place, asset, at: time)
        return AccountFile(place: place, asset: asset, created: time)
    }

    /// Files of nearly one name that an account may have.
    private static let copyLimit = 1_000

    func keep(_ output: NewOutput) throws(GateError) -> AccountFile {
        if let known = try outputs(of: output.job)[output.source] { return known }
        try keep(output.asset, at: output.created)
        let place = try freePlace(account: output.account, output.wanted)
        try insert(output.account, place, output.asset, at: output.created, output)
        return AccountFile(place: place, asset: output.asset, created: output.created)
    }

    private func keep(_ asset: Asset, at time: Timestamp) throws(GateError) {
        try connection.run(
            "INSERT INTO asset (hash, size, media_type, created) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            .digest(asset.hash), .integer(asset.size), .text(asset.mediaType), .time(time))
    }

    private func insert(
        _ account: UUID, _ place: FilePlace, _ asset: Asset, at time: Timestamp, _ output: NewOutput? = nil
    ) throws(GateError) {
        do throws(SQLiteFailure) {
            try connection.attempt(
                """
                INSERT INTO file (account, type, subfolder, name, asset, created, job, attempt, source)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (account, type, subfolder, name) DO UPDATE SET asset = excluded.asset,
                        created = excluded.created, job = excluded.job, attempt = excluded.attempt,
                        source = excluded.source
                """,
                [
                    .id(account), .text(place.type.rawValue), .text(place.subfolder), .text(place.name),
                    .digest(asset.hash), .time(time), output.map { .integer($0.job) } ?? .null,
                    output.map { .id($0.attempt) } ?? .null, .text(orNull: output?.source),
                ])
        } catch {
            throw error.isForeignKey ? StoreRules.noAccount : error.error
        }
    }

    /// Where ComfyUI would have written it, had this account been alone: under the next number of its prefix.
    private func freePlace(account: UUID, _ wanted: FilePlace) throws(GateError) -> FilePlace {
        guard let name = OutputName(wanted.name) else {
            var place = wanted
            var copies = 0
            while try file(account: account, place) != nil {
                copies += 1
                place = FilePlace(wanted.type, wanted.subfolder, OutputName.copy(wanted.name, copies))
            }
            return place
        }
        while true {
            let next = try connection.query(
                """
                INSERT INTO file_counter (account, type, subfolder, prefix, last) VALUES (?, ?, ?, ?, 1)
                    ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last
                """, .id(account), .text(wanted.type.rawValue), .text(wanted.subfolder), .text(name.prefix)
            ) { row throws(GateError) in try row.integer(0) }
            let place = FilePlace(wanted.type, wanted.subfolder, name.numbered(next.first ?? 1))
            if try file(account: account, place) == nil { return place }
        }
    }

    // MARK: Questions

    func file(account: UUID, _ place: FilePlace) throws(GateError) -> AccountFile? {
        try connection.query(
            """
            SELECT \(Self.columns) FROM file JOIN asset ON hash = asset
                WHERE account = ? AND type = ? AND subfolder = ? AND name = ?
            """, .id(account), .text(place.type.rawValue), .text(place.subfolder), .text(place.name)
        ) { row throws(GateError) in try file(row) }.first
    }

    func files(
        account: UUID, _ type: FolderType, subfolder: String?, limit: Int
    ) throws(GateError) -> [AccountFile] {
        let folder = subfolder == nil ? "?3 IS NULL" : "subfolder = ?3"
        return try connection.query(
            """
            SELECT \(Self.columns) FROM file JOIN asset ON hash = asset
                WHERE account = ?1 AND type = ?2 AND \(folder) ORDER BY file.created DESC, name DESC LIMIT ?4
            """, .id(account), .text(type.rawValue), .text(orNull: subfolder), .integer(max(0, limit))
        ) { row throws(GateError) in try file(row) }
    }

    func outputs(of job: Int) throws(GateError) -> [String: AccountFile] {
        let found = try connection.query(
            "SELECT \(Self.columns), source FROM file JOIN asset ON hash = asset WHERE job = ?", .integer(job)
        ) { row throws(GateError) in (source: try row.text(7), file: try file(row)) }
        return Dictionary(found.map { ($0.source, $0.file) }) { first, _ in first }
    }

    func assetIDs(of job: Int) throws(GateError) -> [String: UUID] {
        let found = try connection.query(
            """
            SELECT f.source, r.id FROM file f JOIN asset_reference r
                ON r.account = f.account AND r.type = f.type AND r.subfolder = f.subfolder AND r.file = f.name
                WHERE f.job = ? AND f.source IS NOT NULL AND r.hidden = 0
            """, .integer(job)
        ) { row throws(GateError) in (source: try row.text(0), id: try row.id(1)) }
        return Dictionary(found.map { ($0.source, $0.id) }) { first, _ in first }
    }

    func count(of account: UUID) throws(GateError) -> [FolderType: FileCount] {
        let rows = try connection.query("SELECT type, files, bytes FROM file_tally WHERE account = ?", .id(account)) {
            row throws(GateError) in try Self.count(row)
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    func counts() throws(GateError) -> [UUID: [FolderType: FileCount]] {
        let rows = try connection.query("SELECT type, files, bytes, account FROM file_tally") {
            row throws(GateError) in (account: try row.id(3), count: try Self.count(row))
        }
        var counts: [UUID: [FolderType: FileCount]] = [:]
        for row in rows { counts[row.account, default: [:]][row.count.0] = row.count.1 }
        return counts
    }

    private static func count(_ row: SQLiteRow) throws(GateError) -> (FolderType, FileCount) {
        (try row.word(0), FileCount(files: try row.integer(1), bytes: try row.integer(2)))
    }
}
