/// Lossless WebP without compression: enough for `/view?preview=webp`, which nobody measures here.
///
/// Source: the WebP lossless bitstream specification (VP8L). Each channel has a code of 256 words of 8 bits, so a pixel
/// is its own code.
enum WebPWriter {
    /// Empty above 16,384 pixels a side, which the format cannot say.
    static func encode(_ picture: Picture) -> [UInt8] {
        guard picture.width <= 16_384, picture.height <= 16_384 else { return [] }
        var bits = Bits()
        bits.put(0x2F, 8)
        bits.put(UInt32(picture.width - 1), 14)
        bits.put(UInt32(picture.height - 1), 14)
        bits.put(picture.isOpaque ? 0 : 1, 1)
        bits.put(0, 3)  // version
        bits.put(0, 1)  // no transform
        bits.put(0, 1)  // no colour cache
        bits.put(0, 1)  // no meta prefix codes
        for _ in 0..<4 { bits.putByteCode() }  // green with its length words unused, red, blue, alpha
        bits.put(1, 1)  // the distance code is simple,
        bits.put(0, 1)  // has one word,
        bits.put(0, 1)  // of one bit,
        bits.put(0, 1)  // which is zero
        let rows = picture.rows(alpha: true)
        for at in stride(from: 0, to: rows.count, by: 4) {
            for channel in [1, 0, 2, 3] { bits.put(reversed[Int(rows[at + channel])], 8) }
        }
        let data = bits.bytes + (bits.bytes.count.isMultiple(of: 2) ? [] : [0])
        return Array("RIFF".utf8) + littleEndian(UInt32(12 + data.count)) + Array("WEBPVP8L".utf8)
            + littleEndian(UInt32(bits.bytes.count)) + data
    }

    /// Prefix codes are packed from their first bit on, which is the highest.
    private static let reversed: [UInt32] = (0..<256).map { value in
        (0..<8).reduce(0) { $0 << 1 | UInt32(value >> $1 & 1) }
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] {
        [
            UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8),
            UInt8(truncatingIfNeeded: value >> 16), UInt8(value >> 24),
        ]
    }

    private struct Bits {
        private(set) var bytes: [UInt8] = []
        private var used = 8

        mutating func put(_ value: UInt32, _ count: Int) {
            if used == 8, count == 8 {
                bytes.append(UInt8(value))
                return
            }
            for place in 0..<count {
                if used == 8 {
                    bytes.append(0)
                    used = 0
                }
                bytes[bytes.count - 1] |= UInt8(value >> UInt32(place) & 1) << UInt8(used)
                used += 1
            }
        }

        /// A normal code whose first 256 words are 8 bits long: the length code knows the length 8 only, in no bits.
        mutating func putByteCode() {
            put(0, 1)  // not simple
            put(8, 4)  // twelve code length codes follow, in the order 17 18 0 1 2 3 4 5 16 6 7 8
            for _ in 0..<11 { put(0, 3) }
            put(1, 3)
            put(1, 1)  // the number of words is said:
            put(3, 3)  // in 8 bits
            put(254, 8)  // 254 + 2
        }
    }
}
