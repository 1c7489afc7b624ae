internal import Basics
internal import HTTP
internal import Identity
internal import Loop
internal import Wire

/// Forwards to one service: by its path, which only tokens may use because its pages would share the editor's origin, or by
/// its own host.
final class ServiceSurface {
    let options: ServiceOptions
    let pool: UpstreamPool
    private let head: ForwardHead
    /// Encoded, in front of every target at the upstream.
    private let upstreamPath: [UInt8]
    /// The whole line of the service's own credential, or nothing.
    private let credentialLine: [UInt8]

    init(_ options: ServiceOptions, reactor: Reactor, resolver: Resolver) {
        self.options = options
        pool = UpstreamPool(options.upstream, reactor: reactor, resolver: resolver)
        head = ForwardHead(host: options.authority, .allButOurs, own: options.credential?.name ?? "")
        upstreamPath = Array(options.upstreamPath.utf8)
        credentialLine = options.credential.map { Array("\($0.name): \($0.value.reveal())\r\n".utf8) } ?? []
    }

    /// The configuration names it no more: what is under way ends by itself.
    func retire() { pool.closeWhenIdle() }

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
        if let length = visit.request.contentLength, length > options.body {
            throw Refusal.tooLarge(options.body)
        }
        let rest = visit.segments.dropFirst(options.path?.count ?? 0)
        guard !rest.contains(where: \.hasPercent) else { throw Refusal.notFound }
        visit.exchange.forward(
            to: pool, head: forwardedHead(visit, rest), filter: .service, bodyLimit: options.body,
            failed: visit.failed)
    }

    private func forwardedHead(_ visit: Visit, _ rest: ArraySlice<RequestTarget.Segment>) -> [UInt8] {
        let request = visit.request
        let bytes = request.headBytes.span
        let path = (try? RequestTarget(segments: rest.map(\.text)))?.path ?? "/"
        let query = visit.query.removing(["token"])
        var out: [UInt8] = []
        head.writeMethod(request.head, bytes, to: &out)
        out.append(contentsOf: upstreamPath)
        out.append(contentsOf: path.utf8)
        if !query.isEmpty { out.append(contentsOf: "?\(query.encoded)".utf8) }
        head.writeFields(request.head, bytes, to: &out)
        out.append(contentsOf: "X-Forwarded-For: \(visit.address)\r\n".utf8)
        Self.writeOrigin(Self.hostLine(visit.host), isSecure: visit.isSecure, visit.principal, to: &out)
        out.append(contentsOf: visit.requestIDLine.utf8)
        out.append(contentsOf: credentialLine)
        head.writeEnd(request.head, bytes, to: &out)
        return out
    }

    /// The same for a head whose parts need no decoding; allocates nothing.
    ///
    /// - Parameters:
    ///   - path: Behind the service's own path; empty, or begins with `/`.
    ///   - query: Without `?`.
    ///   - peer: Of IPv4 or IPv6.
    func write(
        _ request: borrowing RequestHead, _ bytes: Span<UInt8>, path: ByteRange, query: ByteRange, peer: SocketAddress,
        host: JudgedHost, _ principal: Principal, id: [UInt8], to out: inout [UInt8]
    ) {
        head.writeMethod(request, bytes, to: &out)
        out.append(contentsOf: upstreamPath)
        if path.isEmpty { out.append(UInt8(ascii: "/")) } else { out.append(bytes, path) }
        if !query.isEmpty {
            out.append(UInt8(ascii: "?"))
            out.append(bytes, query)
        }
        head.writeFields(request, bytes, to: &out)
        out.append(text: "X-Forwarded-For: ")
        peer.appendHost(to: &out)
        out.append(text: "\r\n")
        Self.writeOrigin(host.line, isSecure: host.isSecure, principal, to: &out)
        out.append(text: "X-Request-Id: ")
        out.append(contentsOf: id)
        out.append(text: "\r\n")
        out.append(contentsOf: credentialLine)
        head.writeEnd(request, bytes, to: &out)
    }

    static func hostLine(_ host: Authority) -> [UInt8] { Array("X-Forwarded-Host: \(host)\r\n".utf8) }

    private static func writeOrigin(
        _ hostLine: [UInt8], isSecure: Bool, _ principal: Principal?, to out: inout [UInt8]
    ) {
        out.append(text: isSecure ? "X-Forwarded-Proto: https\r\n" : "X-Forwarded-Proto: http\r\n")
        out.append(contentsOf: hostLine)
        guard let principal else { return }
        out.append(text: "X-User: ")
        out.append(contentsOf: principal.name.utf8)
        out.append(text: "\r\n")
    }
}
