public import Basics
public import Store

/// Jobs and files in SQLite.
public final class SQLiteJobStore: JobStore, FileStore {
    private let database: SQLiteDatabase
    private let waiting = WaitingBounds()

    public init(_ database: SQLiteDatabase) { self.database = database }

    private func write<Value: Sendable>(
        _ work: @escaping @Sendable (JobWriter) throws(GateError) -> Value
    ) async throws(GateError) -> Value {
        let waiting = waiting
        return try await database.write { connection throws(GateError) in
            try work(JobWriter(connection: connection, waiting: waiting))
        }
    }

    private func read<Value: Sendable>(
        _ work: @escaping @Sendable (JobReader) throws(GateError) -> Value
    ) async throws(GateError) -> Value {
        try await database.read { connection throws(GateError) in try work(JobReader(connection: connection)) }
    }

    // MARK: Jobs

    public func submit(_ job: NewJob, quota: AccountQuota) async throws(GateError) -> Submission {
        try await write { writer throws(GateError) in try writer.submit(job, quota) }
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
    public func traces(at worker: String, since time: Timestamp) async throws(GateError) -> WorkerTraces {
        try await read { reader throws(GateError) in try reader.traces(at: worker, since: time) }
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
    public func forget(account: UUID, endedBefore time: Timestamp, isTrial: Bool) async throws(GateError) -> Int {
        try await write { writer throws(GateError) in
            try writer.forget(account: account, endedBefore: time, isTrial: isTrial)
        }
    }
    public func move(_ job: Int, to end: LineEnd) async throws(GateError) -> JobPlace? {
        try await write { writer throws(GateError) in try writer.move(job, to: end) }
    }

    public func jobs(_ filter: JobFilter) async throws(GateError) -> [Job] {
        try await read { reader throws(GateError) in try reader.jobs(filter) }
    }
    public func tally(of account: UUID?) async throws(GateError) -> [JobState: Int] {
        try await read { reader throws(GateError) in try reader.tally(of: account) }
    }
    public func openCounts() async throws(GateError) -> [UUID: OpenCount] {
        try await read { reader throws(GateError) in try reader.openCounts() }
    }
    public func inputs(of job: Int) async throws(GateError) -> [Digest32] {
        try await read { reader throws(GateError) in try reader.inputs(of: job) }
    }
    public func attempts(of job: Int) async throws(GateError) -> [AttemptRecord] {
        try await read { reader throws(GateError) in try reader.attempts(of: job) }
    }
    public func overdue(at time: Timestamp, limit: Int) async throws(GateError) -> [Job] {
        try await read { reader throws(GateError) in try reader.overdue(at: time, limit: limit) }
    }
    public func usage(of account: UUID?, _ days: ClosedRange<UsageDay>) async throws(GateError) -> [UsageRecord] {
        try await database.read { connection throws(GateError) in
            try UsageTable(connection: connection).rows(of: account, days)
        }
    }
    public func queuedJobs() async throws(GateError) -> [QueuedJob] {
        try await read { reader throws(GateError) in try reader.queuedJobs() }
    }
    public func dispatchedJobs() async throws(GateError) -> [DispatchedJob] {
        try await read { reader throws(GateError) in try reader.dispatchedJobs() }
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

    // MARK: Assets

    func readAssets<Value: Sendable>(
        _ work: @escaping @Sendable (AssetReferenceTable) throws(GateError) -> Value
    ) async throws(GateError) -> Value {
        try await database.read { connection throws(GateError) in
            try work(AssetReferenceTable(connection: connection))
        }
    }
    func writeAssets<Value: Sendable>(
        _ work: @escaping @Sendable (AssetReferenceTable) throws(GateError) -> Value
    ) async throws(GateError) -> Value {
        try await database.write { connection throws(GateError) in
            try work(AssetReferenceTable(connection: connection))
        }
    }

    // MARK: Files

    public func upload(
        account: UUID, _ place: FilePlace, _ asset: Asset, overwrites: Bool, limit: Int?, at time: Timestamp
    ) async throws(GateError) -> AccountFile {
        try await database.write { connection throws(GateError) in
            try FileTable(connection: connection)
                .upload(account: account, place, asset, overwrites: overwrites, limit: limit, at: time)
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
    public func assetIDs(of job: Int) async throws(GateError) -> [String: UUID] {
        try await database.read { connection throws(GateError) in
            try FileTable(connection: connection).assetIDs(of: job)
        }
    }
    public func count(of account: UUID) async throws(GateError) -> [FolderType: FileCount] {
        try await database.read { connection throws(GateError) in
            try FileTable(connection: connection).count(of: account)
        }
    }
    public func counts() async throws(GateError) -> [UUID: [FolderType: FileCount]] {
        try await database.read { connection throws(GateError) in try FileTable(connection: connection).counts() }
    }

    // MARK: Retention

    public func retire(
        account: UUID, _ type: FolderType, _ rule: RetentionRule, at time: Timestamp, isTrial: Bool
    ) async throws(GateError) -> FileCount {
        try await database.write { connection throws(GateError) in
            let table = RetentionTable(connection: connection)
            return isTrial
                ? try table.outdated(account, type, rule, at: time) : try table.retire(account, type, rule, at: time)
        }
    }
    public func unneeded(isTrial: Bool) async throws(GateError) -> [Asset] {
        try await database.write { connection throws(GateError) in
            try RetentionTable(connection: connection).unneeded(isTrial: isTrial)
        }
    }
    public func asset(_ hash: Digest32) async throws(GateError) -> Asset? {
        try await database.read { connection throws(GateError) in
            try RetentionTable(connection: connection).asset(hash)
        }
    }
    public func known(_ hashes: [Digest32]) async throws(GateError) -> Set<Digest32> {
        try await database.read { connection throws(GateError) in
            try RetentionTable(connection: connection).known(hashes)
        }
    }
    public func assets(_ first: UInt8) async throws(GateError) -> [Asset] {
        try await database.read { connection throws(GateError) in
            try RetentionTable(connection: connection).assets(first)
        }
    }
}
