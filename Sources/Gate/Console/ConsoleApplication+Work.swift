internal import Basics
internal import Fleet
internal import HTTP
internal import Identity
internal import Store
internal import Wire

/// Pages about jobs, usage and files. All of it is asked of `AdminSurface`, so that who may see and do what, and what is
/// noted of it, is the same as for the command line.
extension ConsoleApplication {
    /// True when the page was one of these.
    func showWork(_ visit: ConsoleVisit, _ path: WebPath, _ notice: Notice?) async throws -> Bool {
        switch path {
        case .jobs: try await showJobs(visit)
        case .job(let number): try await send(visit, .ok, try await jobPage(visit, number, notice))
        case .quarantine: try await send(visit, .ok, try await quarantinePage(visit, notice))
        case .usage: try await showUsage(visit)
        case .files: try await showFiles(visit)
        default: return false
        }
        return true
    }

    // MARK: Jobs

    private func showJobs(_ visit: ConsoleVisit) async throws {
        let query = visit.request.target.query
        func typed(_ name: FieldName) -> String { query[name.rawValue] ?? "" }
        var page = JobsPage(filter: .init(state: typed(.state), account: typed(.account), since: typed(.since)))
        page.gate = settings.gate.description
        page.isLater = !typed(.before).isEmpty
        var wanted = page.filter.query.map { (name: $0.0.rawValue, value: $0.1) }
        wanted.append((name: "limit", value: String(JobsPage.rowsPerPage)))
        if page.isLater { wanted.append((name: "before", value: typed(.before))) }
        do {
            let found = try await ask(visit, .get, ["jobs"], query: wanted)
            page.jobs = (found["jobs"]?.array ?? []).map { JobRow($0) }
            page.next = found["next"]?.int
            for state in JobState.allCases { page.counts[state] = found["counts"]?[state.rawValue]?.int ?? 0 }
        } catch {
            page.problems = [try filterProblem(error)]
            return try await send(visit, .badRequest, page)
        }
        try await send(visit, .ok, page)
    }

    /// What is wrong with a filter, at the field it was typed in; all else is an error page.
    private func filterProblem(_ error: any Error) throws -> FormProblem {
        guard let error = error as? GateError else { throw error }
        switch error.field.flatMap({ FieldName(rawValue: $0.rawValue) }) {
        case let day? where [.since, .until].contains(day):
            return FormProblem(error == AdminJobs.sinceIsBehind ? UsageWords.behind : UsageWords.badDay, at: day)
        case let field? where [.account, .state].contains(field): return try problem(error, at: field)
        // Of what stands in the address only: the first field there is on all these pages.
        default: return try problem(error, at: .since)
        }
    }

    private func jobPage(_ visit: ConsoleVisit, _ number: Int, _ notice: Notice?) async throws -> JobDetailPage {
        let shown = try await ask(visit, .get, ["jobs", String(number)])
        var page = JobDetailPage(job: JobRow(shown))
        page.notice = notice
        let why = try await ask(visit, .get, ["jobs", String(number), "why"])
        page.reasons = JobReasons.reasons(why).map { ServiceWords.phrase($0) }
        page.isQuarantined = why["quarantined"]?.bool ?? false
        page.attempts = (shown["attempts"]?.array ?? []).map { attempt in
            func time(_ name: String) -> Timestamp? { attempt[name]?.string.flatMap { Timestamp(rfc3339: $0) } }
            return .init(
                worker: attempt["worker"]?.string ?? "", began: time("began"), ended: time("ended"),
                outcome: attempt["outcome"]?.string)
        }
        page.files = (shown["files"]?.array ?? []).map { JobDetailPage.File($0) }
        return page
    }

    func changeJob(_ visit: ConsoleVisit, _ number: Int, _ change: WebPath.JobChange) async throws {
        let job = ["jobs", String(number)]
        do {
            switch change {
            case .cancel:
                try await ask(visit, .post, job + ["cancel"])
                try await redirect(visit, to: .job(number), done: .jobCanceled)
            case .retry:
                let made = try await ask(visit, .post, job + ["retry"])
                try await redirect(visit, to: .job(made["number"]?.int ?? number), done: .jobRepeated)
            case .first, .last:
                try await ask(visit, .post, job + ["move"], ["to": .string(change.rawValue)])
                try await redirect(visit, to: .job(number), done: .jobMoved)
            }
        } catch let error as GateError where [.invalidArgument, .diskLow].contains(error.code) {
            // It has gone on in the meantime, or nothing new is taken: shown as it is now.
            var page = try await jobPage(visit, number, nil)
            page.problems = [FormProblem(error)]
            try await send(visit, .badRequest, page)
        }
    }

