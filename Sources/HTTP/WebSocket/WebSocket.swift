internal import Basics
internal import Loop
public import Wire

/// Hears what a WebSocket brings. Spans are valid only during the call.
public protocol WebSocketHandler: AnyObject {
    func received(text: Span<UInt8>, on socket: WebSocket)
    func received(binary: Span<UInt8>, on socket: WebSocket)
    /// What was sent has left; called only after `pendingByteCount` was above 0.
    func drained(_ socket: WebSocket)
    /// The last call. A connection that ended without a close frame has `abnormal`.
    func closed(_ socket: WebSocket, code: WebSocketCloseCode, reason: String)
}

extension WebSocketHandler {
    public func drained(_ socket: WebSocket) {}
}

/// One end of a WebSocket connection (RFC 6455): no task, and no buffer between messages.
///
/// The other side is pinged after `pingInterval` of silence and given up when it answers nothing for as long again.
public final class WebSocket: UpgradedStream {
    public struct Options: Sendable {
        /// Largest message taken, in bytes; ComfyUI's own limit.
        public var messageLimit = 4 << 20
        /// Milliseconds.
        public var pingInterval: UInt64 = 30_000
        /// Milliseconds between our close frame and the end of the connection.
        public var closeTime: UInt64 = 5_000
        public var compression = true
        /// Bytes waiting for the other side above which nothing more is read from it.
        public var outputBuffer = 262_144

        public init() {}
    }

    private enum State { case open, closing, closed }

    private let transport: any WebSocketTransport
    private let options: Options
    private let deflate: WebSocketDeflate?
    private let codec: DeflateCodec?
    private let writer: WebSocketWriter
    private var parser: WebSocketParser
    private var handler: (any WebSocketHandler)?
    private var state = State.open
    private var awaitsPong = false
    /// What had reached the other side at the last silence, while something waited for it.
    private var delivered = -1
    /// What the two sides agreed on, if anything.
    public let subprotocol: String?

    init(
        transport: any WebSocketTransport, role: WebSocketRole, deflate: WebSocketDeflate?, subprotocol: String?,
        codec: DeflateCodec?, options: Options, handler: any WebSocketHandler
    ) {
        self.transport = transport
        self.options = options
        self.deflate = deflate
        self.subprotocol = subprotocol
        self.codec = deflate == nil ? nil : codec
        self.handler = handler
        writer = role == .server ? WebSocketWriter() : WebSocketWriter(makeMask: Self.randomMask)
        parser = WebSocketParser(
            role: role, messageLimit: options.messageLimit, acceptsCompression: deflate != nil && codec != nil)
    }

    private static func randomMask() -> UInt32 { RandomBytes.make(4).reduce(0) { $0 << 8 | UInt32($1) } }

    /// Bytes handed over and not yet taken by the network.
    public var pendingByteCount: Int { transport.pendingByteCount }
    public var isOpen: Bool { state == .open }

    func begin() { transport.setDeadline(options.pingInterval) }

    // MARK: Sending

    /// Sends a text message; the caller vouches for the UTF-8. Nothing happens on a socket that is closing.
    public func send(text: Span<UInt8>) {
        guard state == .open else { return }
        writer.text(text, deflate: deflate, codec: codec, to: &transport.reactor.writeBuffer)
        transport.sendWriteBuffer()
    }

    public func send(text: String) {
        let bytes = Array(text.utf8)
        send(text: bytes.span)
    }

    public func send(binary: Span<UInt8>) {
        guard state == .open else { return }
        writer.binary(binary, to: &transport.reactor.writeBuffer)
        transport.sendWriteBuffer()
    }

    /// Sends a frame that was made before and may go to many sockets of servers.
    public func send(frame: Span<UInt8>) {
        guard state == .open else { return }
        transport.send(frame)
    }

    /// Begins the closing handshake; the connection ends when the other side answers, or after `closeTime`.
    public func close(_ code: WebSocketCloseCode = .normal, reason: String = "") {
        guard state == .open else { return }
        state = .closing
        writer.close(code, reason: reason, to: &transport.reactor.writeBuffer)
        transport.sendWriteBuffer()
        transport.setDeadline(options.closeTime)
    }

