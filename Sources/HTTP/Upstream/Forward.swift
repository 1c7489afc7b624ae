internal import Loop
internal import Wire

/// Carries one request from a client to an upstream and the answer back, with back-pressure both ways and no task.
final class Forward: UpstreamExchange {
    private let client: ServerConnection
    private let filter: ResponseFilter
    private var pool: UpstreamPool?
    private var body: BodyReader
    private let rechunks: Bool
    private let isVersion11: Bool
    private var keepsAlive: Bool
    private var mustSendContinue: Bool
    private var mayTakeBody = false
    private var bodyPace: Pace
    private var bodyByteCount = 0
    private var prepended: [UInt8] = []
    private var answersChunked = false
    private var hasAnswered = false
    private(set) var isTunnel = false
    /// Which sides of a tunnel have ended.
    private var clientHasEnded = false
    private var upstreamHasEnded = false
    private var isOver = false
    private let began: UInt64
    private var status = 0
    private var bytesSent = 0
    private let method: String
    private let path: String

    init(connection: ServerConnection, head: borrowing RequestHead, bytes: Span<UInt8>, filter: ResponseFilter) {
        client = connection
        self.filter = filter
        body = BodyReader(head.framing)
        bodyPace = Pace(window: connection.server.limits.bodyStall, rate: connection.server.limits.bodyRate)
        rechunks = head.framing == .chunked
        isVersion11 = head.isVersion11
        keepsAlive = head.keepsAlive && !head.wantsUpgrade
        mustSendContinue = head.expectsContinue
        began = connection.reactor.now
        method = bytes.string(head.method)
        path = bytes.string(head.target)
        super.init()
        wantsUpgrade = head.asksForWebSocket(bytes)
        finishInit(method: Method(rawValue: method))
    }

    init(
        connection: ServerConnection, request: Request, body: BodyReader, keepsAlive: Bool, expectsContinue: Bool,
        filter: ResponseFilter
    ) {
        client = connection
        self.filter = filter
        self.body = body
        bodyPace = Pace(window: connection.server.limits.bodyStall, rate: connection.server.limits.bodyRate)
        rechunks = request.contentLength == nil
        isVersion11 = request.isVersion11
        self.keepsAlive = keepsAlive
        mustSendContinue = expectsContinue
        began = connection.reactor.now
        method = request.method.rawValue
        path = request.path
        super.init()
        wantsUpgrade = request.asksForWebSocket
        finishInit(method: request.method)
    }

    private func finishInit(method: Method) {
        isHeadRequest = method == .head
        requestIsComplete = body.isDone
        mayRetry = body.isDone && method.isIdempotent && !wantsUpgrade
    }

    /// Bytes of the body that were read before the exchange became a forward.
    func prepend(_ bytes: [UInt8]) {
        prepended = bytes
        if !bytes.isEmpty {
            requestIsComplete = false
            mayRetry = false
        }
    }

    func begin(_ pool: UpstreamPool) {
        self.pool = pool
        pool.begin(self)
    }

    // MARK: From the client

    var closesAfterwards: Bool {
        get { !keepsAlive }
        set { if newValue { keepsAlive = false } }
    }

    /// The client has closed its sending side; false when nothing can go on with that.
    func clientFinished() -> Bool {
        if isTunnel {
            guard !upstreamHasEnded, let upstream else { return false }
            clientHasEnded = true
            upstream.shutdownSending()
            client.rearm()
            return true
        }
        // A client that is done still gets its answer, if its request is whole.
        guard body.isDone else { return false }
        closesAfterwards = true
        return true
    }

    /// The upstream can take more.
    var wantsBody: Bool {
        guard mayTakeBody, let upstream, !isOver else { return false }
        return (isTunnel || !body.isDone) && upstream.pendingByteCount <= client.server.limits.outputBuffer
    }

    func takeBody(_ bytes: Span<UInt8>) -> Int {
        guard let upstream else { return 0 }
        if isTunnel {
            upstream.send(bytes)
            return bytes.count
        }
        var at = 0
        mustSendContinue = false
        do throws(WireError) {
            while at < bytes.count, !body.isDone {
                guard case .content(let range) = try body.next(bytes, at: &at) else { continue }
                bodyByteCount += range.count
                sendBody(bytes.extracting(range.start..<range.end), upstream)
            }
        } catch {
            upstream.abandon()
            end(HTTPError(error.status, error.message))
            return bytes.count
        }
        if body.isDone { bodyEnded(upstream) } else { waitForBody(upstream) }
        return at
    }

