internal import Basics
internal import Fleet
internal import HTTP
internal import Store
internal import Wire

extension NativeSurface {
    // MARK: Questions

    /// `GET /prompt`.
    func promptCount(_ visit: Visit) async throws {
        let count = try await fleet.remaining(of: try account(visit))
        try await respond(visit, .ok, ["exec_info": ["queue_remaining": JSON(count)]])
    }

    /// `GET /queue`: the account's own; the newest 500 are not shown beyond that.
    func queue(_ visit: Visit) async throws {
        let owner = try account(visit)
        let records = try await fleet.ports.jobs.pending(of: owner, limit: 500)
        let phases = try await fleet.phases(of: owner)
        try await respond(visit, .ok, json: JobAnswers.queue(records) { phases[$0]?.isRunning ?? false })
    }

    /// `GET /history`: at most the newest 1,000.
    func history(_ visit: Visit) async throws {
        func number(_ name: String) throws -> Int? {
            guard let text = visit.query[name] else { return nil }
            guard let number = Int(text) else {
                throw Refusal(.badRequest, .invalidArgument, "\(name) must be a whole number.")
            }
            return number
        }
        let (limit, offset) = (try number("max_items") ?? 1_000, try number("offset") ?? -1)
        // A negative offset is ComfyUI's word for the newest.
        let records = try await fleet.ports.jobs.history(
            of: try account(visit), limit: limit, offset: offset < 0 ? nil : offset)
        try await respond(visit, .ok, json: JobAnswers.history(records))
    }

    /// `GET /history/{id}`: an empty object for what is not there, or not the account's.
    func historyEntry(_ visit: Visit, _ id: String) async throws {
        let record = try await fleet.ports.jobs.record(account: try account(visit), publicID: id)
        let ended = [record].compactMap { $0 }.filter { $0.job.state.isFinal && $0.job.state != .withdrawn }
        try await respond(visit, .ok, json: JobAnswers.history(ended))
    }

    // MARK: Changes

    /// `POST /queue`: takes one's own waiting jobs back; `clear` means all of them.
    func changeQueue(_ visit: Visit) async throws {
        let owner = try account(visit)
        let body = try await requiredObject(visit)
        let named = (body["delete"]?.array ?? []).compactMap(\.string)
        try await fleet.cancel(account: owner, body["clear"] == true ? nil : named, scope: .waiting)
        try await visit.respond(.ok)
    }

    /// `POST /interrupt`: stops the running job that is named, or all that the account has running.
    func interrupt(_ visit: Visit) async throws {
        let owner = try account(visit)
        let named = try await bodyObject(visit)?["prompt_id"]?.string
        try await fleet.cancel(account: owner, named.map { [$0] }, scope: .running)
        try await visit.respond(.ok)
    }

    /// `POST /history`: forgets one's own entries.
    func changeHistory(_ visit: Visit) async throws {
        let owner = try account(visit)
        let body = try await requiredObject(visit)
        if body["clear"] == true { try await fleet.ports.jobs.forget(account: owner, publicIDs: nil) }
        let named = (body["delete"]?.array ?? []).compactMap(\.string)
        if !named.isEmpty { try await fleet.ports.jobs.forget(account: owner, publicIDs: named) }
        try await visit.respond(.ok)
    }

    /// `POST /free`: what is loaded serves everybody, so only operators may wish it away.
    func free(_ visit: Visit) async throws {
        let body = try await bodyObject(visit)
        if isOperator(visit) {
            await fleet.free(models: body?["unload_models"] == true, cache: body?["free_memory"] == true)
        }
        try await visit.respond(.ok)
    }

    // MARK: /api/jobs of 0.26

    func jobList(_ visit: Visit) async throws {
        let request: JobListRequest
        do throws(JobListRequest.Fault) {
            request = try JobListRequest(visit.query)
        } catch {
            return try await respond(visit, .badRequest, ["error": .string(error.message)])
        }
        let owner = try account(visit)
        let phases = try await fleet.phases(of: owner)
        var query = JobQuery(states: request.states)
        (query.workflowID, query.order, query.isAscending) =
            (request.workflowID, request.order, request.isAscending)
        if !request.needsPhases { (query.limit, query.offset) = (request.limit, request.offset) }
        let page = try await fleet.ports.jobs.jobs(of: owner, query)
        var items = page.items.compactMap { item in
            JobAnswers.status(item.job.state, isRunning: phases[item.job.sequence]?.isRunning ?? false)
                .map { (item: item, status: $0) }
        }
        var total = page.total
        if request.needsPhases {
            items.removeAll { !request.statuses.contains($0.status) }
            total = items.count
            items = Array(items.dropFirst(request.offset).prefix(request.limit ?? items.count))
        }
        let answer = JobAnswers.list(items, total: total, offset: request.offset, limit: request.limit)
        try await respond(visit, .ok, json: answer)
    }

    func job(_ visit: Visit, _ id: String) async throws {
        let owner = try account(visit)
        let phases = try await fleet.phases(of: owner)
        guard let record = try await fleet.ports.jobs.record(account: owner, publicID: id),
            let status = JobAnswers.status(
                record.job.state, isRunning: phases[record.job.sequence]?.isRunning ?? false)
        else { return try await respond(visit, .notFound, ["error": "Job not found"]) }
        try await respond(visit, .ok, json: JobAnswers.job(record, status: status))
    }

    func cancelJob(_ visit: Visit, _ id: String) async throws {
        let isCanceled = try await fleet.cancel(account: try account(visit), [id])
        try await respond(visit, .ok, ["cancelled": JSON(isCanceled)])
    }

    func cancelJobs(_ visit: Visit) async throws {
        guard let ids = try await bodyObject(visit)?["job_ids"]?.array else {
            return try await respond(visit, .badRequest, ["error": "job_ids must be a list"])
        }
        let bad = ids.filter { $0.string.flatMap { UUID($0) } == nil }
        guard bad.isEmpty else {
            return try await respond(
                visit, .badRequest,
                ["error": "job_ids contains invalid id(s)", "invalid_ids": .array(bad)])
        }
        let isCanceled = try await fleet.cancel(account: try account(visit), ids.compactMap(\.string))
        try await respond(visit, .ok, ["cancelled": JSON(isCanceled)])
    }

    // MARK: Bodies

    private func requiredObject(_ visit: Visit) async throws -> JSONObject {
        guard let body = try await bodyObject(visit) else {
            throw Refusal(.badRequest, .invalidArgument, "Send a JSON object with clear or delete.")
        }
        return body
    }

    /// The body as an object; nil for an empty one.
    func bodyObject(_ visit: Visit) async throws -> JSONObject? {
        let bytes = try await visit.exchange.readBody(limit: 1 << 20)
        guard !bytes.isEmpty else { return nil }
        guard let json = try? JSON(parsing: bytes), let object = json.object else {
            throw Refusal(.badRequest, .invalidArgument, "The body must be a JSON object.")
        }
        return object
    }
}
