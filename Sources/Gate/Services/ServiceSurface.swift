public import Basics
public import HTTP
internal import Identity
internal import Loop
public import Wire

/// Another HTTP server behind the gate, as the request path wants it.
public struct ServiceOptions: Sendable {
    public let name: String
    /// Decoded segments of its path below the base path; nil when it is reached by host.
    public var path: [String]?
    public var host: Authority?
    public var upstream: UpstreamOptions
    public var authority: String
    /// The path in front of everything at the upstream: empty, or `/x` without a slash at the end.
    public var upstreamPath = ""
    /// What proves to the service who asks.
    public var credential: (name: String, value: Secret)?
    public var allowsWebSocket = true
    /// Bytes of one request body.
    public var bodyLimit = 100 << 20

    public init(name: String, upstream: UpstreamOptions, authority: String) {
        (self.name, self.upstream, self.authority) = (name, upstream, authority)
    }
}

/// Forwards to one service: by its path, which only tokens may use because its pages would share the editor's origin, or by
/// its own host.
final class ServiceSurface {
    private let options: ServiceOptions
    private let pool: UpstreamPool

    init(_ options: ServiceOptions, reactor: Reactor, resolver: Resolver) {
        self.options = options
        pool = UpstreamPool(options.upstream, reactor: reactor, resolver: resolver)
    }

    func owns(_ host: Authority) -> Bool { options.host.map { $0.host == host.host } ?? false }

    func takes(_ visit: Visit) -> Bool {
        if let host = options.host { return host.host == visit.host.host }
        guard let path = options.path else { return false }
        return visit.segments.starts(with: path) { $0.text == $1 && !$0.hasEncodedSlash }
    }

    func answer(_ visit: Visit) async throws {
        if options.host == nil, case .session = visit.principal?.credential {
            throw Refusal(
                .forbidden, "token_needed",
                "This service is reached with a token, or in a browser by a host of its own.")
        }
        guard options.allowsWebSocket || !visit.request.wantsUpgrade else {
            throw Refusal(.forbidden, .forbidden, "This service has no WebSocket.")
        }
        if let length = visit.request.contentLength, length > options.bodyLimit {
            throw Refusal.tooLarge(options.bodyLimit)
        }
        let rest = visit.segments.dropFirst(options.path?.count ?? 0)
        guard !rest.contains(where: \.hasPercent) else { throw Refusal.notFound }
        visit.exchange.forward(to: pool, head: head(visit, rest), filter: .service)
    }

    private func head(_ visit: Visit, _ rest: ArraySlice<RequestTarget.Segment>) -> [UInt8] {
        let request = visit.request
        let nominated = Set(
            request.fields.all("Connection").flatMap { $0.split(separator: ",") }.map {
                String($0.filter { $0 != " " && $0 != "\t" }).lowercased()
            })
        var lines = Fields()
        lines["Host"] = options.authority
        for pair in request.fields.pairs {
            let name = pair.name.lowercased()
            if Self.kept.contains(name) || nominated.contains(name) || name.contains("_") { continue }
            // What proves the gate to the service, no client says beside it.
            if let own = options.credential?.name, own.lowercased() == name { continue }
            lines.append(pair.name, pair.value)
        }
        lines.append("X-Forwarded-For", visit.address)
        lines.append("X-Forwarded-Proto", visit.isSecure ? "https" : "http")
        lines.append("X-Forwarded-Host", visit.host.description)
        if let principal = visit.principal { lines.append("X-User", principal.name) }
        if let credential = options.credential { lines.append(credential.name, credential.value.reveal()) }
        if request.wantsUpgrade {
            lines.append("Connection", "Upgrade")
            lines.append("Upgrade", request.fields["Upgrade"] ?? "websocket")
        }
        if request.contentLength == nil {
            lines.append("Transfer-Encoding", "chunked")
        } else if let length = request.contentLength, length > 0 || request.fields["Content-Length"] != nil {
            lines.append("Content-Length", String(length))
        }
        let path = (try? RequestTarget(segments: rest.map(\.text)))?.path ?? "/"
        let query = visit.query.removing(["token"])
        let target = options.upstreamPath + path + (query.isEmpty ? "" : "?" + query.encoded)
        var out = Array("\(request.method.rawValue) \(target) HTTP/1.1\r\n".utf8)
        lines.write(to: &out)
        out.append(contentsOf: [0x0D, 0x0A])
        return out
    }

    /// Fields that stay with the gate, in lower case.
    private static let kept: Set<String> = [
        "host", "connection", "keep-alive", "proxy-connection", "proxy-authorization", "proxy-authenticate", "te",
        "trailer",
        "transfer-encoding", "upgrade", "content-length", "expect", "authorization", "cookie", "forwarded",
        "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip", "x-user",
    ]
}
