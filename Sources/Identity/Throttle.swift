internal import Basics

/// How long an attempt must wait before its password is looked at; never whether it is.
///
/// Failures are counted for each (account, address) and for each address, and halved every ten minutes. Only wrong
/// passwords and well-formed unknown tokens count: an expired cookie is retried by every open page and proves nothing.
/// Nothing is counted for an account alone, so nobody can lock its owner out from elsewhere. Unknown accounts are
/// counted like known ones, in a table of their own, so that made-up names cannot push real ones out and delays tell
/// nobody which names exist.
public struct Throttle: Sendable {
    public struct Limits: Sendable, Hashable {
        /// Failures of one account at one address before waiting begins.
        public var freePerPair = 3
        /// Doubled with each failure.
        public var pairStep = Duration.milliseconds(500)
        public var pairMaximum = Duration.seconds(30)
        /// Failures at one address, of whatever account: a class room shares one.
        public var freePerAddress = 10
        /// Doubled with every tenth failure.
        public var addressStep = Duration.milliseconds(250)
        public var addressMaximum = Duration.seconds(5)
        public var halving = Duration.seconds(600)
        /// Keys in all tables together.
        public var keys = 10_000

        public init() {}
    }

    /// An account, by its name's key, as seen from one address.
    public struct Pair: Sendable, Hashable {
        public let account: String
        public let address: ClientAddress
        public init(account: String, address: ClientAddress) { (self.account, self.address) = (account, address) }
    }

    private struct Count: Sendable {
        var failures: Int
        var last: Duration
    }

    private let limits: Limits
    private var known: LRUTable<Pair, Count>
    private var unknown: LRUTable<Pair, Count>
    private var addresses: LRUTable<ClientAddress, Count>

    public init(_ limits: Limits = Limits()) {
        self.limits = limits
        let share = max(1, limits.keys / 5)
        known = LRUTable(capacity: share * 2)
        unknown = LRUTable(capacity: share)
        addresses = LRUTable(capacity: share * 2)
    }

    /// Never more than `Limits.keys`.
    public var keyCount: Int { known.count + unknown.count + addresses.count }

    /// - Parameter now: Monotonic, from any origin, as in all calls.
    public func delay(_ pair: Pair, isKnown: Bool, now: Duration) -> Duration {
        let failures = failures(of: pair, isKnown: isKnown, now: now)
        var own = Duration.zero
        if failures >= limits.freePerPair {
            own = grown(limits.pairStep, by: failures - limits.freePerPair, to: limits.pairMaximum)
        }
        return max(own, delay(pair.address, now: now))
    }

    /// For requests that carry an unknown token.
    public func delay(_ address: ClientAddress, now: Duration) -> Duration {
        let failures = current(addresses.peek(address), now)
        guard failures >= limits.freePerAddress else { return .zero }
        return grown(limits.addressStep, by: (failures - limits.freePerAddress) / 10, to: limits.addressMaximum)
    }

    public func failures(of pair: Pair, isKnown: Bool, now: Duration) -> Int {
        current(isKnown ? known.peek(pair) : unknown.peek(pair), now)
    }

    public mutating func wrongPassword(_ pair: Pair, isKnown: Bool, now: Duration) {
        let count = Count(failures: failures(of: pair, isKnown: isKnown, now: now) + 1, last: now)
        if isKnown { known.set(pair, count) } else { unknown.set(pair, count) }
        fail(pair.address, now)
    }

    /// - Parameter address: Of a request with a token that has the right check but is not known.
    public mutating func unknownToken(_ address: ClientAddress, now: Duration) { fail(address, now) }

    /// Forgives the pair, not the address: one's own account must not buy free guesses at others'.
    public mutating func rightPassword(_ pair: Pair) { known.remove(pair) }

    private mutating func fail(_ address: ClientAddress, _ now: Duration) {
        addresses.set(address, Count(failures: current(addresses.peek(address), now) + 1, last: now))
    }

    private func current(_ count: Count?, _ now: Duration) -> Int {
        guard let count else { return 0 }
        let halvings = max(0, (now - count.last) / limits.halving)
        return halvings < 62 ? count.failures >> Int(halvings) : 0
    }

    private func grown(_ step: Duration, by doublings: Int, to limit: Duration) -> Duration {
        doublings < 20 ? min(step * (1 << doublings), limit) : limit
    }
}
