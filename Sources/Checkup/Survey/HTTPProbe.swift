public import Basics
internal import Glibc
internal import HTTP
public import Loop
public import Wire

/// One answer, as far as it tells who gave it.
public struct HTTPReply: Sendable, Hashable {
    public var status: Int
    /// `Server`
    public var server: String?
    /// `Date`
    public var date: Timestamp?
    public var location: String?
    /// `Content-Type`
    public var contentType: String?
    /// `WWW-Authenticate`
    public var challenge: String?
    /// When the certificate ends that it came under; nil without TLS.
    public var certificateEnd: Timestamp?
    public var body: [UInt8]

    public init(status: Int, server: String? = nil, date: Timestamp? = nil, body: [UInt8] = []) {
        (self.status, self.server, self.date, self.body) = (status, server, date, body)
    }

    var json: JSON? { try? JSON(parsing: body, dialect: .python) }
    var text: String { String(decoding: body.prefix(4_096), as: UTF8.self) }
}

/// Why a request had no answer.
public enum HTTPFailure: Sendable, Hashable {
    /// Nobody listens there.
    case refused
    /// There is no connection in time.
    case timedOut
    /// The connection stood, and no whole answer came in time.
    case silent
    /// The connection stood, and TLS failed: OpenSSL's words.
    case tls(String)
    /// No connection, for another reason: the system's words.
    case unreachable(String)
    /// What answered is not HTTP, or not on this kind of connection.
    case notHTTP
    /// The connection stood, and was closed before an answer was whole, as Docker's proxy does for a service that is not up.
    case closed
}

/// What one request came to.
public enum HTTPAnswer: Sendable, Hashable {
    case answered(HTTPReply)
    case failed(HTTPFailure)

    public var reply: HTTPReply? { if case .answered(let reply) = self { reply } else { nil } }
    public var failure: HTTPFailure? { if case .failed(let failure) = self { failure } else { nil } }
    public var status: Int? { reply?.status }
}

/// Asks one address, with a connection of its own for each request.
public struct HTTPProbe: Sendable {
    /// Bytes of an answer that are read.
    private static let answerLimit = 4 << 20

    private let url: HTTPURL
    private let loop: EventLoop
    /// Without the brackets of an IPv6 address.
    let host: String
    let port: UInt16
    /// Milliseconds to connect, and to the head of the answer, and from there to its end.
    var connectTime: UInt64 = 2_000
    var answerTime: UInt64 = 5_000

    /// Nil for the path of a socket.
    public init?(_ url: HTTPURL, on loop: EventLoop) {
        guard let host = url.host, let port = url.port.flatMap({ UInt16(exactly: $0) }) else { return nil }
        (self.url, self.loop, self.host, self.port) = (url, loop, host, port)
    }

    /// - Parameters:
    ///   - path: Behind the address's own path, with its query.
    ///   - origin: As a browser's page sends it.
    ///   - authorization: The field as it is, in place of a bearer's.
    ///   - body: JSON.
    func ask(
        _ method: Method, _ path: String, bearer: Secret? = nil, origin: String? = nil, authorization: String? = nil,
        body: String = ""
    ) async -> HTTPAnswer {
        var request = request(method, path, bearer)
        if let authorization { request.fields["Authorization"] = authorization }
        request.body = Array(body.utf8)
        if !body.isEmpty { request.fields["Content-Type"] = "application/json" }
        if let origin { request.fields["Origin"] = origin }
        return await answer(to: request)
    }

    /// Announces a body and sends none of it: 413 and the like say that it is too large, 100 that the server waits for it.
    func announce(_ bytes: Int, to path: String, bearer: Secret?) async -> HTTPAnswer {
        var request = request(.post, path, bearer)
        // Of no kind that ComfyUI would wait for: it answers 400 at once, and has nothing to complain of in its log.
        request.fields["Content-Type"] = "application/octet-stream"
        request.withheld = bytes
        return await answer(to: request)
    }

