/// How a value is written.
public enum DotenvStyle: String, Sendable, Hashable, CaseIterable { case raw, single, double }

/// One statement of a dotenv file and where its bytes lie; the entries of a file cover it without gap or overlap.
public struct DotenvEntry: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case blank, comment
        case assignment(DotenvStyle)
        /// A key alone: its value comes from the environment.
        case bareKey
        case invalid(DotenvObstacle)
    }

    public let kind: Kind
    /// Empty for blanks, comments and lines without a key.
    public let key: String
    /// The line it begins on, from 1.
    public let line: Int
    /// The whole statement with its line end, or up to the next statement of the same line.
    public let range: Range<Int>
    /// The bytes that a change of the value replaces, quotes included; empty behind a bare key.
    public let valueRange: Range<Int>
    public let isExported: Bool

    public var isAssignment: Bool { if case .assignment = kind { true } else { false } }
}
