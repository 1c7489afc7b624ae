public import Basics
public import Store

/// What people keep for themselves, in SQLite, bytes and all: one backup has everything.
public final class SQLiteUserDataStore: UserDataStore {
    public let limits: UserDataLimits
    private let database: SQLiteDatabase

    public init(_ database: SQLiteDatabase, limits: UserDataLimits = UserDataLimits()) {
        (self.database, self.limits) = (database, limits)
    }

    private func write<Value: Sendable>(
        _ work: @escaping @Sendable (UserFileTable) throws(GateError) -> Value
    ) async throws(GateError) -> Value {
        let limits = limits
        return try await database.write { connection throws(GateError) in
            try work(UserFileTable(connection: connection, limits: limits))
        }
    }

    private func read<Value: Sendable>(
        _ work: @escaping @Sendable (UserFileTable) throws(GateError) -> Value
    ) async throws(GateError) -> Value {
        let limits = limits
        return try await database.read { connection throws(GateError) in
            try work(UserFileTable(connection: connection, limits: limits))
        }
    }

    public func userFiles(of account: UUID, below folder: UserPath) async throws(GateError) -> [UserFile]? {
        try await read { table throws(GateError) in try table.files(of: account, below: folder) }
    }
    public func userFile(
        of account: UUID, at path: UserPath
    ) async throws(GateError) -> (file: UserFile, bytes: [UInt8])? {
        try await read { table throws(GateError) in
            guard let known = try table.row(of: account, path) else { return nil }
            return (known.file, try table.bytes(known))
        }
    }
    public func write(
        _ bytes: [UInt8], of account: UUID, to path: UserPath, overwrites: Bool, at time: Timestamp
    ) async throws(GateError) -> UserFile {
        guard bytes.count <= limits.file else { throw StoreRules.userFileTooLarge(limits.file) }
        // Read here, not while everybody's changes wait.
        let content = try UserFileTable.Content(bytes, at: path, limits)
        return try await write { table throws(GateError) in
            try table.write(content, of: account, to: path, overwrites: overwrites, at: time)
        }
    }
    public func delete(of account: UUID, at path: UserPath) async throws(GateError) -> Bool {
        try await write { table throws(GateError) in try table.delete(of: account, path) }
    }
    public func move(
        of account: UUID, from path: UserPath, to target: UserPath, overwrites: Bool, at time: Timestamp
    ) async throws(GateError) -> UserFile? {
        try await write { table throws(GateError) in
            try table.move(of: account, from: path, to: target, overwrites: overwrites, at: time)
        }
    }

    public func settings(of account: UUID) async throws(GateError) -> UserSettings {
        try await read { table throws(GateError) in
            guard let known = try table.row(of: account, .settings) else { return UserSettings([]) }
            return try table.settings(in: known.id)
        }
    }
    public func setting(_ key: String, of account: UUID) async throws(GateError) -> [UInt8]? {
        try await read { table throws(GateError) in
            guard let known = try table.row(of: account, .settings) else { return nil }
            return try table.setting(key, in: known.id)
        }
    }
    public func set(_ settings: UserSettings, of account: UUID, at time: Timestamp) async throws(GateError) {
        if settings.all.isEmpty { return }
        try await write { table throws(GateError) in try table.set(settings, of: account, at: time) }
    }
}