    /// The client's time runs only while it is the client who is waited for.
    private func waitForBody(_ upstream: UpstreamConnection) {
        if !wantsBody { bodyPace.stop(now: client.reactor.now) }
        client.rearm()
        upstream.rearm()
    }

    /// Milliseconds the client has for more of its body; nil when nobody waits for it.
    func bodyWait() -> UInt64? {
        if isTunnel { return clientHasEnded || upstreamHasEnded ? client.server.limits.idleTime : nil }
        guard !body.isDone, wantsBody else { return nil }
        return bodyPace.start(now: client.reactor.now)
    }

    /// The time that `bodyWait` told has passed.
    func bodyDeadlineReached() {
        if isTunnel {
            client.close()
        } else if !bodyPace.isTooSlow(total: bodyByteCount, now: client.reactor.now) {
            client.rearm()
        } else if hasAnswered {
            client.close()
        } else {
            upstream?.abandon()
            end(HTTPError(.requestTimeout, "The request body came too slowly."))
        }
    }

    private func sendBody(_ bytes: Span<UInt8>, _ upstream: UpstreamConnection) {
        guard rechunks else {
            upstream.send(bytes)
            return
        }
        ChunkedEncoder.appendSizeLine(bytes.count, to: &client.reactor.writeBuffer)
        unsafe bytes.withUnsafeBufferPointer { unsafe client.reactor.writeBuffer.append(contentsOf: $0) }
        client.reactor.writeBuffer.append(contentsOf: [0x0D, 0x0A])
        upstream.sendWriteBuffer()
    }

    private func bodyEnded(_ upstream: UpstreamConnection) {
        if rechunks { upstream.send(ChunkedEncoder.end) }
        requestIsComplete = true
        bodyPace.stop(now: client.reactor.now)
        client.rearm()
        upstream.rearm()
    }

    func clientDrained() { upstream?.pump() }

    func clientClosed() {
        isUnwanted = true
        guard !isOver else { return }
        isOver = true
        if waitsInPool { pool?.forget(self) }
        upstream?.abandon()
        summarize()
    }

    // MARK: From the upstream

    override var acceptsMore: Bool { client.pendingByteCount <= client.server.limits.outputBuffer }

    override func requestBegan() {
        mayTakeBody = true
        if !prepended.isEmpty, let upstream {
            sendBody(prepended.span, upstream)
            prepended = []
            if body.isDone { bodyEnded(upstream) }
        }
        if !body.isDone {
            if mustSendContinue {
                mustSendContinue = false
                client.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
            }
            client.rearm()
            client.pump()
        }
    }

    override func upstreamDrained() {
        client.rearm()
        client.pump()
    }

    override func responseHead(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) {
        hasAnswered = true
        status = head.status
        let framing = head.framing(isHeadRequest: false)
        answersChunked = false
        if head.status != 101, framing == .chunked || framing == .untilClose {
            // A client of HTTP/1.0 learns the end from the connection's.
            if isVersion11 { answersChunked = true } else { keepsAlive = false }
        }
        if !requestIsComplete { keepsAlive = false }
        let persistence: Persistence =
            !keepsAlive || client.server.isDraining ? .close : isVersion11 ? .usual : .announced
        writeHead(head, bytes, framing: framing, persistence: persistence)
        // The head leaves together with the first part of the body, or by `flush`.
    }

    override func flush() {
        if !client.reactor.writeBuffer.isEmpty { client.sendWriteBuffer() }
    }

