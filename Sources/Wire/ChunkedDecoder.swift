internal import Basics

/// Walks a chunked body (RFC 9112 section 7.1): says which bytes are content, keeps none.
///
/// Extensions and trailers are read with limits and dropped. Sizes are hexadecimal digits alone: `0x`, signs and `_` are
/// refused, because another reader might take them otherwise.
public struct ChunkedDecoder: Sendable {
    private enum State: Sendable {
        case size(digits: UInt8), extensions, sizeLF, data, dataCR, dataLF
        case trailerStart, trailerLine, trailerLF, endLF, done
    }
    private var state = State.size(digits: 0)
    private var remaining = 0
    private var overhead = 0

    /// Bytes that extensions and trailers may take beyond the content so far.
    private static let overheadLimit = 8_192

    public init() {}

    public var isDone: Bool { if case .done = state { true } else { false } }

    /// The next piece of `bytes` from offset `at`.
    public enum Piece: Hashable, Sendable {
        /// Content at this place; go on at its end.
        case content(ByteRange)
        /// All bytes are used; more are needed.
        case needsMore
        /// The body ends before this offset.
        case end(Int)
    }

    /// Advances `at` over the next piece.
    ///
    /// - Throws: `malformed` for any byte out of place; `tooLarge` for a chunk of 2^56 bytes or more, or too long extensions.
    public mutating func next(_ bytes: Span<UInt8>, at: inout Int) throws(WireError) -> Piece {
        while at < bytes.count {
            let byte = bytes[at]
            switch state {
            case .size(let digits):
                if let value = Hex.value(of: byte) {
                    guard digits < 14 else { throw .tooLarge }
                    remaining = remaining << 4 | Int(value)
                    state = .size(digits: digits + 1)
                } else {
                    guard digits > 0 else { throw .malformed("A chunk size is not hexadecimal.") }
                    switch byte {
                    case 0x0D: state = .sizeLF
                    case UInt8(ascii: ";"), 0x20, 0x09: state = .extensions
                    default: throw .malformed("A chunk size is not hexadecimal.")
                    }
                }
                at += 1
            case .extensions:
                try countOverhead()
                if byte == 0x0D {
                    state = .sizeLF
                } else if !Octet.isFieldByte(byte) {
                    throw .malformed("A chunk extension holds a control character.")
                }
                at += 1
            case .sizeLF:
                guard byte == 0x0A else { throw .malformed("A chunk size line does not end with CRLF.") }
                // Content pays for its extensions: a body of small chunks with long ones is refused in the end.
                overhead = max(0, overhead - remaining)
                state = remaining == 0 ? .trailerStart : .data
                at += 1
            case .data:
                let count = min(remaining, bytes.count - at)
                let range = ByteRange(at, at + count)
                remaining -= count
                if remaining == 0 { state = .dataCR }
                at += count
                return .content(range)
            case .dataCR:
                guard byte == 0x0D else { throw .malformed("A chunk is longer than its size says.") }
                state = .dataLF
                at += 1
            case .dataLF:
                guard byte == 0x0A else { throw .malformed("A chunk does not end with CRLF.") }
                state = .size(digits: 0)
                at += 1
            case .trailerStart:
                if byte == 0x0D {
                    state = .endLF
                } else {
                    guard Octet.isTokenByte(byte) else { throw .malformed("A trailer field has no name.") }
                    try countOverhead()
                    state = .trailerLine
                }
                at += 1
            case .trailerLine:
                try countOverhead()
                if byte == 0x0D {
                    state = .trailerLF
                } else if !Octet.isFieldByte(byte) {
                    throw .malformed("A trailer field holds a control character.")
                }
                at += 1
            case .trailerLF:
                guard byte == 0x0A else { throw .malformed("A trailer line does not end with CRLF.") }
                state = .trailerStart
                at += 1
            case .endLF:
                guard byte == 0x0A else { throw .malformed("The chunked body does not end with CRLF.") }
                at += 1
                state = .done
                return .end(at)
            case .done: return .end(at)
            }
        }
        return .needsMore
    }

    private mutating func countOverhead() throws(WireError) {
        overhead += 1
        guard overhead <= Self.overheadLimit else { throw .tooLarge }
    }
}

/// Writes chunk heads.
public enum ChunkedEncoder {
    /// The size line of a chunk; the content and CRLF follow. `count` is above 0.
    public static func appendSizeLine(_ count: Int, to out: inout [UInt8]) {
        var shift = (Int.bitWidth - 1 - count.leadingZeroBitCount) / 4 * 4
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: count >> shift & 15)
            out.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            shift -= 4
        }
        out.append(0x0D)
        out.append(0x0A)
    }

    /// The last chunk without trailers.
    public static let end: [UInt8] = Array("0\r\n\r\n".utf8)
}
