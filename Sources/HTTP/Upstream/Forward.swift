internal import Basics
internal import Loop
internal import Wire

/// Carries one request from a client to an upstream and the answer back, with back-pressure both ways and no task.
///
/// A server keeps a few that have ended and uses them again, so that a request costs no allocation; `prepare` therefore
/// sets every property.
final class Forward: UpstreamExchange {
    @safe @exclusivity(unchecked) private var connection: ServerConnection?
    private var filter = ResponseFilter.service
    @safe @exclusivity(unchecked) private var pool: UpstreamPool?
    private var body = BodyReader(.none)
    @safe @exclusivity(unchecked) private var rechunks = false
    @safe @exclusivity(unchecked) private var isVersion11 = true
    @safe @exclusivity(unchecked) private var keepsAlive = false
    @safe @exclusivity(unchecked) private var mustSendContinue = false
    @safe @exclusivity(unchecked) private var mayTakeBody = false
    private var bodyPace = Pace(window: 0, rate: 0)
    @safe @exclusivity(unchecked) private var bodyByteCount = 0
    @safe @exclusivity(unchecked) private var bodyLimit = Int.max
    private var prepended: [UInt8] = []
    @safe @exclusivity(unchecked) private var bodyRelay: Relay?
    @safe @exclusivity(unchecked) private var answersChunked = false
    @safe @exclusivity(unchecked) private var hasAnswered = false
    @safe @exclusivity(unchecked) private(set) var isTunnel = false
    /// Which sides of a tunnel have ended.
    @safe @exclusivity(unchecked) private var clientHasEnded = false
    @safe @exclusivity(unchecked) private var upstreamHasEnded = false
    @safe @exclusivity(unchecked) private var isOver = false
    @safe @exclusivity(unchecked) private var began: UInt64 = 0
    @safe @exclusivity(unchecked) private var status = 0
    @safe @exclusivity(unchecked) private var bytesSent = 0
    @safe @exclusivity(unchecked) private var method = Method.get
    /// What the access log shows.
    private var path: [UInt8] = []
    private var requestID: [UInt8] = []
    private var failed: ((ForwardFailure) -> ErrorAnswer)?
    /// See `Exchange.owner`.
    @safe @exclusivity(unchecked) var owner: AnyObject?
    /// See `Exchange.loggedPeer`.
    @safe @exclusivity(unchecked) var loggedPeer: SocketAddress?

    /// The client's connection, for as long as the forward works.
    private var client: ServerConnection {
        guard let connection else { preconditionFailure("a forward that has ended was asked to work") }
        return connection
    }

    /// Prepares for a request whose head lies in `bytes`.
    func prepare(
        connection: ServerConnection, head: borrowing RequestHead, bytes: Span<UInt8>, filter: ResponseFilter,
        id: [UInt8]
    ) {
        requestID.removeAll(keepingCapacity: true)
        requestID.append(contentsOf: id)
        path.removeAll(keepingCapacity: true)
        var end = head.target.start
        // The query is nobody's business but the upstream's.
        while end < head.target.end, bytes[end] != UInt8(ascii: "?") { end += 1 }
        path.append(bytes, ByteRange(head.target.start, end))
        prepare(
            connection, filter, BodyReader(head.framing), Method(rawValue: bytes.string(head.method)),
            isVersion11: head.isVersion11, wantsUpgrade: head.asksForWebSocket(bytes))
        rechunks = head.framing == .chunked
        keepsAlive = head.keepsAlive && !head.wantsUpgrade
        mustSendContinue = head.expectsContinue
    }