    private func writeHead(
        _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, framing: BodyFraming, persistence: Persistence
    ) {
        func append(_ range: ByteRange) {
            unsafe bytes.extracting(range.start..<range.end).withUnsafeBufferPointer {
                unsafe client.reactor.writeBuffer.append(contentsOf: $0)
            }
        }
        client.reactor.writeBuffer.append(contentsOf: "HTTP/1.1 ".utf8)
        append(head.statusText)
        client.reactor.writeBuffer.append(contentsOf: "\r\n".utf8)
        let nominates = head.fields.contains { $0.known == .connection }
        for field in head.fields {
            if field.known.isHopByHop {
                guard head.status == 101, field.known == .upgrade else { continue }
            } else if field.known == .contentLength || !filter.passes(field, bytes)
                || nominates && bytes.isNominated(field, head.fields)
            {
                continue
            }
            append(field.name)
            client.reactor.writeBuffer.append(contentsOf: ": ".utf8)
            append(field.value)
            client.reactor.writeBuffer.append(contentsOf: "\r\n".utf8)
        }
        client.reactor.writeBuffer.append(contentsOf: filter.added)
        if head.status == 101 {
            client.reactor.writeBuffer.append(contentsOf: "Connection: Upgrade\r\n".utf8)
        } else {
            if head.status == 204 {
                // Such an answer tells no length, whatever the upstream said.
            } else if let length = head.contentLength {
                client.reactor.writeBuffer.append(contentsOf: "Content-Length: \(length)\r\n".utf8)
            } else if answersChunked {
                client.reactor.writeBuffer.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
            } else if case .none = framing, head.status != 304 {
                client.reactor.writeBuffer.append(contentsOf: "Content-Length: 0\r\n".utf8)
            }
            client.writePersistence(persistence)
        }
        client.reactor.writeBuffer.append(contentsOf: "\r\n".utf8)
    }

    override func responseBody(_ bytes: Span<UInt8>) {
        bytesSent += bytes.count
        // A head that waits in the write buffer, or a chunk's size line, leaves in one call with the bytes.
        if answersChunked || !client.reactor.writeBuffer.isEmpty {
            if answersChunked { ChunkedEncoder.appendSizeLine(bytes.count, to: &client.reactor.writeBuffer) }
            unsafe bytes.withUnsafeBufferPointer { unsafe client.reactor.writeBuffer.append(contentsOf: $0) }
            if answersChunked { client.reactor.writeBuffer.append(contentsOf: "\r\n".utf8) }
            client.sendWriteBuffer()
        } else {
            client.send(bytes)
        }
        afterSending()
    }

    private func afterSending() {
        if client.isBroken {
            client.close()
        } else if client.pendingByteCount > 0 {
            client.rearm()
        }
    }

    override func responseEnded() {
        guard !isOver else { return }
        isOver = true
        summarize()
        if isTunnel {
            client.finishTunnel()
            return
        }
        if answersChunked, !isHeadRequest { client.reactor.writeBuffer.append(contentsOf: ChunkedEncoder.end) }
        if !client.reactor.writeBuffer.isEmpty { client.sendWriteBuffer() }
        client.responseEnded(keepsAlive: keepsAlive && requestIsComplete)
    }

    override func responseFailed(_ failure: UpstreamFailure) {
        guard !isOver else { return }
        if isTunnel {
            isOver = true
            summarize()
            client.finishTunnel()
        } else if hasAnswered {
            // A part must not pass for the whole: the connection breaks.
            client.reactor.writeBuffer.removeAll(keepingCapacity: true)
            client.close()
        } else {
            client.server.application.upstreamFailed(failure)
            end(HTTPError(failure.status, failure.message))
        }
    }

    override func switched() {
        isTunnel = true
        flush()
        client.rearm()
        client.pump()
    }

    override func tunnelBytes(_ bytes: Span<UInt8>) {
        bytesSent += bytes.count
        client.send(bytes)
        afterSending()
    }

    /// The upstream says nothing more; what the client still sends goes on, for a limited time.
    override func tunnelInputEnded() -> Bool {
        guard !clientHasEnded, !isOver else { return false }
        upstreamHasEnded = true
        client.shutdownSending()
        client.rearm()
        return true
    }

    private func end(_ error: HTTPError) {
        guard !hasAnswered else {
            // The answer has begun: a second head would pass for its content.
            client.close()
            return
        }
        isOver = true
        status = error.status.code
        summarize()
        client.refuse(error.status, error.message)
    }

    private func summarize() {
        client.server.application.ended(
            ExchangeSummary(
                method: method, path: path, status: status, bytesSent: bytesSent,
                milliseconds: client.reactor.now - began, peer: client.peer))
    }
}
