internal import Basics
internal import Fleet
internal import Identity
internal import Store
internal import Wire

/// Jobs of all accounts: how they fare, and what an operator may do about them.
struct AdminJobs: Sendable {
    let surface: AdminSurface
    let work: GateWork

    init(_ surface: AdminSurface, _ work: GateWork) { (self.surface, self.work) = (surface, work) }

    var store: any JobStore { work.jobs }

    // MARK: Questions

    func list(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        var filter = JobFilter()
        filter.account = try await account(request)
        if let words = request.query["state"] { filter.states = try Self.states(words) }
        filter.before = try Self.number(request.query["before"], "before")
        filter.limit = try Self.number(request.query["limit"], "limit") ?? 100
        let since = try Self.day(request.query["since"], "since")?.start
        let found = try await store.jobs(filter)
        // Newest first: behind one that came before that day there are only such.
        let jobs = found.prefix { job in since.map { job.submitted >= $0 } ?? true }
        let rows = try await records(of: Array(jobs))
        let tally = try await store.tally(of: filter.account)
        return .ok([
            "jobs": .array(rows),
            "next": jobs.count == filter.limit ? jobs.last.map { JSON($0.sequence) } ?? .null : .null,
            "counts": .object(JSONObject(JobState.allCases.map { ($0.rawValue, JSON(tally[$0] ?? 0)) })),
        ])
    }

    func show(_ request: AdminRequest, _ text: String) async throws(GateError) -> AdminAnswer {
        let job = try await job(text, request)
        guard case .object(var object) = try await records(of: [job]).first else { throw Self.none }
        object["attempts"] = .array(
            try await store.attempts(of: job.sequence).map { record in
                [
                    "id": .string(record.attempt.id.description), "worker": .string(record.attempt.worker),
                    "began": AdminRecords.time(record.attempt.began), "ended": AdminRecords.time(record.ended),
                    "outcome": record.outcome.map { .string($0) } ?? .null,
                ]
            })
        if request.query["documents"] == "true" {
            // What others' jobs hold is for administrators.
            guard surface.isAdministrator(try AdminSurface.known(request)) else {
                throw GateError(.forbidden, from: .client, "What a job holds is shown to administrators only.")
            }
            if let record = try await store.record(of: job.sequence) { object["documents"] = AdminFiles.json(record) }
        }
        let files = try await work.files.outputs(of: job.sequence).values
        object["files"] = .array(
            files.map(AdminFiles.json).sorted { $0["name"]?.string ?? "" < $1["name"]?.string ?? "" })
        return .ok(.object(object))
    }

    func explain(_ request: AdminRequest, _ text: String) async throws(GateError) -> AdminAnswer {
        let job = try await job(text, request)
        guard case .object(var object) = try await records(of: [job]).first else { throw Self.none }
        let deaths = try await store.deaths(of: job.signature)
        object["worker_deaths"] = JSON(deaths)
        object["quarantined"] = .bool(deaths >= work.limits.deaths)
        guard let fleet = work.fleet else {
            object["gate_runs"] = false
            return .ok(.object(object))
        }
        let standing = try await fleet.standing(of: job)
        object["gate_runs"] = true
        object["ahead"] = standing.ahead.map { JSON($0) } ?? .null
        object["waiting"] = JSON(standing.waiting)
        object["workers"] = .array(standing.workers.map(Self.json))
        return .ok(.object(object))
    }

    func workers() async throws(GateError) -> AdminAnswer {
        guard let fleet = work.fleet else { throw Self.noGate }
        return .ok(["workers": .array(try await fleet.workers().map(Self.json))])
    }

    // MARK: Changes

    func cancel(_ request: AdminRequest, _ text: String) async throws(GateError) -> AdminAnswer {
        let job = try await job(text, request)
        guard !job.state.isFinal else { throw Self.ended }
        if let fleet = work.fleet {
            try await fleet.cancel(account: job.account, [job.publicID])
        } else {
            _ = try await store.requestCancel(account: job.account, publicID: job.publicID, at: work.clock())
        }
        try await note("job.cancel", job, request)
        return try await show(request, "\(job.sequence)")
    }

    /// A new job that does the same; the old one stays as it is.
    func retry(_ request: AdminRequest, _ text: String) async throws(GateError) -> AdminAnswer {
        let old = try await job(text, request)
        guard old.state.isFinal else {
            throw GateError(.invalidArgument, from: .client, "The job has not ended; there is nothing to repeat yet.")
        }
        guard let record = try await store.record(of: old.sequence) else { throw Self.none }
        let account = try await surface.identity.account(old.account)
        let policy = try await work.policies.policy(of: account.role, teams: account.teams, surface.identity)
        let now = work.clock()
        var terms = policy.terms(at: now)
        terms.retryOf = old.publicID
        let new = NewJob(
            account: old.account, publicID: UUID().description, clientID: old.clientID, submitted: now,
            signature: old.signature, workflowID: old.workflowID, request: record.request,
            inputs: try await store.inputs(of: old.sequence), terms: terms)
        // Somebody decided that it shall run: what its owner has used does not count against it.
        var quota = AccountQuota()
        (quota.waitingJobs, quota.waitingBytes) = (.max, .max)
        let kept =
            if let fleet = work.fleet { try await fleet.submit(new, quota: quota).job } else {
                try await store.submit(new, quota: quota).job
            }
        try await note("job.retry", kept, request)
        return .created(try await records(of: [kept])[0])
    }

