internal import Basics
internal import Store

/// The tables of people's own files and settings.
struct UserFileTable {
    let connection: SQLiteConnection
    let limits: UserDataLimits

    /// A file with the number that its bytes or its settings are found by.
    struct Row: Sendable {
        let id: Int
        let file: UserFile
    }

    /// What is kept under a path.
    enum Content: Sendable {
        case bytes([UInt8])
        case settings(UserSettings)

        /// - Throws: `invalidArgument` and `userDataFull` for settings that are none, or are too many.
        init(_ bytes: [UInt8], at path: UserPath, _ limits: UserDataLimits) throws(GateError) {
            guard path == .settings else {
                self = .bytes(bytes)
                return
            }
            guard bytes.count <= limits.allSettings else { throw StoreRules.tooManySettingBytes(limits.allSettings) }
            self = .settings(try UserSettings(parsing: bytes))
        }
    }

    // MARK: Questions

    func row(of account: UUID, _ path: UserPath) throws(GateError) -> Row? {
        try connection.query(
            "SELECT path, size, created, modified, id FROM user_file WHERE account = ? AND path = ?",
            .id(account), .text(path.text)
        ) { row throws(GateError) in Row(id: try row.integer(4), file: try file(row)) }.first
    }

    private func file(_ row: SQLiteRow) throws(GateError) -> UserFile {
        let text = try row.text(0)
        guard let path = try? UserPath(text) else { throw SQLiteErrors.corrupt("a user's file has an alien path") }
        return UserFile(
            path: path, size: try row.integer(1), created: try row.time(2), modified: try row.time(3))
    }

    func files(of account: UUID, below folder: UserPath) throws(GateError) -> [UserFile]? {
        let (first, last) = Self.range(folder.text)
        let found = try connection.query(
            """
            SELECT path, size, created, modified FROM user_file WHERE account = ? AND path >= ? AND path < ?
                ORDER BY path
            """, .id(account), first, last
        ) { row throws(GateError) in try file(row) }
        if found.isEmpty, !folder.isRoot, try row(of: account, folder) == nil { return nil }
        return found
    }

    func bytes(_ row: Row) throws(GateError) -> [UInt8] {
        if row.file.path == .settings { return try settings(in: row.id).document }
        let found = try connection.query("SELECT bytes FROM user_content WHERE file = ?", .integer(row.id)) {
            row throws(GateError) in try row.blob(0)
        }
        guard let bytes = found.first else { throw SQLiteErrors.corrupt("a user's file has no bytes") }
        return bytes
    }

    /// Paths below a folder lie between these two, the second excluded: `0` is what follows `/`, and SQLite takes every
    /// blob for more than every text.
    private static func range(_ folder: String) -> (SQLiteValue, SQLiteValue) {
        folder.isEmpty ? (.text(""), .blob([])) : (.text(folder + "/"), .text(folder + "0"))
    }

    // MARK: Changes

    func write(
        _ content: Content, of account: UUID, to path: UserPath, overwrites: Bool, at time: Timestamp
    ) throws(GateError) -> UserFile {
        if !overwrites, try row(of: account, path) != nil { throw StoreRules.fileExists }
        let row = try rowToWrite(path, of: account, at: time)
        switch content {
        case .bytes(let bytes):
            try connection.run(
                """
                INSERT INTO user_content (file, bytes) VALUES (?, ?)
                    ON CONFLICT (file) DO UPDATE SET bytes = excluded.bytes
                """, .integer(row.id), .blob(bytes))
            return try resize(row, to: bytes.count, of: account, at: time)
        case .settings(let settings):
            try connection.run("DELETE FROM user_setting WHERE file = ?", .integer(row.id))
            return try put(settings, into: row, of: account, at: time)
        }
    }

    func delete(of account: UUID, _ path: UserPath) throws(GateError) -> Bool {
        try connection.run(
            "DELETE FROM user_file WHERE account = ? AND path = ?", .id(account), .text(path.text)) > 0
    }

    func move(
        of account: UUID, from path: UserPath, to target: UserPath, overwrites: Bool, at time: Timestamp
    ) throws(GateError) -> UserFile? {
        guard let source = try row(of: account, path) else { return nil }
        if !overwrites, try row(of: account, target) != nil { throw StoreRules.fileExists }
        if path == target { return source.file }
        // Settings are kept in another way: what goes there or comes from there is read and written anew.
        if path == .settings || target == .settings {
            let content = try Content(bytes(source), at: target, limits)
            _ = try delete(of: account, path)
            return try write(content, of: account, to: target, overwrites: true, at: time)
        }
        _ = try delete(of: account, target)
        try connection.run(
            "UPDATE user_file SET path = ? WHERE id = ?", .text(target.text), .integer(source.id))
        // Only now: the file may have been where its folder is to be.
        try checkPlace(target, of: account)
        return UserFile(
            path: target, size: source.file.size, created: source.file.created, modified: source.file.modified)
    }

