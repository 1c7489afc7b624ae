internal import Identity

/// Forms that their makers gave to secrets, so that nothing else looks like them.
public enum SecretShape: String, Sendable, Hashable, CaseIterable {
    /// A hash, or what is left of one that was cut or eaten.
    case bcrypt
    /// A token of this gate.
    case gate
    case huggingFace = "hugging_face"
    case openAI = "openai"
    case gitHub = "github"
    case gitLab = "gitlab"
    case aws
    case google
    case slack
    case jwt
    case age
    case privateKey = "private_key"

    /// - Parameter bytes: A whole value without its quotes.
    init?(of bytes: [UInt8]) {
        guard (8...65_536).contains(bytes.count) else { return nil }
        if Self.isBcrypt(bytes) {
            self = .bcrypt
        } else if TokenFormat.shape(of: bytes.span) == .token {
            self = .gate
        } else if let (shape, _, _) = Self.prefixes.first(where: { Self.matches(bytes, $0.prefix, $0.least) }) {
            self = shape
        } else if Self.isJWT(bytes) {
            self = .jwt
        } else if Self.isPrivateKey(bytes) {
            self = .privateKey
        } else {
            return nil
        }
    }

    /// What stands in front, and how many letters, digits, `_` and `-` follow at least.
    private static let prefixes: [(shape: Self, prefix: StaticString, least: Int)] = [
        (.huggingFace, "hf_", 20), (.openAI, "sk-", 16), (.gitHub, "ghp_", 30), (.gitHub, "gho_", 30),
        (.gitHub, "ghu_", 30), (.gitHub, "ghs_", 30), (.gitHub, "ghr_", 30), (.gitHub, "github_pat_", 30),
        (.gitLab, "glpat-", 16), (.aws, "AKIA", 16), (.aws, "ASIA", 16), (.google, "AIza", 30), (.slack, "xoxb-", 16),
        (.slack, "xoxp-", 16), (.slack, "xoxa-", 16), (.age, "AGE-SECRET-KEY-1", 50),
    ]

    private static func matches(_ bytes: [UInt8], _ prefix: StaticString, _ least: Int) -> Bool {
        guard bytes.span.hasPrefix(prefix), bytes.count >= prefix.utf8CodeUnitCount + least else { return false }
        return bytes.allSatisfy { isWord($0) || $0 == 0x2D }
    }

    private static func isBcrypt(_ bytes: [UInt8]) -> Bool {
        // Wrappings stand in front: a mark, a quote, blanks.
        guard bytes.count >= 20, bytes.prefix(6).contains(0x24) else { return false }
        return switch HashVerdict(judging: bytes) {
        case .hash, .wrapped, .eaten(by: .compose): true
        // Money and prices begin with `$2` too.
        case .broken:
            bytes.span.hasPrefix("$2a$") || bytes.span.hasPrefix("$2b$") || bytes.span.hasPrefix("$2y$")
        case .empty, .placeholder, .word, .eaten(by: .shell): false
        }
    }

    /// Three parts of base64url, the first an object (RFC 7519).
    private static func isJWT(_ bytes: [UInt8]) -> Bool {
        guard bytes.span.hasPrefix("eyJ") else { return false }
        let parts = bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
        return parts.count == 3 && parts[1].count >= 4 && parts.joined().allSatisfy { isWord($0) || $0 == 0x2D }
    }

    /// PEM (RFC 7468), whatever the kind of key.
    private static func isPrivateKey(_ bytes: [UInt8]) -> Bool {
        guard bytes.span.hasPrefix("-----BEGIN ") else { return false }
        let line = bytes.prefix(80).prefix { $0 != 0x0A && $0 != 0x0D && $0 != UInt8(ascii: "\\") }
        return String(decoding: line, as: UTF8.self).contains("PRIVATE KEY-----")
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x5F
    }
}
