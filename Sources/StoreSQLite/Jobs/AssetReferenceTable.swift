public import Basics
public import Store

/// The table of what accounts note about their files; triggers keep it in step with the files.
struct AssetReferenceTable {
    let connection: SQLiteConnection

    private static let columns = """
        r.id, r.type, r.subfolder, r.file, a.hash, a.size, a.media_type, r.name, r.metadata, r.preview, r.created,
        r.updated, r.accessed, (SELECT public_id FROM job WHERE sequence = f.job),
        (SELECT json_group_array(tag) FROM asset_tag WHERE reference = r.id)
        """
    private static let tables = """
        asset_reference r
            JOIN file f ON f.account = r.account AND f.type = r.type AND f.subfolder = r.subfolder AND f.name = r.file
            JOIN asset a ON a.hash = f.asset
        """

    private func reference(_ row: SQLiteRow) throws(GateError) -> AssetReference {
        let labels = (try? JSON(parsing: try row.text(14)))?.array?.compactMap(\.string) ?? []
        return AssetReference(
            id: try row.id(0), place: FilePlace(try row.word(1), try row.text(2), try row.text(3)),
            asset: Asset(hash: try row.digest(4), size: try row.integer(5), mediaType: try row.text(6)),
            name: try row.text(7), metadata: try row.optionalText(8).map { Array($0.utf8) },
            preview: try row.optionalText(9).flatMap { UUID($0) }, labels: labels, job: try row.optionalText(13),
            created: try row.time(10), updated: try row.time(11), accessed: try row.time(12))
    }

    // MARK: Questions

    func reference(account: UUID, _ id: UUID) throws(GateError) -> AssetReference? {
        try connection.query(
            "SELECT \(Self.columns) FROM \(Self.tables) WHERE r.account = ? AND r.id = ? AND r.hidden = 0",
            .id(account), .id(id)
        ) { row throws(GateError) in try reference(row) }.first
    }

    func reference(account: UUID, at place: FilePlace) throws(GateError) -> AssetReference? {
        try connection.query(
            """
            SELECT \(Self.columns) FROM \(Self.tables)
                WHERE r.account = ? AND r.type = ? AND r.subfolder = ? AND r.file = ?
            """, .id(account), .text(place.type.rawValue), .text(place.subfolder), .text(place.name)
        ) { row throws(GateError) in try reference(row) }.first
    }

    func reference(account: UUID, with hash: Digest32) throws(GateError) -> AssetReference? {
        // By the bytes first, of which there are few files, and not by the account.
        try connection.query(
            """
            SELECT \(Self.columns) FROM \(Self.tables)
                WHERE f.asset = ?1 AND f.account = ?2 AND r.account = ?2 AND r.hidden = 0
                ORDER BY r.created DESC, r.id DESC LIMIT 1
            """, .digest(hash), .id(account)
        ) { row throws(GateError) in try reference(row) }.first
    }

    func asset(account: UUID, _ hash: Digest32) throws(GateError) -> Asset? {
        try connection.query(
            """
            SELECT hash, size, media_type FROM asset
                WHERE hash = ?1 AND EXISTS (SELECT 1 FROM file WHERE asset = ?1 AND account = ?2)
            """, .digest(hash), .id(account)
        ) { row throws(GateError) in
            Asset(hash: try row.digest(0), size: try row.integer(1), mediaType: try row.text(2))
        }.first
    }

