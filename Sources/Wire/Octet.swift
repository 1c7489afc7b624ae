/// Character classes of HTTP, RFC 9110 section 5.6.2 and RFC 9112 section 3.
public enum Octet {
    /// `tchar` of RFC 9110, section 5.6.2: what a method or a field name is made of.
    @inlinable public static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    /// What may stand in a field value: visible characters, space, tab and bytes above ASCII.
    @inlinable public static func isFieldByte(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F || byte == 0x09
    }

    /// `unreserved` of RFC 3986, section 2.3.
    @inlinable public static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    /// What may stand in a request target: visible ASCII but `#`, which no client sends.
    @inlinable public static func isTargetByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != 0x23
    }

    /// An ASCII letter in lower case, any other byte as it is.
    @inlinable public static func lowered(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }
}
