/// Makes frames; every message is one frame, for nothing is gained by cutting what is there whole.
public struct WebSocketWriter {
    private let makeMask: (() -> UInt32)?

    /// A server's writer: no masks.
    public init() { makeMask = nil }

    /// A client's writer.
    ///
    /// - Parameter makeMask: A fresh key nobody can foretell for each frame (RFC 6455, section 5.3).
    public init(makeMask: @escaping () -> UInt32) { self.makeMask = makeMask }

    /// Appends a text message; the caller vouches for the UTF-8.
    ///
    /// - Parameters:
    ///   - deflate: What was agreed on; with nil nothing is compressed.
    ///   - codec: The loop's; texts that `DeflatePolicy` picks are compressed when that makes them smaller.
    public func text(
        _ message: Span<UInt8>, deflate: WebSocketDeflate? = nil, codec: DeflateCodec? = nil, to out: inout [UInt8]
    ) {
        if let deflate, let codec,
            DeflatePolicy.compresses(.text, byteCount: message.count, windowBits: deflate.outgoingWindowBits)
        {
            var packed: [UInt8] = []
            codec.compress(message, to: &packed)
            if packed.count < message.count {
                return append(.text, packed.span, isCompressed: true, to: &out)
            }
        }
        append(.text, message, to: &out)
    }

    public func text(
        _ message: String, deflate: WebSocketDeflate? = nil, codec: DeflateCodec? = nil, to out: inout [UInt8]
    ) {
        text(Array(message.utf8).span, deflate: deflate, codec: codec, to: &out)
    }

    /// Appends a binary message, never compressed.
    public func binary(_ message: Span<UInt8>, to out: inout [UInt8]) { append(.binary, message, to: &out) }

    /// - Parameter payload: At most 125 bytes; the rest is cut off.
    public func ping(_ payload: Span<UInt8>, to out: inout [UInt8]) {
        append(.ping, payload.extracting(first: 125), to: &out)
    }

    /// - Parameter payload: The ping's; at most 125 bytes, the rest is cut off.
    public func pong(_ payload: Span<UInt8>, to out: inout [UInt8]) {
        append(.pong, payload.extracting(first: 125), to: &out)
    }

    /// Appends the last frame.
    ///
    /// - Parameters:
    ///   - code: Codes that may not be sent make a close frame without code, as an answer to one without code must be.
    ///   - reason: For people; cut to whole characters of UTF-8 within 123 bytes.
    public func close(_ code: WebSocketCloseCode, reason: String = "", to out: inout [UInt8]) {
        var payload: [UInt8] = []
        if code.isSendable {
            payload += [UInt8(code.rawValue >> 8), UInt8(truncatingIfNeeded: code.rawValue)]
            for scalar in reason.unicodeScalars {
                let encoded = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
                guard payload.count + encoded.count <= 125 else { break }
                payload.append(contentsOf: encoded)
            }
        }
        append(.close, payload.span, to: &out)
    }

    private func append(
        _ opcode: WebSocketOpcode, _ payload: Span<UInt8>, isCompressed: Bool = false, to out: inout [UInt8]
    ) {
        let mask = makeMask?()
        let header = WebSocketFrameHeader(opcode, payloadCount: payload.count, isCompressed: isCompressed, mask: mask)
        out.reserveCapacity(out.count + WebSocketFrameHeader.maximumByteCount + payload.count)
        header.write(to: &out)
        let start = out.count
        out.append(payload)
        guard let mask else { return }
        unsafe out.withUnsafeMutableBytes { bytes in
            _ = unsafe WebSocketMask.apply(mask, to: UnsafeMutableRawBufferPointer(rebasing: bytes[start...]))
        }
    }
}
