internal import Basics
internal import HTTP
internal import Wire

extension ComfyClient {
    /// Runs a graph and follows it to its end.
    ///
    /// The event socket is open before the graph is submitted, so that no event is missed. When the socket drops, the
    /// queue and the history are asked, and it is opened again under the same id once the old one is closed; a server
    /// that offers none is asked from time to time. How the run ended is what the history says.
    public nonisolated func run(_ workflow: Workflow, _ options: RunOptions = RunOptions()) -> ComfyRun {
        let promptID = (options.promptID ?? UUID()).description
        let mailbox = RunMailbox()
        let task = Task {
            do throws(ComfyClientError) {
                let result = try await self.follow(workflow, options, promptID: promptID, mailbox)
                mailbox.put([.finished(result)])
                mailbox.end()
            } catch {
                mailbox.end(error)
            }
        }
        return ComfyRun(promptID: promptID, mailbox: mailbox, task: task)
    }

    private func follow(
        _ workflow: Workflow, _ options: RunOptions, promptID: String, _ mailbox: RunMailbox
    ) async throws(ComfyClientError) -> RunResult {
        let inbox = openInbox()
        defer { closeInbox(inbox) }
        let deadline = options.timeout.map { now + $0 }
        let clientID = UUID().description
        var following = RunFollowing(
            inbox: inbox, clientID: clientID, tracker: RunTracker(promptID: promptID, workflow), deadline: deadline,
            retryDelay: self.options.retryDelay)
        try await connect(&following, mailbox, isFirst: true)
        let request = options.request(workflow, promptID: promptID, clientID: clientID)
        let accepted = try await submitOnce(request, promptID: promptID, following)
        mailbox.put([.submitted(accepted)])
        let entry = try await entry(&following, mailbox)
        return RunResult(promptID: promptID, entry: entry, dropped: accepted.nodeErrors)
    }

    /// Opens the event socket. Failing at that is no failure of the run: what matters is whether the server answers.
    private func connect(
        _ following: inout RunFollowing, _ mailbox: RunMailbox, isFirst: Bool
    ) async throws(ComfyClientError) {
        let target = url.basePath + "/ws?" + Query([("clientId", following.clientID)]).encoded
        do throws(UpstreamFailure) {
            try await following.inbox.connect(target, fields, messageLimit: options.messageLimit)
        } catch {
            // The refusal of a socket says little: the queue tells whether it was the token, the address or the socket.
            if isFirst {
                _ = try await queue()
                mailbox.put([.connectionLost(reason: ComfyClientError(error).description)])
            }
            following.reconnectAt = now + following.nextDelay()
            return
        }
        following.reconnectAt = nil
        following.delay = options.retryDelay
        // Must be the first object sent; previews then say which node they are of.
        following.inbox.send(#"{"type":"feature_flags","data":{"supports_preview_metadata":true}}"#)
        guard isFirst else {
            mailbox.put([.reconnected])
            return
        }
        // The server greets once the socket is registered; before that it could not address it.
        let greeting = await next(following.inbox, within: min(options.silence, 10_000))
        take(greeting, &following, mailbox)
    }

    /// Submits; an answer that got lost or a 500 may still mean that the run is queued, so the server is asked before
    /// the graph is sent again.
    private func submitOnce(
        _ request: PromptRequest, promptID: String, _ following: RunFollowing
    ) async throws(ComfyClientError) -> PromptAccepted {
        for attempt in 1... {
            do {
                return try await submit(request, deadline: following.deadline)
            } catch {
                var isDoubtful = false
                switch error {
                case .brokeOff, .timedOut: isDoubtful = true
                case .status(let code, _, _): isDoubtful = code >= 500
                default: break
                }
                guard isDoubtful else { throw error }
                try await pause(self.options.retryDelay)
                if try await standing(of: promptID) != .unknown {
                    return PromptAccepted(promptID: promptID, number: JSONNumber(0))
                }
                guard attempt < 2 else { throw error }
            }
        }
        throw .brokeOff
    }

    /// Follows the run until the history has it.
    private func entry(
        _ following: inout RunFollowing, _ mailbox: RunMailbox
    ) async throws(ComfyClientError) -> HistoryEntry {
        following.mustAsk = !following.inbox.isConnected
        following.tracker.wantsPlace = false
        while true {
            if Task.isCancelled { throw .cancelled }
            if let deadline = following.deadline, now >= deadline {
                throw .runTimedOut(promptID: following.tracker.promptID)
            }
            if let entry = try await look(&following, mailbox) {
                await drain(&following, mailbox)
                return entry
            }
            if let at = following.reconnectAt, now >= at {
                try await connect(&following, mailbox, isFirst: false)
                following.mustAsk = true
                continue
            }
            let arrival = await next(following.inbox, within: following.wait(now, options))
            if case .nothing = arrival { following.mustAsk = following.mustAsk || following.isDue(now, options) }
            take(arrival, &following, mailbox)
        }
    }

    private func take(_ arrival: EventInbox.Arrival, _ following: inout RunFollowing, _ mailbox: RunMailbox) {
        switch arrival {
        case .text(let bytes):
            if let event = WorkerEvent(frame: bytes) { mailbox.put(following.tracker.receive(event)) }
        case .binary(let bytes):
            if let frame = BinaryFrame(bytes) { mailbox.put(following.tracker.receive(frame)) }
        case .closed(let reason):
            mailbox.put([.connectionLost(reason: reason)])
            following.hasDropped = true
            following.mustAsk = true
            following.reconnectAt = now + following.nextDelay()
        case .nothing: break
        }
    }

    /// The history may be faster than the socket: what is on its way still is told, in its order.
    private func drain(_ following: inout RunFollowing, _ mailbox: RunMailbox) async {
        while following.inbox.isConnected || !following.inbox.isEmpty, !following.tracker.mayHaveEnded {
            let arrival = await next(following.inbox, within: min(options.silence, 200))
            switch arrival {
            case .nothing, .closed: return
            case .text, .binary: take(arrival, &following, mailbox)
            }
        }
    }

    /// Asks how the run stands when there is a reason to; the entry once it has ended.
    private func look(
        _ following: inout RunFollowing, _ mailbox: RunMailbox
    ) async throws(ComfyClientError) -> HistoryEntry? {
        // What has arrived comes first: it may hold the reason to ask, or the answer.
        guard following.inbox.isEmpty, following.shouldAsk(now, options) else { return nil }
        let promptID = following.tracker.promptID
        let standing: RunStanding
        do {
            standing = try await self.standing(of: promptID)
        } catch {
            following.asked(now)
            guard error.isPassing else { throw error }
            let since = following.awaySince ?? now
            following.awaySince = since
            guard now < since + options.patience else { throw error }
            return nil
        }
        following.asked(now)
        following.awaySince = nil
        mailbox.put(following.tracker.stands(standing))
        switch standing {
        case .ended(let entry): return entry
        case .pending, .running:
            following.unknownCount = 0
            return nil
        case .unknown:
            // Once more, in case something between us and the server answered from an older state.
            following.unknownCount += 1
            guard following.unknownCount < 2 else {
                throw .lost(promptID: promptID, afterDrop: following.hasDropped)
            }
            following.mustAsk = true
            return nil
        }
    }
}

/// The state of following one run.
struct RunFollowing {
    let inbox: EventInbox
    let clientID: String
    var tracker: RunTracker
    /// By the loop's clock.
    let deadline: UInt64?
    var delay: UInt64
    /// When to open the socket again; nil while it is open.
    var reconnectAt: UInt64?
    var hasDropped = false
    /// The queue and history have to be asked, soon.
    var mustAsk = false
    var unknownCount = 0
    /// Since when the server does not answer.
    var awaySince: UInt64?
    private var lastAsked: UInt64?
    /// Looks after the end was told and before history had it.
    private var looks = 0

