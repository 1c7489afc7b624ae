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
public enum ValueJudgement: Hashable {
    case secret([Evidence])
    /// A known key holds a text from an example, or nothing.
    case placeholder
    case none

    /// - Parameters:
    ///   - name: Of the value: a dotenv key, a member. Nil for an element without one.
    ///   - isProse: Values may be sentences and labels, as in JSON and YAML.
    public init(name: String?, _ bytes: [UInt8], isProse: Bool = false) {
        let isKnown = name.map { KnownKeys.values[$0] != nil } ?? false
        let isNamed = isKnown || name.map(SecretName.matches) ?? false
        if let shape = SecretShape(of: bytes) {
            // `hf_your_token_here` has a shape, too.
            guard !Placeholder.matches(bytes.span.extracting(first: 256)) else {
                self = isKnown ? .placeholder : .none
                return
            }
            self = .secret((isNamed ? [.name] : []) + [.shape(shape)])
            return
        }
        let isMixed = SecretEntropy.matches(bytes)
        // Most texts of most files end here.
        guard isNamed || isMixed, bytes.count <= 4_096, Self.isText(bytes.span) else {
            self = .none
            return
        }
        if bytes.isEmpty || Placeholder.matches(bytes.span) {
            self = isKnown ? .placeholder : .none
        } else if Self.isReference(bytes.span) || Self.isPlain(bytes.span) || Self.isPlace(bytes.span) {
            self = .none
        } else {
            let isTooShort = bytes.count < 20 && name.map(SecretName.isHash) ?? false
            let isTold = isNamed && !isTooShort && !(isProse && Self.isProse(String(decoding: bytes, as: UTF8.self)))
            let evidence: [Evidence] = (isTold ? [.name] : []) + (isMixed ? [.entropy] : [])
            self = evidence.isEmpty ? .none : .secret(evidence)
        }
    }

    private static func isText(_ bytes: Span<UInt8>) -> Bool {
        bytes.allSatisfy { $0 < 0x80 } || (try? UTF8Span(validating: bytes)) != nil
    }

    /// The value stands elsewhere: `${X}`, `$X`, `$(pass show x)`, `{{ x }}`, `%X%`, `op://…`.
    static func isReference(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices.dropFirst() {
            switch (bytes[index - 1], bytes[index]) {
            case (0x24, 0x7B), (0x24, 0x28), (0x7B, 0x7B), (0x3C, 0x25): return true
            default: continue
            }
        }
        if bytes.count >= 3, bytes[0] == UInt8(ascii: "%"), bytes[bytes.count - 1] == UInt8(ascii: "%") { return true }
        if bytes.hasPrefix("op://") || bytes.hasPrefix("vault:") || bytes.hasPrefix("env:") { return true }
        return bytes.count >= 2 && bytes[0] == DotenvBytes.dollar && DotenvBytes.startsName(bytes[1])
            && bytes.extracting(2...).allSatisfy(DotenvBytes.continuesName)
    }

    private static let plainWords: Set = ["true", "false", "yes", "no", "on", "off", "auto", "enabled", "disabled"]
    private static let longestPlainWord = 8

    /// A number or a truth value.
    static func isPlain(_ bytes: Span<UInt8>) -> Bool {
        bytes.allSatisfy { (0x2B...0x39).contains($0) && $0 != 0x2F || $0 == 0x5F }
            || bytes.count <= longestPlainWord && plainWords.contains(String(lowercasing: bytes))
    }

    /// A path or an address.
    static func isPlace(_ bytes: Span<UInt8>) -> Bool {
        if bytes.contains("://") { return true }
        if bytes.hasPrefix("/") || bytes.hasPrefix("./") || bytes.hasPrefix("../") || bytes.hasPrefix("~/") {
            return true
        }
        if bytes.hasPrefix("\\\\") || bytes.hasPrefix(".\\") { return true }
        return bytes.count >= 3 && (0x61...0x7A).contains(bytes[0] | 0x20) && bytes[1] == 0x3A
            && (bytes[2] == 0x5C || bytes[2] == 0x2F)
    }

    /// A label or a sentence of a user interface: blanks, or one capitalised word.
    private static func isProse(_ text: String) -> Bool {
        if text.utf8.contains(where: { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 }) { return true }
        guard let first = text.unicodeScalars.first, first.properties.isUppercase else { return false }
        return text.unicodeScalars.dropFirst().allSatisfy { $0.properties.isLowercase }
    }
}