    // MARK: Quarantine

    private func quarantinePage(_ visit: ConsoleVisit, _ notice: Notice?) async throws -> QuarantinePage {
        let found = try await ask(visit, .get, ["quarantine"])
        var page = QuarantinePage(notice: notice)
        page.graphs = (found["graphs"]?.array ?? []).compactMap { graph in
            guard let signature = graph["signature"]?.string.flatMap({ Hex.decode($0) }).flatMap({ Digest32($0) })
            else { return nil }
            return .init(
                signature: signature, deaths: graph["deaths"]?.int ?? 0,
                isHeld: graph["quarantined"]?.bool ?? false,
                last: graph["last"]?.string.flatMap { Timestamp(rfc3339: $0) },
                account: graph["account"]?.string ?? "")
        }
        return page
    }

    func release(_ visit: ConsoleVisit, _ signature: Digest32) async throws {
        do {
            try await ask(visit, .delete, ["quarantine", signature.description])
        } catch {
            // A success, or somebody else, has cleared it: what was wanted.
            guard error.code == .notFound else { throw error }
        }
        try await redirect(visit, to: .quarantine, done: .graphReleased)
    }

    // MARK: Usage

    private func showUsage(_ visit: ConsoleVisit) async throws {
        let query = visit.request.target.query
        func typed(_ name: FieldName) -> String { query[name.rawValue] ?? "" }
        var page = UsagePage(since: typed(.since), until: typed(.until), account: typed(.account))
        page.key = UsagePage.Key(rawValue: typed(.by)) ?? .account
        var wanted = [(name: "by", value: page.key.rawValue), (name: "limits", value: "true")]
        for name in [FieldName.since, .until, .account] where !typed(name).isEmpty {
            wanted.append((name: name.rawValue, value: typed(name)))
        }
        do {
            let found = try await ask(visit, .get, ["usage"], query: wanted)
            (page.since, page.until) = (found["since"]?.string ?? "", found["until"]?.string ?? "")
            page.sums = (found["usage"]?.array ?? []).map { UsagePage.Sum($0) }
            page.accounts = (found["limits"]?.array ?? []).map { UsagePage.Account($0) }
        } catch {
            page.problems = [try filterProblem(error)]
            return try await send(visit, .badRequest, page)
        }
        try await send(visit, .ok, page)
    }

    // MARK: Files

    private func showFiles(_ visit: ConsoleVisit) async throws {
        let name = visit.request.target.query[FieldName.account.rawValue] ?? ""
        guard !name.isEmpty else { return try await send(visit, .ok, try await filesPage(visit)) }
        let limit = [(name: "account", value: name), (name: "limit", value: String(AccountFilesPage.limit))]
        let found = try await ask(visit, .get, ["files"], query: limit)
        let files = (found["files"]?.array ?? []).map { AccountFilesPage.Row($0) }
        try await send(visit, .ok, AccountFilesPage(account: name, files: files))
    }

    private func filesPage(_ visit: ConsoleVisit) async throws -> FilesPage {
        let found = try await ask(visit, .get, ["files"])
        var page = FilesPage(rows: (found["accounts"]?.array ?? []).map { FilesPage.Row($0) })
        if let disk = found["disk"], let free = disk["free"]?.int, let size = disk["size"]?.int {
            page.disk = .init(free: free, size: size, isLow: disk["low"]?.bool ?? false)
        }
        return page
    }

    /// Steps of one answer, each of at most 1,000 pieces; what is left goes with the gate's own round, or by one more push.
    private static let freeSteps = 20

    /// What no policy keeps and what nobody refers to: counted, or let go.
    func freeFiles(_ visit: ConsoleVisit, isTrial: Bool) async throws {
        var outcome = FilesPage.Outcome(isTrial: isTrial)
        let dryRun: JSON = ["dry_run": .bool(isTrial)]
        let retired = try await ask(visit, .post, ["files", "retention"], dryRun)
        (outcome.files, outcome.bytes) = (retired["files"]?.int ?? 0, retired["bytes"]?.int ?? 0)
        outcome.jobs = retired["jobs"]?.int ?? 0
        for _ in 0..<(isTrial ? 1 : Self.freeSteps) {
            let step = try await ask(visit, .post, ["assets", "gc"], dryRun)
            outcome.assets += step["assets"]?.int ?? 0
            outcome.freed += step["bytes"]?.int ?? 0
            guard step["assets"]?.int ?? 0 > 0 else { break }
        }
        var page = try await filesPage(visit)
        page.outcome = outcome
        try await send(visit, .ok, page)
    }
}
