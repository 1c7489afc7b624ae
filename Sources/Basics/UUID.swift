/// A universally unique identifier, RFC 9562; text is lower case with hyphens.
public struct UUID: Sendable, Hashable, Comparable, CustomStringConvertible, LosslessStringConvertible {
    private let high: UInt64
    private let low: UInt64

    /// Version 4: 122 random bits.
    public init() { self.init(random: RandomBytes.make(16)) }

    /// Version 4 out of 16 given bytes, so that a test can choose them.
    public init(random bytes: [UInt8]) {
        precondition(bytes.count == 16)
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<8 {
            high = high << 8 | UInt64(bytes[index])
            low = low << 8 | UInt64(bytes[index + 8])
        }
        self.high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        self.low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    }

    /// Reads the canonical form only: 36 characters, lower case, hyphens in place. Any version is accepted.
    public init?(_ text: String) {
        var value: (UInt64, UInt64) = (0, 0)
        var digits = 0
        guard text.utf8.count == 36 else { return nil }
        for (index, byte) in text.utf8.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard !(0x41...0x5A).contains(byte), let digit = Hex.value(of: byte) else { return nil }
            if digits < 16 { value.0 = value.0 << 4 | UInt64(digit) } else { value.1 = value.1 << 4 | UInt64(digit) }
            digits += 1
        }
        (high, low) = value
    }

    public var description: String {
        var bytes: [UInt8] = []
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: high >> shift)) }
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: low >> shift)) }
        var text = Hex.encode(bytes)
        for place in [20, 16, 12, 8] { text.insert("-", at: text.index(text.startIndex, offsetBy: place)) }
        return text
    }

    public static func < (left: UUID, right: UUID) -> Bool { (left.high, left.low) < (right.high, right.low) }
}
