/// Makes messages out of a peer's bytes (RFC 6455, sections 5 and 7; RFC 7692), fed slices of any size.
///
/// Slices are unmasked in place, and a message that lies whole in one slice is handed over from there: only fragments
/// and split frames are copied. Between messages the parser is its own few bytes and owns no memory.
public struct WebSocketParser: Sendable {
    /// What ComfyUI's server accepts, in bytes.
    public static let defaultMessageLimit = 4 * 1_024 * 1_024

    private enum Phase: UInt8 { case header, payload, ended }

    /// Earlier parts of the message, compressed ones as they came.
    private var assembly: [UInt8] = []
    /// Earlier parts of a control frame, which may stand between the fragments of a message.
    private var control: [UInt8] = []
    /// Payload bytes of the current frame that are still due.
    private var due = 0
    private let limit: UInt32
    private var mask: UInt32 = 0
    private var header = InlineArray<14, UInt8>(repeating: 0)
    private var headerCount: UInt8 = 0
    private var phase = Phase.header
    private var frame = WebSocketOpcode.continuation
    private var isFinal = false
    /// Continuation while no message is open.
    private var message = WebSocketOpcode.continuation
    private var isCompressed = false
    private var utf8 = WebSocketUTF8Checker()
    private let role: WebSocketRole
    private let acceptsCompression: Bool

    /// - Parameters:
    ///   - role: Which end this parser is; a server demands masks, a client refuses them.
    ///   - messageLimit: Largest message in bytes, before and after inflating; up to 4 GB.
    ///   - acceptsCompression: True when permessage-deflate without context takeover was agreed on.
    public init(
        role: WebSocketRole, messageLimit: Int = Self.defaultMessageLimit, acceptsCompression: Bool = false
    ) {
        self.role = role
        self.limit = UInt32(clamping: messageLimit)
        self.acceptsCompression = acceptsCompression
    }

    /// True between two messages, when nothing of either has come.
    public var isIdle: Bool { phase == .header && headerCount == 0 && message == .continuation }

    /// True after a close frame or an error: whatever follows is ignored.
    public var hasEnded: Bool { phase == .ended }

    /// Reads the next bytes of the connection and overwrites them.
    ///
    /// - Parameters:
    ///   - codec: The loop's; needed when compression was accepted.
    ///   - events: Called for everything that these bytes complete, before an error is thrown.
    /// - Throws: Once, at the first byte that makes the fault certain; afterwards bytes are ignored.
    public mutating func receive(
        _ bytes: inout MutableSpan<UInt8>, codec: DeflateCodec? = nil, _ events: inout some WebSocketEvents
    ) throws(WebSocketError) {
        var fault: WebSocketError?
        unsafe bytes.withUnsafeMutableBytes { buffer in
            do throws(WebSocketError) {
                try unsafe receive(buffer, codec: codec, &events)
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
    }

    /// The same for memory that no span describes, such as a loop's read buffer.
    @unsafe
    public mutating func receive(
        _ bytes: UnsafeMutableRawBufferPointer, codec: DeflateCodec? = nil, _ events: inout some WebSocketEvents
    ) throws(WebSocketError) {
        precondition(codec != nil || !acceptsCompression, "a connection with compression needs the codec")
        do throws(WebSocketError) {
            var at = 0
            while at < bytes.count, phase != .ended {
                if phase == .header {
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[at...])
                    at += try unsafe readHeader(rest.bindMemory(to: UInt8.self).span)
                    // An empty payload has no bytes that would bring it to its end.
                    guard phase == .payload, due == 0 else { continue }
                }
                let count = min(due, bytes.count - at)
                let piece = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[at..<at + count])
                if role == .server { mask = unsafe WebSocketMask.apply(mask, to: piece) }
                at += count
                due -= count
                try unsafe take(UnsafeRawBufferPointer(piece).bindMemory(to: UInt8.self).span, codec, &events)
            }
        } catch {
            end()
            throw error
        }
    }

