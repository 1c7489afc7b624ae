/// A place in a text; both count from 1, columns in characters.
public struct TextPosition: Sendable, Hashable, Comparable {
    public let line: Int
    public let column: Int

    public init(line: Int, column: Int) { (self.line, self.column) = (line, column) }

    public static func < (left: TextPosition, right: TextPosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A YAML document as a tree of text: what a scalar means is decided by the key it stands under.
struct YAMLNode: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        let key: String
        let position: TextPosition
        let value: YAMLNode
    }
    enum Content: Sendable, Hashable {
        /// `isPlain`: without quotes, so that an empty one or `~` is no value at all.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([Entry])
    }
    let content: Content
    let position: TextPosition

    /// A key without a value, `null` or `~`.
    var isNull: Bool {
        if case .scalar(let text, isPlain: true) = content {
            ["", "~", "null", "Null", "NULL"].contains(text)
        } else {
            false
        }
    }
}

/// Why a text is not a document we accept, and where.
struct YAMLError: Error, Sendable, Hashable {
    enum Reason: Sendable, Hashable {
        case tooLarge(limit: Int)
        case notUTF8
        /// libyaml's own words, in English.
        case syntax(String)
        case alias, tag, secondDocument, complexKey
        case tooDeep(limit: Int)
        case duplicateKey(String, first: TextPosition)
        case notMapping
    }
    let reason: Reason
    let position: TextPosition
}