    /// The file of this path; an empty one when there was none.
    private func rowToWrite(_ path: UserPath, of account: UUID, at time: Timestamp) throws(GateError) -> Row {
        if let known = try row(of: account, path) { return known }
        try checkPlace(path, of: account)
        let count = try usage(of: account).files
        guard count < limits.files else { throw StoreRules.tooManyUserFiles(limits.files) }
        do throws(SQLiteFailure) {
            try connection.attempt(
                "INSERT INTO user_file (account, path, size, created, modified) VALUES (?, ?, 0, ?, ?)",
                [.id(account), .text(path.text), .time(time), .time(time)])
        } catch {
            throw error.isForeignKey ? StoreRules.noAccount : error.error
        }
        guard let row = try row(of: account, path) else { throw SQLiteErrors.corrupt("a new file is not there") }
        return row
    }

    /// A name is a file's or a folder's, not both.
    private func checkPlace(_ path: UserPath, of account: UUID) throws(GateError) {
        let (first, last) = Self.range(path.text)
        let below = try connection.query(
            "SELECT 1 FROM user_file WHERE account = ? AND path >= ? AND path < ? LIMIT 1", .id(account), first, last
        ) { row throws(GateError) in try row.integer(0) }
        guard below.isEmpty else { throw StoreRules.folderInTheWay }
        for parent in path.parents {
            let files = try connection.query(
                "SELECT 1 FROM user_file WHERE account = ? AND path = ?", .id(account), .text(parent)
            ) { row throws(GateError) in try row.integer(0) }
            guard files.isEmpty else { throw StoreRules.folderInTheWay }
        }
    }

    private func resize(
        _ row: Row, to size: Int, of account: UUID, at time: Timestamp
    ) throws(GateError) -> UserFile {
        let used = try usage(of: account).bytes
        guard size <= row.file.size || used - row.file.size + size <= limits.total else {
            throw StoreRules.tooManyUserBytes(limits.total)
        }
        try connection.run(
            "UPDATE user_file SET size = ?, modified = ? WHERE id = ?", .integer(size), .time(time),
            .integer(row.id))
        return UserFile(path: row.file.path, size: size, created: row.file.created, modified: time)
    }

    private func usage(of account: UUID) throws(GateError) -> (files: Int, bytes: Int) {
        try connection.query("SELECT files, bytes FROM user_usage WHERE account = ?", .id(account)) {
            row throws(GateError) in (files: try row.integer(0), bytes: try row.integer(1))
        }.first ?? (0, 0)
    }

    // MARK: Settings

    func settings(in file: Int) throws(GateError) -> UserSettings {
        UserSettings(
            try connection.query("SELECT key, value FROM user_setting WHERE file = ? ORDER BY rowid", .integer(file)) {
                row throws(GateError) in UserSettings.Setting(try row.text(0), try row.blob(1))
            })
    }

    func setting(_ key: String, in file: Int) throws(GateError) -> [UInt8]? {
        try connection.query(
            "SELECT value FROM user_setting WHERE file = ? AND key = ?", .integer(file), .text(key)
        ) { row throws(GateError) in try row.blob(0) }.first
    }

    func set(_ settings: UserSettings, of account: UUID, at time: Timestamp) throws(GateError) {
        let row = try rowToWrite(.settings, of: account, at: time)
        _ = try put(settings, into: row, of: account, at: time)
    }

    private func put(
        _ settings: UserSettings, into row: Row, of account: UUID, at time: Timestamp
    ) throws(GateError) -> UserFile {
        for setting in settings.all {
            guard (1...Self.keyLimit).contains(setting.key.utf8.count) else { throw StoreRules.settingKeyTooLong }
            guard setting.value.count <= limits.setting else { throw StoreRules.settingTooLarge(limits.setting) }
            try connection.run(
                """
                INSERT INTO user_setting (file, key, value) VALUES (?, ?, ?)
                    ON CONFLICT (file, key) DO UPDATE SET value = excluded.value
                """, .integer(row.id), .text(setting.key), .blob(setting.value))
        }
        let count =
            try connection.query("SELECT COUNT(*) FROM user_setting WHERE file = ?", .integer(row.id)) {
                row throws(GateError) in try row.integer(0)
            }.first ?? 0
        guard count <= limits.settings else { throw StoreRules.tooManySettings(limits.settings) }
        let size = try documentSize(row.id)
        guard size <= limits.allSettings else { throw StoreRules.tooManySettingBytes(limits.allSettings) }
        return try resize(row, to: size, of: account, at: time)
    }

    private static let keyLimit = 1_024

    /// Bytes of `UserSettings.document`, without reading the values.
    private func documentSize(_ file: Int) throws(GateError) -> Int {
        var size = 2
        var isFirst = true
        let lengths = try connection.query(
            "SELECT key, LENGTH(value) FROM user_setting WHERE file = ?", .integer(file)
        ) { row throws(GateError) in (key: try row.text(0), value: try row.integer(1)) }
        for length in lengths {
            var key: [UInt8] = []
            JSON.write(length.key, to: &key)
            size += key.count + 1 + length.value + (isFirst ? 0 : 1)
            isFirst = false
        }
        return size
    }
}
