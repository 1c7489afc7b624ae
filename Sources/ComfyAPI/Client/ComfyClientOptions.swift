/// What a client may use; times are milliseconds.
public struct ComfyClientOptions: Sendable, Hashable {
    /// Path of a PEM file of trusted certificates; nil takes the system's.
    public var authority: String?
    public var userAgent = "ComfyAPI"
    /// From the end of a request to the head of its answer; a worker's loop stands still while it validates big graphs.
    public var responseTime: UInt64 = 120_000
    /// Between two parts of a body.
    public var stallTime: UInt64 = 60_000
    /// How long one request is repeated after 503 and 429, and how long a run bears a server that is away.
    public var patience: UInt64 = 60_000
    /// Wait after 503 without `Retry-After`, and before a socket is opened again; doubles up to 5 s.
    public var retryDelay: UInt64 = 250
    /// Silence of the event socket after which the server is asked how the run stands.
    public var silence: UInt64 = 15_000
    /// Least time between two looks at the queue while the run waits in it.
    public var queueInterval: UInt64 = 2_000
    /// Largest answer held in memory, in bytes; files are streamed and have no limit.
    public var answerLimit = 256 << 20
    /// Largest message of the event socket, in bytes.
    public var messageLimit = 32 << 20
    /// Times a file is asked for before its run counts as failed.
    public var downloadAttempts = 3

    public init() {}
}
