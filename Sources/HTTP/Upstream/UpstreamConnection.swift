internal import Basics
internal import Loop
internal import Wire

/// A connection to an upstream: idle in its pool, or at work for one exchange.
final class UpstreamConnection: Stream {
    enum Phase { case idle, connecting, head, body, tunnel }

    let pool: UpstreamPool
    let address: SocketAddress
    @safe @exclusivity(unchecked) private(set) var phase = Phase.connecting
    @safe @exclusivity(unchecked) private(set) var exchange: UpstreamExchange?
    private var inbound: [UInt8] = []
    private var headProgress = HeadProgress()
    private var reader = BodyReader(.none)
    /// The head of the current request, until the first byte of the answer: what a retry needs.
    private var sentHead: [UInt8] = []
    @safe @exclusivity(unchecked) private var hasReceived = false
    @safe @exclusivity(unchecked) private var isReused = false
    @safe @exclusivity(unchecked) private var keepsAlive = false
    @safe @exclusivity(unchecked) private var isPumping = false
    @safe @exclusivity(unchecked) private var relay: Relay?
    /// What the upstream had taken when the wait for it began; -1 while it owes nothing.
    @safe @exclusivity(unchecked) private var outputMark = -1

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
            rearm()
            exchange.requestBegan()
        }
    }

    // MARK: Events

    override func readable() { pump() }

    override func writable() {
        if phase == .connecting {
            connected()
            return
        }
        if outputMark >= 0 { rearm() }
        exchange?.upstreamDrained()
    }

    private func connected() {
        if let error = Connector.outcome(descriptor, address) {
            fail(.unreachable(error.detail ?? error.message))
            return
        }
        phase = .head
        pool.connected(self)
        // Under TLS the time limit of the connection goes on until the handshake is done.
        if tls == nil { reactor.clearDeadline(self) }
        send(sentHead)
        rearm()
        exchange?.requestBegan()
        // The upstream may have spoken, or left, before we looked; nothing will tell that again.
        pump()
    }

    private var isShakingHands: Bool { tls?.isEstablished == false }

    /// Sets the deadline for what the connection waits for now: the upstream's taking, else its answer.
    func rearm() {
        guard isOpen, phase == .head || phase == .body, !isShakingHands else { return }
        if pendingByteCount > 0 {
            guard outputMark < 0, pool.options.bodyStall > 0 else { return }
            outputMark = deliveredByteCount
            reactor.setDeadline(self, after: pool.options.bodyStall)
            return
        }
        outputMark = -1
        let wait =
            phase == .body
            ? pool.options.bodyStall : exchange?.requestIsComplete == true ? pool.options.responseTime : 0
        if wait > 0 { reactor.setDeadline(self, after: wait) } else { reactor.clearDeadline(self) }
    }

    override func deadlineReached() {
        if isShakingHands, phase == .head {
            return fail(.unreachable("\(address): no TLS within \(pool.options.connectTime) ms"))
        }
        switch phase {
        case .idle: close()
        case .connecting: fail(.unreachable("\(address): no answer within \(pool.options.connectTime) ms"))
        case .head, .body:
            let taken = deliveredByteCount
            // Neither a slow upstream that takes something nor a slow client of ours is a silent upstream.
            let goesOn =
                outputMark >= 0 && pendingByteCount > 0
                ? taken > outputMark : phase == .body && (relay?.waitsForSink ?? (exchange?.acceptsMore == false))
            guard goesOn else { return fail(.timedOut) }
            outputMark = -1
            rearm()
        case .tunnel: exchange?.tunnelDeadline()
        }
    }

    /// Reads as far as the exchange takes it.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        while isOpen, mayRead || relay != nil, phase != .connecting, relay != nil || exchange?.acceptsMore ?? true {
            if relay == nil { beginRelay() }
            if relay != nil {
                guard goOnRelaying() else { return }
                continue
            }
            let wasShakingHands = isShakingHands
            let received = receive()
            if wasShakingHands, !isShakingHands { rearm() }
            switch received {
            case .bytes(let count):
                let bytes = reactor.readBuffer
                if inbound.isEmpty {
                    consume(bytes.span.extracting(0..<count))
                } else {
                    inbound.append(contentsOf: bytes[0..<count])
                    var whole: [UInt8] = []
                    swap(&whole, &inbound)
                    if headProgress.isWorthParsing(whole.span, limit: pool.options.head.bytes) {
                        consume(whole.span)
                    } else {
                        inbound = whole
                    }
                }
            case .wouldBlock: break
            case .end: ended()
            case .failed(let error):
                // Once the request may have been read, nobody may take it for one that was never sent.
                let reason = tls?.failure ?? systemMessage(error)
                fail(wasShakingHands ? .unreachable("\(address): \(reason)") : .brokeOff)
            }
        }
        if isOpen, phase == .connecting, mayRead {
            isPumping = false
            connected()
        }
    }

    /// The rest of a long answer need not pass through the process when nobody looks at it.
    private func beginRelay() {
        guard phase == .body, inbound.isEmpty, let count = reader.remaining, count >= Relay.threshold,
            let sink = exchange?.sink
        else { return }
        relay = Relay(from: self, to: sink, count: count)
    }

    /// False when the relay waits for something.
    private func goOnRelaying() -> Bool {
        guard let relay, let exchange else { return false }
        let before = relay.moved
        let progress = relay.move()
        if relay.moved > before {
            rearm()
            exchange.responseRelayed(relay.moved - before)
            guard isOpen else { return false }
        }
        switch progress {
        case .done:
            self.relay = nil
            reader.skip(.max)
            finish(hasRest: false)
            return true
        case .sourceIsEmpty: return false
        case .sinkIsFull:
            exchange.responseRelayed(0)
            return false
        case .paused:
            reactor.loop.submitLocal { [self] in if self.relay === relay { pump() } }
            return false
        case .sourceFailed, .sinkFailed:
            fail(.brokeOff)
            return false
        }
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
                    keep(bytes.extracting(at..<bytes.count))
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

    /// Keeps the part of a head for the next read.
    private func keep(_ bytes: Span<UInt8>) {
        guard isOpen else { return }
        _ = headProgress.isWorthParsing(bytes, limit: pool.options.head.bytes)
        inbound = [UInt8](copying: bytes)
    }

    /// Reads a head; returns its length, or nil when more is needed or the connection has failed.
    private func head(_ bytes: Span<UInt8>) -> Int? {
        do throws(WireError) {
            guard try pool.head.parse(bytes, limits: pool.options.head) else { return nil }
        } catch {
            fail(.invalid(error.message))
            return nil
        }
        headProgress.reset()
        guard let exchange else { return nil }
        let byteCount = pool.head.byteCount
        if pool.head.status == 101 {
            guard exchange.wantsUpgrade, exchange.requestIsComplete else {
                fail(.invalid("101 was not asked for"))
                return nil
            }
            reactor.clearDeadline(self)
            phase = .tunnel
            pool.becameTunnel(self)
            exchange.responseHead(pool.head, bytes)
            guard isOpen else { return nil }
            exchange.switched()
            return byteCount
        }
        // Interim answers say nothing to those behind the gate, which has answered 100 itself.
        if pool.head.status < 200 {
            exchange.interim(pool.head.status)
            return byteCount
        }
        keepsAlive = pool.head.keepsAlive
        let framing = pool.head.framing(isHeadRequest: exchange.isHeadRequest)
        if case .untilClose = framing { keepsAlive = false }
        reader = BodyReader(framing)
        phase = .body
        rearm()
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
                rearm()
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
        if keepsAlive, !hasRest, exchange.requestIsComplete, !isBroken, pendingByteCount == 0 {
            phase = .idle
            outputMark = -1
            // Its memory serves the next request, unless a head of unusual size was the last one.
            if sentHead.capacity > 8_192 { sentHead = [] } else { sentHead.removeAll(keepingCapacity: true) }
            reactor.setDeadline(self, after: pool.options.idleTime)
            pool.release(self)
        } else {
            close()
        }
        exchange.responseEnded()
    }

    private func detach() {
        relay = nil
        exchange?.upstream = nil
        exchange = nil
    }

    /// The upstream closed its side.
    private func ended() {
        switch phase {
        case .idle, .connecting: close()
        case .head: fail(isShakingHands ? .unreachable("\(address): no TLS") : .brokeOff)
        case .body: if reader.finish() { finish(hasRest: false) } else { fail(.brokeOff) }
        case .tunnel:
            let exchange = exchange
            if exchange?.tunnelInputEnded() == true { return }
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
            pool.connectFailed(exchange, failure)
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
        // The end of the loop: nobody called `fail`, and somebody may wait.
        let exchange = exchange
        detach()
        pool.closed(self)
        exchange?.responseFailed(.brokeOff)
    }
}
