internal import Basics
internal import ComfyAPI
internal import HTTP
internal import Wire

extension NativeSurface {
    // MARK: Submitting

    /// Parses the prompt strictly, builds it anew from known members, and hands it to the worker.
    func submit(_ visit: Visit) async throws {
        let body: [UInt8]
        do throws(HTTPError) {
            body = try await visit.exchange.readBody(limit: shared.settings.promptBody)
        } catch {
            guard error.status == .contentTooLarge else { throw error }
            return try await reject(visit, PromptRejection("request_too_large", error.message))
        }
        var prompt: PromptRequest
        do throws(PromptRejection) {
            prompt = try PromptRequest(parsing: body, flavour: .classic)
        } catch {
            return try await reject(visit, error)
        }
        let owner = try account(visit)
        if let client = prompt.clientID, !shared.clients.claim(client, for: owner) {
            throw Refusal(.forbidden, "client_id_taken", "This client_id belongs to another account; use another one.")
        }
        // The worker does not check ids for uniqueness, and two equal ones can crash its queue.
        let id = prompt.promptID.flatMap { $0.isEmpty ? nil : $0 } ?? UUID().description
        if shared.ledger.isTaken(id, byOtherThan: owner) || shared.ledger.owns(owner, id) {
            throw Refusal(
                .conflict, "prompt_id_taken", "This prompt_id has been used already; send a new one, or none.")
        }
        prompt.promptID = id
        if !isOperator(visit) { prompt.number = nil }
        shared.ledger.record(id, owner: owner)
        try await relay(visit, try await ask(.post, "/prompt", prompt.json, id: visit.requestID))
    }

    private func reject(_ visit: Visit, _ rejection: PromptRejection) async throws {
        try await respond(visit, .badRequest, rejection.json)
    }

    // MARK: Cancelling

    /// `POST /interrupt`: stops the running prompt when it is the caller's own, or the one that is named and is.
    func interrupt(_ visit: Visit) async throws {
        let body = try await bodyObject(visit)
        let named = body?["prompt_id"]?.string
        if isOperator(visit) {
            return try await relay(
                visit, try await ask(.post, "/interrupt", named.map { ["prompt_id": .string($0)] } ?? [:]))
        }
        let owner = try account(visit)
        let target: String? =
            if let named { shared.ledger.owns(owner, named) ? named : nil } else { try await runningPrompt(of: owner) }
        // Nothing of one's own runs: ComfyUI answers 200 then, and so do we.
        guard let target else { return try await visit.respond(.ok) }
        try await relay(visit, try await ask(.post, "/interrupt", ["prompt_id": .string(target)]))
    }

    private func runningPrompt(of owner: UUID) async throws -> String? {
        try await queue().running.first { shared.ledger.owns(owner, $0) }
    }

    private func queue() async throws -> (running: [String], pending: [String]) {
        let answer = try await ask(.get, "/queue")
        guard answer.status == .ok, let json = try? JSON(parsing: answer.body, dialect: .python) else {
            throw UpstreamFailure.invalid("/queue is not what it was")
        }
        func ids(_ name: String) -> [String] { (json[name]?.array ?? []).compactMap { $0[1]?.string } }
        return (ids("queue_running"), ids("queue_pending"))
    }

    /// `POST /queue`: deletes one's own pending prompts; `clear` means all of one's own.
    func changeQueue(_ visit: Visit) async throws {
        guard let body = try await bodyObject(visit) else {
            throw Refusal(.badRequest, .invalidArgument, "Send a JSON object with clear or delete.")
        }
        if isOperator(visit) { return try await relay(visit, try await ask(.post, "/queue", .object(body))) }
        let owner = try account(visit)
        var ids = (body["delete"]?.array ?? []).compactMap(\.string).filter { shared.ledger.owns(owner, $0) }
        if body["clear"] == true { ids += try await queue().pending.filter { shared.ledger.owns(owner, $0) } }
        guard !ids.isEmpty else { return try await visit.respond(.ok) }
        try await relay(visit, try await ask(.post, "/queue", ["delete": .array(ids.map { .string($0) })]))
    }

    /// `POST /history`: forgets one's own entries.
    func changeHistory(_ visit: Visit) async throws {
        guard let body = try await bodyObject(visit) else {
            throw Refusal(.badRequest, .invalidArgument, "Send a JSON object with clear or delete.")
        }
        if isOperator(visit) { return try await relay(visit, try await ask(.post, "/history", .object(body))) }
        let owner = try account(visit)
        var ids = (body["delete"]?.array ?? []).compactMap(\.string).filter { shared.ledger.owns(owner, $0) }
        if body["clear"] == true { ids += shared.ledger.prompts(of: owner) }
        guard !ids.isEmpty else { return try await visit.respond(.ok) }
        try await relay(visit, try await ask(.post, "/history", ["delete": .array(ids.map { .string($0) })]))
    }

    /// `POST /api/jobs/{id}/cancel` and `/api/jobs/cancel` of 0.26, for one's own jobs.
    func cancelJobs(_ visit: Visit, _ parameters: [String]?, single: Bool) async throws {
        let owner = try account(visit)
        var ids = parameters ?? []
        if !single {
            guard let body = try await bodyObject(visit), let list = body["job_ids"]?.array else {
                return try await respond(visit, .badRequest, ["error": "job_ids must be a list of ids"])
            }
            ids = list.compactMap(\.string)
            let bad = list.filter { $0.string.flatMap { UUID($0) } == nil }
            guard bad.isEmpty else {
                return try await respond(visit, .badRequest, ["error": "Invalid job ids", "invalid_ids": .array(bad)])
            }
        }
        let all = isOperator(visit)
        ids = ids.filter { all || shared.ledger.owns(owner, $0) }
        guard !ids.isEmpty else { return try await respond(visit, .ok, ["cancelled": false]) }
        if single {
            guard let id = UUID(ids[0]) else { return try await respond(visit, .ok, ["cancelled": false]) }
            return try await relay(visit, try await ask(.post, "/api/jobs/\(id)/cancel", [:]))
        }
        try await relay(visit, try await ask(.post, "/api/jobs/cancel", ["job_ids": .array(ids.map { .string($0) })]))
    }

    /// The body as an object; nil for an empty one.
    private func bodyObject(_ visit: Visit) async throws -> JSONObject? {
        let bytes = try await visit.exchange.readBody(limit: 1 << 20)
        guard !bytes.isEmpty else { return nil }
        guard let json = try? JSON(parsing: bytes), let object = json.object else {
            throw Refusal(.badRequest, .invalidArgument, "The body must be a JSON object.")
        }
        return object
    }
}
