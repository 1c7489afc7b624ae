public import Loop
internal import Wire

/// A client's connection: a state machine that owns no memory while it idles.
///
/// One deadline serves all waits; `rearm` sets it for what the connection waits for at the moment.
public final class ServerConnection: Stream {
    enum Phase {
        case idle
        /// A part of a head is in `inbound`.
        case head
        case exchange(Exchange)
        case forward(Forward)
        case upgraded(any UpgradedStream)
        /// The answer is out and the connection ends; what the client still sends is thrown away for a while, because a
        /// reset could destroy the answer on its way.
        case draining
    }

    let server: HTTPServer
    public let peer: SocketAddress
    /// Under TLS, here or at the proxy that said so.
    public let isSecure: Bool
    @safe @exclusivity(unchecked) private(set) var phase = Phase.idle
    /// Bytes read and not yet used: a part of a head, or what came behind the current request.
    private var inbound: [UInt8] = []
    private var headProgress = HeadProgress()
    /// A part of a head has come, and its time runs.
    @safe @exclusivity(unchecked) private var headIsAwaited = false
    @safe @exclusivity(unchecked) private var isPumping = false
    @safe @exclusivity(unchecked) private var drainedBytes = 0
    /// What the client had taken when the wait for it began; -1 while it owes nothing.
    @safe @exclusivity(unchecked) private var outputMark = -1
    /// No request has come yet.
    @safe @exclusivity(unchecked) private(set) var isFresh = true

    /// Milliseconds that a client has to close after the last answer.
    static let lingerTime: UInt64 = 2_000

    init(
        descriptor: Int32, peer: SocketAddress, server: HTTPServer, tls: TLSSession?, proxyIsSecure: Bool
    ) {
        isSecure = tls != nil || proxyIsSecure
        self.server = server
        self.peer = peer
        super.init(descriptor: descriptor, reactor: server.reactor, tls: tls)
    }

    func start() {
        open()
        reactor.setDeadline(self, after: server.limits.headTime)
    }

    // MARK: Events

    public override func readable() { pump() }

    public override func writable() {
        if outputMark >= 0 { rearm() }
        switch phase {
        case .exchange(let exchange): exchange.outputDrained()
        case .forward(let forward): forward.clientDrained()
        case .upgraded(let stream): stream.drained()
        case .idle, .head, .draining: break
        }
        // Input may have waited for the queue to empty.
        pump()
    }

    /// The client has left altogether: nobody waits for an answer.
    public override func brokenOff() { close() }

    public override func willClose() {
        super.willClose()
        let phase = phase
        self.phase = .draining
        inbound = []
        switch phase {
        case .exchange(let exchange): exchange.connectionClosed()
        case .forward(let forward): forward.clientClosed()
        case .upgraded(let stream): stream.closed()
        case .idle, .head, .draining: break
        }
        server.closed(self)
    }

    public override func deadlineReached() {
        if outputMark >= 0, pendingByteCount > 0 {
            let delivered = deliveredByteCount
            let expected = max(1, server.limits.writeRate * Int(clamping: server.limits.writeStall) / 1_000)
            guard delivered - outputMark >= expected else { return close() }
            outputMark = delivered
            reactor.setDeadline(self, after: server.limits.writeStall)
            return
        }
        switch phase {
        case .idle, .draining: close()
        case .head: refuse(.requestTimeout, "The request head did not arrive in time.")
        case .exchange(let exchange): exchange.bodyDeadlineReached()
        case .forward(let forward): forward.bodyDeadlineReached()
        case .upgraded(let stream): stream.deadlineReached()
        }
    }

    /// Sets the deadline for what the connection waits for now: the client's taking, else its sending.
    func rearm() {
        guard isOpen else { return }
        if case .upgraded = phase { return }
        if pendingByteCount > 0 {
            guard outputMark < 0 else { return }
            outputMark = deliveredByteCount
            reactor.setDeadline(self, after: server.limits.writeStall)
            return
        }
        outputMark = -1
        switch phase {
        case .idle: reactor.setDeadline(self, after: server.limits.idleTime)
        case .head: reactor.setDeadline(self, after: server.limits.headTime)
        case .exchange(let exchange): setDeadline(exchange.bodyWait())
        case .forward(let forward): setDeadline(forward.bodyWait())
        case .draining: reactor.setDeadline(self, after: Self.lingerTime)
        case .upgraded: break
        }
    }

    private func setDeadline(_ wait: UInt64?) {
        if let wait { reactor.setDeadline(self, after: wait) } else { reactor.clearDeadline(self) }
    }