    /// Whether a WebSocket opens there; it is closed at once.
    func opensWebSocket(_ path: String, bearer: Secret?) async -> Bool {
        let request = request(.get, path, bearer)
        let opened = await withClient { client throws(UpstreamFailure) in
            let socket = try await client.webSocket(request.target, request.fields, handler: DeafHandler())
            socket.close(.goingAway, reason: "")
        }
        if case .success = opened { return true } else { return false }
    }

    private func request(_ method: Method, _ path: String, _ bearer: Secret?) -> ClientRequest {
        var request = ClientRequest(method, url.basePath + path, ["Accept": "application/json"])
        if let bearer { request.fields["Authorization"] = "Bearer \(bearer.reveal())" }
        return request
    }

    private func answer(to request: ClientRequest) async -> HTTPAnswer {
        let limit = Duration.milliseconds(Int64(answerTime))
        let answered = await withClient { client throws(UpstreamFailure) in
            let answer = try await client.send(request)
            var reply = HTTPReply(
                status: answer.status.code, server: answer.fields["Server"],
                date: answer.fields["Date"].flatMap { HTTPDate.parse($0) },
                body: try await answer.body(limit: Self.answerLimit, within: limit))
            (reply.location, reply.challenge) = (answer.fields["Location"], answer.fields["WWW-Authenticate"])
            reply.contentType = answer.fields["Content-Type"]
            reply.certificateEnd = answer.certificateEnd
            return reply
        }
        switch answered {
        case .success(let reply): return .answered(reply)
        case .failure(let failure): return .failed(self.failure(failure))
        }
    }

    /// A client with a pool of its own, which is closed behind it.
    private func withClient<Value: Sendable>(
        _ body: @escaping @Sendable (HTTPClient) async throws(UpstreamFailure) -> Value
    ) async -> Result<Value, UpstreamFailure> {
        var options = UpstreamOptions(.host(host, port: port))
        (options.connectTime, options.responseTime, options.bodyStall) = (connectTime, answerTime, answerTime)
        if url.isSecure {
            guard let trust = try? TLSContext(clientAuthority: nil) else { return .failure(.unreachable("no TLS")) }
            options.tls = { trust }
        }
        let (chosen, header) = (options, url.hostHeader)
        do {
            return try await loop.run { reactor in
                let pool = UpstreamPool(chosen, reactor: reactor, resolver: Resolver())
                defer { pool.closeIdle() }
                do throws(UpstreamFailure) {
                    return .success(try await body(HTTPClient(pool, authority: header)))
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            return .failure(.unreachable("\(error)"))
        }
    }

    private func failure(_ failure: UpstreamFailure) -> HTTPFailure {
        switch failure {
        case .unreachable where failure.isRefusal: .refused
        case .unreachable(let reason) where reason.contains("no answer within"): .timedOut
        case .unreachable(let reason) where reason.contains("no TLS within"): .silent
        case .unreachable(let reason) where url.isSecure && !Self.isOfNetwork(reason):
            // The address stands in front of the words.
            .tls(reason.firstRange(of: ": ").map { String(reason[$0.upperBound...]) } ?? reason)
        case .unreachable(let reason): .unreachable(reason)
        case .timedOut: .silent
        case .overloaded: .unreachable("\(failure)")
        case .brokeOff: .closed
        case .invalid: .notHTTP
        }
    }

    private static func isOfNetwork(_ reason: String) -> Bool {
        [ENETUNREACH, EHOSTUNREACH, ETIMEDOUT, ECONNRESET, EACCES].contains { reason.hasSuffix(systemMessage($0)) }
    }
}

/// Hears nothing: a WebSocket that is closed once it is open.
private final class DeafHandler: WebSocketHandler {
    func received(text: Span<UInt8>, on socket: WebSocket) {}
    func received(binary: Span<UInt8>, on socket: WebSocket) {}
    func closed(_ socket: WebSocket, code: WebSocketCloseCode, reason: String) {}
}
