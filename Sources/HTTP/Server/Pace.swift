/// Judges whether a peer keeps up: in each stretch of waiting for it, so many bytes have to pass.
///
/// Only time spent waiting for the peer counts, however often the wait is interrupted, so neither a drop now and then nor
/// our own pauses change the judgement.
struct Pace {
    /// Milliseconds of waiting after which the peer is judged.
    let window: UInt64
    /// Bytes a second.
    let rate: Int
    private var waited: UInt64 = 0
    private var since: UInt64?
    private var mark = 0

    init(window: UInt64, rate: Int) { (self.window, self.rate) = (window, rate) }

    /// The wait begins or goes on; returns the milliseconds until the judgement.
    mutating func start(now: UInt64) -> UInt64 {
        if since == nil { since = now }
        let passed = waited + now - (since ?? now)
        return passed < window ? window - passed : 1
    }

    /// The wait is over for the moment.
    mutating func stop(now: UInt64) {
        guard let since else { return }
        waited += now - since
        self.since = nil
    }

    /// The judgement, after `start`'s time has passed; when it is false a new stretch begins.
    ///
    /// - Parameter total: Bytes that have passed since the beginning.
    mutating func isTooSlow(total: Int, now: UInt64) -> Bool {
        stop(now: now)
        guard waited >= window else { return false }
        let expected = max(1, rate * Int(clamping: window) / 1_000)
        guard total - mark >= expected else { return true }
        mark = total
        waited = 0
        return false
    }
}
