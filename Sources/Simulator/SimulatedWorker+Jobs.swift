internal import Basics

/// The jobs of 0.26: a view over queue and history (`comfy_execution/jobs.py`).
extension SimulatedWorker {
    private static let statuses = ["pending", "in_progress", "completed", "failed", "cancelled"]

    func getJobs(_ request: SimulatedRequest) -> SimulatedResponse {
        func bad(_ text: String) -> SimulatedResponse { .json(["error": .string(text)], status: 400) }
        var wanted: [String] = Self.statuses
        if let text = request.parameter("status"), !text.isEmpty {
            wanted = text.split(separator: ",").map { String($0.drop { $0 == " " }).lowercased() }
            let unknown = wanted.filter { !Self.statuses.contains($0) }
            guard unknown.isEmpty else {
                return bad(
                    "Invalid status value(s): \(unknown.joined(separator: ", ")). Valid values: "
                        + Self.statuses.joined(separator: ", "))
            }
        }
        let sortBy = request.parameter("sort_by") ?? "created_at"
        guard sortBy == "created_at" || sortBy == "execution_duration" else {
            return bad("sort_by must be 'created_at' or 'execution_duration'")
        }
        let order = request.parameter("sort_order") ?? "desc"
        guard order == "asc" || order == "desc" else { return bad("sort_order must be 'asc' or 'desc'") }
        var limit: Int?
        if let text = request.parameter("limit") {
            guard let number = Self.bounded(text) else { return bad("limit must be an integer") }
            guard number > 0 else { return bad("limit must be a positive integer") }
            limit = number
        }
        var offset = 0
        if let text = request.parameter("offset") {
            guard let number = Self.bounded(text) else { return bad("offset must be an integer") }
            offset = max(0, number)
        }
        guard var jobs = allJobs() else { return .serverError }
        jobs = jobs.filter { job in wanted.contains(job["status"]?.string ?? "") }
        if let id = request.parameter("workflow_id"), !id.isEmpty {
            jobs = jobs.filter { $0["workflow_id"]?.string == id }
        }
        func key(_ job: JSONObject) -> Int {
            guard sortBy == "created_at" else {
                return (job["execution_end_time"]?.int ?? 0) - (job["execution_start_time"]?.int ?? 0)
            }
            return job["create_time"]?.int ?? 0
        }
        // Stable, as Python sorts; the newest comes first by default.
        let sorted = jobs.enumerated().sorted { left, right in
            let (a, b) = (key(left.element), key(right.element))
            return a == b ? left.offset < right.offset : order == "asc" ? a < b : a > b
        }.map(\.element)
        let page = sorted.dropFirst(offset).prefix(limit ?? sorted.count)
        return .json([
            "jobs": .array(page.map { .object($0) }),
            "pagination": [
                "offset": JSON(offset), "limit": limit.map { JSON($0) } ?? nil, "total": JSON(sorted.count),
                "has_more": JSON(offset + page.count < sorted.count),
            ],
        ])
    }

    func getJob(_ id: String) -> SimulatedResponse {
        if let running = phase.job, running.id == id {
            return summary(running, "in_progress").map { .json(.object(withWorkflow($0, running))) } ?? .serverError
        }
        if let job = pending.items.first(where: { $0.id == id }) {
            return summary(job, "pending").map { .json(.object(withWorkflow($0, job))) } ?? .serverError
        }
        guard let entry = history[id] else { return .json(["error": "Job not found"], status: 404) }
        guard var job = summary(entry) else { return .serverError }
        job["outputs"] = .object(entry.outputs)
        job["execution_status"] = entry.status
        return .json(.object(withWorkflow(job, entry.job)))
    }

    func cancelJob(_ id: String) -> SimulatedResponse { .json(["cancelled": JSON(cancel(id))]) }

