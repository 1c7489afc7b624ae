internal import Basics
internal import Synchronization

/// How often an account may ask: a steady rate and what may come at once.
struct RequestRate: Sendable, Hashable {
    /// Microseconds that one request costs.
    let cost: UInt64
    /// Microseconds that may be spent ahead.
    let credit: UInt64

    init(perSecond: Int, burst: Int) {
        cost = max(1, 1_000_000 / UInt64(max(1, perSecond)))
        credit = cost * UInt64(max(1, burst))
    }
}

/// What one account uses now; one object for all loops, so that a limit is never multiplied by their number.
///
/// A question is one atomic exchange and allocates nothing.
final class AccountBudget: Sendable {
    /// Generic cell rate algorithm (ITU-T I.371): when the requests so far are paid for, in microseconds.
    private let paid = Atomic<UInt64>(0)
    private let uploads = Atomic<Int>(0)
    private let eventSockets = Atomic<Int>(0)

    /// Counts one request.
    ///
    /// - Parameter now: Milliseconds of the monotonic clock.
    /// - Returns: Milliseconds to wait before the next try; 0 when it is admitted.
    func admit(now: UInt64, _ rate: RequestRate) -> UInt64 {
        let now = now * 1_000
        var before = paid.load(ordering: .relaxed)
        while true {
            let after = max(before, now) + rate.cost
            let ahead = after - now
            guard ahead <= rate.credit else { return (ahead - rate.credit + 999) / 1_000 }
            let (isDone, seen) = paid.weakCompareExchange(expected: before, desired: after, ordering: .relaxed)
            if isDone { return 0 }
            before = seen
        }
    }

    /// Takes one more of these; false when there are `limit` already.
    func take(_ hold: AccountHold, limit: Int) -> Bool {
        guard add(1, hold) <= limit else {
            add(-1, hold)
            return false
        }
        return true
    }

    func giveBack(_ hold: AccountHold) { add(-1, hold) }

    @discardableResult
    private func add(_ change: Int, _ hold: AccountHold) -> Int {
        switch hold {
        case .upload: uploads.wrappingAdd(change, ordering: .relaxed).newValue
        case .eventSocket: eventSockets.wrappingAdd(change, ordering: .relaxed).newValue
        }
    }
}

/// What an account may have several of at the same time.
enum AccountHold: Sendable { case upload, eventSocket }

/// The budgets of all accounts.
final class BudgetBook: Sendable {
    private let all = Locked<[UUID: AccountBudget]>([:])

    func budget(of account: UUID) -> AccountBudget {
        all.withLock { all in
            if let known = all[account] { return known }
            let made = AccountBudget()
            all[account] = made
            return made
        }
    }

    func forget(_ account: UUID) { all.withLock { $0[account] = nil } }
}
