internal import Basics

/// A run under way: a sequence of its events, for one consumer.
///
/// The sequence ends after `finished`, or throws a `ComfyClientError`. Who stops to listen, by letting go of it or by
/// ending the task, leaves the run to the server: `ComfyClient.cancel` stops it.
public struct ComfyRun: AsyncSequence, Sendable {
    public typealias Element = RunEvent
    public typealias Failure = any Error

    /// Known before the server has answered, so that the run can be found and stopped whatever happens.
    public let promptID: String
    private let handle: RunHandle

    init(promptID: String, mailbox: RunMailbox, task: Task<Void, Never>) {
        self.promptID = promptID
        handle = RunHandle(mailbox: mailbox, task: task)
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let handle: RunHandle

        public mutating func next() async throws -> RunEvent? { try await handle.mailbox.next() }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(handle: handle) }

    /// Waits for the end and passes over all else.
    public func result() async throws -> RunResult {
        for try await event in self {
            if case .finished(let result) = event { return result }
        }
        throw ComfyClientError.cancelled
    }
}

/// Ends the task that follows the run when nobody listens any more.
private final class RunHandle: Sendable {
    let mailbox: RunMailbox
    private let task: Task<Void, Never>

    init(mailbox: RunMailbox, task: Task<Void, Never>) { (self.mailbox, self.task) = (mailbox, task) }
    deinit { task.cancel() }
}

/// Where the client's loop leaves events and a task elsewhere takes them.
final class RunMailbox: Sendable {
    private struct State: Sendable {
        var queue = RunEventQueue()
        var end: ComfyClientError?
        var isEnded = false
        var waiter: CheckedContinuation<Void, Never>?
    }
    private let state = Locked(State())

    func put(_ events: [RunEvent]) {
        guard !events.isEmpty else { return }
        change { state in for event in events { state.queue.put(event) } }
    }

    func end(_ error: ComfyClientError? = nil) {
        change { state in
            guard !state.isEnded else { return }
            (state.isEnded, state.end) = (true, error)
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiter = state.withLock { state in
            body(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func next() async throws -> RunEvent? {
        while true {
            let (event, isEnded, error) = state.withLock { state in
                let event = state.queue.take()
                defer { if event == nil, state.isEnded { state.end = nil } }
                return (event, state.isEnded, state.end)
            }
            if let event { return event }
            if let error { throw error }
            if isEnded { return nil }
            if Task.isCancelled { throw ComfyClientError.cancelled }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        guard state.queue.events.isEmpty, !state.isEnded, !Task.isCancelled else { return true }
                        state.waiter = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                change { _ in }
            }
        }
    }
}
