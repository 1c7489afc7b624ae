public import Loop
internal import Wire

/// A client's connection: a state machine that owns no memory while it idles.
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

    unowned let server: HTTPServer
    public let peer: SocketAddress
    private(set) var phase = Phase.idle
    /// Bytes read and not yet used: a part of a head, or what came behind the current request.
    private var inbound: [UInt8] = []
    private var isPumping = false
    private var drainedBytes = 0

    init(descriptor: Int32, peer: SocketAddress, server: HTTPServer, tls: TLSSession?) {
        self.server = server
        self.peer = peer
        super.init(descriptor: descriptor, reactor: server.reactor, tls: tls)
    }

    func start() {
        if case .unix = peer {} else { setNoDelay() }
        open()
        reactor.setDeadline(self, after: server.limits.headTime)
    }

    public override func readable() { pump() }

    public override func writable() {
        switch phase {
        case .exchange(let exchange): exchange.outputDrained()
        case .forward(let forward): forward.clientDrained()
        case .upgraded(let stream): stream.drained()
        case .idle, .head: reactor.setDeadline(self, after: server.limits.idleTime)
        case .draining: break
        }
    }

    public override func willClose() {
        super.willClose()
        let phase = phase
        self.phase = .draining
        switch phase {
        case .exchange(let exchange): exchange.connectionClosed()
        case .forward(let forward): forward.clientClosed()
        case .upgraded(let stream): stream.closed()
        case .idle, .head, .draining: break
        }
        server.closed(self)
    }

    public override func deadlineReached() {
        switch phase {
        case .idle: close()
        case .head: refuse(.requestTimeout, "The request head did not arrive in time.")
        case .exchange(let exchange):
            if exchange.deadlineReached() { return }
            close()
        case .forward(let forward): forward.clientStalled()
        case .upgraded(let stream): stream.deadlineReached()
        case .draining: close()
        }
    }

    /// Uses what is buffered and what can be read, as far as the phase allows.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        while isOpen {
            if !inbound.isEmpty, mayConsume {
                var bytes: [UInt8] = []
                swap(&bytes, &inbound)
                let isHead = if case .head = phase { true } else { false }
                let used = consume(bytes.span)
                if used < bytes.count { inbound = used == 0 ? bytes : Array(bytes[used...]) }
                if used > 0 || !isHead { continue }
            }
            guard mayRead, wantsBytes else { break }
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
            case .end, .failed: ended()
            }
        }
    }

    /// The phase can use bytes now.
    private var mayConsume: Bool {
        switch phase {
        case .idle, .head, .draining: true
        case .exchange(let exchange): exchange.wantsBody
        case .forward(let forward): forward.wantsBody
        case .upgraded(let stream): stream.wantsBytes
        }
    }

    private var wantsBytes: Bool { mayConsume }

    /// Hands bytes to the phase; returns how many it used. It may use none, when it waits for more or for room.
    private func consume(_ bytes: Span<UInt8>) -> Int {
        var at = 0
        while at < bytes.count, isOpen {
            let before = at
            switch phase {
            case .idle, .head: at += begin(bytes.extracting(at..<bytes.count))
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

    /// The client has closed, or the connection broke.
    private func ended() {
        switch phase {
        case .upgraded, .idle, .head, .draining: close()
        case .exchange(let exchange):
            // A client that only closed its sending side still gets its answer, if its request is whole.
            if exchange.bodyIsComplete, !isBroken { exchange.closesAfterwards = true } else { close() }
        case .forward(let forward):
            if forward.bodyIsComplete, !isBroken { forward.closesAfterwards = true } else { close() }
        }
    }

    // MARK: Heads

    private func begin(_ bytes: Span<UInt8>) -> Int {
        if case .idle = phase {
            phase = .head
            reactor.setDeadline(self, after: server.limits.headTime)
        }
        do throws(WireError) {
            guard try server.head.parse(bytes, limits: server.limits.head) else { return 0 }
        } catch {
            refuse(error.status, error.message)
            return bytes.count
        }
        reactor.clearDeadline(self)
        let byteCount = server.head.byteCount
        switch server.application.disposition(of: server.head, bytes, on: self) {
        case .exchange: beginExchange(bytes)
        case .forward(let pool, let filter):
            let forward = Forward(connection: self, head: server.head, bytes: bytes, filter: filter)
            phase = .forward(forward)
            forward.begin(pool)
        case .immediate(let status):
            refuse(status, status.reason)
            return bytes.count
        }
        return byteCount
    }

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
            isSecure: tls != nil, contentLength: length, wantsUpgrade: head.wantsUpgrade, isVersion11: head.isVersion11)
        let exchange = Exchange(
            request, connection: self, framing: head.framing, keepsAlive: head.keepsAlive,
            expectsContinue: head.expectsContinue)
        phase = .exchange(exchange)
        exchange.start(server.application)
    }

    /// Answers with a plain error and ends the connection.
    func refuse(_ status: Status, _ message: String) {
        var head = Fields()
        head["Content-Type"] = "text/plain; charset=utf-8"
        let body = Array((message + "\n").utf8)
        writeHead(status, head, framing: .length(body.count), keepsAlive: false)
        reactor.writeBuffer.append(contentsOf: body)
        sendWriteBuffer()
        lastMessageSent()
    }

    /// Puts a response head into the loop's write buffer.
    func writeHead(_ status: Status, _ fields: Fields, framing: BodyFraming?, keepsAlive: Bool) {
        reactor.writeBuffer.append(contentsOf: "HTTP/1.1 \(status)\r\nDate: \(server.currentDate)\r\n".utf8)
        fields.write(to: &reactor.writeBuffer)
        switch framing {
        case .length(let count): reactor.writeBuffer.append(contentsOf: "Content-Length: \(count)\r\n".utf8)
        case .chunked: reactor.writeBuffer.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        case .none?: reactor.writeBuffer.append(contentsOf: "Content-Length: 0\r\n".utf8)
        case nil, .untilClose: break
        }
        if !keepsAlive { reactor.writeBuffer.append(contentsOf: "Connection: close\r\n".utf8) }
        reactor.writeBuffer.append(contentsOf: [0x0D, 0x0A])
    }

    // MARK: Ends

    /// The current answer is complete: the connection takes the next request or ends.
    func responseEnded(keepsAlive: Bool) {
        guard isOpen else { return }
        guard keepsAlive, !server.isDraining, !isBroken else {
            lastMessageSent()
            return
        }
        phase = .idle
        reactor.setDeadline(self, after: pendingByteCount > 0 ? server.limits.writeStall : server.limits.idleTime)
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
        reactor.setDeadline(self, after: pendingByteCount > 0 ? server.limits.writeStall : 2_000)
        pump()
    }

    /// Turns an exchange into a forward; what was buffered of its body goes first.
    func forward(_ exchange: Exchange, _ forward: Forward, buffered: [UInt8], to pool: UpstreamPool) {
        phase = .forward(forward)
        forward.prepend(buffered)
        forward.begin(pool)
    }

    /// The other side of a tunnel has ended: what waits is sent, then the connection ends.
    func finishTunnel() { lastMessageSent() }

    /// Hands the connection over to another protocol, after the 101 was sent.
    func upgrade(to stream: any UpgradedStream) {
        reactor.clearDeadline(self)
        phase = .upgraded(stream)
        pump()
    }

    /// The server wants to end: idle connections close now, the others after their answer.
    func serverDrains() {
        switch phase {
        case .idle: close()
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

extension RequestTarget.Failure {
    var status: Status {
        switch self {
        case .pathTooLong, .tooManySegments, .query(.tooLong), .query(.tooManyPairs): .uriTooLong
        default: .badRequest
        }
    }

    var message: String { "The request target is not allowed: \(self)." }
}
