internal import Basics

/// Percent-encoding of RFC 3986, section 2.1.
enum PercentEncoding {
    /// Which bytes need no escape.
    enum Component {
        /// One path segment: `pchar` of RFC 3986, section 3.3.
        case segment
        /// A query name or value; everything but `unreserved` is escaped, so that `+`, `&`, `;` mean one thing only.
        case query
        /// The value of an extended header parameter: `attr-char` of RFC 8187, section 3.2.1.
        case parameter
    }

    /// Appends the decoded bytes of `range`; false for `%` without two hexadecimal digits behind it.
    static func decode(
        _ bytes: Span<UInt8>, _ range: Range<Int>, plusIsSpace: Bool = false, into out: inout [UInt8]
    ) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            if byte == ASCII.percent {
                guard index + 2 < range.upperBound, let high = Hex.value(of: bytes[index + 1]),
                    let low = Hex.value(of: bytes[index + 2])
                else { return false }
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(plusIsSpace && byte == ASCII.plus ? ASCII.space : byte)
                index += 1
            }
        }
        return true
    }

    static func encode(_ text: String, _ component: Component, into out: inout [UInt8]) {
        for byte in text.utf8 {
            if isPlain(byte, component) {
                out.append(byte)
            } else {
                out.append(ASCII.percent)
                out.append(upperHex(byte >> 4))
                out.append(upperHex(byte & 15))
            }
        }
    }

    private static func upperHex(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x37 + nibble }

    private static func isPlain(_ byte: UInt8, _ component: Component) -> Bool {
        if Octet.isUnreserved(byte) { return true }
        switch (component, byte) {
        // ! $ & ' ( ) * + , ; = : @
        case (.segment, 0x21), (.segment, 0x24), (.segment, 0x26...0x2C), (.segment, 0x3A), (.segment, 0x3B),
            (.segment, 0x3D), (.segment, 0x40):
            return true
        // ! # $ & + ^ ` |
        case (.parameter, 0x21), (.parameter, 0x23), (.parameter, 0x24), (.parameter, 0x26), (.parameter, 0x2B),
            (.parameter, 0x5E), (.parameter, 0x60), (.parameter, 0x7C):
            return true
        default:
            return false
        }
    }
}
