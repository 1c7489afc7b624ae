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

    /// What all of these end with.
    private static let endings: [StaticString] = [
        "token", "password", "passwd", "passphrase", "pwd", "pass", "secret", "apikey", "bearer", "credential", "key",
        "hash",
    ]

    static func matches(_ name: String) -> Bool {
        let (before, last) = ending(of: name)
        let ends = name.utf8Span.span.extracting(last)
        guard endings.contains(where: { ends.equals($0, ignoresCase: true) }) else { return false }
        let word = String(lowercasing: ends)
        let pair =
            before.isEmpty ? word : String(lowercasing: name.utf8Span.span.extracting(before)) + " " + word
        return pairs.contains(pair) || words.contains(word) && !others.contains(pair)
    }

    /// Of a hash: `password_hash: argon2id` names an algorithm.
    static func isHash(_ name: String) -> Bool { name.ends(with: ["hash"]) }

    /// Of tokens and hashes a copy may stand in several places; a password is one instance's own.
    static func mayBeShared(_ name: String) -> Bool { name.ends(with: ["token", "hash", "bearer"]) }

    /// Where the last two words lie, empty where there are none. `rawToken`, `RAW_TOKEN` and `raw-token` are the same words.
    fileprivate static func ending(of name: String) -> (before: Range<Int>, last: Range<Int>) {
        let all = name.utf8Span.span
        let bytes = all.extracting(first: 256)
        var (before, last) = (0..<0, 0..<0)
        var start = 0
        var previous: UInt8 = 0
        func take(upTo end: Int) { if end > start { (before, last) = (last, start..<end) } }
        for index in bytes.indices {
            let byte = bytes[index]
            let isPart = (0x61...0x7A).contains(byte | 0x20) || byte >= 0x80 || (0x30...0x39).contains(byte)
            // A capital begins a word where a small letter stood.
            if !isPart || (0x41...0x5A).contains(byte) && (0x61...0x7A).contains(previous) {
                take(upTo: index)
                start = isPart ? index : index + 1
            }
            previous = byte
        }
        take(upTo: bytes.count)
        return (before, last)
    }
}

extension String {
    /// The last word is one of these.
    fileprivate func ends(with words: [StaticString]) -> Bool {
        let last = utf8Span.span.extracting(SecretName.ending(of: self).last)
        return words.contains { last.equals($0, ignoresCase: true) }
    }
}
