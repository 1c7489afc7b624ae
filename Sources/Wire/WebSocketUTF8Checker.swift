/// Checks UTF-8 that comes in pieces, and tells of a fault with the first byte that makes it certain.
///
/// Three bytes of state: how many continuation bytes are due, and the range of the next (Unicode 16, table 3-7).
public struct WebSocketUTF8Checker: Sendable, Hashable {
    private var due: UInt8 = 0
    private var low: UInt8 = 0x80
    private var high: UInt8 = 0xBF

    public init() {}

    /// True when the text may end here.
    public var isAtBoundary: Bool { due == 0 }

    /// False once the text cannot become UTF-8 any more; the checker is of no use then.
    public mutating func accept(_ bytes: Span<UInt8>) -> Bool {
        let raw = unsafe bytes.bytes
        var at = 0
        while at < bytes.count {
            if due == 0 {
                while at + 8 <= bytes.count {
                    // In bounds: at + 8 <= count.
                    let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
                    guard word & 0x8080_8080_8080_8080 == 0 else { break }
                    at += 8
                }
                guard at < bytes.count else { return true }
                guard begin(bytes[at]) else { return false }
            } else {
                guard bytes[at] >= low, bytes[at] <= high else { return false }
                (due, low, high) = (due - 1, 0x80, 0xBF)
            }
            at += 1
        }
        return true
    }

    @inline(__always)
    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x80: return true
        case 0xC2...0xDF: due = 1
        case 0xE0: (due, low) = (2, 0xA0)
        case 0xED: (due, high) = (2, 0x9F)
        case 0xE1...0xEF: due = 2
        case 0xF0: (due, low) = (3, 0x90)
        case 0xF4: (due, high) = (3, 0x8F)
        case 0xF1...0xF3: due = 3
        default: return false
        }
        return true
    }
}
