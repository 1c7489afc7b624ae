internal import Basics

/// The most that each account may have waiting: so much was counted once, and all that came since is added.
///
/// Jobs that leave the line are not followed, so the truth may be less and, but for a commit that failed, never more.
/// Counting costs a look at each waiting job; with this it is done when an account may have reached its limit, and not
/// for every prompt.
final class WaitingBounds: Sendable {
    struct Sum: Sendable, Hashable {
        var jobs = 0
        var bytes = 0
    }

    private let sums = Locked<[UUID: Sum]>([:])
    /// Accounts; with more, all are counted anew.
    static let limit = 10_000

    /// Nil for an account that has not been counted.
    subscript(account: UUID) -> Sum? {
        get { sums.withLock { $0[account] } }
        set {
            sums.withLock { sums in
                if sums.count >= Self.limit, sums[account] == nil { sums = [:] }
                sums[account] = newValue
            }
        }
    }

    /// Notes one more.
    func add(_ account: UUID, bytes: Int) {
        sums.withLock { sums in
            guard var sum = sums[account] else { return }
            sum.jobs += 1
            sum.bytes += bytes
            sums[account] = sum
        }
    }

    /// Somebody's job came back to the line.
    func forgetAll() { sums.withLock { $0 = [:] } }
}