    /// Prepares for a request that was an exchange so far.
    func prepare(
        connection: ServerConnection, request: Request, body: BodyReader, path: String, keepsAlive: Bool,
        expectsContinue: Bool, filter: ResponseFilter, bodyLimit: Int, id: [UInt8],
        failed: ((ForwardFailure) -> ErrorAnswer)?
    ) {
        self.path = Array(path.utf8)
        requestID = id
        prepare(
            connection, filter, body, request.method, isVersion11: request.isVersion11,
            wantsUpgrade: request.asksForWebSocket)
        rechunks = request.contentLength == nil
        self.keepsAlive = keepsAlive
        mustSendContinue = expectsContinue
        self.bodyLimit = bodyLimit
        self.failed = failed
    }

    private func prepare(
        _ connection: ServerConnection, _ filter: ResponseFilter, _ body: BodyReader, _ method: Method,
        isVersion11: Bool, wantsUpgrade: Bool
    ) {
        self.connection = connection
        self.filter = filter
        pool = nil
        self.body = body
        self.isVersion11 = isVersion11
        mayTakeBody = false
        bodyPace = Pace(window: connection.server.limits.bodyStall, rate: connection.server.limits.bodyRate)
        bodyByteCount = 0
        bodyLimit = .max
        prepended = []
        bodyRelay = nil
        (failed, owner, loggedPeer) = (nil, nil, nil)
        (answersChunked, hasAnswered, isTunnel) = (false, false, false)
        (clientHasEnded, upstreamHasEnded, isOver) = (false, false, false)
        began = connection.reactor.now
        (status, bytesSent) = (0, 0)
        self.method = method
        reset()
        isHeadRequest = method == .head
        requestIsComplete = body.isDone
        self.wantsUpgrade = wantsUpgrade
        mayRetry = body.isDone && method.isIdempotent && !wantsUpgrade
    }

