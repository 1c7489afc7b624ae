/// One HTTP request as the shell hands it over: decoded once, body complete.
public struct SimulatedRequest: Sendable {
    /// Upper case, as on the wire.
    public var method: String
    /// The path split at `/` first, then each segment percent-decoded; `/` itself is `[]`.
    public var path: [String]
    /// Decoded names and values in their order.
    public var query: [(name: String, value: String)]
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(
        _ method: String, path: [String], query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        (self.method, self.path, self.query, self.headers, self.body) = (method, path, query, headers, body)
    }

    /// The first value of a query parameter.
    func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// The first value of a header, its name in lower case.
    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
}

/// The answer to one request; the shell adds `Content-Length`, `Date` and what its connection needs.
public struct SimulatedResponse: Sendable {
    /// What the shell does with the connection.
    public enum Delivery: Sendable, Hashable {
        case send
        /// Send, but not before this moment of the worker's clock, in nanoseconds.
        case holdUntil(UInt64)
        /// Close the connection without a byte, as a process that is not there does.
        case drop
        /// Send the head and half of the body, then end the connection.
        case breakOff
        /// Send this answer and close the connection.
        case sendAndClose
    }

    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// The body's length that a HEAD answer announces without sending it; nil for other methods.
    public var announcedLength: Int?
    public var delivery: Delivery = .send

    public init(_ status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// The first value of a header, its name in any case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// What goes to a WebSocket.
public enum SimulatedFrame: Sendable, Hashable {
    case text(String)
    case binary([UInt8])
}

/// One WebSocket connection; never used twice in the life of a worker.
public struct SocketID: Hashable, Sendable, Comparable {
    let number: Int
    public static func < (left: SocketID, right: SocketID) -> Bool { left.number < right.number }
}

/// What a worker asks its shell to do. Called from inside `handle`, `receive` and `advance`, in order.
public protocol SimulatedWorkerDelegate: AnyObject {
    /// Queues a frame for one socket; the shell bounds its own queue.
    func worker(_ worker: SimulatedWorker, send frame: SimulatedFrame, to socket: SocketID)
    /// Closes one socket with a code of RFC 6455, section 7.4; `disconnected` follows from the shell. With 1006 the connection
    /// ends without a closing handshake.
    func worker(_ worker: SimulatedWorker, close socket: SocketID, code: UInt16)
    /// The process would be dead now: every connection ends without a word until `restart()`.
    func workerCrashed(_ worker: SimulatedWorker)
}
