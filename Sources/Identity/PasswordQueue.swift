public import Basics

/// In which order waiting passwords are verified when a login storm meets one hashing thread.
///
/// The rule, for which 30 right logins among 100 wrong ones from one class room must all get in:
/// 1. Attempts at known accounts go before attempts at unknown ones. An unknown account's dummy is hashed only while
///    nothing else waits; the answer takes as long all the same (rule 5).
/// 2. Among known ones each (account, address) has its turn before one has its second; then addresses take turns; then
///    the first come. Who has waited longer than `patience` goes before all these, so nobody starves.
/// 3. The same password for the same account from the same address is verified once for all who wait for it.
/// 4. Limits: waiting in all, for one address, for one pair. A pair that has failed for long may have few waiting; only
///    somebody at that very address can use that up.
/// 5. A right password is answered at once. A wrong one is answered when a plain queue that hashes everything in order
///    would have answered, so neither order nor skipped work tells which accounts exist.
public struct PasswordQueue: Sendable {
    public struct Limits: Sendable, Hashable {
        /// Attempts at known accounts.
        public var waiting = 256
        public var perAddress = 192
        public var perPair = 128
        /// For a pair with `failuresBeforeFew` failures in memory.
        public var perPairFew = 8
        public var failuresBeforeFew = 100
        /// Dummies that may wait for an idle moment; more are never hashed.
        public var unknown = 64
        public var patience = Duration.seconds(10)
        /// How far the plain queue of rule 5 may be behind.
        public var longestAnswer = Duration.seconds(60)

        public init() {}
    }

    public struct Ticket: Sendable, Hashable { let number: Int }

    public enum Admission: Sendable, Hashable {
        /// - Parameters:
        ///   - ticket: Nil for an unknown account that will not be hashed.
        ///   - isNew: False when an equal attempt waits already and its outcome serves both.
        ///   - release: The moment before which a failure must not be answered.
        case admitted(ticket: Ticket?, isNew: Bool, release: Duration)
        /// A limit of rule 4 is reached.
        case refused
    }

    public enum Departure: Sendable, Hashable { case removed, running, gone }

    private struct Entry: Sendable {
        let ticket: Ticket
        let pair: Throttle.Pair
        let isKnown: Bool
        let fingerprint: Digest32
        let arrival: Duration
        let release: Duration
        /// Rule 2: the how-manieth turn of its pair, and of its address.
        let turn: Int
        let addressTurn: Int
        var isRunning = false
    }

    private let limits: Limits
    private var entries: [Entry] = []
    private var nextNumber = 0
    /// The turn that is being served; a pair that comes later starts here, not at the first.
    private var currentTurn = 0
    private var plainQueueEnd = Duration.zero
    /// A moving average of what one hash takes.
    public private(set) var cost: Duration

    /// - Parameter cost: A first guess of what one hash takes.
    public init(_ limits: Limits = Limits(), cost: Duration) { (self.limits, self.cost) = (limits, cost) }

    public var isIdle: Bool { entries.isEmpty }

    /// - Parameters:
    ///   - fingerprint: Equal for equal passwords; keyed, so that it is no hash to steal.
    ///   - failures: What the throttle knows of the pair.
    ///   - now: Monotonic, as in all calls.
    public mutating func add(
        _ pair: Throttle.Pair, isKnown: Bool, fingerprint: Digest32, failures: Int, now: Duration
    ) -> Admission {
        if let twin = entries.first(where: { $0.pair == pair && $0.fingerprint == fingerprint }) {
            return .admitted(ticket: twin.ticket, isNew: false, release: twin.release)
        }
        let waiting = entries.filter { $0.isKnown == isKnown && !$0.isRunning }
        let ofAddress = waiting.count { $0.pair.address == pair.address }
        let ofPair = waiting.count { $0.pair == pair }
        let pairLimit = failures >= limits.failuresBeforeFew ? limits.perPairFew : limits.perPair
        // Unknown accounts meet the limits of pair and address too, or a refusal would tell.
        guard ofPair < pairLimit, ofAddress < limits.perAddress, waiting.count < limits.waiting || !isKnown else {
            return .refused
        }
        plainQueueEnd = min(max(now, plainQueueEnd) + cost, now + limits.longestAnswer)
        guard isKnown || waiting.count < limits.unknown else {
            return .admitted(ticket: nil, isNew: true, release: plainQueueEnd)
        }
        nextNumber += 1
        let ticket = Ticket(number: nextNumber)
        let turn = max(currentTurn, entries.filter { $0.pair == pair }.map { $0.turn + 1 }.max() ?? 0)
        entries.append(
            Entry(
                ticket: ticket, pair: pair, isKnown: isKnown, fingerprint: fingerprint, arrival: now,
                release: plainQueueEnd, turn: turn, addressTurn: ofAddress))
        return .admitted(ticket: ticket, isNew: true, release: plainQueueEnd)
    }

    /// Takes the attempt to be hashed next; nil when there is nothing to do.
    public mutating func next(now: Duration) -> Ticket? {
        var best: Int?
        for index in entries.indices where !entries[index].isRunning && entries[index].isKnown {
            if best.map({ precedes(entries[index], entries[$0], now) }) ?? true { best = index }
        }
        if best == nil {
            // Only when no real work is under way, so that a dummy never stands in front of a person.
            guard !entries.contains(where: \.isRunning) else { return nil }
            best = entries.firstIndex { !$0.isKnown && now < $0.release }
        }
        guard let best else { return nil }
        if entries[best].isKnown { currentTurn = max(currentTurn, entries[best].turn) }
        entries[best].isRunning = true
        return entries[best].ticket
    }

    /// Notes that a hash is done.
    ///
    /// - Returns: False when the ticket is unknown.
    @discardableResult
    public mutating func finish(_ ticket: Ticket, took: Duration) -> Bool {
        guard let index = entries.firstIndex(where: { $0.ticket == ticket }) else { return false }
        entries.remove(at: index)
        cost = (cost * 7 + took) / 8
        return true
    }

    /// For an unknown account whose release has come: it is answered, hashed or not.
    public mutating func leave(_ ticket: Ticket) -> Departure {
        guard let index = entries.firstIndex(where: { $0.ticket == ticket }) else { return .gone }
        if entries[index].isRunning { return .running }
        entries.remove(at: index)
        return .removed
    }

    private func precedes(_ left: Entry, _ right: Entry, _ now: Duration) -> Bool {
        let leftIsLate = now - left.arrival > limits.patience
        let rightIsLate = now - right.arrival > limits.patience
        if leftIsLate != rightIsLate { return leftIsLate }
        if leftIsLate { return left.ticket.number < right.ticket.number }
        return (left.turn, left.addressTurn, left.ticket.number) < (right.turn, right.addressTurn, right.ticket.number)
    }
}
