internal import Basics
internal import Store

/// Rows of the job tables as records.
struct JobReader {
    let connection: SQLiteConnection

    private static let columns = """
        sequence, account, public_id, client_id, place, place_given, state, submitted, started, ended,
        cancel_requested, attempts, signature, bytes, workflow_id, failure_code, failure_message,
        queue_until, run_limit, retry_of
        """
    private static let columnCount: Int32 = 20
    private static let documents =
        "prompt, extra_data, outputs_wanted, plan, credentials, outputs, status, meta, summary"
    /// Most rows of one answer.
    static let limit = 1_000

    private func job(_ row: SQLiteRow) throws(GateError) -> Job {
        let code = try row.optionalText(15)
        return Job(
            sequence: try row.integer(0), account: try row.id(1), publicID: try row.text(2),
            clientID: try row.optionalText(3), place: JobPlace(try row.real(4), isGiven: try row.flag(5)),
            state: try row.word(6), submitted: try row.time(7), started: try row.optionalTime(8),
            ended: try row.optionalTime(9), cancelRequested: try row.optionalTime(10), attempts: try row.integer(11),
            signature: try row.digest(12), byteCount: try row.integer(13), workflowID: try row.optionalText(14),
            failure: try code.map { code throws(GateError) in
                JobFailure(GateError.Code(rawValue: code), try row.optionalText(16) ?? "")
            },
            terms: JobTerms(
                queueUntil: try row.optionalTime(17), runLimit: try row.optionalInteger(18),
                retryOf: try row.optionalText(19)))
    }

    private func record(_ row: SQLiteRow) throws(GateError) -> JobRecord {
        let at = Self.columnCount
        let request = JobRequest(
            prompt: try row.blob(at), extraData: try row.blob(at + 1), outputs: try row.blob(at + 2),
            plan: try row.blob(at + 3), credentials: try row.optionalBlob(at + 4))
        var result: JobResult?
        if let outputs = try row.optionalBlob(at + 5) {
            result = JobResult(
                outputs: outputs, status: try row.optionalBlob(at + 6) ?? [], meta: try row.optionalBlob(at + 7) ?? [],
                summary: try row.optionalBlob(at + 8) ?? [])
        }
        return JobRecord(try job(row), request, result)
    }

    func job(account: UUID, publicID: String) throws(GateError) -> Job? {
        try connection.query(
            "SELECT \(Self.columns) FROM job WHERE account = ? AND public_id = ?", .id(account), .text(publicID)
        ) { row throws(GateError) in try job(row) }.first
    }

    func queuedJobs() throws(GateError) -> [QueuedJob] {
        // The index of the lines has all of it.
        try connection.query("SELECT sequence, account, place FROM job WHERE ended IS NULL AND state = 'queued'") {
            row throws(GateError) in
            QueuedJob(sequence: try row.integer(0), account: try row.id(1), place: try row.real(2))
        }
    }

    func dispatchedJobs() throws(GateError) -> [DispatchedJob] {
        let numbers = try connection.query(
            "SELECT sequence FROM job WHERE ended IS NULL AND state = 'dispatched'"
        ) { row throws(GateError) in try row.integer(0) }
        var found: [DispatchedJob] = []
        for number in numbers.sorted() {
            let rows = try connection.query("SELECT \(Self.columns) FROM job WHERE sequence = ?", .integer(number)) {
                row throws(GateError) in try job(row)
            }
            guard let job = rows.first, let newest = try attempts(of: number).last, newest.ended == nil else {
                continue
            }
            found.append(DispatchedJob(job, newest.attempt))
        }
        return found
    }

    private static let joined = "SELECT \(columns), \(documents) FROM job JOIN job_document ON job = sequence"

    func record(of job: Int) throws(GateError) -> JobRecord? {
        try connection.query("\(Self.joined) WHERE sequence = ?", .integer(job)) { row throws(GateError) in
            try record(row)
        }.first
    }

    func record(account: UUID, publicID: String) throws(GateError) -> JobRecord? {
        try connection.query(
            "\(Self.joined) WHERE account = ? AND public_id = ?", .id(account), .text(publicID)
        ) { row throws(GateError) in try record(row) }.first
    }

