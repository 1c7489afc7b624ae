import Basics
import TestSupport
import Testing

@testable import Identity

/// A login in the simulation below.
private struct Attempt {
    let account: String
    let address: String
    let isKnown: Bool
    let password: String
    let isRight: Bool
    let arrival: Duration
}

private struct Outcome {
    var refused = 0
    /// When each right password was answered, from its arrival.
    var rightWaits: [Duration] = []
    var wrongWaits: [(isKnown: Bool, wait: Duration)] = []
    var hashed = 0
}

/// One hashing thread, `cost` a hash, in virtual time: throttle and queue together as `PasswordGate` uses them.
private func simulate(_ attempts: [Attempt], cost: Duration = .milliseconds(300)) -> Outcome {
    var throttle = Throttle()
    var queue = PasswordQueue(cost: cost)
    var outcome = Outcome()
    // Attempts by the moment their throttle delay is over.
    var entering: [(time: Duration, attempt: Attempt)] = []
    for attempt in attempts { entering.append((attempt.arrival, attempt)) }
    var isDelayed = [Bool](repeating: false, count: entering.count)
    var riders: [PasswordQueue.Ticket: [(attempt: Attempt, release: Duration)]] = [:]
    var pretending: [(ticket: PasswordQueue.Ticket?, attempt: Attempt, release: Duration)] = []
    var running: (ticket: PasswordQueue.Ticket, end: Duration)?
    var now = Duration.zero
    while true {
        let moments = entering.map(\.time) + pretending.map(\.release) + (running.map { [$0.end] } ?? [])
        guard let next = moments.min() else { return outcome }
        now = max(now, next)
        if let done = running, done.end <= now {
            queue.finish(done.ticket, took: cost)
            running = nil
            outcome.hashed += 1
            for (attempt, release) in riders.removeValue(forKey: done.ticket) ?? [] {
                let pair = Throttle.Pair(account: attempt.account, address: ClientAddress(attempt.address))
                if attempt.isRight {
                    throttle.rightPassword(pair)
                    outcome.rightWaits.append(now - attempt.arrival)
                } else {
                    throttle.wrongPassword(pair, isKnown: true, now: now)
                    outcome.wrongWaits.append((true, max(now, release) - attempt.arrival))
                }
            }
        }
        for (ticket, attempt, release) in pretending where release <= now {
            if let ticket { _ = queue.leave(ticket) }
            let pair = Throttle.Pair(account: attempt.account, address: ClientAddress(attempt.address))
            throttle.wrongPassword(pair, isKnown: false, now: now)
            outcome.wrongWaits.append((false, max(release, now) - attempt.arrival))
        }
        pretending.removeAll { $0.release <= now }
        for index in entering.indices.reversed() where entering[index].time <= now {
            let attempt = entering[index].attempt
            let pair = Throttle.Pair(account: attempt.account, address: ClientAddress(attempt.address))
            if !isDelayed[index] {
                let delay = throttle.delay(pair, isKnown: attempt.isKnown, now: now)
                isDelayed[index] = true
                if delay > .zero {
                    entering[index].time = now + delay
                    continue
                }
            }
            entering.remove(at: index)
            isDelayed.remove(at: index)
            let failures = throttle.failures(of: pair, isKnown: attempt.isKnown, now: now)
            switch queue.add(
                pair, isKnown: attempt.isKnown, fingerprint: digest(attempt.password), failures: failures, now: now)
            {
            case .refused: outcome.refused += 1
            case .admitted(let ticket, _, let release):
                if attempt.isKnown, let ticket {
                    riders[ticket, default: []].append((attempt, release))
                } else {
                    pretending.append((ticket, attempt, release))
                }
            }
        }
        if running == nil, let ticket = queue.next(now: now) { running = (ticket, now + cost) }
    }
}

struct PasswordQueueTests {
    enum Storm: CaseIterable { case unknownNames, namesOfTheClass, oneOfTheClass, othersKnown, mixed }

