public import Loop
public import Wire

/// One request and its answer, as a handler sees them. Belongs to the connection's loop.
///
/// A handler may answer whole (`respond`), in parts (`startResponse`, `write`, `finish`), or by handing the connection over.
/// An answer it forgets becomes 500; an answer it breaks off ends the connection, so that a client never takes a part for
/// the whole.
public final class Exchange: LoopWork {
    private enum Response { case none, started(BodyFraming, sent: Int), finished }

    public let request: Request
    let connection: ServerConnection
    private var body: BodyReader
    private var bodyBuffer: [UInt8] = []
    private var bodyFailure: HTTPError?
    private var bodyWaiter: Latch?
    private var bodyPace: Pace
    private var bodyByteCount = 0
    private var discardedByteCount = 0
    private var outputWaiter: Latch?
    /// A file that is being sent.
    private var relay: FileRelay?
    private var relayProgress = FileRelay.Progress.sinkIsFull
    private var mustSendContinue: Bool
    private var keepsAlive: Bool
    private var response = Response.none
    private var isGone = false
    private var task: Task<Void, Never>?
    private var application: (any HTTPApplication)?
    private var wasForwarded = false
    private let began: UInt64
    private var bytesSent = 0
    private var status = 0
    /// What the access log shows as the path; handlers set it when the path itself must not be logged.
    public var loggedPath: String?
    /// What the access log shows as the peer, when that is not the connection's other end.
    public var loggedPeer: SocketAddress?
    /// For whom the exchange is; when it is forwarded, `HTTPServer.endForwards` finds it by that.
    public var owner: AnyObject?
    /// For forwarded answers and the summary; empty for none.
    public var requestID = ""
    /// Called once: before a whole answer or the end of a chunked one is sent, so that a client that has its answer may count
    /// on it; else at `finish`, or when the exchange ends without an answer. Not for exchanges that are forwarded.
    public var releases: (() -> Void)?
    /// The connection ends behind this answer, which says so; once true it stays. Set it before the answer begins.
    public var closesAfterwards: Bool {
        get { !keepsAlive }
        set { if newValue { keepsAlive = false } }
    }

    init(
        _ request: Request, connection: ServerConnection, framing: BodyFraming, keepsAlive: Bool, expectsContinue: Bool
    ) {
        self.request = request
        self.connection = connection
        body = BodyReader(framing)
        bodyPace = Pace(window: connection.server.limits.bodyStall, rate: connection.server.limits.bodyRate)
        // Bytes behind an upgrade that was not made are never read as a request (RFC 9931).
        self.keepsAlive = keepsAlive && !request.wantsUpgrade
        mustSendContinue = expectsContinue
        began = connection.reactor.now
    }

    func start(_ application: any HTTPApplication) {
        self.application = application
        task = connection.reactor.loop.spawn(self)
    }

    /// The life of the exchange's task.
    public func run() async {
        assert(connection.reactor.loop.isOnLoop)
        guard let application else { return }
        var failure: (any Error)?
        do { try await application.respond(to: self) } catch { failure = error }
        await ended(failure, application)
    }

    private func ended(_ failure: (any Error)?, _ application: any HTTPApplication) async {
        if case .none = response, !isGone {
            let status = (failure as? HTTPError)?.status ?? .internalServerError
            let text = (failure as? HTTPError)?.message ?? "The server failed to answer."
            try? await respond(status, ["Content-Type": "text/plain; charset=utf-8"], Array((text + "\n").utf8))
        }
        if case .started = response, !isGone {
            connection.close()
        }
        task = nil
        release()
        // What was handed on is told of by the forward, when it ends.
        if wasForwarded { return }
        application.ended(
            ExchangeSummary(
                method: request.method.rawValue, path: Array((loggedPath ?? request.path).utf8),
                requestID: Array(requestID.utf8), status: status,
                bytesSent: bytesSent,
                milliseconds: connection.reactor.now - began, peer: request.peer,
                loggedPeer: loggedPeer ?? request.peer))
    }

    // MARK: The request's body

    var bodyIsComplete: Bool { body.isDone }
    var wantsBody: Bool {
        !body.isDone && bodyFailure == nil && bodyBuffer.count < connection.server.limits.bodyBuffer
    }

