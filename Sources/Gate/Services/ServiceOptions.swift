public import Basics
public import HTTP
public import Wire

/// Another HTTP server behind the gate, as the request path wants it.
public struct ServiceOptions: Sendable {
    public let name: String
    /// Decoded segments of its path below the base path; nil when it is reached by host.
    public var path: [String]?
    public var host: Authority?
    public var upstream: UpstreamOptions
    /// Behind `upstream.tls`; nil for plain HTTP.
    var tls: UpstreamTLS?
    public var authority: String
    /// The path in front of everything at the upstream: empty, or `/x` without a slash at the end.
    public var upstreamPath = ""
    /// What proves to the service who asks.
    public var credential: (name: String, value: Secret)?
    public var allowsWebSocket = true
    /// Bytes of one request body.
    public var body = 100 << 20

    public init(name: String, upstream: UpstreamOptions, authority: String) {
        (self.name, self.upstream, self.authority) = (name, upstream, authority)
    }
}
