/// What tells that a value is a secret.
public enum Evidence: Sendable, Hashable {
    /// The key's or the file's.
    case name
    case shape(SecretShape)
    case entropy
    /// A compose file takes it from the environment.
    case need
}

/// Judges one value by its name and its bytes; knows no file.
enum ValueJudgement: Hashable {
    case secret([Evidence])
    /// A known key holds a text from an example, or nothing.
    case placeholder
    case none

    /// - Parameters:
    ///   - name: Of the value: a dotenv key, a member. Nil for an element without one.
    ///   - isProse: Values may be sentences and labels, as in JSON and YAML.
    init(name: String?, _ bytes: [UInt8], isProse: Bool = false) {
        let isKnown = name.map { KnownKeys.values[$0] != nil } ?? false
        let isNamed = isKnown || name.map(SecretName.matches) ?? false
        if let shape = SecretShape(of: bytes) {
            // `hf_your_token_here` has a shape, too.
            guard !Self.isPlaceholder(bytes) else {
                self = isKnown ? .placeholder : .none
                return
            }
            self = .secret((isNamed ? [.name] : []) + [.shape(shape)])
            return
        }
        guard bytes.count <= 4_096, let text = String(validating: bytes, as: UTF8.self) else {
            self = .none
            return
        }
        if text.isEmpty || Placeholder.matches(text) {
            self = isKnown ? .placeholder : .none
        } else if Self.isReference(text) || Self.isPlain(text) || Self.isPlace(text) {
            self = .none
        } else {
            let isMixed = SecretEntropy.matches(bytes)
            let isTooShort = bytes.count < 20 && name.map(SecretName.isHash) ?? false
            let isTold = isNamed && !isTooShort && !(isProse && Self.isProse(text))
            let evidence: [Evidence] = (isTold ? [.name] : []) + (isMixed ? [.entropy] : [])
            self = evidence.isEmpty ? .none : .secret(evidence)
        }
    }

    private static func isPlaceholder(_ bytes: [UInt8]) -> Bool {
        Placeholder.matches(String(decoding: bytes.prefix(256), as: UTF8.self))
    }

    /// The value stands elsewhere: `${X}`, `$X`, `$(pass show x)`, `{{ x }}`, `%X%`, `op://…`.
    static func isReference(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        for (first, second) in zip(bytes, bytes.dropFirst()) {
            switch (first, second) {
            case (0x24, 0x7B), (0x24, 0x28), (0x7B, 0x7B), (0x3C, 0x25): return true
            default: continue
            }
        }
        if bytes.count >= 3, bytes.first == UInt8(ascii: "%"), bytes.last == UInt8(ascii: "%") { return true }
        if text.hasPrefix("op://") || text.hasPrefix("vault:") || text.hasPrefix("env:") { return true }
        return bytes.first == DotenvBytes.dollar && DotenvBytes.isName(bytes.dropFirst())
    }

    /// A number or a truth value.
    static func isPlain(_ text: String) -> Bool {
        let words: Set = ["true", "false", "yes", "no", "on", "off", "auto", "enabled", "disabled"]
        return words.contains(text.lowercased())
            || text.utf8.allSatisfy { (0x30...0x39).contains($0) || [0x2E, 0x2C, 0x2B, 0x2D, 0x5F].contains($0) }
    }

    /// A path or an address.
    static func isPlace(_ text: String) -> Bool {
        if text.contains("://") { return true }
        if ["/", "./", "../", "~/", "\\\\", ".\\"].contains(where: text.hasPrefix) { return true }
        let bytes = Array(text.utf8.prefix(3))
        return bytes.count == 3 && (0x61...0x7A).contains(bytes[0] | 0x20) && bytes[1] == 0x3A
            && (bytes[2] == 0x5C || bytes[2] == 0x2F)
    }

    /// A label or a sentence of a user interface: blanks, or one capitalised word.
    private static func isProse(_ text: String) -> Bool {
        if text.utf8.contains(where: { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 }) { return true }
        guard let first = text.unicodeScalars.first, first.properties.isUppercase else { return false }
        return text.unicodeScalars.dropFirst().allSatisfy { $0.properties.isLowercase }
    }
}