    // MARK: Input

    /// Uses what is buffered and what can be read, as far as the phase allows.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        while isOpen {
            if !inbound.isEmpty, mayConsume, isWorthConsuming {
                var bytes: [UInt8] = []
                swap(&bytes, &inbound)
                let used = consume(bytes.span)
                guard isOpen else { return }
                if used < bytes.count { inbound = used == 0 ? bytes : Array(bytes[used...]) }
                if used > 0 { continue }
            }
            if case .forward(let forward) = phase, inbound.isEmpty, mayRead || forward.isRelaying, forward.relayBody() {
                if case .forward(let now) = phase, now.isRelaying { return }
                continue
            }
            guard mayRead, mayConsume else { break }
            switch receive() {
            case .bytes(let count):
                let bytes = reactor.readBuffer
                if inbound.isEmpty {
                    let used = consume(bytes.span.extracting(0..<count))
                    if used < count, isOpen { inbound.append(contentsOf: bytes[used..<count]) }
                } else {
                    inbound.append(contentsOf: bytes[0..<count])
                }
            case .wouldBlock: break
            case .end: ended(hasFailed: false)
            case .failed: ended(hasFailed: true)
            }
        }
    }

    /// The phase can use bytes now.
    private var mayConsume: Bool {
        switch phase {
        // A client that asks faster than it takes the answers is held back here.
        case .idle, .head: pendingByteCount <= server.limits.outputBuffer
        case .draining: true
        case .exchange(let exchange): exchange.wantsBody
        case .forward(let forward): forward.wantsBody
        case .upgraded(let stream): stream.wantsBytes
        }
    }

    private var isWorthConsuming: Bool {
        guard case .head = phase else { return true }
        let bytes = inbound
        return headProgress.isWorthParsing(bytes.span, limit: server.limits.head.bytes)
    }

    /// Hands bytes to the phase; returns how many it used. It may use none, when it waits for more or for room.
    private func consume(_ bytes: Span<UInt8>) -> Int {
        var at = 0
        while at < bytes.count, isOpen {
            let before = at
            switch phase {
            case .idle, .head:
                guard mayConsume else { return at }
                at += begin(bytes.extracting(at..<bytes.count))
            case .exchange(let exchange):
                guard exchange.wantsBody else { return at }
                at += exchange.takeBody(bytes.extracting(at..<bytes.count))
            case .forward(let forward):
                guard forward.wantsBody else { return at }
                at += forward.takeBody(bytes.extracting(at..<bytes.count))
            case .upgraded(let stream):
                guard stream.wantsBytes else { return at }
                stream.received(bytes.extracting(at..<bytes.count))
                return bytes.count
            case .draining:
                drainedBytes += bytes.count - at
                if drainedBytes > server.limits.discard { close() }
                return bytes.count
            }
            if at == before { return at }
        }
        return at
    }

    /// The client has closed its sending side, or the connection broke.
    private func ended(hasFailed: Bool) {
        guard !hasFailed, !isBroken else { return close() }
        switch phase {
        case .upgraded, .idle, .head, .draining: close()
        case .exchange(let exchange):
            // A client that only closed its sending side still gets its answer, if its request is whole.
            if exchange.bodyIsComplete { exchange.closesAfterwards = true } else { close() }
        case .forward(let forward):
            if !forward.clientFinished() { close() }
        }
    }

    // MARK: Heads

    private func begin(_ bytes: Span<UInt8>) -> Int {
        if case .idle = phase {
            phase = .head
            outputMark = -1
            _ = headProgress.isWorthParsing(bytes, limit: server.limits.head.bytes)
        }
        do throws(WireError) {
            guard try server.head.parse(bytes, limits: server.limits.head) else {
                // The time of the whole head, from its first byte.
                if !headIsAwaited { reactor.setDeadline(self, after: server.limits.headTime) }
                headIsAwaited = true
                return 0
            }
        } catch {
            refuse(error.status, error.message)
            return bytes.count
        }
        headProgress.reset()
        headIsAwaited = false
        isFresh = false
        if let (status, message) = server.head.misuse(bytes) {
            refuse(status, message)
            return bytes.count
        }
        let byteCount = server.head.byteCount
        switch server.application.disposition(of: server.head, bytes, on: self) {
        case .exchange:
            reactor.writeBuffer.removeAll(keepingCapacity: true)
            beginExchange(bytes)
        case .forward(let pool, let filter, let id, let owner):
            let forward = server.forward()
            forward.prepare(connection: self, head: server.head, bytes: bytes, filter: filter, id: id)
            forward.owner = owner
            phase = .forward(forward)
            rearm()
            forward.begin(pool)
        case .immediate(let status):
            reactor.writeBuffer.removeAll(keepingCapacity: true)
            refuse(status, status.reason)
        }
        return isEnding ? bytes.count : byteCount
    }

    private var isEnding: Bool { if case .draining = phase { true } else { !isOpen } }

    private func beginExchange(_ bytes: Span<UInt8>) {
        let head = server.head
        let target: RequestTarget
        do throws(RequestTarget.Failure) {
            target = try RequestTarget(parsing: bytes.extracting(head.target.start..<head.target.end))
        } catch {
            refuse(error.status, error.message)
            return
        }
        var fields = Fields()
        for field in head.fields { fields.append(bytes.string(field.name), bytes.string(field.value)) }
        let length: Int? =
            switch head.framing {
            case .none: 0
            case .length(let count): count
            case .chunked, .untilClose: nil
            }
        let request = Request(
            method: Method(rawValue: bytes.string(head.method)), target: target, fields: fields, peer: peer,
            isSecure: isSecure, contentLength: length, wantsUpgrade: head.wantsUpgrade,
            asksForWebSocket: head.asksForWebSocket(bytes), isVersion11: head.isVersion11, head: head,
            headBytes: [UInt8](copying: bytes.extracting(0..<head.byteCount)))
        let exchange = Exchange(
            request, connection: self, framing: head.framing, keepsAlive: head.keepsAlive,
            expectsContinue: head.expectsContinue)
        phase = .exchange(exchange)
        rearm()
        exchange.start(server.application)
    }

    // MARK: Ends

    /// Answers with a plain error and ends the connection.
    func refuse(_ status: Status, _ message: String) { refuse(ErrorAnswer(status, message)) }

    /// - Parameter isHeadRequest: The body is left out, its length told.
    func refuse(_ answer: ErrorAnswer, isHeadRequest: Bool = false) {
        let hasNone = answer.status.forbidsBody
        writeHead(
            answer.status, answer.fields, framing: hasNone ? nil : .length(answer.body.count), persistence: .close)
        if !hasNone, !isHeadRequest { reactor.writeBuffer.append(contentsOf: answer.body) }
        sendWriteBuffer()
        lastMessageSent()
    }

    /// The current answer is complete: the connection takes the next request or ends.
    func responseEnded(keepsAlive: Bool) {
        guard isOpen else { return }
        guard keepsAlive, !server.isDraining, !isBroken else {
            lastMessageSent()
            return
        }
        phase = .idle
        rearm()
        pump()
    }

    /// Nothing more will be sent: the rest of the input is thrown away until the client closes too.
    private func lastMessageSent() {
        guard isOpen else { return }
        phase = .draining
        inbound = []
        guard !isBroken else {
            close()
            return
        }
        shutdownSending()
        outputMark = -1
        rearm()
        pump()
    }

    /// For whom the forward at work, if there is one, works.
    var forwardOwner: AnyObject? { if case .forward(let forward) = phase { forward.owner } else { nil } }

    /// Turns an exchange into a forward; what was buffered of its body goes first.
    func forward(_ exchange: Exchange, _ forward: Forward, buffered: [UInt8], to pool: UpstreamPool) {
        phase = .forward(forward)
        rearm()
        forward.prepend(buffered)
        forward.begin(pool)
    }

    /// The other side of a tunnel has ended: what waits is sent, then the connection ends.
    func finishTunnel() { lastMessageSent() }

    /// Hands the connection over to another protocol, after the 101 was sent.
    func upgrade(to stream: any UpgradedStream) {
        reactor.clearDeadline(self)
        outputMark = -1
        phase = .upgraded(stream)
        pump()
    }

    /// The server wants to end: idle connections close now, the others after their answer.
    func serverDrains() {
        // A request may be in the socket already; it is answered.
        pump()
        guard isOpen else { return }
        switch phase {
        // The first request of a new connection is surely on its way.
        case .idle where isFresh: reactor.setDeadline(self, after: min(Self.lingerTime, server.limits.headTime))
        case .idle: lastMessageSent()
        case .upgraded(let stream): stream.serverDrains()
        default: break
        }
    }
}

/// What a connection carries after `101 Switching Protocols`.
protocol UpgradedStream: AnyObject {
    /// False stops reading, until the stream calls the connection's `pump`.
    var wantsBytes: Bool { get }
    func received(_ bytes: Span<UInt8>)
    func drained()
    func deadlineReached()
    func serverDrains()
    func closed()
}