    func open(of account: UUID) throws(GateError) -> [Job] {
        try connection.query(
            "SELECT \(Self.columns) FROM job WHERE account = ? AND ended IS NULL ORDER BY place, sequence", .id(account)
        ) { row throws(GateError) in try job(row) }
    }

    func pending(of account: UUID, limit: Int) throws(GateError) -> [JobRecord] {
        try connection.query(
            "\(Self.joined) WHERE account = ? AND ended IS NULL ORDER BY place, sequence LIMIT ?", .id(account),
            .integer(max(0, min(limit, 500)))
        ) { row throws(GateError) in try record(row) }
    }

    // MARK: Of all accounts

    func jobs(_ filter: JobFilter) throws(GateError) -> [Job] {
        // By age through one account, or through all; a list of open jobs through the index of those.
        let account = filter.account == nil ? "?1 IS NULL" : "account = ?1"
        let publicID = filter.publicID == nil ? "?2 IS NULL" : "public_id = ?2"
        let isOpen = filter.states.isSubset(of: [.queued, .dispatched]) ? "ended IS NULL AND" : ""
        return try connection.query(
            """
            SELECT \(Self.columns) FROM job
                WHERE \(account) AND \(publicID) AND \(isOpen) \(Self.shown(filter.states)) AND sequence < ?3
                ORDER BY sequence DESC LIMIT ?4
            """, filter.account.map { .id($0) } ?? .null, .text(orNull: filter.publicID),
            .integer(filter.before ?? .max), .integer(max(0, min(filter.limit, Self.limit)))
        ) { row throws(GateError) in try job(row) }
    }

    private static func shown(_ states: Set<JobState>) -> String {
        // The statements differ in fixed words only, so that each is prepared once.
        "state IN (\(JobState.allCases.map { states.contains($0) ? "'\($0.rawValue)'" : "''" }.joined(separator: ", ")))"
    }

