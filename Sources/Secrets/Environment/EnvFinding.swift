public import Basics

/// Something in a dotenv file that is not as it should be; holds no value.
public struct EnvFinding: Sendable, Hashable {
    /// Stable, for `--json`.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        case missing, empty, placeholder, malformed
        /// Not one of the values that the schema allows, or not of its form.
        case wrongForm = "wrong_form"
        case different
        case repeated
        case invalidLine = "invalid_line"
        /// Torn, binary, or in another encoding than UTF-8.
        case notText = "not_text"
        case misread
        case hiddenByMark = "hidden_by_mark"
        /// A shell reads no value of this file.
        case notForShells = "not_for_shells"
        case nearMiss = "near_miss"
        case exposed, tracked
        /// The source of truth cannot be compared with: it is not right itself.
        case sourceUnsound = "source_unsound"
    }

    public enum Severity: String, Sendable, Hashable, Comparable {
        case error, warning, note

        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
        private var rank: Int {
            switch self {
            case .error: 0
            case .warning: 1
            case .note: 2
            }
        }
    }

    public let code: Code
    public let severity: Severity
    /// Nil for what is no line's fault.
    public let line: Int?
    /// As it may be shown.
    public let key: String?
    /// What is wrong, why, and what helps.
    public let phrase: Phrase

    init(_ code: Code, _ severity: Severity, line: Int? = nil, key: String? = nil, _ phrase: Phrase) {
        (self.code, self.severity, self.line, self.key, self.phrase) = (code, severity, line, key, phrase)
    }
}

extension Phrase {
    /// What is put together from parts that are in a language already.
    init(_ key: String, _ text: (Language) -> String) {
        // Braces in the parts are no places for arguments.
        self.init(
            Message(key, en: "{english}", fr: "{french}"),
            ["english": text(.english), "french": text(.french)])
    }
}
