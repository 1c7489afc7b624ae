public import Basics
public import Loop

/// Monotonic time for waits, from any origin.
public struct WaitClock: Sendable {
    public let now: @Sendable () -> Duration
    /// Throws when the task is cancelled.
    public let sleep: @Sendable (Duration) async throws -> Void

    public init(now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        (self.now, self.sleep) = (now, sleep)
    }

    public static var system: WaitClock {
        let origin = ContinuousClock.now
        return WaitClock(now: { ContinuousClock.now - origin }, sleep: { try await Task.sleep(for: $0) })
    }
}

/// Verifies passwords on the `passwords` lane: throttle first, then the queue's order, then the hash.
///
/// All use of the lane goes through here.
public final class PasswordGate: Sendable {
    public struct Limits: Sendable, Hashable {
        /// Logins under way; one more is refused with `overloaded`.
        public var pending = 4_096
        /// The same for one address; `tooManyAttempts`.
        public var pendingPerAddress = 256

        public init() {}
    }

    /// Attempts since the start.
    public struct Counts: Sendable, Hashable {
        public var succeeded = 0
        public var failed = 0
        /// Held back before the password was looked at; they succeed or fail besides.
        public var delayed = 0
        /// Turned away by a limit.
        public var refused = 0

        public init() {}
    }

    // Sendable by hand: touched only under the lock.
    private final class State: @unchecked Sendable {
        var throttle: Throttle
        var queue: PasswordQueue
        var work: [PasswordQueue.Ticket: Work] = [:]
        var pending = 0
        var pendingOf: [ClientAddress: Int] = [:]
        var steps = 0
        var counts = Counts()

        init(throttle: Throttle, queue: PasswordQueue) { (self.throttle, self.queue) = (throttle, queue) }
    }

    private struct Work: Sendable {
        let pair: Throttle.Pair
        let hash: PasswordHash?
        let password: Secret
        var waiters: [CheckedContinuation<Bool?, Never>] = []
    }

    public let hasher: PasswordHasher
    private let lane: Lane
    private let threads: Int
    private let clock: WaitClock
    private let limits: Limits
    private let state: Locked<State>
    /// Fingerprints are worth nothing outside this process.
    private let key = RandomBytes.make(32)

    /// - Parameters:
    ///   - threads: Of the lane.
    public init(
        hasher: PasswordHasher, lane: Lane, threads: Int = 1, clock: WaitClock = .system,
        limits: Limits = Limits(), throttle: Throttle.Limits = Throttle.Limits(),
        queue: PasswordQueue.Limits = PasswordQueue.Limits()
    ) {
        (self.hasher, self.lane, self.threads, self.clock, self.limits) = (hasher, lane, threads, clock, limits)
        let cost: Duration = hasher.scheme == .bcrypt ? .milliseconds(300) : .milliseconds(20)
        state = Locked(State(throttle: Throttle(throttle), queue: PasswordQueue(queue, cost: cost)))
    }

    /// Hashes a new password that `PasswordHasher.check` has accepted.
    public func hash(_ password: Secret) async throws(GateError) -> String {
        let hasher = hasher
        defer { kick() }
        do { return try await lane.run { try hasher.hash(password) } } catch {
            throw error as? GateError ?? GateError(.overloaded, from: .gateway, "Try again in a moment.")
        }
    }

    /// Whether the password is the account's; a wrong one is answered late.
    ///
    /// - Parameters:
    ///   - account: The key of the name as it was typed; for what cannot be a name, something short that stands for it.
    ///   - hash: Nil for an account that does not exist or has no password.
    /// - Throws: `tooManyAttempts`, `overloaded`: limits. Also when the caller's task is cancelled.
    public func verify(
        account: String, hash: PasswordHash?, password: Secret, address: ClientAddress
    ) async throws(GateError) -> Bool {
        do throws(GateError) {
            let isRight = try await judge(
                Throttle.Pair(account: account, address: address), hash: hash, password: password)
            state.withLock { if isRight { $0.counts.succeeded += 1 } else { $0.counts.failed += 1 } }
            return isRight
        } catch {
            state.withLock { $0.counts.refused += 1 }
            throw error
        }
    }

    public var counts: Counts { state.withLock { $0.counts } }

    private func judge(
        _ pair: Throttle.Pair, hash: PasswordHash?, password: Secret
    ) async throws(GateError) -> Bool {
        let delay = try enter(pair, isKnown: hash != nil)
        defer { leave(pair.address) }
        if delay > .zero { state.withLock { $0.counts.delayed += 1 } }
        try await pause(delay)
        return if let hash {
            try await verifyKnown(pair, hash, password)
        } else {
            try await pretend(pair, password)
        }
    }

    /// How long the 401 for a well-formed unknown token must be held back; counts the failure.
    public func unknownToken(from address: ClientAddress) -> Duration {
        let now = clock.now()
        return state.withLock { state in
            state.throttle.unknownToken(address, now: now)
            return state.throttle.delay(address, now: now)
        }
    }

    private func verifyKnown(
        _ pair: Throttle.Pair, _ hash: PasswordHash, _ password: Secret
    ) async throws(GateError) -> Bool {
        let fingerprint = fingerprint(password)
        let release = Locked(Duration.zero)
        let verdict: Bool? = await withCheckedContinuation { (waiter: CheckedContinuation<Bool?, Never>) in
            let isRefused = state.withLock { state in
                let now = clock.now()
                let failures = state.throttle.failures(of: pair, isKnown: true, now: now)
                let admission = state.queue.add(
                    pair, isKnown: true, fingerprint: fingerprint, failures: failures, now: now)
                guard case .admitted(let ticket?, _, let moment) = admission else { return true }
                release.withLock { $0 = moment }
                state.work[ticket, default: Work(pair: pair, hash: hash, password: password)].waiters
                    .append(waiter)
                return false
            }
            if isRefused { waiter.resume(returning: nil) } else { kick() }
        }
        guard let verdict else { throw tooMany }
        if !verdict { try await pause(release.withLock { $0 } - clock.now()) }
        return verdict
    }

