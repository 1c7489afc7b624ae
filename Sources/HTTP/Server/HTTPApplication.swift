public import Loop
public import Wire

/// What a server serves. One instance belongs to one loop.
public protocol HTTPApplication: AnyObject {
    /// Judges a head where it lies, before anything is made of it; called on the loop for each request.
    func disposition(of head: borrowing RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection)
        -> Disposition

    /// Answers a request in a task on the loop. An error becomes 500, or ends the connection once an answer has begun.
    func respond(to exchange: Exchange) async throws

    /// One call for each exchange that has ended, for logs and metrics.
    func ended(_ summary: ExchangeSummary)

    /// A request that goes to an upstream is not answered by it; says what the client is told.
    ///
    /// - Parameter requestID: Empty when nobody gave one.
    func forwardFailed(_ failure: ForwardFailure, requestID: [UInt8]) -> ErrorAnswer
}

extension HTTPApplication {
    public func disposition(
        of head: borrowing RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection
    ) -> Disposition { .exchange }

    public func ended(_ summary: ExchangeSummary) {}
    public func forwardFailed(_ failure: ForwardFailure, requestID: [UInt8]) -> ErrorAnswer {
        ErrorAnswer(failure.status, failure.message)
    }
}

/// Why a request that goes to an upstream gets an answer that is not the upstream's.
public enum ForwardFailure: Error, Sendable, Hashable {
    /// There was none.
    case upstream(UpstreamFailure)
    /// The client's body came too slowly, is too long, or breaks HTTP's rules.
    case body(HTTPError)

    public var status: Status {
        switch self {
        case .upstream(let failure): failure.status
        case .body(let error): error.status
        }
    }

    /// One sentence for the client.
    public var message: String {
        switch self {
        case .upstream(let failure): failure.message
        case .body(let error): error.message
        }
    }
}

/// How a request is to be handled.
public enum Disposition {
    /// By `respond(to:)`.
    case exchange
    /// By an upstream: the outgoing head lies in `reactor.writeBuffer`, and the filter says what comes back. The answer and
    /// the summary tell the request's id, when there is one; see `Exchange.owner`.
    case forward(UpstreamPool, ResponseFilter, requestID: [UInt8], owner: AnyObject?)
    /// Refused now; the connection ends.
    case immediate(Status)
}

/// A whole answer that tells of a failure; the connection ends behind it.
public struct ErrorAnswer: Sendable {
    public var status: Status
    public var fields: Fields
    public var body: [UInt8]

    public init(_ status: Status, _ fields: Fields, _ body: [UInt8]) {
        (self.status, self.fields, self.body) = (status, fields, body)
    }

    /// One sentence of plain text.
    public init(_ status: Status, _ message: String) {
        self.init(status, ["Content-Type": "text/plain; charset=utf-8"], Array((message + "\n").utf8))
    }
}

/// What an access log wants to know; text of the request only as far as the application recorded it.
public struct ExchangeSummary: Sendable {
    public let method: String
    /// ASCII, without the query.
    public let path: [UInt8]
    /// Empty when nobody gave one.
    public let requestID: [UInt8]
    public let status: Int
    /// Bytes of content sent.
    public let bytesSent: Int
    public let milliseconds: UInt64
    /// The connection's other end.
    public let peer: SocketAddress
    /// Who has asked, as far as the application knows it better; see `Exchange.loggedPeer`.
    public let loggedPeer: SocketAddress
}
