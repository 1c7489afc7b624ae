/// What an attempt's event socket has brought so far. Times are milliseconds of the monotonic clock.
struct Hearing {
    /// It has brought something of this attempt since it was opened.
    private(set) var isProved = false
    private var lastFrame: UInt64 = 0
    private var lastOwn: UInt64 = 0
    private var hasHeardEnd = false
    private var endSeen: UInt64?

    /// Silence of a running attempt after which the socket counts as deaf: since it was opened, and later.
    static let deafness: (atFirst: UInt64, later: UInt64) = (3_000, 30_000)
    /// How long the socket may lag behind the history without bringing anything.
    static let lag: UInt64 = 500

    mutating func opened(at now: UInt64) { (lastFrame, isProved) = (now, false) }

    mutating func heard(isOwn: Bool, at now: UInt64) {
        lastFrame = now
        if isOwn { (isProved, lastOwn) = (true, now) }
    }

    mutating func heardEnd() { hasHeardEnd = true }

    /// ComfyUI forgets a socket when an older one of the same id ends after it, and says nothing: a new one hears again.
    func isDeaf(at now: UInt64) -> Bool {
        now - lastFrame >= (isProved ? Self.deafness.later : Self.deafness.atFirst)
    }

    /// Whether history, which knows of the end, is ahead of events that are the owner's, too.
    mutating func mustHearOut(at now: UInt64) -> Bool {
        guard isProved, !hasHeardEnd else { return false }
        let since = endSeen ?? now
        endSeen = since
        return now - max(since, lastOwn) < Self.lag
    }
}
