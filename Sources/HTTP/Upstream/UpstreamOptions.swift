internal import Glibc
public import Loop
public import Wire

/// Where an upstream is and what may be used of it; times are milliseconds.
public struct UpstreamOptions: Sendable {
    public enum Endpoint: Sendable, Hashable {
        case host(String, port: UInt16)
        case unix(String)
    }
    public var endpoint: Endpoint
    /// Nil for plain HTTP.
    public var tls: (@Sendable () -> TLSContext?)?
    /// Open connections of one loop.
    public var connections = 256
    /// Requests that may wait for a connection; one more is refused.
    public var waiting = 1_024
    public var waitTime: UInt64 = 30_000
    public var connectTime: UInt64 = 5_000
    /// How long a connection is kept without work; below the usual 75 s of servers, so that they do not close first.
    public var idleTime: UInt64 = 50_000
    /// From the end of the request to the head of the answer; 0 waits for ever.
    public var responseTime: UInt64 = 0
    /// Between two parts of a body.
    public var bodyStall: UInt64 = 120_000
    public var head = HeadLimits(bytes: 65_536)

    public init(_ endpoint: Endpoint) { self.endpoint = endpoint }
}

/// Why an upstream gave no whole answer.
public enum UpstreamFailure: Error, Sendable, Hashable {
    /// No connection could be made.
    case unreachable(String)
    /// A time limit passed.
    case timedOut
    /// The connection ended before the answer did.
    case brokeOff
    /// The answer is not HTTP.
    case invalid(String)
    /// Too many requests wait already.
    case overloaded

    /// Nobody listens there: the process that did, if there was one, has ended.
    public var isRefusal: Bool {
        guard case .unreachable(let reason) = self else { return false }
        return [ECONNREFUSED, ENOENT].contains { reason.hasSuffix(systemMessage($0)) }
    }

    /// What a gateway answers for it.
    public var status: Status {
        switch self {
        case .unreachable, .overloaded: .serviceUnavailable
        case .timedOut: .gatewayTimeout
        case .brokeOff, .invalid: .badGateway
        }
    }

    /// One sentence for the client; no address in it.
    public var message: String {
        switch self {
        case .unreachable: "The server behind this gate cannot be reached; try again in a moment."
        case .timedOut: "The server behind this gate did not answer in time."
        case .brokeOff: "The server behind this gate broke off its answer."
        case .invalid: "The server behind this gate gave an answer that is not HTTP."
        case .overloaded: "Too many requests wait for the server behind this gate; try again in a moment."
        }
    }
}
