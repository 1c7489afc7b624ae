internal import Basics

/// How the sockets around a simulated worker behave; sizes in bytes, times in nanoseconds.
public struct SimulatorShellOptions: Sendable {
    /// What follows a crash of the worker.
    public enum Revival: Sendable, Hashable {
        /// Nobody listens any more until `restart()`.
        case never
        /// A new process listens on the same address after so long.
        case after(UInt64)
    }

    public var revival = Revival.never
    /// Unsent bytes of one client above which it gets no more previews and texts of nodes.
    public var previewBacklog = 1 << 20
    /// Unsent bytes of one client above which its socket is closed with 1013.
    public var socketBacklog = 16 << 20
    /// Bytes of a body over the worker's limit that are read and thrown away so that the client sees its 413; a longer
    /// body ends the connection.
    public var discardedBody = 256 << 20
    /// The `Server` field; nil sends none.
    public var serverName: String? = "Python/3.11 aiohttp/3.14.5"
    public var connections = 10_000

    public init() {}
}

/// What becomes of one more frame for a client that may be slow.
enum BacklogRule: Hashable {
    case send, skip, close

    /// - Parameter pending: Bytes already waiting for the client.
    static func decide(isDroppable: Bool, pending: Int, _ options: SimulatorShellOptions) -> BacklogRule {
        if pending > options.socketBacklog { return .close }
        return isDroppable && pending > options.previewBacklog ? .skip : .send
    }
}
