internal import Basics
internal import Loop
internal import Wire

/// A connection to an upstream: idle in its pool, or at work for one exchange.
final class UpstreamConnection: Stream {
    enum Phase { case idle, connecting, head, body, tunnel }

    unowned let pool: UpstreamPool
    let address: SocketAddress
    private(set) var phase = Phase.connecting
    private(set) var exchange: UpstreamExchange?
    private var inbound: [UInt8] = []
    private var reader = BodyReader(.none)
    /// The head of the current request, until the first byte of the answer: what a retry needs.
    private var sentHead: [UInt8] = []
    private var hasReceived = false
    private var isReused = false
    private var keepsAlive = false
    private var isPumping = false

    init(descriptor: Int32, address: SocketAddress, pool: UpstreamPool, tls: TLSSession?) {
        self.pool = pool
        self.address = address
        super.init(descriptor: descriptor, reactor: pool.reactor, tls: tls)
    }

    /// Sends the request head that lies in the loop's write buffer; the body follows by `send`.
    func begin(_ exchange: UpstreamExchange) {
        self.exchange = exchange
        exchange.upstream = self
        hasReceived = false
        keepsAlive = false
        let isNew = phase == .connecting
        isReused = !isNew
        if isNew || exchange.mayRetry {
            sentHead.removeAll(keepingCapacity: true)
            sentHead.append(contentsOf: reactor.writeBuffer)
        }
        if isNew {
            reactor.writeBuffer.removeAll(keepingCapacity: true)
            reactor.setDeadline(self, after: pool.options.connectTime)
        } else {
            phase = .head
            sendWriteBuffer()
            armResponse()
            exchange.requestBegan()
        }
    }

    override func readable() { pump() }

    override func writable() {
        if phase == .connecting {
            connected()
        } else {
            exchange?.upstreamDrained()
        }
    }

    private func connected() {
        if let error = Connector.outcome(descriptor, address) {
            fail(.unreachable(error.detail ?? error.message))
            return
        }
        phase = .head
        pool.connected(self)
        send(sentHead)
        armResponse()
        exchange?.requestBegan()
    }

    /// The whole request is out: the time limit for the answer begins.
    func armResponse() {
        guard phase == .head else { return }
        if pool.options.responseTime > 0, exchange?.requestIsComplete == true {
            reactor.setDeadline(self, after: pool.options.responseTime)
        } else {
            reactor.clearDeadline(self)
        }
    }

    override func deadlineReached() {
        switch phase {
        case .idle: close()
        case .connecting: fail(.unreachable("\(address): no answer within \(pool.options.connectTime) ms"))
        case .head, .body: fail(.timedOut)
        case .tunnel: break
        }
    }

