internal import Basics
internal import Store

/// What accounts have used, by day and workflow, and what they may use.
struct UsageTable {
    let connection: SQLiteConnection

    /// Counts a job that has just ended.
    func add(job: Int) throws(GateError) {
        try connection.run(
            """
            INSERT INTO usage (account, day, workflow, jobs, failed, gpu_milliseconds, bytes)
                SELECT account, ended / 86400000, COALESCE(workflow_id, lower(substr(hex(signature), 1, 16))), 1,
                    state <> 'succeeded', MAX(0, COALESCE(ended - started, 0)),
                    (SELECT COALESCE(SUM(size), 0) FROM file JOIN asset ON hash = asset WHERE file.job = sequence)
                FROM job WHERE sequence = ? AND state NOT IN ('withdrawn', 'expired')
                ON CONFLICT (account, day, workflow) DO UPDATE SET jobs = jobs + 1, failed = failed + excluded.failed,
                    gpu_milliseconds = gpu_milliseconds + excluded.gpu_milliseconds, bytes = bytes + excluded.bytes
            """, .integer(job))
    }

    /// - Throws: `quotaExceeded` for an account that may begin nothing more now.
    func check(_ account: UUID, _ quota: AccountQuota, at time: Timestamp) throws(GateError) {
        let today = UsageDay(time)
        try check(account, quota.day, "day", from: today, until: today.next.start)
        try check(account, quota.month, "month", from: today.firstOfMonth, until: today.firstOfNextMonth.start)
        if let limit = quota.storedBytes, try stored(account) >= limit { throw StoreRules.storageUsed(limit) }
    }

    private func check(
        _ account: UUID, _ limits: AccountQuota.Use, _ word: String, from day: UsageDay, until next: Timestamp
    ) throws(GateError) {
        guard !limits.isOpen else { return }
        let sums = try connection.query(
            """
            SELECT COALESCE(SUM(jobs), 0), COALESCE(SUM(gpu_milliseconds), 0),
                    (SELECT COUNT(*) FROM job WHERE account = ?1 AND ended IS NULL)
                FROM usage WHERE account = ?1 AND day >= ?2
            """, .id(account), .integer(day.number)
        ) { row throws(GateError) in
            (jobs: try row.integer(0) + row.integer(2), seconds: try row.integer(1) / 1_000)
        }
        guard let used = sums.first else { return }
        if let limit = limits.jobs, used.jobs >= limit { throw StoreRules.jobsUsed(limit, per: word, until: next) }
        if let limit = limits.gpuSeconds, used.seconds >= limit {
            throw StoreRules.gpuTimeUsed(limit, per: word, until: next)
        }
    }

    /// Bytes of all files of an account.
    func stored(_ account: UUID) throws(GateError) -> Int {
        try connection.query("SELECT COALESCE(SUM(bytes), 0) FROM file_tally WHERE account = ?", .id(account)) {
            row throws(GateError) in try row.integer(0)
        }.first ?? 0
    }

    func rows(of account: UUID?, _ days: ClosedRange<UsageDay>) throws(GateError) -> [UsageRecord] {
        let whose = account == nil ? "?1 IS NULL" : "account = ?1"
        return try connection.query(
            """
            SELECT account, day, workflow, jobs, failed, gpu_milliseconds, bytes FROM usage
                WHERE \(whose) AND day BETWEEN ?2 AND ?3 ORDER BY day, account, workflow
            """, account.map { .id($0) } ?? .null, .integer(days.lowerBound.number), .integer(days.upperBound.number)
        ) { row throws(GateError) in
            UsageRecord(
                account: try row.id(0), day: UsageDay(number: try row.integer(1)), workflow: try row.text(2),
                jobs: try row.integer(3), failed: try row.integer(4), gpuMilliseconds: try row.integer(5),
                bytes: try row.integer(6))
        }
    }
}
