public import Basics
public import Wire
internal import Loop

/// What a client asks for.
public struct ClientRequest: Sendable {
    public var method: Method
    /// Path and query, encoded.
    public var target: String
    public var fields: Fields
    public var body: [UInt8]
    /// Bytes that are announced behind `body`, with `Expect: 100-continue`, and never sent. The answer judges the head alone, and
    /// 100 says that the server waits for the body. The connection ends with it.
    public var withheld = 0

    public init(_ method: Method, _ target: String, _ fields: Fields = [:], body: [UInt8] = []) {
        (self.method, self.target, self.fields, self.body) = (method, target, fields, body)
    }
}

/// The asynchronous face of an upstream pool; belongs to the pool's loop.
public final class HTTPClient {
    private let pool: UpstreamPool
    /// The value of `Host`.
    private let authority: String

    public init(_ pool: UpstreamPool, authority: String? = nil) {
        self.pool = pool
        self.authority =
            authority
            ?? {
                guard case .host(let name, let port) = pool.options.endpoint else { return "localhost" }
                let host = name.contains(":") ? "[\(name)]" : name
                return port == (pool.options.tls == nil ? 80 : 443) ? host : "\(host):\(port)"
            }()
    }

    /// Sends a request; returns once the head of the answer is there.
    ///
    /// - Throws: Why there is no answer. Any status is an answer.
    public func send(_ request: ClientRequest) async throws(UpstreamFailure) -> ClientResponse {
        let exchange = ClientExchange(request)
        begin(exchange, request)
        return try await exchange.answer()
    }

    func begin(_ exchange: UpstreamExchange, _ request: ClientRequest) {
        request.write(host: authority, to: &pool.reactor.writeBuffer)
        pool.begin(exchange)
    }

    /// Sends a request and reads the whole answer.
    ///
    /// - Throws: `invalid` when the body is longer than `limit` bytes.
    public func fetch(
        _ request: ClientRequest, limit: Int = 64 << 20
    ) async throws(UpstreamFailure) -> (status: Status, fields: Fields, body: [UInt8]) {
        let response = try await send(request)
        return (response.status, response.fields, try await response.body(limit: limit))
    }
}

extension ClientRequest {
    fileprivate func write(host: String, to out: inout [UInt8]) {
        out.append(contentsOf: "\(method.rawValue) \(target) HTTP/1.1\r\n".utf8)
        if fields["Host"] == nil { out.append(contentsOf: "Host: \(host)\r\n".utf8) }
        fields.write(to: &out)
        if !body.isEmpty || method == .post || method == .put || method == .patch {
            out.append(contentsOf: "Content-Length: \(body.count + withheld)\r\n".utf8)
        }
        if withheld > 0 { out.append(contentsOf: "Expect: 100-continue\r\nConnection: close\r\n".utf8) }
        out.append(contentsOf: "\r\n".utf8)
    }
}

/// The answer to a client's request. The body is read once; an answer that is let go of ends its connection.
public final class ClientResponse {
    public let status: Status
    public let fields: Fields
    /// When the server's certificate ends; nil without TLS.
    public let certificateEnd: Timestamp?
    private let exchange: ClientExchange

    init(_ exchange: ClientExchange, status: Status, fields: Fields, certificateEnd: Timestamp?) {
        (self.exchange, self.status, self.fields) = (exchange, status, fields)
        self.certificateEnd = certificateEnd
    }

    deinit { exchange.abandon() }

    /// The next bytes as they came, or nil at the end; the upstream is held back until they are asked for.
    public func nextChunk() async throws(UpstreamFailure) -> [UInt8]? { try await exchange.nextChunk() }

    /// The whole body; `invalid` when it is longer than `limit` bytes.
    ///
    /// - Parameter time: What it may take together, however steadily it drips; `timedOut` beyond it.
    public func body(limit: Int, within time: Duration? = nil) async throws(UpstreamFailure) -> [UInt8] {
        let end = time.map { ContinuousClock.now + $0 }
        var whole: [UInt8] = []
        while let chunk = try await nextChunk() {
            if let end, ContinuousClock.now >= end {
                exchange.abandon()
                throw .timedOut
            }
            guard whole.count + chunk.count <= limit else {
                exchange.abandon()
                throw .invalid("the answer is longer than \(limit) bytes")
            }
            if whole.isEmpty { whole = chunk } else { whole.append(contentsOf: chunk) }
        }
        return whole
    }
}

/// A request made by this program; buffers at most `bufferLimit` bytes of the answer.
final class ClientExchange: UpstreamExchange {
    private static let bufferLimit = 262_144
    private let body: [UInt8]
    private let withholds: Bool
    private var status = 0
    private var fields = Fields()
    private var certificateEnd: Timestamp?
    private var hasHead = false
    private var buffer: [UInt8] = []
    private var isEnded = false
    private var failure: UpstreamFailure?
    private var waiter: Latch?

    init(_ request: ClientRequest) {
        (body, withholds) = (request.body, request.withheld > 0)
        super.init()
        isHeadRequest = request.method == .head
        requestIsComplete = body.isEmpty
        mayRetry = request.method.isIdempotent
    }

    func answer() async throws(UpstreamFailure) -> ClientResponse {
        while !hasHead, failure == nil { await Latch.wait { waiter = $0 } }
        if let failure, !hasHead { throw failure }
        return ClientResponse(self, status: Status(status), fields: fields, certificateEnd: certificateEnd)
    }

    func nextChunk() async throws(UpstreamFailure) -> [UInt8]? {
        while true {
            if !buffer.isEmpty {
                var chunk: [UInt8] = []
                swap(&chunk, &buffer)
                upstream?.pump()
                return chunk
            }
            if let failure { throw failure }
            if isEnded { return nil }
            await Latch.wait { waiter = $0 }
        }
    }

    func abandon() {
        guard !isEnded, failure == nil else { return }
        isEnded = true
        upstream?.abandon()
    }

    private func wake() {
        guard let waiter else { return }
        self.waiter = nil
        waiter.open()
    }

    override var acceptsMore: Bool { buffer.count < Self.bufferLimit }

    override func requestBegan() {
        guard let upstream else { return }
        upstream.send(body)
        requestIsComplete = true
        upstream.rearm()
    }

    override func responseHead(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) {
        status = head.status
        for field in head.fields { fields.append(bytes.string(field.name), bytes.string(field.value)) }
        certificateEnd = upstream?.tls?.peerCertificateEnd
        hasHead = true
        wake()
    }

    override func interim(_ status: Int) {
        guard withholds, status == 100 else { return }
        (self.status, hasHead, isEnded) = (status, true, true)
        upstream?.abandon()
        wake()
    }

    override func responseBody(_ bytes: Span<UInt8>) {
        buffer.append(bytes)
        wake()
    }

    override func responseEnded() {
        isEnded = true
        wake()
    }

    override func responseFailed(_ failure: UpstreamFailure) {
        self.failure = failure
        wake()
    }
}