    /// The class room: 30 right logins within 5 s among 100 wrong ones, all from one address.
    @Test(arguments: Storm.allCases, [UInt64(1), 2, 3]) private func aWholeClassGetsIn(storm: Storm, seed: UInt64) {
        var dice = Dice(seed)
        var attempts: [Attempt] = []
        func moment() -> Duration { .milliseconds(Int.random(in: 0..<5_000, using: &dice)) }
        for pupil in 0..<30 {
            attempts.append(
                Attempt(
                    account: "pupil\(pupil)", address: "192.0.2.1", isKnown: true, password: "right", isRight: true,
                    arrival: moment()))
        }
        for number in 0..<100 {
            let kind = storm == .mixed ? Storm.allCases[number % 4] : storm
            let name =
                switch kind {
                case .unknownNames: "nobody\(number)"
                case .namesOfTheClass: "pupil\(number % 30)"
                case .oneOfTheClass: "pupil7"
                default: "teacher\(number)"
                }
            attempts.append(
                Attempt(
                    account: name, address: "192.0.2.1", isKnown: kind != .unknownNames, password: "wrong\(number)",
                    isRight: false, arrival: moment()))
        }
        let outcome = simulate(attempts)
        #expect(outcome.refused == 0)
        #expect(outcome.rightWaits.count == 30)
        #expect(outcome.rightWaits.allSatisfy { $0 < .seconds(75) })
        #expect(outcome.wrongWaits.count == 100)
        // Made-up names cost the class nothing but the throttle's few seconds.
        if storm == .unknownNames { #expect(outcome.rightWaits.allSatisfy { $0 < .seconds(16) }) }
        if storm == .namesOfTheClass { #expect(outcome.rightWaits.sorted()[14] < .seconds(30)) }
    }

    @Test func withYescryptItTakesSeconds() {
        var attempts: [Attempt] = []
        for number in 0..<130 {
            attempts.append(
                Attempt(
                    account: "a\(number)", address: "192.0.2.1", isKnown: true, password: "p", isRight: number < 30,
                    arrival: .milliseconds(number * 38)))
        }
        let outcome = simulate(attempts, cost: .milliseconds(20))
        #expect(outcome.rightWaits.count == 30)
        #expect(outcome.rightWaits.allSatisfy { $0 < .seconds(6) })
    }

    @Test func aRetryOfTheSamePasswordIsHashedOnce() {
        let attempts = (0..<50).map { number in
            Attempt(
                account: "anna", address: "192.0.2.1", isKnown: true, password: "same", isRight: true,
                arrival: .milliseconds(number))
        }
        let outcome = simulate(attempts)
        #expect(outcome.hashed == 1)
        #expect(outcome.rightWaits.count == 50)
    }

    /// Nobody learns from the time whether an account exists, idle or under load.
    @Test(arguments: [1, 10, 60]) func wrongPasswordsAndUnknownAccountsTakeTheSameTime(load: Int) {
        func run(_ isKnown: Bool) -> [Duration] {
            var attempts: [Attempt] = []
            for number in 0..<load {
                attempts.append(
                    Attempt(
                        account: "load\(number)", address: "10.0.0.\(number)", isKnown: number.isMultiple(of: 2),
                        password: "x", isRight: false, arrival: .milliseconds(number)))
            }
            attempts.append(
                Attempt(
                    account: "probe", address: "192.0.2.9", isKnown: isKnown, password: "x", isRight: false,
                    arrival: .milliseconds(load)))
            return simulate(attempts).wrongWaits.map(\.wait).sorted()
        }
        #expect(run(true) == run(false))
    }

    private func pair(_ account: String, _ address: String = "192.0.2.1") -> Throttle.Pair {
        Throttle.Pair(account: account, address: ClientAddress(address))
    }

    private struct NothingTaken: Error {}

    private func taken(_ queue: inout PasswordQueue, now: Duration = .zero) throws -> PasswordQueue.Ticket {
        guard let ticket = queue.next(now: now) else { throw NothingTaken() }
        return ticket
    }

    /// Adds one with a password of its own; nil when refused.
    private func add(
        _ queue: inout PasswordQueue, _ account: String, _ address: String = "192.0.2.1", isKnown: Bool = true,
        password: String? = nil, failures: Int = 0, now: Duration = .zero
    ) -> PasswordQueue.Ticket?? {
        let admission = queue.add(
            pair(account, address), isKnown: isKnown,
            fingerprint: digest(password ?? UUID().description), failures: failures, now: now)
        guard case .admitted(let ticket, _, _) = admission else { return nil }
        return .some(ticket)
    }

    @Test func eachPairHasItsTurnBeforeOneHasItsSecond() {
        var queue = PasswordQueue(cost: .seconds(1))
        let a1 = add(&queue, "a"), a2 = add(&queue, "a"), a3 = add(&queue, "a"), b1 = add(&queue, "b")
        let nobody = add(&queue, "nobody", isKnown: false)
        var order: [PasswordQueue.Ticket??] = []
        while let ticket = queue.next(now: .zero) {
            order.append(ticket)
            queue.finish(ticket, took: .seconds(1))
        }
        #expect(order == [a1, b1, a2, a3, nobody])
    }

    @Test func addressesTakeTurns() {
        var queue = PasswordQueue(cost: .seconds(1))
        for number in 0..<20 { _ = add(&queue, "a\(number)", "192.0.2.1") }
        let other = add(&queue, "b", "198.51.100.7")
        let first = queue.next(now: .zero)
        _ = first.map { queue.finish($0, took: .seconds(1)) }
        do {
            let found = queue.next(now: .zero)
            #expect(found == other)
        }
    }

    @Test func whoWaitedLongGoesFirst() {
        var queue = PasswordQueue(cost: .seconds(1))
        _ = add(&queue, "a")
        let second = add(&queue, "a")
        let first = queue.next(now: .zero)
        _ = first.map { queue.finish($0, took: .seconds(1)) }
        for number in 0..<50 { _ = add(&queue, "n\(number)", "10.0.0.\(number)", now: .seconds(1)) }
        do {
            let found = queue.next(now: .seconds(11))
            #expect(found == second)
        }
    }

    @Test func aDummyIsHashedOnlyWhenNothingElseIsWaitingOrRunning() throws {
        var queue = PasswordQueue(cost: .seconds(1))
        let nobody = add(&queue, "nobody", isKnown: false)
        let anna = add(&queue, "anna")
        let first = try taken(&queue)
        #expect(first == anna)
        do {
            let found = queue.next(now: .zero)
            #expect(found == nil)
        }
        queue.finish(first, took: .seconds(1))
        let second = try taken(&queue)
        #expect(second == nobody)
        do {
            let found = queue.leave(second)
            #expect(found == .running)
        }
        queue.finish(second, took: .seconds(1))
        do {
            let found = queue.leave(second)
            #expect(found == .gone)
        }
        #expect(queue.isIdle)
        // Once its answer is due, there is no use in hashing it.
        guard let waiting = add(&queue, "late", isKnown: false), let late = waiting else { throw NothingTaken() }
        do {
            let found = queue.next(now: .seconds(60))
            #expect(found == nil)
        }
        do {
            let found = queue.leave(late)
            #expect(found == .removed)
        }
        #expect(queue.isIdle)
    }

    @Test(arguments: [(127, true), (128, false)]) func aPairsWaitingIsLimited(count: Int, isAdmitted: Bool) {
        var queue = PasswordQueue(cost: .seconds(1))
        for _ in 0..<count { _ = add(&queue, "anna") }
        do {
            let found = add(&queue, "anna")
            #expect((found != nil) == isAdmitted)
        }
        do {
            let found = add(&queue, "ben")
            #expect(found != nil)
        }
    }

    @Test(arguments: [(99, 8, true), (100, 7, true), (100, 8, false)])
    func aPairThatFailedForLongMayHaveFewWaiting(failures: Int, count: Int, isAdmitted: Bool) {
        var queue = PasswordQueue(cost: .seconds(1))
        for _ in 0..<count { _ = add(&queue, "anna", failures: failures) }
        do {
            let found = add(&queue, "anna", failures: failures)
            #expect((found != nil) == isAdmitted)
        }
        do {
            let found = add(&queue, "anna", "198.51.100.7")
            #expect(found != nil, "elsewhere the owner gets in")
        }
    }

    @Test(arguments: [(191, true), (192, false)]) func anAddresssWaitingIsLimited(count: Int, isAdmitted: Bool) {
        var queue = PasswordQueue(cost: .seconds(1))
        for number in 0..<count { _ = add(&queue, "n\(number)") }
        do {
            let found = add(&queue, "anna")
            #expect((found != nil) == isAdmitted)
        }
        do {
            let found = add(&queue, "anna", "198.51.100.7")
            #expect(found != nil)
        }
    }

    @Test(arguments: [(255, true), (256, false)]) func theWholeQueueIsLimited(count: Int, isAdmitted: Bool) {
        var queue = PasswordQueue(cost: .seconds(1))
        for number in 0..<count { _ = add(&queue, "n\(number)", "10.0.0.\(number)") }
        do {
            let found = add(&queue, "anna")
            #expect((found != nil) == isAdmitted)
        }
        // Unknown accounts have a place of their own, and beyond it are answered without one.
        for number in 0..<64 {
            let found = add(&queue, "x\(number)", "10.0.1.\(number)", isKnown: false)
            #expect(found != nil && found != .some(nil))
        }
        do {
            let found = add(&queue, "x", "10.0.2.1", isKnown: false)
            #expect(found == .some(nil))
        }
    }

    @Test func theLongestAnswerIsLimited() {
        var queue = PasswordQueue(cost: .seconds(1))
        for number in 0..<200 {
            let admission = queue.add(
                pair("n\(number)", "10.0.0.\(number)"), isKnown: false, fingerprint: digest("x"), failures: 0,
                now: .zero)
            guard case .admitted(_, _, let release) = admission else {
                Issue.record("refused")
                return
            }
            #expect(release == .seconds(min(number + 1, 60)))
        }
    }
}
