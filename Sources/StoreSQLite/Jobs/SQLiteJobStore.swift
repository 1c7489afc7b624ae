public import Basics
public import Store

/// Jobs and files in SQLite.
public final class SQLiteJobStore: JobStore, FileStore {
    private let database: SQLiteDatabase

    public init(_ database: SQLiteDatabase) { self.database = database }

    private func write<Value: Sendable>(
        _ work: @escaping @Sendable (JobWriter) throws(GateError) -> Value
    ) async throws(GateError) -> Value {
        try await database.write { connection throws(GateError) in try work(JobWriter(connection: connection)) }
    }

    private func read<Value: Sendable>(
        _ work: @escaping @Sendable (JobReader) throws(GateError) -> Value
    ) async throws(GateError) -> Value {
        try await database.read { connection throws(GateError) in try work(JobReader(connection: connection)) }
    }

    // MARK: Jobs

    public func submit(_ job: NewJob, limits: PendingLimits) async throws(GateError) -> Submission {
        try await write { writer throws(GateError) in try writer.submit(job, limits) }
    }
    public func begin(_ attempt: Attempt) async throws(GateError) -> Bool {
        try await write { writer throws(GateError) in try writer.begin(attempt) }
    }
    public func started(_ attempt: UUID, at time: Timestamp) async throws(GateError) {
        try await write { writer throws(GateError) in try writer.started(attempt, at: time) }
    }
    public func requeue(_ attempt: UUID, reason: JobFailure, at time: Timestamp) async throws(GateError) -> Bool {
        try await write { writer throws(GateError) in try writer.requeue(attempt, reason, at: time) }
    }
    public func requestCancel(
        account: UUID, publicID: String, at time: Timestamp
    ) async throws(GateError) -> CancelAnswer {
        try await write { writer throws(GateError) in
            try writer.requestCancel(account: account, publicID: publicID, at: time)
        }
    }
    public func finish(_ end: JobEnd) async throws(GateError) -> Bool {
        try await write { writer throws(GateError) in try writer.finish(end) }
    }
    public func release(_ signature: Digest32) async throws(GateError) -> Bool {
        try await write { writer throws(GateError) in try writer.release(signature) }
    }
    public func deaths(of signature: Digest32) async throws(GateError) -> Int {
        try await read { reader throws(GateError) in try reader.deaths(of: signature) }
    }
    public func deadly(limit: Int) async throws(GateError) -> [DeadlyGraph] {
        try await read { reader throws(GateError) in try reader.deadly(limit: limit) }
    }
    public func forget(account: UUID, publicIDs: [String]?) async throws(GateError) {
        try await write { writer throws(GateError) in try writer.forget(account: account, publicIDs: publicIDs) }
    }

    public func openJobs() async throws(GateError) -> [OpenJob] {
        try await read { reader throws(GateError) in try reader.openJobs() }
    }
    public func record(of job: Int) async throws(GateError) -> JobRecord? {
        try await read { reader throws(GateError) in try reader.record(of: job) }
    }
    public func record(account: UUID, publicID: String) async throws(GateError) -> JobRecord? {
        try await read { reader throws(GateError) in try reader.record(account: account, publicID: publicID) }
    }
    public func open(of account: UUID) async throws(GateError) -> [Job] {
        try await read { reader throws(GateError) in try reader.open(of: account) }
    }
    public func pending(of account: UUID, limit: Int) async throws(GateError) -> [JobRecord] {
        try await read { reader throws(GateError) in try reader.pending(of: account, limit: limit) }
    }
    public func history(of account: UUID, limit: Int, offset: Int?) async throws(GateError) -> [JobRecord] {
        try await read { reader throws(GateError) in try reader.history(of: account, limit: limit, offset: offset) }
    }
    public func jobs(of account: UUID, _ query: JobQuery) async throws(GateError) -> JobPage {
        try await read { reader throws(GateError) in try reader.jobs(of: account, query) }
    }

    // MARK: Files

    public func upload(
        account: UUID, _ place: FilePlace, _ asset: Asset, overwrites: Bool, at time: Timestamp
    ) async throws(GateError) -> AccountFile {
        try await database.write { connection throws(GateError) in
            try FileTable(connection: connection)
                .upload(account: account, place, asset, overwrites: overwrites, at: time)
        }
    }
    public func keep(_ outputs: [NewOutput]) async throws(GateError) -> [AccountFile] {
        try await database.write { connection throws(GateError) in
            var kept: [AccountFile] = []
            for output in outputs { kept.append(try FileTable(connection: connection).keep(output)) }
            return kept
        }
    }
    public func file(account: UUID, _ place: FilePlace) async throws(GateError) -> AccountFile? {
        try await database.read { connection throws(GateError) in
            try FileTable(connection: connection).file(account: account, place)
        }
    }
    public func files(
        account: UUID, _ type: FolderType, subfolder: String?, limit: Int
    ) async throws(GateError) -> [AccountFile] {
        try await database.read { connection throws(GateError) in
            try FileTable(connection: connection).files(account: account, type, subfolder: subfolder, limit: limit)
        }
    }
    public func outputs(of job: Int) async throws(GateError) -> [String: AccountFile] {
        try await database.read { connection throws(GateError) in
            try FileTable(connection: connection).outputs(of: job)
        }
    }
}
