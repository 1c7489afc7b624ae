/// Why a reader does not get a plain value out of a line or a file; never holds a value.
public enum DotenvObstacle: Sendable, Hashable {
    /// A character that no key may have, or text behind a closed quote.
    case unexpectedCharacter
    case spaceInKey
    case emptyKey
    case unterminatedQuote
    /// `export` with nothing behind it.
    case nothingToExport
    /// `${` that is not closed or has no name.
    case invalidTemplate
    /// `${NAME:?}` while NAME has no value. The name stands inside a value, so it is not told.
    case requiredVariable
    case notUTF8
    case nul
    /// Bytes.
    case lineTooLong(limit: Int)
    /// A shell takes only letters, digits and `_`, no digit first.
    case notAName
    /// A shell runs the line as a command, or part of it.
    case command
    /// `$?`, `$$`, `$0`, `$PWD`: what comes out depends on the shell that reads.
    case shellState
    /// Shells differ here: `$'…'`, `export A=$B`.
    case dialect
    /// `~` becomes a home directory.
    case tilde
    /// `${NAME%…}` and other forms that are not read here.
    case expansion
}

/// Something in a file that some reader stumbles over.
public struct DotenvProblem: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// Compose v2 refuses the whole file for this line; it is kept as it is.
        case invalid(DotenvObstacle)
        /// The key stands further up as well, at this line: readers that take the first disagree with those that take
        /// the last.
        case duplicateKey(firstLine: Int)
        /// A key without `=` on a last line without line end: Compose v2 takes it for a value of no key.
        case bareKeyAtEnd
        /// A carriage return that ends no line: Python begins a new line there, nobody else does.
        case loneCarriageReturn
    }

    /// From 1.
    public let line: Int
    /// Of assignments only: a line without `=` may be a bare token.
    public let key: String?
    public let kind: Kind
}
