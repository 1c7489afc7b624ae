public import Wire

/// What a server's clients may use; each has a unit and a default.
public struct ServerLimits: Sendable, Hashable {
    public var head = HeadLimits()
    /// Open connections of one loop.
    public var connections = 10_000
    /// Open connections from one address, over one loop.
    public var connectionsPerAddress = 1_000
    /// Milliseconds from a request's first byte to the end of its head.
    public var headTime: UInt64 = 10_000
    /// Milliseconds a connection may wait for its next request.
    public var idleTime: UInt64 = 75_000
    /// Milliseconds of waiting for a body after which its pace is judged, and again after each such stretch.
    public var bodyStall: UInt64 = 30_000
    /// Bytes a second that a body must bring while the server waits for it.
    public var bodyRate = 1_024
    /// Milliseconds of waiting for a client to take its answer after which its pace is judged.
    public var writeStall: UInt64 = 30_000
    /// Bytes a second that a client must take while something waits for it.
    public var writeRate = 1_024
    /// Bytes of a body held for a handler that has not asked for them; reading stops there.
    public var bodyBuffer = 65_536
    /// Bytes waiting for a slow client before its source is paused.
    public var outputBuffer = 262_144
    /// Bytes of an unread body that are thrown away to keep the connection; above, it is closed.
    public var discard = 262_144

    public init() {}
}