    func move(_ request: AdminRequest, _ text: String) async throws(GateError) -> AdminAnswer {
        let members = try AdminMembers(request.body, allowed: ["to"])
        guard let end = LineEnd(rawValue: try members.required("to")) else {
            throw AdminMembers.invalid("to is first or last.")
        }
        let job = try await job(text, request)
        let isMoved =
            if let fleet = work.fleet { try await fleet.move(job, to: end) } else {
                try await store.move(job.sequence, to: end) != nil
            }
        guard isMoved else {
            throw GateError(.invalidArgument, from: .client, "The job does not wait, so it cannot be moved.")
        }
        try await note("job.move", job, request, ["to": .string(end.rawValue)])
        return try await show(request, "\(job.sequence)")
    }

    // MARK: Graphs that kill workers

    func quarantine() async throws(GateError) -> AdminAnswer {
        let graphs = try await store.deadly(limit: 1_000)
        let names = try await names()
        let limit = work.limits.deaths
        return .ok([
            "graphs": .array(
                graphs.map { graph in
                    [
                        "signature": .string(graph.signature.description), "deaths": JSON(graph.deaths),
                        "quarantined": .bool(graph.deaths >= limit), "last": AdminRecords.time(graph.last),
                        "account": names.name(graph.account),
                    ]
                })
        ])
    }

    /// - Parameter text: The signature or its beginning, if only one has that.
    func release(_ request: AdminRequest, _ text: String) async throws(GateError) -> AdminAnswer {
        let found = try await store.deadly(limit: 1_000).filter { $0.signature.description.hasPrefix(text) }
        guard let graph = found.first, !text.isEmpty else {
            throw GateError(.notFound, from: .client, "No worker has died under such a graph.")
        }
        guard found.count == 1 else {
            throw AdminMembers.invalid("\(found.count) graphs begin like this; write more of the signature.")
        }
        guard try await store.release(graph.signature) else { throw Self.none }
        try await surface.identity.note(
            "graph.release", "graph:\(graph.signature)", by: try AdminSurface.known(request).actor, [:])
        return .done
    }

    // MARK: Usage

    func usage(_ request: AdminRequest) async throws(GateError) -> AdminAnswer {
        let today = UsageDay(work.clock())
        let first = try Self.day(request.query["since"], "since") ?? today.firstOfMonth
        let last = try Self.day(request.query["until"], "until") ?? today
        guard first <= last else { throw Self.sinceIsBehind }
        let account = try await account(request)
        let records = try await store.usage(of: account, first...last)
        let key = try await usageKey(request.query["by"] ?? "account")
        var sums: [String: UsageSum] = [:]
        for record in records {
            for name in key(record) { sums[name, default: UsageSum()].add(record) }
        }
        var answer: JSONObject = [
            "since": .string(String(first.start.rfc3339.prefix(10))),
            "until": .string(String(last.start.rfc3339.prefix(10))),
            "usage": .array(sums.sorted { $0.key < $1.key }.map { $0.value.json($0.key) }),
        ]
        if request.query["limits"] == "true" { answer["limits"] = try await limits(of: account) }
        return .ok(.object(answer))
    }

    private func usageKey(_ word: String) async throws(GateError) -> (UsageRecord) -> [String] {
        switch word {
        case "account":
            let names = try await names()
            return { [names.text($0.account)] }
        case "team":
            var teams: [UUID: String] = [:]
            for team in try await surface.identity.teams() { teams[team.id] = team.name.text }
            var members: [UUID: [String]] = [:]
            for account in try await surface.identity.accounts() {
                members[account.id] = account.teams.compactMap { teams[$0] }
            }
            // Whoever is in several teams counts in each.
            return { members[$0.account].flatMap { $0.isEmpty ? nil : $0 } ?? ["-"] }
        case "workflow": return { [$0.workflow] }
        case "day": return { [String($0.day.start.rfc3339.prefix(10))] }
        default: throw AdminMembers.invalid("by is account, team, workflow or day.")
        }
    }

    private struct UsageSum {
        var jobs = 0, failed = 0, milliseconds = 0, bytes = 0

        mutating func add(_ record: UsageRecord) {
            jobs += record.jobs
            failed += record.failed
            milliseconds += record.gpuMilliseconds
            bytes += record.bytes
        }