    func references(account: UUID, _ query: AssetQuery) throws(GateError) -> AssetPage {
        let wish = Wish(query)
        let total =
            try connection.query(
                "SELECT COUNT(*) FROM \(Self.tables) WHERE \(Self.filter)", .id(account), wish.included, wish.excluded,
                wish.name, wish.hash, wish.metadata
            ) { row throws(GateError) in try row.integer(0) }.first ?? 0
        let column = Self.column(query.sort)
        let direction = query.isDescending ? "DESC" : "ASC"
        let behind = "AND (?9 IS NULL OR (\(column), r.id) \(query.isDescending ? "<" : ">") (?9, ?10))"
        let limit = max(0, query.limit)
        let start = query.after.map { $0.value.string.map(SQLiteValue.text) ?? .integer($0.value.int ?? 0) }
        var found = try connection.query(
            """
            SELECT \(Self.columns) FROM \(Self.tables) WHERE \(Self.filter) \(behind)
                ORDER BY \(column) \(direction), r.id \(direction) LIMIT ?7 OFFSET ?8
            """, .id(account), wish.included, wish.excluded, wish.name, wish.hash, wish.metadata, .integer(limit + 1),
            .integer(query.after == nil ? max(0, query.offset) : 0), start ?? .null,
            query.after.map { .id($0.id) } ?? .null
        ) { row throws(GateError) in try reference(row) }
        let hasMore = found.count > limit
        if hasMore { found.removeLast() }
        return AssetPage(references: found, total: total, hasMore: hasMore)
    }

    func tagCounts(account: UUID, _ query: AssetQuery) throws(GateError) -> [String: Int] {
        let wish = Wish(query)
        var counts: [String: Int] = [:]
        let places = try connection.query(
            """
            SELECT r.type, r.subfolder, COUNT(*) FROM \(Self.tables) WHERE \(Self.filter) GROUP BY r.type, r.subfolder
                LIMIT 10000
            """, .id(account), wish.included, wish.excluded, wish.name, wish.hash, wish.metadata
        ) { row throws(GateError) in (try row.text(0), try row.text(1), try row.integer(2)) }
        for (type, subfolder, count) in places {
            guard let type = FolderType(rawValue: type) else { continue }
            for tag in AssetTags.of(type, subfolder) { counts[tag, default: 0] += count }
        }
        let labels = try connection.query(
            """
            SELECT t.tag, COUNT(*) FROM \(Self.tables) JOIN asset_tag t ON t.reference = r.id WHERE \(Self.filter)
                GROUP BY t.tag ORDER BY COUNT(*) DESC LIMIT 10000
            """, .id(account), wish.included, wish.excluded, wish.name, wish.hash, wish.metadata
        ) { row throws(GateError) in (try row.text(0), try row.integer(1)) }
        for (tag, count) in labels { counts[tag, default: 0] += count }
        return counts
    }

    /// What a query demands, as values: a statement for each combination would be kept for ever.
    private struct Wish {
        let included: SQLiteValue
        let excluded: SQLiteValue
        let name: SQLiteValue
        let hash: SQLiteValue
        let metadata: SQLiteValue

        init(_ query: AssetQuery) {
            func text(_ json: JSON) -> SQLiteValue { .text(String(decoding: json.encoded(), as: UTF8.self)) }
            included = text(.array(query.included.map { .string($0) }))
            excluded = text(.array(query.excluded.map { .string($0) }))
            name = .text(orNull: query.nameContains)
            hash = query.hash.map { .digest($0) } ?? .null
            metadata = text(.object(query.metadata))
        }
    }

    private static let hasTag = """
        (r.type = w.value OR instr('/' || lower(r.subfolder) || '/', '/' || w.value || '/') > 0
            OR EXISTS (SELECT 1 FROM asset_tag WHERE reference = r.id AND tag = w.value))
        """
    private static let filter = """
        r.account = ?1 AND r.hidden = 0
            AND NOT EXISTS (SELECT 1 FROM json_each(?2) w WHERE NOT \(hasTag))
            AND NOT EXISTS (SELECT 1 FROM json_each(?3) w WHERE \(hasTag))
            AND (?4 IS NULL OR instr(lower(r.name), lower(?4)) > 0)
            AND (?5 IS NULL OR a.hash = ?5)
            AND NOT EXISTS (SELECT 1 FROM json_each(?6) w WHERE NOT EXISTS (
                SELECT 1 FROM json_each(COALESCE(r.metadata, '{}')) h WHERE h.key = w.key AND h.atom IS w.atom
                    AND (h.type = w.type OR (h.type IN ('integer', 'real') AND w.type IN ('integer', 'real')))))
        """

    private static func column(_ sort: AssetQuery.Sort) -> String {
        switch sort {
        case .name: "r.name"
        case .created: "r.created"
        case .updated: "r.updated"
        case .size: "a.size"
        case .accessed: "r.accessed"
        }
    }