    init(inbox: EventInbox, clientID: String, tracker: RunTracker, deadline: UInt64?, retryDelay: UInt64) {
        (self.inbox, self.clientID, self.tracker, self.deadline) = (inbox, clientID, tracker, deadline)
        delay = retryDelay
    }

    mutating func nextDelay() -> UInt64 {
        defer { delay = min(delay * 2, 5_000) }
        return delay
    }

    mutating func asked(_ now: UInt64) {
        lastAsked = now
        mustAsk = false
        if tracker.mayHaveEnded { looks += 1 }
    }

    /// Least time since the last look: none for the first one after the end was told.
    private func interval(_ options: ComfyClientOptions) -> UInt64 {
        if tracker.mayHaveEnded { return looks == 0 ? 0 : min(options.retryDelay << UInt64(min(looks, 5)), 5_000) }
        if mustAsk { return unknownCount > 0 ? options.retryDelay : min(options.retryDelay, 250) }
        return tracker.wantsPlace ? options.queueInterval : options.silence
    }

    func shouldAsk(_ now: UInt64, _ options: ComfyClientOptions) -> Bool {
        guard tracker.mayHaveEnded || mustAsk || tracker.wantsPlace else { return false }
        guard let lastAsked else { return true }
        return now >= lastAsked + interval(options)
    }

    /// Silence has lasted long enough to ask without a reason.
    func isDue(_ now: UInt64, _ options: ComfyClientOptions) -> Bool {
        guard let lastAsked else { return true }
        let limit = reconnectAt == nil ? options.silence : min(options.silence, options.queueInterval)
        return now >= lastAsked + limit
    }

    /// Milliseconds to wait for the next frame.
    func wait(_ now: UInt64, _ options: ComfyClientOptions) -> UInt64 {
        var until = now + options.silence
        if tracker.mayHaveEnded || mustAsk || tracker.wantsPlace {
            until = min(until, (lastAsked ?? now) + interval(options))
        }
        if let reconnectAt { until = min(until, reconnectAt) }
        if reconnectAt != nil { until = min(until, (lastAsked ?? now) + options.queueInterval) }
        if let deadline { until = min(until, deadline) }
        return until > now ? until - now : 1
    }
}