    /// Bytes of the body that were read before the exchange became a forward.
    func prepend(_ bytes: [UInt8]) {
        prepended = bytes
        bodyByteCount = bytes.count
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
                guard bodyByteCount <= bodyLimit else { throw .tooLarge }
                sendBody(bytes.extracting(range.start..<range.end), upstream)
            }
        } catch {
            upstream.abandon()
            fail(.body(bodyByteCount > bodyLimit ? .tooLarge(bodyLimit) : HTTPError(error)))
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
            fail(.body(.tooSlow))
        }
    }

    var isRelaying: Bool { bodyRelay != nil }

    /// Moves a long body of known length to the upstream without looking at it; false when it has to be taken as usual.
    func relayBody() -> Bool {
        if bodyRelay == nil {
            guard !isTunnel, !rechunks, wantsBody, let upstream, let count = body.remaining, count >= Relay.threshold,
                bodyByteCount + count <= bodyLimit
            else { return false }
            bodyRelay = Relay(from: client, to: upstream, count: count)
        }
        guard let bodyRelay, let upstream else { return false }
        mustSendContinue = false
        let before = bodyRelay.moved
        let progress = bodyRelay.move()
        bodyByteCount += bodyRelay.moved - before
        switch progress {
        case .done:
            self.bodyRelay = nil
            body.skip(.max)
            bodyEnded(upstream)
        case .sourceIsEmpty, .sinkIsFull: waitForBody(upstream)
        case .paused:
            let connection = client
            connection.reactor.loop.submitLocal { if connection.isOpen { connection.pump() } }
        case .sourceFailed: client.close()
        case .sinkFailed: upstream.fail(.brokeOff)
        }
        return true
    }

    private func sendBody(_ bytes: Span<UInt8>, _ upstream: UpstreamConnection) {
        guard rechunks else {
            upstream.send(bytes)
            return
        }
        ChunkedEncoder.appendSizeLine(bytes.count, to: &client.reactor.writeBuffer)
        client.reactor.writeBuffer.append(bytes)
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
        bodyRelay = nil
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
        // A tunnel is long, and this may hold all that was known of the request.
        failed = nil
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
        let reactor = client.reactor
        // Out of the reactor for the while: each single use of it there would be checked.
        var out: [UInt8] = []
        swap(&out, &reactor.writeBuffer)
        defer { swap(&out, &reactor.writeBuffer) }
        out.append(text: "HTTP/1.1 ")
        out.append(bytes, head.statusText)
        out.append(text: "\r\n")
        let fields = head.fields
        let nominates = fields.contains { $0.known == .connection }
        for field in fields {
            if field.known.isHopByHop {
                guard head.status == 101, field.known == .upgrade else { continue }
            } else if field.known == .contentLength || field.known == .xRequestID && !requestID.isEmpty
                || !filter.passes(field, bytes)
                || nominates && bytes.isNominated(field, fields)
            {
                continue
            }
            out.append(bytes, field.name)
            out.append(text: ": ")
            out.append(bytes, field.value)
            out.append(text: "\r\n")
        }
        out.append(contentsOf: filter.added)
        if !requestID.isEmpty {
            out.append(text: "X-Request-Id: ")
            out.append(contentsOf: requestID)
            out.append(text: "\r\n")
        }
        if head.status == 101 {
            out.append(text: "Connection: Upgrade\r\n")
        } else {
            if head.status == 204 {
                // Such an answer tells no length, whatever the upstream said.
            } else if let length = head.contentLength {
                out.append(text: "Content-Length: ")
                out.append(decimal: length)
                out.append(text: "\r\n")
            } else if answersChunked {
                out.append(text: "Transfer-Encoding: chunked\r\n")
            } else if case .none = framing, head.status != 304 {
                out.append(text: "Content-Length: 0\r\n")
            }
            persistence.write(to: &out)
        }
        out.append(text: "\r\n")
    }

    override func responseBody(_ bytes: Span<UInt8>) {
        bytesSent += bytes.count
        // A head that waits in the write buffer, or a chunk's size line, leaves in one call with the bytes.
        if answersChunked || !client.reactor.writeBuffer.isEmpty {
            if answersChunked { ChunkedEncoder.appendSizeLine(bytes.count, to: &client.reactor.writeBuffer) }
            client.reactor.writeBuffer.append(bytes)
            if answersChunked { client.reactor.writeBuffer.append(contentsOf: "\r\n".utf8) }
            client.sendWriteBuffer()
        } else {
            client.send(bytes)
        }
        afterSending()
    }

    override var sink: Stream? {
        guard !answersChunked, !isHeadRequest, client.pendingByteCount == 0, client.reactor.writeBuffer.isEmpty else {
            return nil
        }
        return client
    }

    override func responseRelayed(_ count: Int) {
        bytesSent += count
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
        bodyRelay = nil
        summarize()
        if isTunnel {
            client.finishTunnel()
            return
        }
        if answersChunked, !isHeadRequest { client.reactor.writeBuffer.append(contentsOf: ChunkedEncoder.end) }
        if !client.reactor.writeBuffer.isEmpty { client.sendWriteBuffer() }
        let connection = client
        self.connection = nil
        pool = nil
        (failed, owner) = (nil, nil)
        connection.responseEnded(keepsAlive: keepsAlive && requestIsComplete)
        // Nothing refers to it any more: the client's connection has its next phase, the upstream's is released.
        connection.server.recycle(self)
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
            fail(.upstream(failure))
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

    /// Answers in the upstream's place.
    private func fail(_ failure: ForwardFailure) {
        guard !hasAnswered else {
            // The answer has begun: a second head would pass for its content.
            client.close()
            return
        }
        isOver = true
        let answer = failed?(failure) ?? client.server.application.forwardFailed(failure, requestID: requestID)
        status = answer.status.code
        summarize()
        client.refuse(answer, isHeadRequest: isHeadRequest)
    }

    private func summarize() {
        client.server.application.ended(
            ExchangeSummary(
                method: method.rawValue, path: path, requestID: requestID, status: status, bytesSent: bytesSent,
                milliseconds: client.reactor.now - began, peer: client.peer, loggedPeer: loggedPeer ?? client.peer))
    }
}
