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
        let utf8 = text.utf8
        self.init(utf8.span)
    }

    /// The same of bytes.
    public init?(_ text: Span<UInt8>) {
        guard text.count == 36 else { return nil }
        var value: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for index in text.indices {
            let byte = text[index]
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
        unsafe String(unsafeUninitializedCapacity: 36) { out in
            var place = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    unsafe out[place] = UInt8(ascii: "-")
                    place += 1
                }
                let half = UInt8(truncatingIfNeeded: (digit < 16 ? high : low) >> UInt64(60 - digit % 16 * 4)) & 15
                unsafe out[place] = half < 10 ? half + 0x30 : half + 0x57
                place += 1
            }
            return place
        }
    }

    public static func < (left: UUID, right: UUID) -> Bool { (left.high, left.low) < (right.high, right.low) }
}