    func takeBody(_ bytes: Span<UInt8>) -> Int {
        var at = 0
        mustSendContinue = false
        do throws(WireError) {
            while at < bytes.count, !body.isDone {
                guard case .content(let range) = try body.next(bytes, at: &at) else { continue }
                bodyByteCount += range.count
                if case .finished = response {
                    // The handler is done: the rest is thrown away, within reason.
                    discardedByteCount += range.count
                    if discardedByteCount > connection.server.limits.discard {
                        connection.close()
                        return bytes.count
                    }
                    continue
                }
                bodyBuffer.append(bytes, range)
            }
        } catch {
            bodyFailure = HTTPError(error)
            keepsAlive = false
            at = bytes.count
        }
        wakeBodyWaiter()
        if case .finished = response, body.isDone || bodyFailure != nil {
            connection.responseEnded(keepsAlive: keepsAlive)
        }
        return at
    }

    private func wakeBodyWaiter() {
        guard let waiter = bodyWaiter, !bodyBuffer.isEmpty || body.isDone || bodyFailure != nil || isGone else {
            return
        }
        bodyWaiter = nil
        bodyPace.stop(now: connection.reactor.now)
        connection.rearm()
        waiter.open()
    }

    /// Milliseconds the client has for more of its body; nil when nobody waits for it.
    func bodyWait() -> UInt64? {
        let isDiscarding = if case .finished = response { !body.isDone } else { false }
        guard bodyWaiter != nil || isDiscarding else { return nil }
        return bodyPace.start(now: connection.reactor.now)
    }

    /// The next bytes of the body as they came, or nil at its end; the client is held back until they are asked for.
    public func nextBodyChunk() async throws(HTTPError) -> [UInt8]? {
        while true {
            assert(connection.reactor.loop.isOnLoop)
            if !bodyBuffer.isEmpty {
                var chunk: [UInt8] = []
                swap(&chunk, &bodyBuffer)
                return chunk
            }
            if let bodyFailure { throw bodyFailure }
            if body.isDone { return nil }
            if isGone { throw .clientGone }
            if mustSendContinue {
                mustSendContinue = false
                connection.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
            }
            connection.pump()
            guard bodyBuffer.isEmpty, !body.isDone, bodyFailure == nil, !isGone else { continue }
            await Latch.wait {
                bodyWaiter = $0
                connection.rearm()
            }
        }
    }

    /// The whole body.
    ///
    /// - Throws: 413 when it is longer than `limit` bytes; the connection is then not kept.
    public func readBody(limit: Int) async throws(HTTPError) -> [UInt8] {
        if let length = request.contentLength, length > limit { throw tooLarge(limit) }
        var whole: [UInt8] = []
        while let chunk = try await nextBodyChunk() {
            guard whole.count + chunk.count <= limit else { throw tooLarge(limit) }
            if whole.isEmpty { whole = chunk } else { whole.append(contentsOf: chunk) }
        }
        return whole
    }

    private func tooLarge(_ limit: Int) -> HTTPError {
        keepsAlive = false
        return .tooLarge(limit)
    }

    /// The time that `bodyWait` told has passed.
    func bodyDeadlineReached() {
        guard bodyPace.isTooSlow(total: bodyByteCount, now: connection.reactor.now) else {
            connection.rearm()
            return
        }
        guard bodyWaiter != nil else {
            connection.close()
            return
        }
        bodyFailure = .tooSlow
        keepsAlive = false
        wakeBodyWaiter()
    }

    // MARK: The answer

    /// A whole answer. For HEAD the body is left out and its length still told.
    public func respond(_ status: Status, _ fields: Fields = [:], _ body: [UInt8] = []) async throws(HTTPError) {
        try begin(status, fields, framing: .length(body.count))
        release()
        if hasBody {
            // A large body is not worth a copy; a small one leaves in one call with its head.
            if body.count <= 65_536 { connection.reactor.writeBuffer.append(contentsOf: body) }
            bytesSent += body.count
        }
        connection.sendWriteBuffer()
        if hasBody, body.count > 65_536 { connection.send(body) }
        complete()
    }

    /// Begins an answer that comes in parts; without a length it is chunked, or until the end for HTTP/1.0.
    public func startResponse(_ status: Status, _ fields: Fields = [:], contentLength: Int? = nil) throws(HTTPError) {
        let framing: BodyFraming =
            contentLength.map { .length($0) } ?? (request.isVersion11 ? .chunked : .untilClose)
        try begin(status, fields, framing: framing)
        connection.sendWriteBuffer()
    }

