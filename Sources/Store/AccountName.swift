public import Basics

/// The name of an account or a team, valid and comparable.
///
/// **Rule.** 1 to 64 bytes of UTF-8; letters and digits of any script and `. _ - @ +`; the first character is a letter,
/// a digit or `_`. Combining marks and characters that Unicode replaces in every normalisation (conjoining Jamo, CJK
/// compatibility ideographs) are refused, so each name has one spelling in bytes.
/// **Comparison.** By `key`: each scalar in lower, upper and again lower case, so `Straße`, `STRASSE` and `strasse` are one
/// name. Look-alikes of different scripts stay different names.
public struct AccountName: Sendable, Hashable, Comparable, CustomStringConvertible {
    public static let maximumBytes = 64

    /// As it was typed.
    public let text: String
    /// What uniqueness is judged by.
    public let key: String

    public var description: String { text }

    /// - Throws: `invalidArgument` with the part of the rule that was broken.
    public init(_ text: String) throws(GateError) {
        if let reason = Self.fault(in: text) { throw GateError(.invalidArgument, from: .client, reason) }
        (self.text, key) = (text, Self.key(of: text))
    }

    public static func == (left: AccountName, right: AccountName) -> Bool { left.key == right.key }
    public func hash(into hasher: inout Hasher) { hasher.combine(key) }
    public static func < (left: AccountName, right: AccountName) -> Bool { left.key < right.key }

    private static func key(of text: String) -> String {
        // Lower case first, because the capital sharp s is its own upper case.
        let lower = mapped(text) { $0.lowercaseMapping }
        return mapped(mapped(lower) { $0.uppercaseMapping }) { $0.lowercaseMapping }
    }

    private static func mapped(_ text: String, _ map: (Unicode.Scalar.Properties) -> String) -> String {
        var result = ""
        for scalar in text.unicodeScalars { result += map(scalar.properties) }
        return result
    }

    private static func fault(in text: String) -> String? {
        guard let first = text.unicodeScalars.first else { return "A name must not be empty." }
        guard text.utf8.count <= maximumBytes else { return "A name has at most \(maximumBytes) bytes." }
        guard isWord(first) || first == "_" else { return "A name begins with a letter, a digit or an underscore." }
        for scalar in text.unicodeScalars where !isWord(scalar) && !"._-@+".unicodeScalars.contains(scalar) {
            return "A name holds letters, digits and . _ - @ + only; write accented letters as one character."
        }
        return nil
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x11FF, 0xA960...0xA97F, 0xD7B0...0xD7FF, 0xF900...0xFAFF, 0x2F800...0x2FA1F: return false
        default: break
        }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .decimalNumber: true
        default: false
        }
    }
}
