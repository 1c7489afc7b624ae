/// What a frame holds (RFC 6455, section 5.2).
public enum WebSocketOpcode: UInt8, Sendable, Hashable, CaseIterable {
    case continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10

    public var isControl: Bool { rawValue >= 8 }
}

/// Which end of a connection somebody is: clients mask what they send, servers must not.
public enum WebSocketRole: UInt8, Sendable, Hashable { case client, server }

/// The 2 to 14 bytes in front of a frame's payload (RFC 6455, section 5.2).
public struct WebSocketFrameHeader: Sendable, Hashable {
    /// The longest header: 2 bytes, 8 of length, 4 of mask.
    public static let maximumByteCount = 14

    public var isFinal: Bool
    /// RSV1, by which permessage-deflate marks the first frame of a message (RFC 7692, section 6).
    public var isCompressed: Bool
    public var opcode: WebSocketOpcode
    /// The masking key, first byte on the wire in the lowest bits; nil without mask.
    public var mask: UInt32?
    /// Bytes; at most 2^63 - 1.
    public var payloadCount: Int

    public init(
        _ opcode: WebSocketOpcode, payloadCount: Int, isFinal: Bool = true, isCompressed: Bool = false,
        mask: UInt32? = nil
    ) {
        precondition(payloadCount >= 0)
        (self.opcode, self.payloadCount, self.isFinal) = (opcode, payloadCount, isFinal)
        (self.isCompressed, self.mask) = (isCompressed, mask)
    }

    /// Bytes of the header that begins with these; nil when there are fewer than the two that tell.
    public static func byteCount(_ bytes: Span<UInt8>) -> Int? {
        guard bytes.count >= 2 else { return nil }
        let length = bytes[1] & 0x7F
        return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + (bytes[1] & 0x80 != 0 ? 4 : 0)
    }

    /// Reads a header from a peer.
    ///
    /// - Parameters:
    ///   - bytes: Starts with the header; what follows is not looked at.
    ///   - role: Who reads; a server demands a mask, a client refuses one.
    /// - Returns: The header, or nil when it is not complete. What the first two bytes give away is refused at once.
    /// - Throws: `reservedBits` (RSV2, RSV3, RSV1 on other than the first frame of a data message; whether RSV1 was
    ///   negotiated is the caller's to check), `reservedOpcode`, `fragmentedControl`, `longControl`, `badMask`,
    ///   `badLength`.
    public static func parse(_ bytes: Span<UInt8>, by role: WebSocketRole) throws(WebSocketError) -> Self? {
        guard let count = byteCount(bytes) else { return nil }
        let first = bytes[0]
        guard first & 0x30 == 0 else { throw .reservedBits }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else { throw .reservedOpcode(first & 0x0F) }
        let isCompressed = first & 0x40 != 0
        guard !isCompressed || opcode == .text || opcode == .binary else { throw .reservedBits }
        let isFinal = first & 0x80 != 0
        let length = bytes[1] & 0x7F
        if opcode.isControl {
            guard isFinal else { throw .fragmentedControl }
            guard length <= 125 else { throw .longControl }
        }
        guard (bytes[1] & 0x80 != 0) == (role == .server) else { throw .badMask }
        guard bytes.count >= count else { return nil }
        var payload = UInt64(length)
        var place = 2
        if length >= 126 {
            let smallest: UInt64 = length == 126 ? 126 : 65_536
            payload = 0
            place = length == 126 ? 4 : 10
            for index in 2..<place { payload = payload << 8 | UInt64(bytes[index]) }
            guard payload >= smallest, payload <= UInt64(Int.max) else { throw .badLength }
        }
        var mask: UInt32?
        if role == .server {
            mask =
                UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
                | UInt32(bytes[place + 3]) << 24
        }
        return Self(
            opcode, payloadCount: Int(payload), isFinal: isFinal, isCompressed: isCompressed, mask: mask)
    }

    /// Appends the header in its shortest form.
    public func write(to out: inout [UInt8]) {
        let flags: UInt8 = (isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0)
        out.append(flags | opcode.rawValue)
        let masked: UInt8 = mask == nil ? 0 : 0x80
        switch payloadCount {
        case 0...125: out.append(masked | UInt8(payloadCount))
        case 126...0xFFFF:
            out.append(masked | 126)
            for shift in [8, 0] { out.append(UInt8(truncatingIfNeeded: payloadCount >> shift)) }
        default:
            out.append(masked | 127)
            for shift in stride(from: 56, through: 0, by: -8) {
                out.append(UInt8(truncatingIfNeeded: payloadCount >> shift))
            }
        }
        guard let mask else { return }
        for shift in stride(from: 0, through: 24, by: 8) { out.append(UInt8(truncatingIfNeeded: mask >> shift)) }
    }
}