    // MARK: Changes

    func change(
        account: UUID, _ id: UUID, _ change: AssetChange, at time: Timestamp
    ) throws(GateError) -> AssetReference? {
        guard let old = try reference(account: account, id) else { return nil }
        try connection.run(
            """
            UPDATE asset_reference SET name = COALESCE(?, name), metadata = COALESCE(?, metadata),
                preview = COALESCE(?, preview), updated = ? WHERE id = ?
            """, .text(orNull: change.name),
            .text(orNull: change.metadata.map { String(decoding: $0, as: UTF8.self) }),
            change.preview.map { .id($0) } ?? .null, .time(time), .id(id))
        for tag in change.removed {
            try connection.run("DELETE FROM asset_tag WHERE reference = ? AND tag = ?", .id(id), .text(tag))
        }
        for tag in change.added where !old.placeTags.contains(tag) {
            try connection.run(
                "INSERT INTO asset_tag (reference, tag) VALUES (?, ?) ON CONFLICT DO NOTHING", .id(id), .text(tag))
        }
        let new = try reference(account: account, id)
        guard let new, new.labels.count <= AssetTags.limit else { throw StoreRules.tooManyTags }
        return new
    }

    func revive(account: UUID, at place: FilePlace) throws(GateError) {
        try connection.run(
            """
            UPDATE asset_reference SET hidden = 0
                WHERE account = ? AND type = ? AND subfolder = ? AND file = ? AND hidden = 1
            """, .id(account), .text(place.type.rawValue), .text(place.subfolder), .text(place.name))
    }

    func touch(account: UUID, _ id: UUID, at time: Timestamp) throws(GateError) {
        try connection.run(
            "UPDATE asset_reference SET accessed = ? WHERE id = ? AND account = ?", .time(time), .id(id), .id(account))
    }

    func forget(account: UUID, _ id: UUID) throws(GateError) -> Bool {
        try connection.run(
            "UPDATE asset_reference SET hidden = 1 WHERE id = ? AND account = ? AND hidden = 0", .id(id), .id(account))
            > 0
    }
}

extension SQLiteJobStore: AssetReferenceStore {
    public func references(account: UUID, _ query: AssetQuery) async throws(GateError) -> AssetPage {
        try await readAssets { table throws(GateError) in try table.references(account: account, query) }
    }
    public func reference(account: UUID, _ id: UUID) async throws(GateError) -> AssetReference? {
        try await readAssets { table throws(GateError) in try table.reference(account: account, id) }
    }
    public func reference(
        account: UUID, at place: FilePlace, revive: Bool
    ) async throws(GateError) -> AssetReference? {
        if revive {
            try await writeAssets { table throws(GateError) in try table.revive(account: account, at: place) }
        }
        return try await readAssets { table throws(GateError) in try table.reference(account: account, at: place) }
    }
    public func reference(account: UUID, with hash: Digest32) async throws(GateError) -> AssetReference? {
        try await readAssets { table throws(GateError) in try table.reference(account: account, with: hash) }
    }
    public func asset(account: UUID, _ hash: Digest32) async throws(GateError) -> Asset? {
        try await readAssets { table throws(GateError) in try table.asset(account: account, hash) }
    }
    public func change(
        account: UUID, _ id: UUID, _ change: AssetChange, at time: Timestamp
    ) async throws(GateError) -> AssetReference? {
        try await writeAssets { table throws(GateError) in
            try table.change(account: account, id, change, at: time)
        }
    }
    public func touch(account: UUID, _ id: UUID, at time: Timestamp) async throws(GateError) {
        try await writeAssets { table throws(GateError) in try table.touch(account: account, id, at: time) }
    }
    public func forget(account: UUID, _ id: UUID) async throws(GateError) -> Bool {
        try await writeAssets { table throws(GateError) in try table.forget(account: account, id) }
    }
    public func tagCounts(account: UUID, _ query: AssetQuery) async throws(GateError) -> [String: Int] {
        try await readAssets { table throws(GateError) in try table.tagCounts(account: account, query) }
    }
}