    func cancelJobs(_ request: SimulatedRequest) -> SimulatedResponse {
        guard let body = try? JSON(parsing: request.body, dialect: .python), let ids = body["job_ids"]?.array else {
            return .json(["error": "job_ids must be a list"], status: 400)
        }
        let invalid = ids.filter { id in id.string.map { UUID($0) == nil } ?? true }
        guard invalid.isEmpty else {
            return .json(["error": "job_ids contains invalid id(s)", "invalid_ids": .array(invalid)], status: 400)
        }
        var any = false
        for id in ids.compactMap(\.string) where cancel(id) { any = true }
        return .json(["cancelled": JSON(any)])
    }

    private func cancel(_ id: String) -> Bool {
        if pending.remove(id: id) {
            note("deleted", id: id)
            broadcastStatus()
            return true
        }
        guard phase.job?.id == id else { return false }
        interruptRequested = true
        return true
    }

    // MARK: - Shapes

    /// Nil when one job's `extra_pnginfo` makes the real server raise for all.
    private func allJobs() -> [JSONObject]? {
        var found: [JSONObject] = []
        for job in pending.items {
            guard let made = summary(job, "pending") else { return nil }
            found.append(made)
        }
        if let running = phase.job {
            guard let made = summary(running, "in_progress") else { return nil }
            found.append(made)
        }
        for id in history.ids {
            guard let entry = history[id] else { continue }
            guard let made = summary(entry) else { return nil }
            found.append(made)
        }
        return found
    }

    private func summary(_ job: Job, _ status: String) -> JSONObject? {
        guard let workflow = workflowID(job) else { return nil }
        var made = JSONObject([("id", .string(job.id)), ("status", .string(status)), ("priority", .number(job.number))])
        made["create_time"] = job.extraData["create_time"]
        made["outputs_count"] = 0
        if let id = workflow { made["workflow_id"] = id }
        return made
    }

    private func summary(_ entry: History.Entry) -> JSONObject? {
        guard let workflow = workflowID(entry.job) else { return nil }
        let error = entry.message("execution_error")
        let interrupted = entry.message("execution_interrupted") != nil
        let status = interrupted ? "cancelled" : error != nil || !entry.completed ? "failed" : "completed"
        var made = JSONObject([
            ("id", .string(entry.job.id)), ("status", .string(status)), ("priority", .number(entry.job.number)),
        ])
        made["create_time"] = entry.job.extraData["create_time"]
        made["execution_start_time"] = entry.message("execution_start")?["timestamp"]
        made["execution_end_time"] =
            (entry.message("execution_success") ?? error ?? entry.message("execution_interrupted"))?["timestamp"]
        if let error { made["execution_error"] = error }
        let (count, preview) = Self.outputSummary(entry.outputs)
        made["outputs_count"] = JSON(count)
        if let preview { made["preview_output"] = preview }
        if let id = workflow { made["workflow_id"] = id }
        return made
    }

    private func withWorkflow(_ job: JSONObject, _ source: Job) -> JSONObject {
        var job = job
        job["workflow"] = ["prompt": .object(source.prompt), "extra_data": source.extraData]
        return job
    }

    /// The outer nil stands for an error, the inner one for no id.
    private func workflowID(_ job: Job) -> JSON?? {
        guard let info = job.extraData["extra_pnginfo"] else { return .some(nil) }
        guard let object = info.object else { return nil }
        guard let workflow = object["workflow"] else { return .some(nil) }
        guard let graph = workflow.object else { return nil }
        return .some(graph["id"])
    }

    /// All items but the `animated` flags; the preview is the first file in `output`, else the first file.
    private static func outputSummary(_ outputs: JSONObject) -> (Int, JSON?) {
        var count = 0
        var best: JSON?
        var fallback: JSON?
        for (node, kinds) in outputs.members {
            for (kind, items) in kinds.object?.members ?? [] where kind != "animated" {
                for item in items.array ?? [] {
                    count += 1
                    guard var file = item.object, file["filename"] != nil else { continue }
                    file["nodeId"] = .string(node)
                    file["mediaType"] = .string(kind)
                    if fallback == nil { fallback = .object(file) }
                    if best == nil, file["type"] == "output" { best = .object(file) }
                }
            }
        }
        return (count, best ?? fallback)
    }
}