    func tally(of account: UUID?) throws(GateError) -> [JobState: Int] {
        let whose = account == nil ? "?1 IS NULL" : "account = ?1"
        let rows = try connection.query(
            "SELECT state, SUM(jobs) FROM job_tally WHERE \(whose) GROUP BY state",
            account.map { .id($0) } ?? .null
        ) { row throws(GateError) in (try row.word(0) as JobState, try row.integer(1)) }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    func openCounts() throws(GateError) -> [UUID: OpenCount] {
        let rows = try connection.query(
            """
            SELECT account, COUNT(*), SUM(state = 'queued'), SUM(CASE state WHEN 'queued' THEN bytes ELSE 0 END)
                FROM job WHERE ended IS NULL GROUP BY account
            """
        ) { row throws(GateError) in
            let count = OpenCount(
                jobs: try row.integer(1), waiting: try row.integer(2), waitingBytes: try row.integer(3))
            return (try row.id(0), count)
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    func inputs(of job: Int) throws(GateError) -> [Digest32] {
        try connection.query("SELECT asset FROM job_input WHERE job = ?", .integer(job)) {
            row throws(GateError) in try row.digest(0)
        }
    }

    func attempts(of job: Int) throws(GateError) -> [AttemptRecord] {
        try connection.query(
            "SELECT id, job, ordinal, worker, began, marker, ended, outcome FROM attempt WHERE job = ? ORDER BY ordinal",
            .integer(job)
        ) { row throws(GateError) in
            AttemptRecord(try attempt(row), ended: try row.optionalTime(6), outcome: try row.optionalText(7))
        }
    }

    private func attempt(_ row: SQLiteRow) throws(GateError) -> Attempt {
        Attempt(
            id: try row.id(0), job: try row.integer(1), ordinal: try row.integer(2), worker: try row.text(3),
            began: try row.time(4), marker: try row.optionalID(5))
    }

    func traces(at worker: String, since time: Timestamp) throws(GateError) -> WorkerTraces {
        let last = try connection.query("SELECT attempt FROM worker_marker WHERE worker = ?", .text(worker)) {
            row throws(GateError) in try row.id(0)
        }
        let givenUp = try connection.query(
            "SELECT attempt, time FROM given_up WHERE worker = ? AND time >= ? ORDER BY time", .text(worker),
            .time(time)
        ) { row throws(GateError) in WorkerTraces.GivenUp(try row.id(0), at: try row.time(1)) }
        return WorkerTraces(last: last.first, givenUp: givenUp)
    }

    func overdue(at time: Timestamp, limit: Int) throws(GateError) -> [Job] {
        try connection.query(
            """
            SELECT \(Self.columns) FROM job WHERE state = 'queued' AND queue_until IS NOT NULL AND queue_until < ?
                ORDER BY queue_until LIMIT ?
            """, .time(time), .integer(max(0, min(limit, Self.limit)))
        ) { row throws(GateError) in try job(row) }
    }

    // MARK: Deaths

    func deaths(of signature: Digest32) throws(GateError) -> Int {
        try connection.query("SELECT COUNT(*) FROM worker_death WHERE signature = ?", .digest(signature)) {
            row throws(GateError) in try row.integer(0)
        }.first ?? 0
    }

    func deadly(limit: Int) throws(GateError) -> [DeadlyGraph] {
        // With MAX, SQLite takes the other columns from the row that has it.
        try connection.query(
            """
            SELECT signature, COUNT(*), MAX(time), account FROM worker_death GROUP BY signature
                ORDER BY MAX(time) DESC LIMIT ?
            """, .integer(max(0, min(limit, Self.limit)))
        ) { row throws(GateError) in
            DeadlyGraph(
                signature: try row.digest(0), deaths: try row.integer(1), last: try row.time(2), account: try row.id(3))
        }
    }

    func history(of account: UUID, limit: Int, offset: Int?) throws(GateError) -> [JobRecord] {
        let shown = "account = ? AND ended IS NOT NULL AND state <> 'withdrawn'"
        let limit = max(0, min(limit, Self.limit))
        guard let offset else {
            return try connection.query(
                "\(Self.joined) WHERE \(shown) ORDER BY ended DESC, sequence DESC LIMIT ?", .id(account),
                .integer(limit)
            ) { row throws(GateError) in try record(row) }.reversed()
        }
        return try connection.query(
            "\(Self.joined) WHERE \(shown) ORDER BY ended, sequence LIMIT ? OFFSET ?", .id(account), .integer(limit),
            .integer(max(0, offset))
        ) { row throws(GateError) in try record(row) }
    }

    func jobs(of account: UUID, _ query: JobQuery) throws(GateError) -> JobPage {
        let shown = Self.shown(query.states)
        let direction = query.isAscending ? "ASC" : "DESC"
        let order =
            query.order == .submitted
            ? "sequence \(direction)" : "COALESCE(ended - started, 0) \(direction), sequence \(direction)"
        let workflow = query.workflowID == nil ? "?2 IS NULL" : "workflow_id = ?2"
        let items = try connection.query(
            """
            SELECT \(Self.columns), summary FROM job JOIN job_document ON job = sequence
                WHERE account = ?1 AND \(workflow) AND \(shown) ORDER BY \(order) LIMIT ?3 OFFSET ?4
            """, .id(account), .text(orNull: query.workflowID),
            .integer(max(0, min(query.limit ?? Self.limit, Self.limit))), .integer(max(0, query.offset))
        ) { row throws(GateError) in
            JobPage.Item(try job(row), summary: try row.optionalBlob(Self.columnCount) ?? [])
        }
        let counted =
            query.workflowID == nil
            ? "SELECT COALESCE(SUM(jobs), 0) FROM job_tally WHERE account = ?1 AND ?2 IS NULL AND \(shown)"
            : "SELECT COUNT(*) FROM job WHERE account = ?1 AND \(workflow) AND \(shown)"
        let total = try connection.query(counted, .id(account), .text(orNull: query.workflowID)) {
            row throws(GateError) in try row.integer(0)
        }
        return JobPage(items, total: total.first ?? 0)
    }
}