        func json(_ name: String) -> JSON {
            [
                "name": .string(name), "jobs": JSON(jobs), "failed": JSON(failed),
                "gpu_seconds": .number(JSONNumber(Double(milliseconds) / 1_000)), "bytes": JSON(bytes),
            ]
        }
    }

    // MARK: Parts

    /// A job by its number, or by the id its owner sees.
    private func job(_ text: String, _ request: AdminRequest) async throws(GateError) -> Job {
        var filter = JobFilter(publicID: text, limit: 2)
        filter.account = try await account(request)
        if let sequence = Int(text), filter.account == nil, let record = try await store.record(of: sequence) {
            return record.job
        }
        let found = try await store.jobs(filter)
        guard let job = found.first else { throw Self.none }
        guard found.count == 1 else {
            throw AdminMembers.invalid("Several accounts have a job of this id; name the account, or use the number.")
        }
        return job
    }

    /// What shows accounts by their names.
    private func names() async throws(GateError) -> AdminRecords {
        AdminRecords(accounts: try await surface.identity.accounts())
    }

    private func records(of jobs: [Job]) async throws(GateError) -> [JSON] {
        let names = try await names()
        var phases: [Int: JobPhase] = [:]
        if let fleet = work.fleet, jobs.contains(where: { $0.state == .dispatched }) {
            for worker in try await fleet.workers() {
                if let job = worker.job, let phase = worker.phase { phases[job] = phase }
            }
        }
        return jobs.map { job in
            [
                "number": JSON(job.sequence), "id": .string(job.publicID),
                "account": names.name(job.account),
                "state": .string(job.state.rawValue),
                "phase": phases[job.sequence].map { .string($0.rawValue) } ?? .null,
                "submitted": AdminRecords.time(job.submitted), "started": AdminRecords.time(job.started),
                "ended": AdminRecords.time(job.ended), "cancel_requested": AdminRecords.time(job.cancelRequested),
                "tries": JSON(job.attempts), "place": .number(job.place.number),
                "workflow": job.workflowID.map { .string($0) } ?? .null,
                "signature": .string(job.signature.description), "bytes": JSON(job.byteCount),
                "failure": job.failure.map { .string($0.code.rawValue) } ?? .null,
                "message": job.failure.map { .string($0.message) } ?? .null,
                "retry_of": job.terms.retryOf.map { .string($0) } ?? .null,
                "expires": job.state == .queued ? AdminRecords.time(job.terms.queueUntil) : .null,
            ]
        }
    }

    private func note(_ action: String, _ job: Job, _ request: AdminRequest, _ detail: JSON = [:])
        async throws(GateError)
    {
        try await surface.identity.note(
            action, "job:\(job.account):\(job.sequence)", by: try AdminSurface.known(request).actor, detail)
    }

    private static func json(_ worker: WorkerState) -> JSON {
        [
            "name": .string(worker.name), "up": .bool(worker.trouble == nil),
            "trouble": worker.trouble.map { .string($0) } ?? .null, "job": worker.job.map { JSON($0) } ?? .null,
            "phase": worker.phase.map { .string($0.rawValue) } ?? .null, "stuck": .bool(worker.isStuck),
        ]
    }

    private static func states(_ words: String) throws(GateError) -> Set<JobState> {
        var states: Set<JobState> = []
        for word in words.split(separator: ",") {
            switch word {
            case "open": states.formUnion([.queued, .dispatched])
            case "ended": states.formUnion(JobState.allCases.filter(\.isFinal))
            default:
                guard let state = JobState(rawValue: String(word)) else {
                    throw AdminMembers.invalid(
                        "A state is one of \(JobState.allCases.map(\.rawValue).joined(separator: ", ")), open or ended."
                    ).at("state")
                }
                states.insert(state)
            }
        }
        return states
    }

    static func number(_ text: String?, _ field: GateError.Field) throws(GateError) -> Int? {
        guard let text else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw AdminMembers.invalid("\(field.rawValue) is a whole number.").at(field)
        }
        return number
    }

    private static func day(_ text: String?, _ field: GateError.Field) throws(GateError) -> UsageDay? {
        guard let text else { return nil }
        guard let end = ValueReader<Timestamp>.day.read(text) else {
            throw AdminMembers.invalid("\(field.rawValue) is a day such as 2026-12-31.").at(field)
        }
        return UsageDay(end)
    }

    /// The account that a question is limited to.
    private func account(_ request: AdminRequest) async throws(GateError) -> UUID? {
        guard let name = request.query["account"] else { return nil }
        do throws(GateError) { return try await surface.account(name).id } catch {
            throw error.code == .notFound ? error.at("account") : error
        }
    }

    static let sinceIsBehind = AdminMembers.invalid("since is behind until.").at("since")

    static let none = GateError(.notFound, from: .client, "There is no such job.")
    private static let ended = GateError(.invalidArgument, from: .client, "The job has ended already.")
    private static let noGate = GateError(
        .invalidArgument, from: .client, "No gate runs with this data folder, so no worker is asked.")
}
