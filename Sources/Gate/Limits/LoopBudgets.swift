internal import Basics
internal import HTTP
internal import Identity
internal import Loop
internal import Wire

/// What accounts may use at most.
public struct AccountLimits: Sendable, Hashable {
    /// Requests a second, in the long run.
    public var requestRate = 50
    public var requestBurst = 200
    /// At the same time.
    public var uploads = 4
    public var eventSockets = 20

    public init() {}
}

extension RequestRate {
    init(_ limits: AccountLimits) { self.init(perSecond: limits.requestRate, burst: limits.requestBurst) }
}

/// One loop's view of the budgets: each account is looked up in the shared book once.
final class LoopBudgets {
    private let book: BudgetBook
    var limits: AccountLimits {
        didSet { rate = RequestRate(limits) }
    }
    private var rate: RequestRate
    private var known: [UUID: AccountBudget] = [:]

    init(_ book: BudgetBook, _ limits: AccountLimits) {
        (self.book, self.limits) = (book, limits)
        rate = RequestRate(limits)
    }

    private func budget(of account: UUID) -> AccountBudget {
        if let own = known[account] { return own }
        let shared = book.budget(of: account)
        known[account] = shared
        return shared
    }

    /// Counts one request of the account.
    ///
    /// - Parameter now: Of the loop's reactor.
    /// - Returns: Milliseconds to wait; 0 when it is admitted.
    func admit(_ account: UUID, now: UInt64) -> UInt64 { budget(of: account).admit(now: now, rate) }

    /// Takes one of these until it is given back to the budget; nil when there are too many.
    func take(_ hold: AccountHold, _ account: UUID) -> AccountBudget? {
        let budget = budget(of: account)
        return budget.take(hold, limit: hold == .upload ? limits.uploads : limits.eventSockets) ? budget : nil
    }

    /// Takes the place of one upload for as long as the exchange lasts.
    ///
    /// - Throws: 429 when the account has as many as it may.
    func holdUpload(_ account: UUID, _ exchange: Exchange) throws {
        guard let budget = take(.upload, account) else { throw Refusal.tooMany(.upload) }
        exchange.releases = { budget.giveBack(.upload) }
    }

    func forget(_ account: UUID) {
        known[account] = nil
        book.forget(account)
    }
}

extension GateApplication {
    /// - Throws: 429 with `Retry-After` when the account asks too often.
    func admit(_ visit: Visit) throws {
        guard let account = visit.principal?.account else { return }
        let wait = budgets.admit(account, now: reactor.now)
        guard wait == 0 else { throw Refusal.tooOften(milliseconds: wait) }
    }

}

extension Refusal {
    static func tooOften(milliseconds: UInt64) -> Refusal {
        Refusal(
            .tooManyRequests, "too_many_requests", "This account asks too often; wait a moment.",
            ["Retry-After": String((milliseconds + 999) / 1_000)])
    }

    static func tooMany(_ hold: AccountHold) -> Refusal {
        switch hold {
        case .upload:
            Refusal(
                .tooManyRequests, "too_many_uploads",
                "This account uploads, or reads of its large files, as much at once as it may; wait for one.",
                ["Retry-After": "5", "Connection": "close"])
        case .eventSocket:
            Refusal(
                .tooManyRequests, "too_many_sockets",
                "This account has as many event sockets as it may; close a tab or a program that holds one.",
                ["Retry-After": "30"])
        }
    }
}
