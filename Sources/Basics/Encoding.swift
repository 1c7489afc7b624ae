/// Text forms of bytes: hexadecimal, base64 (RFC 4648) and base62.
public enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Two lower-case digits a byte.
    public static func encode(_ bytes: [UInt8]) -> String {
        unsafe String(unsafeUninitializedCapacity: bytes.count * 2) { out in
            for (index, byte) in bytes.enumerated() {
                unsafe out[index * 2] = digits[Int(byte >> 4)]
                unsafe out[index * 2 + 1] = digits[Int(byte & 15)]
            }
            return bytes.count * 2
        }
    }

    /// Nil for an odd count or any other character; both cases are read.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let source = Array(text.utf8)
        guard source.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.count / 2)
        for index in stride(from: 0, to: source.count, by: 2) {
            guard let high = value(of: source[index]), let low = value(of: source[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// The value of one hexadecimal digit.
    @inlinable public static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}

public enum Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let url = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// With `=` padding in the standard alphabet; without padding in the URL-safe one.
    public static func encode(_ bytes: [UInt8], urlSafe: Bool = false) -> String {
        let alphabet = urlSafe ? url : standard
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let group =
                UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
                | (left > 2 ? UInt32(bytes[index + 2]) : 0)
            out.append(alphabet[Int(group >> 18 & 63)])
            out.append(alphabet[Int(group >> 12 & 63)])
            if left > 1 { out.append(alphabet[Int(group >> 6 & 63)]) } else if !urlSafe { out.append(0x3D) }
            if left > 2 { out.append(alphabet[Int(group & 63)]) } else if !urlSafe { out.append(0x3D) }
            index += 3
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Reads either alphabet, padded or not; nil for white space, other characters, wrong lengths and stray bits.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var source = Array(text.utf8)
        if source.count.isMultiple(of: 4), source.last == 0x3D {
            source.removeLast()
            if source.last == 0x3D { source.removeLast() }
        }
        guard source.count % 4 != 1 else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(source.count * 3 / 4)
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for byte in source {
            guard let value = value(of: byte) else { return nil }
            bits = bits << 6 | value
            held += 6
            if held >= 8 {
                held -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> held))
                bits &= 1 << held - 1
            }
        }
        return bits == 0 ? out : nil
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte) - 0x41
        case 0x61...0x7A: UInt32(byte) - 0x61 + 26
        case 0x30...0x39: UInt32(byte) - 0x30 + 52
        case 0x2B, 0x2D: 62
        case 0x2F, 0x5F: 63
        default: nil
        }
    }
}

/// Digits, upper case, lower case: text that needs no quoting in a URL, a shell or a header.
public enum Base62 {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The bytes as one big-endian number, padded with `0` to the length that any value of that many bytes may need.
    public static func encode(_ bytes: [UInt8]) -> String {
        // 62^n >= 256^k for n = ceil(k * 8 / log2 62).
        let width = (bytes.count * 8 * 10_000 + 59_541) / 59_542
        var number = bytes
        var out = [UInt8](repeating: alphabet[0], count: width)
        for place in stride(from: width - 1, through: 0, by: -1) {
            var remainder = 0
            for index in number.indices {
                let value = remainder << 8 | Int(number[index])
                number[index] = UInt8(value / 62)
                remainder = value % 62
            }
            out[place] = alphabet[remainder]
        }
        return String(decoding: out, as: UTF8.self)
    }
}
