/// Whether a name says that what it names is a secret: `FORGE_PASSWORD`, `apiKey`, `raw_token`.
///
/// The last words decide: `TOKEN_FILE` and `max_tokens` name other things.
enum SecretName {
    private static let words: Set<String> = [
        "token", "password", "passwd", "passphrase", "pwd", "pass", "secret", "apikey", "bearer", "credential",
    ]
    private static let pairs: Set<String> = [
        "api key", "secret key", "private key", "access key", "auth key", "client secret", "encryption key",
        "signing key", "bcrypt hash", "password hash", "token hash", "account key", "service key",
    ]
    /// Tokens of a language model, and of a page's form.
    private static let others: Set<String> = [
        "eos token", "bos token", "pad token", "unk token", "sep token", "cls token", "mask token", "stop token",
        "special token", "added token", "image token", "csrf token", "next token", "page token",
    ]

    static func matches(_ name: String) -> Bool {
        let words = words(of: name)
        guard let last = words.last else { return false }
        let pair = words.suffix(2).joined(separator: " ")
        return pairs.contains(pair) || Self.words.contains(last) && !others.contains(pair)
    }

    /// Of a hash: `password_hash: argon2id` names an algorithm.
    static func isHash(_ name: String) -> Bool { words(of: name).last == "hash" }

    /// Of tokens and hashes a copy may stand in several places; a password is one instance's own.
    static func mayBeShared(_ name: String) -> Bool {
        guard let last = words(of: name).last else { return false }
        return last == "token" || last == "hash" || last == "bearer"
    }

    /// `rawToken`, `RAW_TOKEN` and `raw-token` are the same words.
    private static func words(of name: String) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        var previous: UInt8 = 0
        func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
        for byte in name.utf8.prefix(256) {
            let isLetter = (0x61...0x7A).contains(byte | 0x20) || byte >= 0x80
            let isDigit = (0x30...0x39).contains(byte)
            // A capital begins a word where a small letter stood.
            if !isLetter && !isDigit || isUpper(byte) && (0x61...0x7A).contains(previous) {
                if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
                word = []
            }
            if isLetter || isDigit { word.append(isUpper(byte) ? byte | 0x20 : byte) }
            previous = byte
        }
        if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }
}
