internal import Basics

/// Lets one task through at a time, in order of arrival.
///
/// Changes of identity read, decide, commit and tell every loop; two at once could reach the loops in another order than
/// the store, and a revoked token would live on in one of them.
final class Turnstile: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let capacity: Int
    private let state = Locked(State())

    /// - Parameter capacity: Tasks that may wait; one more is refused.
    init(capacity: Int = 1_024) { self.capacity = capacity }

    func pass<Value: Sendable>(
        _ body: () async throws(GateError) -> Value
    ) async throws(GateError) -> Value {
        guard state.withLock({ $0.waiting.count < capacity }) else {
            throw GateError(.overloaded, from: .gateway, "Too many changes are waiting; try again in a moment.")
        }
        await withCheckedContinuation { turn in
            let isFree = state.withLock { state in
                if state.isTaken {
                    state.waiting.append(turn)
                    return false
                }
                state.isTaken = true
                return true
            }
            if isFree { turn.resume() }
        }
        defer { release() }
        return try await body()
    }

    private func release() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            if state.waiting.isEmpty {
                state.isTaken = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
