public import Basics

/// What API credentials look like.
///
/// A token is `cg_`, 43 base62 characters of 32 random bytes, and a check of 6: base62 of the first 4 bytes of the
/// SHA-256 of all before it. A typing mistake is thus told from a guess without the store, and secret scanners can be
/// sure. A token like ComfyUI-Login's has bcrypt's shape instead and no check.
public enum TokenFormat {
    public static let prefix = "cg_"
    /// In bytes, and in characters.
    public static let length = 52
    private static let checked = 46

    public static func make(random: [UInt8] = RandomBytes.make(32)) -> Secret {
        precondition(random.count == 32)
        let body = prefix + Base62.encode(random)
        return Secret(body + check(of: Array(body.utf8)))
    }

    /// A random secret that passes for a bcrypt hash of cost 12, for scripts made for ComfyUI-Login.
    ///
    /// The salt begins with a digit, so that no shell or Compose file takes `$` and a letter for a variable; last
    /// characters are canonical, so that tools which check hashes accept it. 309 bits of it are random.
    public static func makeLikeLogin(random: [UInt8] = RandomBytes.make(54)) -> Secret {
        precondition(random.count == 54)
        let alphabet = PasswordHash.bcryptAlphabet
        var text = Array("$2b$12$".utf8)
        text.append(0x30 + UInt8((Int(random[0]) << 8 | Int(random[53])) % 10))
        for index in 1..<21 { text.append(alphabet[Int(random[index] & 63)]) }
        text.append(PasswordHash.bcryptSaltEnds[Int(random[21] & 3)])
        for index in 22..<52 { text.append(alphabet[Int(random[index] & 63)]) }
        text.append(PasswordHash.bcryptHashEnds[Int(random[52] & 15)])
        return Secret(String(decoding: text, as: UTF8.self))
    }

    /// What a presented credential can be.
    public enum Shape: Sendable, Hashable {
        /// `cg_` with characters in place; the check is not looked at.
        case token
        /// 60 bytes of bcrypt's shape: like-login, or a migration credential.
        case bcrypt
    }

    /// Tells what is worth a look-up from what never was a credential; reads at most 60 bytes, allocates nothing.
    public static func shape(of bytes: Span<UInt8>) -> Shape? {
        switch bytes.count {
        case length:
            guard bytes[0] == 0x63, bytes[1] == 0x67, bytes[2] == 0x5F else { return nil }
            for index in 3..<length where !isBase62(bytes[index]) { return nil }
            return .token
        case 60:
            guard bytes[0] == 0x24, bytes[1] == 0x32, bytes[3] == 0x24, bytes[6] == 0x24 else { return nil }
            for index in 7..<60 where !(isBase62(bytes[index]) || bytes[index] == 0x2E || bytes[index] == 0x2F) {
                return nil
            }
            return .bcrypt
        default: return nil
        }
    }

    /// Whether the check fits: an unknown token that does counts as a guess, one that does not is a typing mistake.
    public static func hasValidCheck(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == length, shape(of: bytes.span) == .token else { return false }
        return check(of: Array(bytes[..<checked])).utf8.elementsEqual(bytes[checked...])
    }

    private static func check(of body: [UInt8]) -> String { Base62.encode(Array(Digest.sha256(body).prefix(4))) }

    private static func isBase62(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}
