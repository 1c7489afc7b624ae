internal import CLinux
internal import Glibc

/// A connected socket, plain or under TLS: one read at a time into the loop's buffer, writes at once or queued.
///
/// Sending calls nobody back: what becomes of it is told by `writable`, `readable` and `brokenOff` in a later event.
open class Stream: Channel {
    /// What one read brought.
    public enum Received: Sendable, Hashable {
        /// So many bytes at the beginning of `reactor.readBuffer`.
        case bytes(Int)
        case wouldBlock
        /// The peer has sent all it will send; under TLS it said so by an alert, else the end is a failure.
        case end
        /// The system's error number; under TLS also `EPROTO`.
        case failed(Int32)
    }

    /// Nil for a plain socket.
    public final let tls: TLSSession?
    /// Bytes taken but not yet sent; empty, and without memory, nearly always.
    private final var pending: [UInt8] = []
    @safe @exclusivity(unchecked) private final var pendingStart = 0
    @safe @exclusivity(unchecked) private final var shutsDownWhenDrained = false
    /// The readiness that epoll told once and that has not been used up.
    public final var mayRead: Bool {
        get { hasReadiness }
        set { hasReadiness = newValue }
    }
    @safe @exclusivity(unchecked) private final var hasReadiness = false
    @safe @exclusivity(unchecked) private final var peerDone = false
    /// A write failed; the reads will tell the end.
    public final var isBroken: Bool { hasFailedToSend }
    @safe @exclusivity(unchecked) private final var hasFailedToSend = false
    /// Bytes that the system has taken for sending.
    @safe @exclusivity(unchecked) private final var sentByteCount = 0
    /// A relay found the socket full: `writable` is told of the next room.
    @safe @exclusivity(unchecked) final var waitsForRoom = false

    public init(descriptor: Int32, reactor: Reactor, tls: TLSSession?) {
        self.tls = tls
        super.init(descriptor: descriptor, reactor: reactor)
        tls?.attach(to: descriptor)
    }

    /// Bytes waiting to be sent, in the queue and in a relay's pipe.
    public final var pendingByteCount: Int { unsentByteCount }
    @safe @exclusivity(unchecked) private final var unsentByteCount = 0

    /// A relay has these bytes for this socket in its pipe.
    final func relayed(taken count: Int) { unsentByteCount += count }

    /// The socket has taken these bytes from a relay's pipe.
    final func relayed(sent count: Int) {
        unsentByteCount -= count
        sentByteCount += count
    }

    /// Bytes that have reached the peer's system: what a slow reader is judged by. Costs a system call.
    public final var deliveredByteCount: Int { max(0, sentByteCount - Int(gate_unacknowledged(descriptor))) }

    public final override func ready(_ events: Readiness) {
        if !events.isDisjoint(with: [.peerDone, .hungUp, .failed]) { peerDone = true }
        var hasDrained = false
        if events.contains(.writable) {
            if tls?.readWaitsForRoom == true { hasReadiness = true }
            if hasOutput || waitsForRoom {
                waitsForRoom = false
                guard flush() else { return readAndEnd(events) }
                hasDrained = true
                writable()
                guard isOpen else { return }
            }
        }
        if events.contains(.writable), !hasDrained, events.isDisjoint(with: [.readable, .peerDone, .hungUp, .failed]) {
            writable()
            guard isOpen else { return }
        }
        readAndEnd(events)
    }

    private final func readAndEnd(_ events: Readiness) {
        let hasInput = !events.isDisjoint(with: [.readable, .peerDone, .hungUp, .failed])
        if hasInput { hasReadiness = true }
        if hasInput || tls?.readWaitsForRoom == true && mayRead { readable() }
        if isOpen, !events.isDisjoint(with: [.hungUp, .failed]) { brokenOff() }
    }

    /// There is something to read; called again only after new bytes came, so read until `mayRead` is false.
    open func readable() {}
    /// The queue of unsent bytes has become empty, or a connection attempt has ended.
    open func writable() {}
    /// Both directions have ended; called after `readable`, which may have left bytes unread.
    open func brokenOff() {}

