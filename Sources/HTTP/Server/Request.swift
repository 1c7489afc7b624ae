public import Loop
public import Wire

/// A request's head as values, for handlers; the body comes from the `Exchange`.
public struct Request: Sendable {
    public let method: Method
    public let target: RequestTarget
    public let fields: Fields
    /// The connection's other end; behind a proxy that is the proxy.
    public let peer: SocketAddress
    /// The connection is under TLS.
    public let isSecure: Bool
    /// Bytes of the body when the head says so; nil for a chunked one.
    public let contentLength: Int?
    public let wantsUpgrade: Bool
    /// A WebSocket is what the upgrade is to be.
    public let asksForWebSocket: Bool
    public let isVersion11: Bool
    /// The head as it came, for whoever hands it on; its target is not to be judged a second time.
    public let head: RequestHead
    /// What `head` lies in.
    public let headBytes: [UInt8]

    /// The path, encoded again from its decoded segments.
    public var path: String { target.path }
}
