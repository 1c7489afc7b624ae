internal import Glibc

/// Values that nobody made up: too mixed for a word, a name or a number.
///
/// Digits of hashes (commits, images, models) are as random as a secret and public; so a value of hexadecimal digits is
/// none here, and a secret of that form is found by its name alone.
enum SecretEntropy {
    /// Bytes. Below it, words of two languages reach the threshold; above it stand pictures in base64.
    static let lengths = 24...256
    /// Bits for each character. 24 random characters of base62 have 4.3 on average, and 19 of 20 have more than this.
    static let threshold = 3.9
    /// Neighbours of another kind (capital, small letter, digit, sign), of all pairs, in hundredths. Random ones have 62
    /// on average; names in CamelCase, which reach any threshold of bits, have 25 to 43.
    static let changes = 45
    /// Capitals, and small letters, of all characters, in hundredths. Random ones have 42 of each.
    static let letters = 15

    /// Tells 9 of 10 random values of 24 characters of base62, 98 of 100 from 32 characters on.
    static func matches(_ bytes: [UInt8]) -> Bool {
        guard lengths.contains(bytes.count) else { return false }
        var (uppers, lowers, digits) = (0, 0, 0)
        var (changes, last): (Int, Kind?) = (-1, nil)
        for byte in bytes {
            guard let kind = Kind(byte) else { return false }
            switch kind {
            case .upper: uppers += 1
            case .lower: lowers += 1
            case .digit: digits += 1
            case .sign: break
            }
            if kind != last { changes += 1 }
            last = kind
        }
        // Base64 has a slash in every 64 characters; a path has no sign that only base64 has.
        if bytes.contains(UInt8(ascii: "/")), !bytes.contains(UInt8(ascii: "+")), bytes.last != UInt8(ascii: "=") {
            return false
        }
        guard digits > 0, min(uppers, lowers) * 100 >= letters * bytes.count,
            changes * 100 >= Self.changes * (bytes.count - 1), !isChecksum(bytes)
        else { return false }
        return bits(bytes) >= threshold
    }

    private enum Kind {
        case upper, lower, digit, sign

        /// Nil for what stands in no encoding of random bytes.
        init?(_ byte: UInt8) {
            switch byte {
            case 0x41...0x5A: self = .upper
            case 0x61...0x7A: self = .lower
            case 0x30...0x39: self = .digit
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
                self = .sign
            default: return nil
            }
        }
    }

    /// Shannon's measure over the bytes of one value, in bits for each byte.
    static func bits(_ bytes: [UInt8]) -> Double {
        guard !bytes.isEmpty else { return 0 }
        var counts = [Int](repeating: 0, count: 256)
        for byte in bytes { counts[Int(byte)] += 1 }
        return counts.reduce(0) { sum, count in
            guard count > 0 else { return sum }
            let share = Double(count) / Double(bytes.count)
            return sum - share * log2(share)
        }
    }

    /// As package managers write them: `sha512-…`.
    private static func isChecksum(_ bytes: [UInt8]) -> Bool {
        ["sha1-", "sha256-", "sha384-", "sha512-"].contains { bytes.starts(with: $0.utf8) }
    }
}