    /// Content follows the answer's head.
    private var hasBody: Bool { request.method != .head && !Status(status).forbidsBody }

    private var persistence: Persistence {
        guard keepsAlive, !connection.server.isDraining else { return .close }
        return request.isVersion11 ? .usual : .announced
    }

    private func begin(_ status: Status, _ fields: Fields, framing: BodyFraming) throws(HTTPError) {
        guard !isGone, connection.isOpen else { throw .clientGone }
        guard case .none = response else { throw HTTPError(.internalServerError, "The answer was begun twice.") }
        self.status = status.code
        if !body.isDone, mustSendContinue || (body.remaining ?? .max) > connection.server.limits.discard {
            keepsAlive = false
        }
        if case .untilClose = framing { keepsAlive = false }
        // A handler that wants the connection to end says so as HTTP does.
        if fields["Connection"]?.lowercased() == "close" { keepsAlive = false }
        response = .started(framing, sent: 0)
        connection.writeHead(
            status, fields, framing: status.forbidsBody ? nil : framing,
            persistence: persistence)
    }

    /// Sends a part; waits while the client is slower than we are.
    public func write(_ bytes: [UInt8]) async throws(HTTPError) {
        guard case .started(let framing, let sent) = response else {
            throw HTTPError(.internalServerError, "There is no answer to write to.")
        }
        guard !isGone, connection.isOpen, !connection.isBroken else { throw .clientGone }
        guard !bytes.isEmpty, hasBody else { return }
        bytesSent += bytes.count
        switch framing {
        case .chunked:
            ChunkedEncoder.appendSizeLine(bytes.count, to: &connection.reactor.writeBuffer)
            connection.reactor.writeBuffer.append(contentsOf: bytes)
            connection.reactor.writeBuffer.append(contentsOf: [0x0D, 0x0A])
            connection.sendWriteBuffer()
        case .length(let count):
            guard sent + bytes.count <= count else {
                throw HTTPError(.internalServerError, "The answer is longer than it said.")
            }
            response = .started(framing, sent: sent + bytes.count)
            connection.send(bytes)
        case .untilClose, .none: connection.send(bytes)
        }
        connection.rearm()
        while connection.isOpen, connection.pendingByteCount > connection.server.limits.outputBuffer {
            await Latch.wait { outputWaiter = $0 }
        }
        if isGone || !connection.isOpen { throw .clientGone }
    }

    /// Nothing stands between a file and the socket.
    var maySendFiles: Bool { connection.tls == nil && hasBody }

    /// Sends the first part of a file that the kernel has in memory, as a part of the answer; waits while the client is
    /// slower than we are. Returns how many bytes that was: the rest must be read.
    func relay(_ file: ServedFile, at offset: Int64, count: Int) async throws(HTTPError) -> Int {
        guard case .started(.length(let length), let sent) = response, sent + count <= length else {
            throw HTTPError(.internalServerError, "The answer is longer than it said.")
        }
        // What came before may still wait for room.
        while connection.isOpen, connection.pendingByteCount > 0 {
            connection.rearm()
            await Latch.wait { outputWaiter = $0 }
        }
        guard !isGone, let relay = file.relay(at: offset, count: count, to: connection) else { throw .clientGone }
        var progress = relay.move()
        if progress == .sinkIsFull || progress == .paused {
            self.relay = relay
            connection.rearm()
            if progress == .paused { goOnLater() }
            await Latch.wait { outputWaiter = $0 }
            progress = relayProgress
            self.relay = nil
        }
        let moved = count - relay.remaining
        response = .started(.length(length), sent: sent + moved)
        bytesSent += moved
        if isGone || !connection.isOpen { throw .clientGone }
        switch progress {
        case .done, .sourceIsCold: return moved
        case .sourceFailed: throw HTTPError(.internalServerError, "The file has become shorter.")
        case .sinkFailed, .sinkIsFull, .paused:
            connection.close()
            throw .clientGone
        }
    }

    /// Goes on with a file without waking the task, which sleeps until its part has been sent.
    private func moveOn() {
        guard let relay, outputWaiter != nil else { return }
        relayProgress = relay.move()
        switch relayProgress {
        case .sinkIsFull: connection.rearm()
        case .paused: goOnLater()
        case .done, .sourceIsCold, .sourceFailed, .sinkFailed:
            guard let waiter = outputWaiter else { return }
            outputWaiter = nil
            waiter.open()
        }
    }

