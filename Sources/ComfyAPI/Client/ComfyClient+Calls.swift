internal import Basics
internal import HTTP
internal import Wire

/// How a run stands, as `/queue` and `/history` tell.
public enum RunStanding: Sendable, Hashable {
    /// - `ahead`: Runs before it, the running ones included.
    case pending(ahead: Int)
    case running
    case ended(HistoryEntry)
    /// Never submitted, deleted, forgotten by a restart, or too old.
    case unknown
}

extension ComfyClient {
    public func systemStats() async throws(ComfyClientError) -> SystemStats {
        let json = try await json("/system_stats")
        guard let stats = SystemStats(json) else { throw .notComfyUI(path: "/system_stats") }
        return stats
    }

    /// Every node class; about a megabyte.
    public func objectInfo() async throws(ComfyClientError) -> ObjectInfo {
        let json = try await json("/object_info")
        do throws(WorkflowError) { return try ObjectInfo(json) } catch { throw .notComfyUI(path: "/object_info") }
    }

    public func queue() async throws(ComfyClientError) -> QueueListing {
        let json = try await json("/queue")
        guard let listing = QueueListing(json) else { throw .notComfyUI(path: "/queue") }
        return listing
    }

    /// A finished run; nil while it waits or runs, and for one nobody knows.
    public func history(_ promptID: String) async throws(ComfyClientError) -> HistoryEntry? {
        let path = "/history/" + Self.segment(promptID)
        let json = try await json(path)
        guard case .object(let object) = json else { throw .notComfyUI(path: path) }
        guard let entry = object[promptID] else { return nil }
        guard let read = HistoryEntry(entry) else { throw .notComfyUI(path: path) }
        return read
    }

    /// The queue is asked before the history: a run leaves the one and enters the other in one step, so that what is in
    /// neither is gone.
    public func standing(of promptID: String) async throws(ComfyClientError) -> RunStanding {
        let listing = try await queue()
        if listing.running.contains(where: { $0.promptID == promptID }) { return .running }
        if let place = listing.pendingInOrder.firstIndex(where: { $0.promptID == promptID }) {
            return .pending(ahead: place + listing.running.count)
        }
        return try await history(promptID).map { .ended($0) } ?? .unknown
    }

    /// Submits a graph.
    ///
    /// - Parameter deadline: For 503 and 429, in milliseconds of the loop's clock; nil takes the client's patience.
    /// - Throws: `rejected` with what is wrong at which node.
    public func submit(
        _ prompt: PromptRequest, deadline: UInt64? = nil
    ) async throws(ComfyClientError) -> PromptAccepted {
        let request = request(.post, "/prompt", body: prompt.encoded(), contentType: "application/json")
        let answer = try await ask(request, deadline: deadline, accepting: [400])
        let json = try? answer.json("/prompt")
        if answer.status.code == 400 {
            if let rejection = json.flatMap({ PromptRejection($0) }) { throw .rejected(rejection) }
            throw failure(answer, request)
        }
        guard let accepted = json.flatMap({ PromptAccepted($0) }) else { throw .notComfyUI(path: "/prompt") }
        return accepted
    }

    /// Stops a run that is running; nothing happens to any other.
    public func interrupt(_ promptID: String) async throws(ComfyClientError) {
        _ = try await post("/interrupt", ["prompt_id": .string(promptID)])
    }

    /// Takes a run out of the queue or stops it, whatever it is at.
    public func cancel(_ promptID: String) async throws(ComfyClientError) {
        // Deleting comes first: a run that starts in between is then hit by the interrupt.
        _ = try await post("/queue", ["delete": [.string(promptID)]])
        try await interrupt(promptID)
    }

    private func json(_ path: String) async throws(ComfyClientError) -> JSON {
        try await ask(request(.get, path)).json(path)
    }

    private func post(_ path: String, _ body: JSON) async throws(ComfyClientError) -> Answer {
        try await ask(request(.post, path, body: body.encoded(), contentType: "application/json"))
    }

    /// An id as one segment of a path.
    private static func segment(_ text: String) -> String {
        (try? RequestTarget(segments: [text]))?.encoded.dropFirst().description ?? ""
    }
}
