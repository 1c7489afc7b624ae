/// A failure the gateway can answer, log and count; catch by `code`, never by text.
public struct GateError: Error, Sendable, Hashable {
    /// A stable snake_case identifier listed in `docs/errors.md`; new ones may appear in any release.
    public struct Code: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public init(stringLiteral value: String) { self.rawValue = value }
    }

    /// A parameter of the caller's, by the name it has in a query or a form.
    public struct Field: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public init(stringLiteral value: String) { self.rawValue = value }
    }

    /// Whose fault it was; decides status class, log level and metric label.
    public enum Origin: String, Sendable, Hashable { case client, worker, gateway }

    public let code: Code
    public let origin: Origin
    /// One sentence for the caller that names the remedy: no path, host, token or SQL in it.
    public let message: String
    /// For the log, and behind the message on a terminal.
    public let detail: String?
    /// What the caller must change, where one parameter can be named; not part of what is sent.
    public private(set) var field: Field?
    private let words: Phrase?
    private let detailWords: Phrase?

    public init(_ code: Code, from origin: Origin, _ message: String, detail: String? = nil) {
        (self.code, self.origin, self.message, self.detail) = (code, origin, message, detail)
        (words, detailWords) = (nil, nil)
    }

    /// For what commands show to people, in their language; the message is the English one.
    public init(_ code: Code, from origin: Origin, _ phrase: Phrase, detail: Phrase? = nil) {
        (self.code, self.origin, message, words) = (code, origin, phrase.text(in: .english), phrase)
        (self.detail, detailWords) = (detail?.text(in: .english), detail)
    }

    /// The same about one of the caller's parameters.
    public func at(_ field: Field) -> GateError {
        var error = self
        error.field = field
        return error
    }

    /// The message in every language it has.
    public var phrase: Phrase { words ?? Phrase(verbatim: message) }

    /// The detail in every language it has.
    public var detailPhrase: Phrase? { detailWords ?? detail.map { Phrase(verbatim: $0) } }
}

extension GateError: CustomStringConvertible {
    public var description: String {
        detail.map { "\(code.rawValue): \(message) (\($0))" } ?? "\(code.rawValue): \(message)"
    }
}

extension GateError.Code {
    public static let alreadyExists: Self = "already_exists"
    public static let notFound: Self = "not_found"
    public static let invalidArgument: Self = "invalid_argument"
    public static let unauthenticated: Self = "unauthenticated"
    public static let forbidden: Self = "forbidden"
    public static let tooManyAttempts: Self = "too_many_attempts"
    public static let overloaded: Self = "overloaded"
    public static let storeUnavailable: Self = "store_unavailable"
    public static let storeCorrupt: Self = "store_corrupt"
    public static let inUse: Self = "in_use"
}
