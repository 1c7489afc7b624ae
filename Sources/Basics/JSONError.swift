/// Why text is not JSON, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Reason: String, Sendable, Hashable {
        case unexpectedEnd = "the text ends in the middle of a value"
        case unexpectedByte = "this character cannot stand here"
        case trailingBytes = "there is something behind the value"
        case badNumber = "this is not a number"
        case badEscape = "this escape is not allowed"
        case badUTF8 = "this is not UTF-8"
        case controlCharacter = "a control character must be escaped in a string"
        case tooDeep = "the nesting is too deep"
    }
    public let reason: Reason
    /// Bytes before the fault.
    public let offset: Int
    /// Both count from 1; columns in bytes.
    public let line: Int
    public let column: Int

    public var description: String { "line \(line), column \(column): \(reason.rawValue)" }

    /// Counts lines up to `offset`, which is cut to the end of the text.
    @inline(never)
    init(_ reason: Reason, at offset: Int, in bytes: Span<UInt8>) {
        let offset = min(offset, bytes.count)
        var line = 1
        var start = 0
        for index in 0..<offset where bytes[index] == 0x0A {
            line += 1
            start = index + 1
        }
        (self.reason, self.offset, self.line, self.column) = (reason, offset, line, offset - start + 1)
    }
}

/// What a parser admits.
public struct JSONDialect: Sendable, Hashable {
    /// `NaN`, `Infinity` and `-Infinity`, which Python's `json` writes and reads.
    public var allowsNonFinite: Bool
    /// Arrays and objects inside one another.
    public var maximumDepth: Int
    /// Only numbers whose spelling shows that they are finite: at most 200 characters, exponents of at most two digits.
    public var onlyModestNumbers: Bool

    public init(allowsNonFinite: Bool = false, maximumDepth: Int = 256, onlyModestNumbers: Bool = false) {
        (self.allowsNonFinite, self.maximumDepth) = (allowsNonFinite, maximumDepth)
        self.onlyModestNumbers = onlyModestNumbers
    }
    public static let strict = JSONDialect()
    public static let python = JSONDialect(allowsNonFinite: true)
}
