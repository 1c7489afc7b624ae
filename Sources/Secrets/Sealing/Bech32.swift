/// Bytes as text that tells a mistyped letter: Bech32 (BIP 173) without its limit on the length, as age uses it.
enum Bech32 {
    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let generator: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
    private static let checksumCount = 6

    /// Lower case.
    static func encode(_ bytes: [UInt8], prefix: String) -> String {
        let values = fives(bytes)
        let sum = checksum(expand(prefix) + values + [UInt8](repeating: 0, count: checksumCount)) ^ 1
        let tail = (0..<checksumCount).map { UInt8(truncatingIfNeeded: sum >> UInt32(5 * (5 - $0)) & 31) }
        return prefix + "1" + String(decoding: (values + tail).map { alphabet[Int($0)] }, as: UTF8.self)
    }

    /// Nil for mixed cases, other characters, a wrong checksum and stray bits at the end.
    static func decode(_ text: some StringProtocol) -> (prefix: String, bytes: [UInt8])? {
        let source = Array(text.utf8)
        guard source.count <= 1_024, source.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let hasLower = source.contains { (0x61...0x7A).contains($0) }
        let hasUpper = source.contains { (0x41...0x5A).contains($0) }
        guard !hasLower || !hasUpper else { return nil }
        guard let middle = source.lastIndex(of: 0x31), middle > 0, source.count - middle > checksumCount else {
            return nil
        }
        var values: [UInt8] = []
        for byte in source[(middle + 1)...] {
            guard let value = alphabet.firstIndex(of: hasUpper ? byte | 0x20 : byte) else { return nil }
            values.append(UInt8(value))
        }
        // A digit with the bit set stays itself, so no other byte becomes a letter of the alphabet.
        let prefix = String(decoding: source[..<middle], as: UTF8.self)
        guard checksum(expand(prefix.lowercased()) + values) == 1 else { return nil }
        guard let bytes = eights(values.dropLast(checksumCount)) else { return nil }
        return (prefix, bytes)
    }

    private static func expand(_ prefix: String) -> [UInt8] {
        prefix.utf8.map { $0 >> 5 } + [0] + prefix.utf8.map { $0 & 31 }
    }

    private static func checksum(_ values: [UInt8]) -> UInt32 {
        var sum: UInt32 = 1
        for value in values {
            let top = sum >> 25
            sum = (sum & 0x1ff_ffff) << 5 ^ UInt32(value)
            for (bit, word) in generator.enumerated() where top >> UInt32(bit) & 1 == 1 { sum ^= word }
        }
        return sum
    }

    private static func fives(_ bytes: [UInt8]) -> [UInt8] {
        var (held, count): (UInt32, UInt32) = (0, 0)
        var out: [UInt8] = []
        for byte in bytes {
            held = held << 8 | UInt32(byte)
            count += 8
            while count >= 5 {
                count -= 5
                out.append(UInt8(truncatingIfNeeded: held >> count & 31))
            }
            held &= 1 << count - 1
        }
        if count > 0 { out.append(UInt8(truncatingIfNeeded: held << (5 - count) & 31)) }
        return out
    }

    private static func eights(_ values: ArraySlice<UInt8>) -> [UInt8]? {
        var (held, count): (UInt32, UInt32) = (0, 0)
        var out: [UInt8] = []
        for value in values {
            held = held << 5 | UInt32(value)
            count += 5
            if count >= 8 {
                count -= 8
                out.append(UInt8(truncatingIfNeeded: held >> count))
                held &= 1 << count - 1
            }
        }
        return count < 5 && held == 0 ? out : nil
    }
}