    /// Reads as far as the exchange takes it.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        while isOpen, mayRead, phase != .connecting, exchange?.acceptsMore ?? true {
            switch receive() {
            case .bytes(let count):
                let bytes = reactor.readBuffer
                if inbound.isEmpty {
                    consume(bytes.span.extracting(0..<count))
                } else {
                    var whole: [UInt8] = []
                    swap(&whole, &inbound)
                    whole.append(contentsOf: bytes[0..<count])
                    consume(whole.span)
                }
            case .wouldBlock: return
            case .end: ended()
            case .failed(let error):
                if hasReceived || isReused { fail(.brokeOff) } else { fail(.unreachable(systemMessage(error))) }
            }
        }
        if isOpen, phase == .connecting, mayRead { connected() }
    }

    private func consume(_ bytes: Span<UInt8>) {
        var at = 0
        // A head may have been held back to leave together with its body; the shared buffer must not wait with it.
        defer { exchange?.flush() }
        while isOpen {
            switch phase {
            case .idle, .connecting:
                // An answer nobody asked for: whatever it is, it must not meet the next request.
                if at < bytes.count { close() }
                return
            case .head:
                guard at < bytes.count else { return }
                hasReceived = true
                guard let next = head(bytes.extracting(at..<bytes.count)) else {
                    keep(bytes, from: at)
                    return
                }
                at += next
            case .body:
                guard body(bytes, &at) else { return }
            case .tunnel:
                guard at < bytes.count else { return }
                exchange?.tunnelBytes(bytes.extracting(at..<bytes.count))
                return
            }
        }
    }

    private func keep(_ bytes: Span<UInt8>, from at: Int) {
        guard isOpen else { return }
        inbound.reserveCapacity(bytes.count - at)
        for index in at..<bytes.count { inbound.append(bytes[index]) }
    }

    /// Reads a head; returns its length, or nil when more is needed or the connection has failed.
    private func head(_ bytes: Span<UInt8>) -> Int? {
        do throws(WireError) {
            guard try pool.head.parse(bytes, limits: pool.options.head) else { return nil }
        } catch {
            fail(.invalid(error.message))
            return nil
        }
        guard let exchange else { return nil }
        let byteCount = pool.head.byteCount
        if pool.head.status == 101 {
            guard exchange.wantsUpgrade else {
                fail(.invalid("101 was not asked for"))
                return nil
            }
            reactor.clearDeadline(self)
            exchange.responseHead(pool.head, bytes)
            phase = .tunnel
            exchange.switched()
            return byteCount
        }
        // Interim answers say nothing to those behind the gate, which has answered 100 itself.
        if pool.head.status < 200 { return byteCount }
        keepsAlive = pool.head.keepsAlive
        let framing = pool.head.framing(isHeadRequest: exchange.isHeadRequest)
        if case .untilClose = framing { keepsAlive = false }
        reader = BodyReader(framing)
        phase = .body
        if pool.options.bodyStall > 0, !reader.isDone { reactor.setDeadline(self, after: pool.options.bodyStall) }
        exchange.responseHead(pool.head, bytes)
        return byteCount
    }

    /// Hands on content; false when the bytes are used up or the answer is over.
    private func body(_ bytes: Span<UInt8>, _ at: inout Int) -> Bool {
        if reader.isDone {
            finish(hasRest: at < bytes.count)
            return false
        }
        do throws(WireError) {
            switch try reader.next(bytes, at: &at) {
            case .content(let range):
                reactor.setDeadline(self, after: pool.options.bodyStall)
                exchange?.responseBody(bytes.extracting(range.start..<range.end))
                return isOpen
            case .needsMore: return false
            case .end:
                finish(hasRest: at < bytes.count)
                return false
            }
        } catch {
            fail(.invalid(error.message))
            return false
        }
    }

    private func finish(hasRest: Bool) {
        guard let exchange else { return }
        detach()
        if keepsAlive, !hasRest, exchange.requestIsComplete, !isBroken {
            phase = .idle
            reactor.setDeadline(self, after: pool.options.idleTime)
            pool.release(self)
        } else {
            close()
        }
        exchange.responseEnded()
    }

    private func detach() {
        exchange?.upstream = nil
        exchange = nil
    }

    /// The upstream closed its side.
    private func ended() {
        switch phase {
        case .idle, .connecting: close()
        case .head: fail(.brokeOff)
        case .body: if reader.finish() { finish(hasRest: false) } else { fail(.brokeOff) }
        case .tunnel:
            let exchange = exchange
            detach()
            close()
            exchange?.responseEnded()
        }
    }

    /// Gives up; the exchange may go on with another connection.
    func fail(_ failure: UpstreamFailure) {
        guard isOpen else { return }
        let exchange = exchange
        let wasConnecting = phase == .connecting
        let mayRepeat = isReused && !hasReceived && exchange?.mayRetry == true && failure != .timedOut
        if let exchange, wasConnecting || mayRepeat { exchange.outgoingHead = sentHead }
        detach()
        close()
        guard let exchange else { return }
        if wasConnecting {
            pool.connectFailed(address, exchange, failure)
        } else if mayRepeat {
            pool.repeatOnNewConnection(exchange)
        } else {
            exchange.responseFailed(failure)
        }
    }

    /// The exchange wants no more of it.
    func abandon() {
        detach()
        close()
    }

    override func willClose() {
        super.willClose()
        pool.closed(self)
    }
}
