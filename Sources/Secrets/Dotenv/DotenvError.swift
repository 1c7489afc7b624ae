/// Why a file is not read or not changed; holds keys, lines and reasons, never a value.
public enum DotenvError: Error, Sendable, Hashable {
    /// Bytes.
    case tooLarge(limit: Int)
    /// A new key has letters, digits and `_` and begins with no digit.
    case invalidKey(String)
    /// No program can have such a value in its environment.
    case nulInValue(key: String)
    /// Bytes.
    case valueTooLong(key: String, limit: Int)
    /// No spelling is read as the same bytes by all the wanted readers; `objections` are those of the spelling with the
    /// fewest.
    case noSpelling(key: String, objections: [DotenvObjection])
    /// A quote is opened at this line and never closed: any change could move its end.
    case unterminatedQuote(line: Int)
}

/// One reader that would see something else than was meant.
public struct DotenvObjection: Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        case keepsQuotes, expandsVariables, changesBackslashes, changesLineEnds, cutsComment, trimsBlanks,
            seesOtherBytes
        /// The reader does not find the key.
        case missing
        /// The reader takes the byte order mark for a part of the first key.
        case hiddenByMark
        /// The reader takes the comment behind the value for a part of it.
        case keepsComment
        /// The line ends in CR LF and the reader keeps the CR.
        case keepsCarriageReturn
        case unreadable(DotenvObstacle, line: Int?)
    }

    public let reader: DotenvReader
    public let reason: Reason
}