    private mutating func end() {
        phase = .ended
        assembly = []
        control = []
    }

    /// Reads a header or a part of one; returns the bytes it took.
    private mutating func readHeader(_ bytes: Span<UInt8>) throws(WebSocketError) -> Int {
        if headerCount == 0, let found = try WebSocketFrameHeader.parse(bytes, by: role) {
            try begin(found)
            return WebSocketFrameHeader.byteCount(bytes) ?? 0
        }
        var taken = 0
        while taken < bytes.count {
            header[Int(headerCount)] = bytes[taken]
            headerCount += 1
            taken += 1
            if let found = try WebSocketFrameHeader.parse(header.span.extracting(0..<Int(headerCount)), by: role) {
                headerCount = 0
                try begin(found)
                return taken
            }
        }
        return taken
    }

    private mutating func begin(_ header: WebSocketFrameHeader) throws(WebSocketError) {
        if !header.opcode.isControl {
            guard acceptsCompression || !header.isCompressed else { throw .reservedBits }
            guard (header.opcode == .continuation) == (message != .continuation) else { throw .badSequence }
            guard header.payloadCount <= Int(limit) - assembly.count else { throw .tooLarge(limit: Int(limit)) }
            if header.opcode != .continuation {
                message = header.opcode
                isCompressed = header.isCompressed
                utf8 = WebSocketUTF8Checker()
            }
        }
        (frame, isFinal, due, mask) = (header.opcode, header.isFinal, header.payloadCount, header.mask ?? 0)
        phase = .payload
    }

    /// Takes unmasked payload of the current frame; `due` tells what is missing behind it.
    private mutating func take(
        _ bytes: Span<UInt8>, _ codec: DeflateCodec?, _ events: inout some WebSocketEvents
    ) throws(WebSocketError) {
        if due == 0 { phase = .header }
        if frame.isControl {
            if due == 0, control.isEmpty { return try finishControl(bytes, &events) }
            control.append(bytes)
            guard due == 0 else { return }
            let whole = control
            control = []
            return try finishControl(whole.span, &events)
        }
        if message == .text, !isCompressed {
            guard utf8.accept(bytes) else { throw .badUTF8 }
        }
        let isWhole = isFinal && due == 0
        if isWhole, assembly.isEmpty { return try finishMessage(bytes, codec, &events) }
        assembly.append(bytes)
        guard isWhole else { return }
        let whole = assembly
        assembly = []
        try finishMessage(whole.span, codec, &events)
    }

    private mutating func finishMessage(
        _ bytes: Span<UInt8>, _ codec: DeflateCodec?, _ events: inout some WebSocketEvents
    ) throws(WebSocketError) {
        let isText = message == .text
        message = .continuation
        guard isCompressed, let codec else {
            guard !isText || utf8.isAtBoundary else { throw .badUTF8 }
            if isText { events.text(bytes) } else { events.binary(bytes) }
            return
        }
        try codec.decompress(bytes, limit: Int(limit)) { (inflated) throws(WebSocketError) in
            guard isText else { return events.binary(inflated) }
            var checker = WebSocketUTF8Checker()
            guard checker.accept(inflated), checker.isAtBoundary else { throw .badUTF8 }
            events.text(inflated)
        }
    }

    private mutating func finishControl(
        _ payload: Span<UInt8>, _ events: inout some WebSocketEvents
    ) throws(WebSocketError) {
        switch frame {
        case .ping: events.ping(payload)
        case .pong: events.pong(payload)
        default:
            guard payload.count != 1 else { throw .badClose }
            guard payload.count > 0 else {
                end()
                return events.close(.none, reason: payload)
            }
            let code = WebSocketCloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
            guard code.isSendable else { throw .badClose }
            let reason = payload.extracting(droppingFirst: 2)
            var checker = WebSocketUTF8Checker()
            guard checker.accept(reason), checker.isAtBoundary else { throw .badUTF8 }
            end()
            events.close(code, reason: reason)
        }
    }
}
