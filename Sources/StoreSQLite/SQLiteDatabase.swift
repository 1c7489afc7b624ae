public import Basics
public import Loop
internal import CLinux
public import Store

/// The threads that may wait for the disk.
public struct StoreLanes: Sendable {
    /// One thread: SQLite has one writer.
    public let write: Lane
    public let read: Lane

    public init(write: Lane, read: Lane) { (self.write, self.read) = (write, read) }
}

/// The gate's database file: locked for this process, brought up to date, one writer, a few readers.
///
/// Everything acknowledged is on the disk: WAL with `synchronous = FULL`.
public final class SQLiteDatabase: Sendable {
    /// Raised at each open; a write under an older one is refused.
    public let epoch: Int

    private let folder: Locked<DataFolder?>
    private let writer: GroupWriter
    private let readers: ReaderPool
    private let lane: Lane
    let auditChain: AuditChain

    /// Opens the store in a folder, making it if need be. Blocks: call it at start.
    ///
    /// - Parameters:
    ///   - waiting: Changes that may wait for the disk; one more is refused with `overloaded`.
    /// - Throws: `inUse` for a second process, `unsupportedFileSystem`, `storeTooNew`, `storeCorrupt`, or what the disk
    ///   says.
    public convenience init(
        folder path: String, lanes: StoreLanes, waiting: Int = 4_096, now: Timestamp = .now()
    ) throws(GateError) {
        try self.init(
            folder: DataFolder(path: path), lanes: lanes, waiting: waiting, migrations: Schema.migrations, now: now)
    }

    init(
        folder: DataFolder, lanes: StoreLanes, waiting: Int, migrations: [Migration], now: Timestamp
    ) throws(GateError) {
        try folder.prepare(folder.database)
        let connection = try SQLiteConnection(path: folder.database, mode: .readWrite)
        try connection.execute("PRAGMA journal_mode = WAL")
        try connection.execute("PRAGMA synchronous = FULL")
        try Migrations.apply(migrations, to: connection, now: now)
        try connection.execute("UPDATE epoch SET value = value + 1")
        let epoch = try connection.query("SELECT value FROM epoch") { row throws(GateError) in try row.integer(0) }
        let records = try connection.query("SELECT COUNT(*) FROM (SELECT 1 FROM audit LIMIT 1)") {
            row throws(GateError) in try row.integer(0)
        }
        guard let epoch = epoch.first, let records = records.first else {
            throw SQLiteErrors.corrupt("the epoch's row is gone")
        }
        auditChain = AuditChain(key: try Self.auditKey(in: folder, mayMake: records == 0))
        self.epoch = epoch
        self.folder = Locked(folder)
        lane = lanes.read
        readers = ReaderPool(path: folder.database)
        writer = GroupWriter(connection, lane: lanes.write, capacity: waiting, epoch: epoch)
    }

    public var load: StoreLoad { writer.load }

    /// Finishes what waits, writes the log back into the file, and lets the folder go. Later calls are refused.
    public func close() async {
        // The writer last: only a connection that may write can put the log back into the file when it is the last.
        readers.close()
        await writer.close()
        folder.withLock { $0 = nil }
    }

    /// Runs `work` in a transaction of its own making a group with others; returns once it is synced.
    func write<Value: Sendable>(
        _ work: @escaping @Sendable (SQLiteConnection) throws(GateError) -> Value
    ) async throws(GateError) -> Value {
        try await writer.write(work)
    }

    /// Runs `work` on a reading thread; all it reads is of one moment.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (SQLiteConnection) throws(GateError) -> Value
    ) async throws(GateError) -> Value {
        let readers = readers
        do {
            return try await lane.run { () throws(GateError) -> Value in try readers.read(work) }
        } catch let error as GateError {
            throw error
        } catch {
            throw GateError(.storeUnavailable, from: .gateway, "The gate's store does not work.", detail: "\(error)")
        }
    }

    static let closed = GateError(
        .storeUnavailable, from: .gateway, "The gate is shutting down; try again in a moment.")

    /// 32 bytes in hexadecimal. The key is made with the first audit record still to come, and never again: a new key
    /// under an old trail would make every record look forged.
    private static func auditKey(in folder: DataFolder, mayMake: Bool) throws(GateError) -> [UInt8] {
        let file = folder.path + "/audit.key"
        if let bytes = try folder.read(file, limit: 128) {
            let text = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
            guard let key = Hex.decode(text), key.count == 32 else {
                throw GateError(
                    .storeCorrupt, from: .gateway, "audit.key is damaged; restore it from a backup.", detail: file)
            }
            return key
        }
        guard mayMake else {
            throw GateError(
                .storeCorrupt, from: .gateway,
                "audit.key is missing although there are audit records; restore it from a backup.", detail: file)
        }
        let key = RandomBytes.make(32)
        try folder.create(file, Array((Hex.encode(key) + "\n").utf8))
        return key
    }
}

/// Reading connections: as many as the lane has threads, made when first needed.
private final class ReaderPool: Sendable {
    private struct Idle: @unchecked Sendable {
        // Sendable by hand: a connection is in the pool, or in the hands of one thread.
        let connection: SQLiteConnection
    }
    private struct State {
        var idle: [Idle] = []
        var isClosed = false
    }

    private let path: String
    private let state = Locked(State())

    init(path: String) { self.path = path }

    func read<Value>(_ work: (SQLiteConnection) throws(GateError) -> Value) throws(GateError) -> Value {
        let found = state.withLock { ($0.idle.popLast(), $0.isClosed) }
        guard !found.1 else { throw SQLiteDatabase.closed }
        let connection =
            if let known = found.0 { known.connection } else { try SQLiteConnection(path: path, mode: .readOnly) }
        let holder = Idle(connection: connection)
        try connection.run("BEGIN")
        defer {
            _ = try? connection.run("COMMIT")
            // A connection whose transaction will not end would keep the log from being written back: drop it.
            if !connection.isInTransaction { state.withLock { if !$0.isClosed { $0.idle.append(holder) } } }
        }
        return try work(connection)
    }

    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        withExtendedLifetime(idle) {}
    }
}
