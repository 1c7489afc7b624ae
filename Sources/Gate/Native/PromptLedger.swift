internal import Basics

/// Whose prompt is which, while the worker keeps them all in one queue.
///
/// In memory only: after a restart of the gate a prompt that still waits has no owner, and only operators can stop it.
final class PromptLedger: Sendable {
    private struct State: Sendable {
        var owner: [String: UUID] = [:]
        var order: [String] = []
        var head = 0
    }
    private let state = Locked(State())
    /// The worker itself keeps 10,001 finished prompts.
    static let limit = 20_000

    func record(_ prompt: String, owner: UUID) {
        state.withLock { state in
            if state.owner.updateValue(owner, forKey: prompt) == nil { state.order.append(prompt) }
            while state.order.count - state.head > Self.limit {
                state.owner[state.order[state.head]] = nil
                state.head += 1
            }
            if state.head > 4_096 {
                state.order.removeFirst(state.head)
                state.head = 0
            }
        }
    }

    func owns(_ account: UUID, _ prompt: String) -> Bool { state.withLock { $0.owner[prompt] == account } }
    /// True when the id was taken by somebody else.
    func isTaken(_ prompt: String, byOtherThan account: UUID) -> Bool {
        state.withLock { $0.owner[prompt].map { $0 != account } ?? false }
    }

    /// The account's prompts, oldest first.
    func prompts(of account: UUID) -> [String] {
        state.withLock { state in state.order[state.head...].filter { state.owner[$0] == account } }
    }
}

/// A `client_id` belongs to the account that first used it, so that nobody takes over another's events.
final class ClientRegistry: Sendable {
    private struct State: Sendable {
        var owner: [String: UUID] = [:]
        var order: [String] = []
    }
    private let state = Locked(State())
    static let limit = 50_000

    /// False when the id is somebody else's.
    func claim(_ client: String, for account: UUID) -> Bool {
        state.withLock { state in
            if let owner = state.owner[client] { return owner == account }
            if state.order.count >= Self.limit {
                // The oldest half goes: a browser's id is as old as its page.
                for old in state.order.prefix(Self.limit / 2) { state.owner[old] = nil }
                state.order.removeFirst(Self.limit / 2)
            }
            state.owner[client] = account
            state.order.append(client)
            return true
        }
    }
}
