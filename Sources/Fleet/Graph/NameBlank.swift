/// Overwrites an attempt's names with zeros, byte for byte.
struct NameBlank: Sendable {
    private let id: [UInt8]
    private let token: [UInt8]
    private let attempt: ByteSearch
    private let input = ByteSearch(NameMap.inputPrefix)

    /// One byte less than the longest name: what must be held back where a name may be cut in two.
    static let overlap = 35

    init(attempt: AttemptNames) {
        (id, token) = (Array(attempt.id.utf8), Array(attempt.token.utf8))
        self.attempt = ByteSearch(Array(token.prefix(8)))
    }

    /// - Returns: How many names were overwritten.
    func apply(to bytes: inout [UInt8]) -> Int {
        let found = places(in: bytes)
        for range in found {
            // Hyphens of the id, and the beginning of an input's name, keep the shape.
            for at in range where bytes[at] != UInt8(ascii: "-") { bytes[at] = UInt8(ascii: "0") }
        }
        return found.count
    }

    /// Names that begin in front of `end`.
    func count(in bytes: [UInt8], before end: Int) -> Int { places(in: bytes).count { $0.lowerBound < end } }

    private func places(in bytes: [UInt8]) -> [Range<Int>] {
        var out: [Range<Int>] = []
        var at = attempt.first(in: bytes.span, from: 0)
        while at < bytes.count {
            let end = bytes[at...].starts(with: id) ? at + 36 : bytes[at...].starts(with: token) ? at + 32 : at
            if end > at { out.append(at..<end) }
            at = attempt.first(in: bytes.span, from: max(at + 1, end))
        }
        at = input.first(in: bytes.span, from: 0)
        while at < bytes.count {
            let digits = bytes[(at + 3)...].prefix(32)
            let isName = digits.count == 32 && digits.allSatisfy(NameBlank.isHex)
            // Names already overwritten count once.
            if isName, digits.contains(where: { $0 != UInt8(ascii: "0") }) { out.append(at + 3..<at + 35) }
            at = input.first(in: bytes.span, from: at + 3)
        }
        return out
    }

    private static func isHex(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }
}