    /// Reads once into `reactor.readBuffer`, and keeps `mayRead` up to date.
    public final func receive() -> Received {
        if let tls { return receive(from: tls) }
        let count = unsafe reactor.readBuffer.withUnsafeMutableBytes { buffer in
            unsafe gate_receive(descriptor, buffer.baseAddress, buffer.count)
        }
        if count > 0 {
            // A short read has drained the socket, but not once the peer is done: then the end is still to be read.
            if count < Reactor.readBufferSize, !peerDone { hasReadiness = false }
            return .bytes(count)
        }
        hasReadiness = false
        if count == 0 { return .end }
        let error = gate_errno()
        if error == EINTR {
            hasReadiness = true
            return receive()
        }
        return error == EAGAIN ? .wouldBlock : .failed(error)
    }

    private final func receive(from tls: TLSSession) -> Received {
        let received = unsafe reactor.readBuffer.withUnsafeMutableBytes { unsafe tls.read(into: $0) }
        switch received {
        case .bytes: break
        default: hasReadiness = false
        }
        // The read may have ended the handshake that a write waits for. Whoever reads is in the middle of something:
        // that the queue is empty is told after that.
        if hasOutput, tls.isEstablished, flush() {
            reactor.loop.submitLocal { [self] in if isOpen { writable() } }
        }
        return received
    }

    /// Sends bytes now as far as the socket takes them and queues the rest.
    public final func send(_ bytes: Span<UInt8>) {
        guard isOpen, !isBroken, bytes.count > 0 else { return }
        var start = 0
        if unsentByteCount == 0 {
            start = transmit(bytes)
            guard start < bytes.count, !isBroken else { return }
        }
        unsafe bytes.extracting(start..<bytes.count).withUnsafeBufferPointer { unsafe pending.append(contentsOf: $0) }
        unsentByteCount += bytes.count - start
    }

    public final func send(_ bytes: [UInt8]) { send(bytes.span) }

    /// Sends what `reactor.writeBuffer` holds and empties it.
    public final func sendWriteBuffer() {
        var buffer: [UInt8] = []
        swap(&buffer, &reactor.writeBuffer)
        send(buffer.span)
        // A buffer that grew for one large answer is not kept for ever.
        if buffer.capacity > 1 << 18 { buffer = [] } else { buffer.removeAll(keepingCapacity: true) }
        swap(&buffer, &reactor.writeBuffer)
    }

    /// Says to the peer that nothing more comes, after all that is queued.
    public final func shutdownSending() {
        guard isOpen else { return }
        if unsentByteCount == 0 {
            tls?.close()
            _ = Glibc.shutdown(descriptor, Int32(SHUT_WR))
        } else {
            shutsDownWhenDrained = true
        }
    }

    /// How many bytes went out; a failure other than a full buffer breaks the stream.
    private final func transmit(_ bytes: Span<UInt8>) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.extracting(sent..<bytes.count).withUnsafeBytes { part in
                if let tls { return unsafe tls.write(part) }
                return unsafe gate_send(descriptor, part.baseAddress, part.count)
            }
            if count > 0 {
                sent += count
                continue
            }
            let error = tls == nil ? gate_errno() : count == 0 ? EAGAIN : EPIPE
            if error == EINTR { continue }
            if error != EAGAIN {
                hasFailedToSend = true
                dropQueue()
            }
            break
        }
        sentByteCount += sent
        return sent
    }

    private final var hasOutput: Bool { pendingByteCount > 0 || shutsDownWhenDrained }

    private final func dropQueue() {
        unsentByteCount -= pending.count - pendingStart
        pending = []
        pendingStart = 0
    }

    /// Sends from the queue; true when it has become empty.
    private final func flush() -> Bool {
        if !pending.isEmpty {
            let queue = pending
            let sent = transmit(queue.span.extracting(pendingStart..<queue.count))
            guard !isBroken else {
                shutsDownWhenDrained = false
                return true
            }
            pendingStart += sent
            unsentByteCount -= sent
            guard pendingStart == queue.count else {
                // Give back the part that is gone once it is large.
                if pendingStart > 1 << 20 {
                    pending = Array(queue[pendingStart...])
                    pendingStart = 0
                }
                return false
            }
            pending = []
            pendingStart = 0
        }
        if shutsDownWhenDrained {
            shutsDownWhenDrained = false
            shutdownSending()
        }
        return true
    }

    /// The kernel buffers small writes by itself when this is off; servers that write whole messages want it on.
    public final func setNoDelay() { _ = gate_set_option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1) }

    open override func willClose() {
        dropQueue()
        tls?.free()
    }
}
