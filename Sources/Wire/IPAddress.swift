/// An IPv4 or IPv6 address; an IPv4 address inside IPv6 (`::ffff:a.b.c.d`) is the IPv4 address.
///
/// Strict text forms only: four decimal numbers without leading zeros, or RFC 4291, section 2.2, without a zone.
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// In network order; IPv4 in the low 32 bits.
    let bits: UInt128
    public let isIPv4: Bool

    /// Unchecked but for the mapping of IPv4 inside IPv6.
    init(bits: UInt128, isIPv4: Bool) {
        let isMapped = !isIPv4 && bits >> 32 == 0xFFFF
        (self.bits, self.isIPv4) = isMapped ? (bits & 0xFFFF_FFFF, true) : (bits, isIPv4)
    }

    public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
        self.init(bits: UInt128(a) << 24 | UInt128(b) << 16 | UInt128(c) << 8 | UInt128(d), isIPv4: true)
    }

    /// 4 or 16 bytes in network order, else nil.
    public init?(octets: [UInt8]) {
        guard octets.count == 4 || octets.count == 16 else { return nil }
        self.init(bits: octets.reduce(0) { $0 << 8 | UInt128($1) }, isIPv4: octets.count == 4)
    }

    public init?(_ text: String) {
        let bytes = text.utf8.span
        self.init(parsing: bytes, bytes.wholeRange)
    }

    init?(parsing bytes: Span<UInt8>, _ range: Range<Int>) {
        if bytes.firstIndex(of: ASCII.colon, within: range) == nil {
            self.init(parsingIPv4: bytes, range)
        } else {
            self.init(parsingIPv6: bytes, range)
        }
    }

    init?(parsingIPv4 bytes: Span<UInt8>, _ range: Range<Int>) {
        guard let bits = Self.ipv4(bytes, range) else { return nil }
        self.init(bits: bits, isIPv4: true)
    }

    init?(parsingIPv6 bytes: Span<UInt8>, _ range: Range<Int>) {
        var groups = Groups()
        var index = range.lowerBound
        if range.count >= 2, bytes.matches("::", at: index..<index + 2) {
            groups.gap = 0
            index += 2
            if index == range.upperBound {
                self.init(bits: 0, isIPv4: false)
                return
            }
        }
        while true {
            let end = bytes.firstIndex(of: ASCII.colon, within: index..<range.upperBound) ?? range.upperBound
            if end == range.upperBound, let tail = Self.ipv4(bytes, index..<end) {
                guard groups.append(UInt16(tail >> 16)), groups.append(UInt16(tail & 0xFFFF)) else { return nil }
                break
            }
            guard let group = Self.group(bytes, index..<end), groups.append(group) else { return nil }
            if end == range.upperBound { break }
            index = end + 1
            if index == range.upperBound { return nil }
            if bytes[index] == ASCII.colon {
                guard groups.gap == nil else { return nil }
                groups.gap = groups.count
                index += 1
                if index == range.upperBound { break }
            }
        }
        guard let bits = groups.bits else { return nil }
        self.init(bits: bits, isIPv4: false)
    }

    /// 4 or 16 bytes in network order.
    public var octets: [UInt8] {
        stride(from: isIPv4 ? 24 : 120, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> UInt128($0)) }
    }

    /// Dotted decimal, or the canonical form of RFC 5952.
    public var description: String {
        if isIPv4 { return octets.map { String($0) }.joined(separator: ".") }
        let groups = stride(from: 112, through: 0, by: -16).map { UInt16(truncatingIfNeeded: bits >> UInt128($0)) }
        var gap = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(1, gap.count) { gap = start..<end }
            start = max(end, start + 1)
        }
        let text = groups.map { String($0, radix: 16) }
        guard !gap.isEmpty else { return text.joined(separator: ":") }
        return text[..<gap.lowerBound].joined(separator: ":") + "::" + text[gap.upperBound...].joined(separator: ":")
    }

    private static func ipv4(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt128? {
        guard range.count >= 7, range.count <= 15 else { return nil }
        var bits: UInt128 = 0
        var start = range.lowerBound
        for place in 0..<4 {
            let end = bytes.firstIndex(of: ASCII.dot, within: start..<range.upperBound) ?? range.upperBound
            guard (end == range.upperBound) == (place == 3), end - start <= 3,
                let number = bytes.decimal(start..<end, saturatingAt: 256), number < 256,
                end - start == 1 || bytes[start] != 0x30
            else { return nil }
            bits = bits << 8 | UInt128(number)
            start = min(end + 1, range.upperBound)
        }
        return bits
    }

    private static func group(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt16? {
        guard !range.isEmpty, range.count <= 4 else { return nil }
        var value: UInt16 = 0
        for index in range {
            let byte = bytes[index]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46, 0x61...0x66: digit = (byte | 0x20) - 0x57
            default: return nil
            }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    /// The groups read so far, and how many stood in front of `::`.
    private struct Groups {
        var all: UInt128 = 0
        var count = 0
        var gap: Int?

        mutating func append(_ group: UInt16) -> Bool {
            guard count < 8 else { return false }
            all = all << 16 | UInt128(group)
            count += 1
            return true
        }

        var bits: UInt128? {
            guard let gap else { return count == 8 ? all : nil }
            guard count < 8 else { return nil }
            let tailBits = UInt128(16 * (count - gap))
            let tail = all & (1 << tailBits - 1)
            return (all >> tailBits) << UInt128(16 * (8 - gap)) | tail
        }
    }
}
