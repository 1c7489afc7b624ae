public import Basics

/// Takes secrets out of what another program wrote.
///
/// Programs write them in other spellings, too: Compose doubles a `$`, JSON escapes a `/`, addresses use `%24`, headers
/// base64. What has the form of a secret goes with those that are known.
public struct Redaction: Sendable {
    /// What stands in place of a secret.
    static let mark = Array("…".utf8)

    /// By the first byte, the longest first: a hash that begins like another one goes whole.
    private let spellings: [UInt8: [[UInt8]]]

    public init(_ secrets: some Sequence<Secret>) {
        let all = Set(secrets.flatMap { Self.spellings(of: Array($0.reveal().utf8)) }.filter { !$0.isEmpty })
        spellings = Dictionary(grouping: all.sorted { $0.count > $1.count }) { $0[0] }
    }

    /// A sentence, a name, or a line that a program said.
    ///
    /// - Complexity: O(text × spellings that begin with the same byte).
    public func text(_ bytes: [UInt8]) -> String { redacted(bytes, isDocument: false) }

    /// A file or a log: what stands behind the name of a secret goes, too, known or not.
    public func document(_ bytes: [UInt8]) -> String { redacted(bytes, isDocument: true) }

    private func redacted(_ bytes: [UInt8], isDocument: Bool) -> String {
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            if let found = spellings[bytes[index]]?.first(where: { rest.starts(with: $0) }) {
                out += Self.mark
                index += found.count
            } else {
                out.append(bytes[index])
                index += 1
            }
        }
        out = Self.withoutShapes(out)
        var left: [UInt8] = []
        var end = 0
        for range in SecretPlaces(in: out, isDocument: isDocument).ranges {
            left += out[end..<range.lowerBound] + Self.mark
            end = range.upperBound
        }
        return String(decoding: left + out[end...], as: UTF8.self)
    }

    private static func withoutShapes(_ bytes: [UInt8]) -> [UInt8] {
        let ends = Set(" \t\r\n\"'`=,;:()[]{}<>|".utf8)
        var out: [UInt8] = []
        for word in bytes.split(omittingEmptySubsequences: false, whereSeparator: { ends.contains($0) }) {
            let plain = single(word)
            let isSecret = SecretShape(of: Array(word)) != nil || SecretShape(of: plain) != nil || isCrypt(plain)
            out += isSecret ? mark : Array(word)
            if word.endIndex < bytes.endIndex { out.append(bytes[word.endIndex]) }
        }
        return out
    }

    /// With one `$` where Compose wants two.
    private static func single(_ word: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        for byte in word {
            if byte == DotenvBytes.dollar, out.last == byte, word.starts(with: "$$".utf8) { continue }
            out.append(byte)
        }
        return out
    }

    /// `$apr1$salt$hash`, as htpasswd and crypt(5) write them.
    private static func isCrypt(_ word: [UInt8]) -> Bool {
        guard word.count >= 20, word.first == DotenvBytes.dollar else { return false }
        return word.split(separator: DotenvBytes.dollar).count >= 3 && !word.contains(UInt8(ascii: "{"))
    }

    private static func spellings(of secret: [UInt8]) -> [[UInt8]] {
        func escaping(_ signs: String, _ escape: (UInt8) -> [UInt8]) -> [UInt8] {
            secret.flatMap { signs.utf8.contains($0) ? escape($0) : [$0] }
        }
        let backslash = UInt8(ascii: "\\")
        let plain = [
            secret, escaping("$") { [$0, $0] }, escaping("$") { [backslash, $0] },
            escaping("\"\\") { [backslash, $0] }, escaping("\"\\/") { [backslash, $0] },
        ]
        // Too short for the other spellings: they would take away half of every text.
        guard secret.count >= 6 else { return plain }
        return plain + [percent(secret, "-._~"), percent(secret, "-._~/$")]
            + [Array(Hex.encode(secret).utf8)] + base64(secret)
    }

    private static func percent(_ secret: [UInt8], _ kept: String) -> [UInt8] {
        secret.flatMap { byte -> [UInt8] in
            let isPlain = (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
            return isPlain || kept.utf8.contains(byte) ? [byte] : Array("%\(Hex.encode([byte]).uppercased())".utf8)
        }
    }

    /// Whatever stands in front of it, `Bearer ` or a user's name: the letters that are its own alone.
    private static func base64(_ secret: [UInt8]) -> [[UInt8]] {
        (0...2).flatMap { shift in
            [false, true].map { urlSafe in
                let text = Array(Base64.encode([UInt8](repeating: 0, count: shift) + secret, urlSafe: urlSafe).utf8)
                let end = (shift + secret.count) * 8 / 6
                return Array(text[((shift * 8 + 5) / 6)..<end])
            }
        }
    }
}