    // MARK: Receiving

    /// A side that sends without reading is held back: each of its pings costs a pong.
    var wantsBytes: Bool { state == .closed || pendingByteCount <= options.outputBuffer }

    func received(_ bytes: Span<UInt8>) {
        guard state != .closed else { return }
        // Unmasking writes into the bytes, and those here may be another's too.
        var copy = [UInt8](copying: bytes)
        var events = Events(socket: self)
        awaitsPong = false
        if state == .open { transport.setDeadline(options.pingInterval) }
        var span = copy.mutableSpan
        do throws(WebSocketError) {
            try parser.receive(&span, codec: codec, &events)
        } catch {
            close(error.code)
            finish(error.code, "")
            transport.end()
        }
    }

    fileprivate func receivedText(_ message: Span<UInt8>) {
        if state == .open { handler?.received(text: message, on: self) }
    }
    fileprivate func receivedBinary(_ message: Span<UInt8>) {
        if state == .open { handler?.received(binary: message, on: self) }
    }

    fileprivate func receivedPing(_ payload: Span<UInt8>) {
        guard state == .open else { return }
        writer.pong(payload, to: &transport.reactor.writeBuffer)
        transport.sendWriteBuffer()
    }

    fileprivate func receivedClose(_ code: WebSocketCloseCode, _ reason: Span<UInt8>) {
        let text = unsafe reason.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        if state == .open {
            state = .closing
            writer.close(code, to: &transport.reactor.writeBuffer)
            transport.sendWriteBuffer()
        }
        finish(code, text)
        transport.end()
    }

    private func finish(_ code: WebSocketCloseCode, _ reason: String) {
        guard state != .closed else { return }
        state = .closed
        let handler = handler
        self.handler = nil
        handler?.closed(self, code: code, reason: reason)
    }

    // MARK: From the connection

    func drained() { handler?.drained(self) }

    func deadlineReached() {
        // A side that takes what waits for it is alive, however slow; pings queued behind that tell nothing.
        if state == .open, pendingByteCount > 0, transport.deliveredByteCount != delivered {
            delivered = transport.deliveredByteCount
            transport.setDeadline(options.pingInterval)
            return
        }
        guard state == .open, !awaitsPong, pendingByteCount == 0 else {
            transport.abort()
            return
        }
        delivered = -1
        awaitsPong = true
        let nothing: [UInt8] = []
        writer.ping(nothing.span, to: &transport.reactor.writeBuffer)
        transport.sendWriteBuffer()
        transport.setDeadline(options.pingInterval)
    }

    func serverDrains() { close(.goingAway) }

    func closed() { finish(.abnormal, "") }

    private struct Events: WebSocketEvents {
        let socket: WebSocket
        func text(_ message: Span<UInt8>) { socket.receivedText(message) }
        func binary(_ message: Span<UInt8>) { socket.receivedBinary(message) }
        func ping(_ payload: Span<UInt8>) { socket.receivedPing(payload) }
        func pong(_ payload: Span<UInt8>) {}
        func close(_ code: WebSocketCloseCode, reason: Span<UInt8>) { socket.receivedClose(code, reason) }
    }
}

/// The connection under a WebSocket, a client's or a server's.
protocol WebSocketTransport: AnyObject {
    var reactor: Reactor { get }
    var pendingByteCount: Int { get }
    var deliveredByteCount: Int { get }
    func send(_ bytes: Span<UInt8>)
    func sendWriteBuffer()
    func setDeadline(_ milliseconds: UInt64)
    /// Ends after what is queued has been sent.
    func end()
    /// Ends now.
    func abort()
}

extension ServerConnection: WebSocketTransport {
    func setDeadline(_ milliseconds: UInt64) { reactor.setDeadline(self, after: milliseconds) }
    func end() { finishTunnel() }
    func abort() { close() }
}

extension UpstreamConnection: WebSocketTransport {
    func setDeadline(_ milliseconds: UInt64) { reactor.setDeadline(self, after: milliseconds) }
    func end() {
        shutdownSending()
        setDeadline(2_000)
    }
    func abort() { fail(.timedOut) }
}
