internal import Basics
internal import Store

/// Changes of the job tables, inside the transaction of whoever calls.
struct JobWriter {
    let connection: SQLiteConnection
    let waiting: WaitingBounds
    private var reader: JobReader { JobReader(connection: connection) }

    func submit(_ new: NewJob, _ quota: AccountQuota) throws(GateError) -> Submission {
        if let known = try reader.job(account: new.account, publicID: new.publicID) { return .existing(known) }
        try checkQuota(new, quota)
        let place = try place(for: new)
        let bytes = new.request.byteCount
        do throws(SQLiteFailure) {
            try connection.attempt(
                """
                INSERT INTO job (account, public_id, client_id, place, place_given, state, submitted, signature, bytes,
                    workflow_id, queue_until, run_limit, retry_of)
                    VALUES (?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .id(new.account), .text(new.publicID), .text(orNull: new.clientID), .real(place.value),
                    .flag(place.isGiven), .time(new.submitted), .digest(new.signature), .integer(bytes),
                    .text(orNull: new.workflowID), .time(new.terms.queueUntil),
                    new.terms.runLimit.map { .integer($0) } ?? .null, .text(orNull: new.terms.retryOf),
                ])
        } catch {
            throw error.isForeignKey ? StoreRules.noAccount : error.error
        }
        let sequence = connection.lastRow
        try connection.run(
            """
            INSERT INTO job_document (job, prompt, extra_data, outputs_wanted, plan, credentials)
                VALUES (?, ?, ?, ?, ?, ?)
            """,
            .integer(sequence), .blob(new.request.prompt), .blob(new.request.extraData), .blob(new.request.outputs),
            .blob(new.request.plan), new.request.credentials.map { .blob($0) } ?? .null)
        for asset in Set(new.inputs) {
            try connection.run("INSERT INTO job_input (job, asset) VALUES (?, ?)", .integer(sequence), .digest(asset))
        }
        waiting.add(new.account, bytes: bytes)
        return .created(
            Job(
                sequence: sequence, account: new.account, publicID: new.publicID, clientID: new.clientID, place: place,
                state: .queued, submitted: new.submitted, signature: new.signature, byteCount: bytes,
                workflowID: new.workflowID, terms: new.terms))
    }

    private func checkQuota(_ new: NewJob, _ quota: AccountQuota) throws(GateError) {
        func fits(_ sum: WaitingBounds.Sum) -> Bool {
            sum.jobs < quota.waitingJobs && sum.bytes + new.request.byteCount <= quota.waitingBytes
        }
        if waiting[new.account].map(fits) != true {
            let sum = try countWaiting(new.account)
            waiting[new.account] = sum
            if sum.jobs >= quota.waitingJobs { throw StoreRules.tooManyJobs(sum.jobs) }
            guard fits(sum) else { throw StoreRules.tooManyJobBytes(quota.waitingBytes) }
        }
        try UsageTable(connection: connection).check(new.account, quota, at: new.submitted)
    }

    private func countWaiting(_ account: UUID) throws(GateError) -> WaitingBounds.Sum {
        try connection.query(
            "SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM job WHERE account = ? AND ended IS NULL AND state = 'queued'",
            .id(account)
        ) { row throws(GateError) in
            WaitingBounds.Sum(jobs: try row.integer(0), bytes: try row.integer(1))
        }.first ?? WaitingBounds.Sum()
    }

    /// ComfyUI counts every prompt, and negates the count for one that goes to the front.
    private func place(for new: NewJob) throws(GateError) -> JobPlace {
        let counted = try connection.query(
            """
            INSERT INTO job_counter (account, next) VALUES (?, 1)
                ON CONFLICT (account) DO UPDATE SET next = next + 1 RETURNING next - 1
            """, .id(new.account)
        ) { row throws(GateError) in try row.integer(0) }
        let number = Double(counted.first ?? 0)
        return switch new.position {
        case .last: JobPlace(number, isGiven: false)
        case .first: JobPlace(-number, isGiven: false)
        case .given(let value): JobPlace(value, isGiven: true)
        }
    }

    func begin(_ attempt: Attempt) throws(GateError) -> Bool {
        let touched = try connection.run(
            """
            UPDATE job SET state = 'dispatched', attempts = ?
                WHERE sequence = ? AND state = 'queued' AND cancel_requested IS NULL
            """, .integer(attempt.ordinal), .integer(attempt.job))
        guard touched == 1 else { return false }
        try connection.run(
            "INSERT INTO attempt (id, job, ordinal, worker, began, marker) VALUES (?, ?, ?, ?, ?, ?)",
            .id(attempt.id), .integer(attempt.job), .integer(attempt.ordinal), .text(attempt.worker),
            .time(attempt.began), attempt.marker.map { .id($0) } ?? .null)
        return true
    }

    func started(_ attempt: UUID, at time: Timestamp) throws(GateError) {
        try connection.run(
            """
            UPDATE job SET started = ? WHERE started IS NULL AND ended IS NULL
                AND sequence = (SELECT job FROM attempt WHERE id = ? AND ended IS NULL)
            """, .time(time), .id(attempt))
    }

    func requeue(_ attempt: UUID, _ reason: JobFailure, at time: Timestamp) throws(GateError) -> Bool {
        let canceled = try connection.query(
            "SELECT 1 FROM attempt JOIN job ON sequence = job WHERE attempt.id = ? AND cancel_requested IS NOT NULL",
            .id(attempt)
        ) { row throws(GateError) in try row.integer(0) }
        guard canceled.isEmpty, let job = try settle(attempt, outcome: reason.code.rawValue, at: time) else {
            return false
        }
        try remember(reason.code.rawValue, of: attempt, at: time)
        waiting.forgetAll()
        try connection.run(
            "UPDATE job SET state = 'queued', started = NULL WHERE sequence = ? AND state = 'dispatched'", .integer(job)
        )
        try connection.run("DELETE FROM file WHERE attempt = ?", .id(attempt))
        return true
    }

    /// Closes the attempt if it is the one that counts, and tells its job.
    private func settle(_ attempt: UUID, outcome: String, at time: Timestamp) throws(GateError) -> Int? {
        let job = try connection.query(
            """
            SELECT job FROM attempt JOIN job ON sequence = job
                WHERE attempt.id = ? AND attempt.ended IS NULL AND job.ended IS NULL AND ordinal = attempts
            """, .id(attempt)
        ) { row throws(GateError) in try row.integer(0) }
        guard let job = job.first else { return nil }
        try connection.run(
            "UPDATE attempt SET ended = ?, outcome = ? WHERE id = ?", .time(time), .text(outcome), .id(attempt))
        return job
    }

    /// Milliseconds for which what was given up is remembered.
    private static let givenUpAge: Int64 = 86_400_000

    /// Remembers apart from the job what its owner cannot make forgotten: a death, until a success shows that the graph is
    /// harmless, and an attempt of which something may still come.
    private func remember(_ outcome: String, of attempt: UUID, at time: Timestamp) throws(GateError) {
        switch outcome {
        case GateError.Code.handOverUnknown.rawValue, GateError.Code.workerUnreachable.rawValue:
            try connection.run(
                "DELETE FROM given_up WHERE time < ?", .time(time.advanced(byMilliseconds: -Self.givenUpAge)))
            try connection.run(
                "INSERT INTO given_up (attempt, worker, time) SELECT id, worker, ? FROM attempt WHERE id = ?",
                .time(time), .id(attempt))
        case GateError.Code.workerCrashed.rawValue:
            try connection.run(
                """
                INSERT INTO worker_death (signature, time, worker, account)
                    SELECT signature, ?, worker, account FROM attempt JOIN job ON sequence = job WHERE attempt.id = ?
                """, .time(time), .id(attempt))
        case JobState.succeeded.rawValue:
            try connection.run(
                """
                DELETE FROM worker_death WHERE signature =
                    (SELECT signature FROM attempt JOIN job ON sequence = job WHERE attempt.id = ?)
                """, .id(attempt))
        default: break
        }
    }

    func release(_ signature: Digest32) throws(GateError) -> Bool {
        try connection.run("DELETE FROM worker_death WHERE signature = ?", .digest(signature)) > 0
    }

    func requestCancel(account: UUID, publicID: String, at time: Timestamp) throws(GateError) -> CancelAnswer {
        guard var job = try reader.job(account: account, publicID: publicID) else { return .unknown }
        guard !job.state.isFinal else { return .ended }
        if job.cancelRequested == nil {
            try connection.run(
                "UPDATE job SET cancel_requested = ? WHERE sequence = ?", .time(time), .integer(job.sequence))
            job.cancelRequested = time
        }
        guard job.state == .queued else { return .asked(job) }
        _ = try finish(JobEnd(job: job.sequence, attempt: nil, state: .withdrawn, ended: time))
        (job.state, job.ended) = (.withdrawn, time)
        return .canceled(job)
    }

    func finish(_ end: JobEnd) throws(GateError) -> Bool {
        if let attempt = end.attempt {
            let outcome = end.failure?.code.rawValue ?? end.state.rawValue
            guard try settle(attempt, outcome: outcome, at: end.ended) == end.job else { return false }
            try remember(outcome, of: attempt, at: end.ended)
            if end.isInHistory {
                try connection.run(
                    """
                    INSERT INTO worker_marker (worker, attempt) SELECT worker, id FROM attempt WHERE id = ?
                        ON CONFLICT (worker) DO UPDATE SET attempt = excluded.attempt
                    """, .id(attempt))
            }
        }
        let touched = try connection.run(
            """
            UPDATE job SET state = ?, ended = ?, started = COALESCE(started, ?), failure_code = ?, failure_message = ?
                WHERE sequence = ? AND ended IS NULL AND (state = 'queued' OR ?)
            """,
            .text(end.state.rawValue), .time(end.ended), .time(end.started), .text(orNull: end.failure?.code.rawValue),
            .text(orNull: end.failure?.message), .integer(end.job), .flag(end.attempt != nil))
        guard touched == 1 else { return false }
        try UsageTable(connection: connection).add(job: end.job)
        try connection.run(
            """
            UPDATE job_document SET credentials = NULL, outputs = ?, status = ?, meta = ?, summary = ? WHERE job = ?
            """,
            .blob(orNull: end.result?.outputs), .blob(orNull: end.result?.status), .blob(orNull: end.result?.meta),
            .blob(orNull: end.result?.summary), .integer(end.job))
        return true
    }

    func forget(account: UUID, publicIDs: [String]?) throws(GateError) {
        guard let publicIDs else {
            try connection.run("DELETE FROM job WHERE account = ? AND ended IS NOT NULL", .id(account))
            return
        }
        for id in publicIDs {
            try connection.run(
                "DELETE FROM job WHERE account = ? AND public_id = ? AND ended IS NOT NULL", .id(account), .text(id))
        }
    }

    func forget(account: UUID, endedBefore time: Timestamp, isTrial: Bool) throws(GateError) -> Int {
        guard !isTrial else {
            return try connection.query(
                "SELECT COUNT(*) FROM job WHERE account = ? AND ended < ?", .id(account), .time(time)
            ) { row throws(GateError) in try row.integer(0) }.first ?? 0
        }
        return try connection.run(
            """
            DELETE FROM job WHERE sequence IN
                (SELECT sequence FROM job WHERE account = ? AND ended < ? ORDER BY ended LIMIT 1000)
            """, .id(account), .time(time))
    }

    func move(_ job: Int, to end: LineEnd) throws(GateError) -> JobPlace? {
        // One place beyond whoever is at that end; a whole number, because ComfyUI writes it as one.
        let beyond = end == .first ? "MIN(MIN(place), 0) - 1" : "MAX(MAX(place), 0) + 1"
        return try connection.query(
            """
            UPDATE job SET place_given = 0, place = (SELECT CAST(\(beyond) AS INTEGER) FROM job AS other
                    WHERE other.account = job.account AND other.ended IS NULL)
                WHERE sequence = ? AND state = 'queued' AND cancel_requested IS NULL RETURNING CAST(place AS REAL)
            """, .integer(job)
        ) { row throws(GateError) in JobPlace(try row.real(0), isGiven: false) }.first
    }
}