    private func goOnLater() { connection.reactor.loop.submitLocal { [self] in moveOn() } }

    /// Ends an answer that came in parts.
    public func finish() throws(HTTPError) {
        guard case .started(let framing, let sent) = response else { return }
        guard !isGone, connection.isOpen else { throw .clientGone }
        release()
        if hasBody {
            if case .chunked = framing { connection.send(ChunkedEncoder.end) }
            if case .length(let count) = framing, sent < count { keepsAlive = false }
        }
        complete()
    }

    private func release() {
        guard let releases else { return }
        self.releases = nil
        releases()
    }

    private func complete() {
        response = .finished
        bodyBuffer = []
        if body.isDone || !keepsAlive || bodyFailure != nil {
            connection.responseEnded(keepsAlive: keepsAlive)
        } else {
            connection.rearm()
            connection.pump()
        }
    }

    /// Sends 101 with these fields and hands the connection to another protocol.
    func switchProtocols(_ fields: Fields, to stream: any UpgradedStream) throws(HTTPError) {
        guard !isGone, connection.isOpen else { throw .clientGone }
        guard case .none = response else { throw HTTPError(.internalServerError, "The answer was begun twice.") }
        // What is left of the body would be read as the other protocol.
        guard body.isDone else { throw HTTPError(.badRequest, "An upgrade request has no body.") }
        status = 101
        response = .finished
        connection.writeHead(.switchingProtocols, fields, framing: nil, persistence: .usual)
        connection.sendWriteBuffer()
        connection.upgrade(to: stream)
    }

    /// Hands the exchange to an upstream, which answers it.
    ///
    /// - Parameters:
    ///   - head: The outgoing head, empty line included, as `ForwardHead` writes it.
    ///   - filter: What of the answer's fields the client sees.
    ///   - bodyLimit: Bytes of the request's body; a longer one is answered 413.
    ///   - failed: What the client is told when the upstream does not answer; nil leaves that to the application.
    public func forward(
        to pool: UpstreamPool, head: [UInt8], filter: ResponseFilter, bodyLimit: Int = .max,
        failed: ((ForwardFailure) -> ErrorAnswer)? = nil
    ) {
        guard !isGone, connection.isOpen, case .none = response else { return }
        response = .finished
        if let error = bodyBuffer.count > bodyLimit ? .tooLarge(bodyLimit) : bodyFailure {
            let id = Array(requestID.utf8)
            let answer =
                failed?(.body(error)) ?? connection.server.application.forwardFailed(.body(error), requestID: id)
            status = answer.status.code
            connection.refuse(answer, isHeadRequest: request.method == .head)
            return
        }
        wasForwarded = true
        connection.reactor.writeBuffer.append(contentsOf: head)
        let forward = connection.server.forward()
        forward.prepare(
            connection: connection, request: request, body: body, path: loggedPath ?? request.path,
            keepsAlive: keepsAlive, expectsContinue: mustSendContinue, filter: filter, bodyLimit: bodyLimit,
            id: Array(requestID.utf8), failed: failed)
        forward.owner = owner
        forward.loggedPeer = loggedPeer
        var buffered: [UInt8] = []
        swap(&buffered, &bodyBuffer)
        connection.forward(self, forward, buffered: buffered, to: pool)
    }

    func outputDrained() {
        if relay != nil { return moveOn() }
        guard let waiter = outputWaiter else { return }
        outputWaiter = nil
        waiter.open()
    }

    func connectionClosed() {
        isGone = true
        wakeBodyWaiter()
        if let waiter = outputWaiter {
            outputWaiter = nil
            waiter.open()
        }
        task?.cancel()
    }
}

/// Why a handler cannot go on: an answer to give, or a client that left.
public struct HTTPError: Error, Sendable, Hashable {
    public let status: Status
    /// One sentence for the client.
    public let message: String

    public init(_ status: Status, _ message: String) { (self.status, self.message) = (status, message) }

    /// There is nobody to answer; 499 is only for the log.
    public static let clientGone = HTTPError(Status(499), "The client has left.")

    static let tooSlow = HTTPError(.requestTimeout, "The request body came too slowly.")
    static func tooLarge(_ limit: Int) -> HTTPError {
        HTTPError(.contentTooLarge, "The body is larger than \(limit) bytes.")
    }

    init(_ error: WireError) { self.init(error.status, error.message) }
}
