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

    /// An upstream gave no answer; the client has been told.
    func upstreamFailed(_ failure: UpstreamFailure)
}

extension HTTPApplication {
    public func disposition(
        of head: borrowing RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection
    ) -> Disposition { .exchange }

    public func ended(_ summary: ExchangeSummary) {}
    public func upstreamFailed(_ failure: UpstreamFailure) {}
}

/// How a request is to be handled.
public enum Disposition {
    /// By `respond(to:)`.
    case exchange
    /// By an upstream: the outgoing head lies in `reactor.writeBuffer`, and the filter says what comes back.
    case forward(UpstreamPool, ResponseFilter)
    /// Refused now; the connection ends.
    case immediate(Status)
}

/// What an access log wants to know; text of the request only as far as the application recorded it.
public struct ExchangeSummary: Sendable {
    public let method: String
    /// ASCII, without the query.
    public let path: [UInt8]
    public let status: Int
    /// Bytes of content sent.
    public let bytesSent: Int
    public let milliseconds: UInt64
    public let peer: SocketAddress
}
