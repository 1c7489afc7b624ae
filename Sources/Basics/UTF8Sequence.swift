/// The well-formed byte sequences of UTF-8 (Unicode 16, table 3-7).
enum UTF8Sequence {
    /// Bytes of the sequence that begins at `place`; 0 when none does: a stray byte, an overlong form, a surrogate,
    /// something above U+10FFFF, or the end of the text in the middle.
    @inline(__always)
    static func length(in bytes: Span<UInt8>, at place: Int) -> Int {
        let first = bytes[place]
        let left = bytes.count - place
        switch first {
        case 0..<0x80: return 1
        case 0xC2...0xDF:
            return left >= 2 && isContinuation(bytes[place + 1]) ? 2 : 0
        case 0xE0...0xEF:
            guard left >= 3, isContinuation(bytes[place + 2]) else { return 0 }
            let low: UInt8 = first == 0xE0 ? 0xA0 : 0x80
            let high: UInt8 = first == 0xED ? 0x9F : 0xBF
            return bytes[place + 1] >= low && bytes[place + 1] <= high ? 3 : 0
        case 0xF0...0xF4:
            guard left >= 4, isContinuation(bytes[place + 2]), isContinuation(bytes[place + 3]) else { return 0 }
            let low: UInt8 = first == 0xF0 ? 0x90 : 0x80
            let high: UInt8 = first == 0xF4 ? 0x8F : 0xBF
            return bytes[place + 1] >= low && bytes[place + 1] <= high ? 4 : 0
        default: return 0
        }
    }

    @inline(__always)
    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