    /// For an account that does not exist: the same waiting, and the same hashing while nobody else needs the lane.
    private func pretend(_ pair: Throttle.Pair, _ password: Secret) async throws(GateError) -> Bool {
        let fingerprint = fingerprint(password)
        let admission = state.withLock { state in
            let now = clock.now()
            let failures = state.throttle.failures(of: pair, isKnown: false, now: now)
            let admission = state.queue.add(
                pair, isKnown: false, fingerprint: fingerprint, failures: failures, now: now)
            if case .admitted(let ticket?, true, _) = admission {
                state.work[ticket] = Work(pair: pair, hash: nil, password: password)
            } else if case .admitted(nil, _, _) = admission {
                state.throttle.wrongPassword(pair, isKnown: false, now: now)
            }
            return admission
        }
        guard case .admitted(let ticket, _, let release) = admission else { throw tooMany }
        kick()
        do throws(GateError) { try await pause(release - clock.now()) } catch {
            // The caller has gone: what waits for it goes too.
            await depart(ticket, pair)
            throw error
        }
        await depart(ticket, pair)
        return false
    }

    /// Takes an unknown account's attempt out of the queue; waits for its dummy if that is being hashed.
    private func depart(_ ticket: PasswordQueue.Ticket?, _ pair: Throttle.Pair) async {
        guard let ticket else { return }
        let _: Bool? = await withCheckedContinuation { (waiter: CheckedContinuation<Bool?, Never>) in
            let waits = state.withLock { state in
                switch state.queue.leave(ticket) {
                case .running:
                    state.work[ticket]?.waiters.append(waiter)
                    return state.work[ticket] != nil
                case .removed:
                    state.work[ticket] = nil
                    state.throttle.wrongPassword(pair, isKnown: false, now: clock.now())
                    return false
                case .gone: return false
                }
            }
            if !waits { waiter.resume(returning: false) }
        }
    }

    /// Puts the lane to work if it has a thread to spare and something waits.
    private func kick() {
        let starts = state.withLock { state in
            guard state.steps < threads, !state.queue.isIdle else { return false }
            state.steps += 1
            return true
        }
        guard starts else { return }
        // A full lane holds new passwords to be hashed: `hash` comes back here when one is done.
        if !lane.submit({ self.step() }) { state.withLock { $0.steps -= 1 } }
    }

    /// One hash on the lane's thread. One only: new passwords in the lane's own queue have their turn in between.
    private func step() {
        let task: (ticket: PasswordQueue.Ticket, work: Work)? = state.withLock { state in
            guard let ticket = state.queue.next(now: clock.now()), let work = state.work[ticket] else {
                // In the same breath as the look, or work that comes in between would find nobody to do it.
                state.steps -= 1
                return nil
            }
            return (ticket, work)
        }
        guard let task else { return }
        let start = clock.now()
        let isRight =
            hasher.verify(task.work.password, against: task.work.hash ?? hasher.dummy) && task.work.hash != nil
        let end = clock.now()
        let waiters = state.withLock { state in
            state.queue.finish(task.ticket, took: end - start)
            state.steps -= 1
            if isRight {
                state.throttle.rightPassword(task.work.pair)
            } else {
                state.throttle.wrongPassword(task.work.pair, isKnown: task.work.hash != nil, now: end)
            }
            return state.work.removeValue(forKey: task.ticket)?.waiters ?? []
        }
        for waiter in waiters { waiter.resume(returning: isRight) }
        kick()
    }

    private func fingerprint(_ password: Secret) -> Digest32 {
        Digest32(Digest.hmacSHA256(key: key, Array(password.reveal().utf8))) ?? .zero
    }

    /// Takes a place among the logins under way, and says how long to wait first.
    private func enter(_ pair: Throttle.Pair, isKnown: Bool) throws(GateError) -> Duration {
        let limits = limits
        let answer: Result<Duration, GateError> = state.withLock { state in
            let now = clock.now()
            guard state.pending < limits.pending else { return .failure(Self.overloaded) }
            guard state.pendingOf[pair.address, default: 0] < limits.pendingPerAddress else { return .failure(tooMany) }
            state.pending += 1
            state.pendingOf[pair.address, default: 0] += 1
            return .success(state.throttle.delay(pair, isKnown: isKnown, now: now))
        }
        return try answer.get()
    }

    private func leave(_ address: ClientAddress) {
        state.withLock { state in
            state.pending -= 1
            // An address with none left leaves the table, so that it cannot grow for ever.
            state.pendingOf[address] = state.pendingOf[address].flatMap { $0 > 1 ? $0 - 1 : nil }
        }
    }

    private func pause(_ duration: Duration) async throws(GateError) {
        guard duration > .zero else { return }
        do { try await clock.sleep(duration) } catch { throw Self.overloaded }
    }

    private static let overloaded = GateError(
        .overloaded, from: .gateway, "Too many logins are under way; try again in a minute.")
    private var tooMany: GateError {
        GateError(.tooManyAttempts, from: .client, "Too many attempts from your address; try again in a minute.")
    }
}
