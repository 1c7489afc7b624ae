internal import Basics
internal import ComfyAPI
internal import Fleet
internal import HTTP
internal import Store
internal import Wire

extension NativeSurface {
    /// `POST /prompt`: reads it strictly, judges it, keeps it, and answers when it is on the disk.
    func submit(_ visit: Visit) async throws {
        let owner = try account(visit)
        let body: [UInt8]
        do throws(HTTPError) {
            body = try await visit.exchange.readBody(limit: shared.settings.promptBody)
        } catch {
            guard error.status == .contentTooLarge else { throw error }
            return try await reject(visit, PromptRejection("request_too_large", error.message))
        }
        let prompt: PromptRequest
        do throws(PromptRejection) {
            prompt = try PromptRequest(parsing: body, flavour: fleet.catalogue?.flavour ?? .classic)
        } catch {
            return try await reject(visit, error)
        }
        let kept: KeptPrompt
        do {
            kept = try await keep(prompt, visit, owner)
        } catch {
            // Sent again by somebody who did not hear the answer: what is known of workers by now does not matter.
            if let earlier = try? await earlier(prompt, of: owner) {
                kept = earlier
            } else if let rejection = error as? PromptRejection {
                return try await reject(visit, rejection)
            } else {
                throw error
            }
        }
        try await accept(visit, kept.job, kept.faults)
    }

    private typealias KeptPrompt = (job: Job, faults: [NodeFaults])

    /// - Throws: `PromptRejection` for what ComfyUI or the policy would not run.
    private func keep(_ prompt: PromptRequest, _ visit: Visit, _ owner: UUID) async throws -> KeptPrompt {
        guard let catalogue = fleet.catalogue else {
            fleet.ports.meter.refused(.noWorker)
            throw Refusal.noWorker
        }
        let policy = try await policy(visit)
        let graph: CheckedGraph
        switch try await judge(prompt, of: owner, policy.graph, by: catalogue) {
        case .accepted(let checked): graph = checked
        case .rejected(let rejection, _): throw rejection
        }
        let now = shared.clock()
        let job = SubmittedPrompt.job(prompt, graph, account: owner, policy.terms(at: now), at: now)
        let submission: Submission
        do throws(GateError) {
            submission = try await fleet.submit(job, quota: policy.quota)
        } catch {
            // What is the gate's own fault is for its log, too.
            if error.origin == .gateway { throw error }
            throw Refusal(error)
        }
        if case .existing(let job) = submission { return try await earlier(prompt, of: owner) ?? (job, []) }
        return (submission.job, graph.nodeErrors)
    }

    /// What was answered to the same id before; nil for a new one.
    private func earlier(_ prompt: PromptRequest, of owner: UUID) async throws -> KeptPrompt? {
        guard let id = prompt.promptID, !id.isEmpty,
            let known = try await fleet.ports.jobs.record(account: owner, publicID: id)
        else { return nil }
        return (known.job, NodeFaults.list((try? JSON(parsing: known.request.plan))?["errors"]))
    }

    private func accept(_ visit: Visit, _ job: Job, _ faults: [NodeFaults]) async throws {
        try await respond(
            visit, .ok,
            [
                "prompt_id": .string(job.publicID), "number": .number(job.place.number),
                "node_errors": NodeFaults.json(faults),
            ])
    }

    private func reject(_ visit: Visit, _ rejection: PromptRejection) async throws {
        fleet.ports.meter.refused(RefusalReason(rejection: rejection.error.type))
        try await respond(visit, .badRequest, rejection.json)
    }

    private func judge(
        _ prompt: PromptRequest, of owner: UUID, _ policy: GraphPolicy, by catalogue: WorkerCatalogue
    ) async throws -> GraphCheck.Verdict {
        let verdict = try await judge(prompt, of: owner, policy, catalogue.check)
        guard case .rejected(_, mayBeStale: true) = verdict else { return verdict }
        // A model that was copied a moment ago, or a pack that was installed: the worker knows better.
        await fleet.refreshCatalogue()
        guard let newer = fleet.catalogue, newer !== catalogue else { return verdict }
        return try await judge(prompt, of: owner, policy, newer.check)
    }

    private func judge(
        _ prompt: PromptRequest, of owner: UUID, _ policy: GraphPolicy, _ check: GraphCheck
    ) async throws -> GraphCheck.Verdict {
        // First with files that are always there, to learn which ones it is about.
        let asked = Locked<Set<FileReference>>([])
        let verdict = check.check(prompt, policy: policy) { reference in
            asked.withLock { _ = $0.insert(reference) }
            return GraphFile(hash: .zero, size: 0, name: reference.filename)
        }
        let references = asked.withLock { $0 }
        guard !references.isEmpty else { return verdict }
        var found: [FileReference: GraphFile] = [:]
        for reference in references {
            guard let place = FilePlace(reference),
                let file = try await fleet.file(account: owner, place)
            else { continue }
            found[reference] = GraphFile(hash: file.asset.hash, size: file.asset.size, name: reference.filename)
        }
        let known = found
        return check.check(prompt, policy: policy) { known[$0] }
    }
}

extension FilePlace {
    /// Nil for a folder that is none of ComfyUI's three.
    init?(_ reference: FileReference) {
        guard let type = FolderType(rawValue: reference.type) else { return nil }
        self.init(type, reference.subfolder, reference.filename)
    }
}

extension Refusal {
    static let noWorker = Refusal(
        .serviceUnavailable, "worker_unreachable",
        "No worker has been reached since the gate was started; look at its console.", ["Retry-After": "5"])
}

/// What is kept of a prompt.
enum SubmittedPrompt {
    static func job(
        _ prompt: PromptRequest, _ graph: CheckedGraph, account: UUID, _ terms: JobTerms, at now: Timestamp
    ) -> NewJob {
        var extra = ExtraData(prompt.otherExtraData, pngInfo: prompt.extraPNGInfo)
        extra.members["client_id"] = prompt.clientID.map { .string($0) }
        extra.members["create_time"] = JSON(Int(now.milliseconds))
        var credentials: [UInt8]?
        if !prompt.credentials.isEmpty {
            let members = prompt.credentials.map { ($0.key, JSON.string($0.value.reveal())) }
            credentials = JSON.object(JSONObject(members)).encoded()
        }
        let position: NewJob.Position =
            if let number = prompt.number { .given(number.double) } else if prompt.front { .first } else { .last }
        return NewJob(
            account: account, publicID: prompt.promptID.flatMap { $0.isEmpty ? nil : $0 } ?? UUID().description,
            clientID: prompt.clientID, position: position, submitted: now, signature: graph.signature,
            workflowID: prompt.extraPNGInfo?["workflow"]?.string("id"),
            request: JobRequest(
                prompt: JSON.object(graph.prompt).encoded(), extraData: extra.encoded(),
                outputs: JSON.array(graph.outputs.map { .string($0) }).encoded(), plan: graph.encode().encoded(),
                credentials: credentials),
            inputs: graph.files.map(\.hash), terms: terms)
    }
}
