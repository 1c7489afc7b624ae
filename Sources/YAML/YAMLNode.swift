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
public struct YAMLNode: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        public let key: String
        public let position: TextPosition
        public let value: YAMLNode
    }
    public enum Content: Sendable, Hashable {
        /// `isPlain`: without quotes, so that an empty one or `~` is no value at all.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([Entry])
    }
    public let content: Content
    public let position: TextPosition
    /// As YAML resolves it: `!reset`, `tag:yaml.org,2002:str`. What stands under it is read as without one.
    public private(set) var tag: String?

    /// A key without a value, `null` or `~`.
    public var isNull: Bool {
        if case .scalar(let text, isPlain: true) = content {
            ["", "~", "null", "Null", "NULL"].contains(text)
        } else {
            false
        }
    }

    /// Nil for lists, mappings and what is null.
    public var text: String? {
        if case .scalar(let text, _) = content, !isNull { text } else { nil }
    }

    /// The elements of a list; empty for everything else.
    public var elements: [YAMLNode] {
        if case .sequence(let nodes) = content { nodes } else { [] }
    }

    /// The entries of a mapping; empty for everything else.
    public var entries: [Entry] {
        if case .mapping(let entries) = content { entries } else { [] }
    }

    /// The value under a key of a mapping.
    public subscript(key: String) -> YAMLNode? { entries.first { $0.key == key }?.value }
}

/// Nodes that are put together from others.
extension YAMLNode {
    private static let nowhere = TextPosition(line: 1, column: 1)

    package init(_ entries: [(key: String, value: YAMLNode)], at position: TextPosition? = nil) {
        content = .mapping(entries.map { Entry(key: $0.key, position: $0.value.position, value: $0.value) })
        self.position = position ?? Self.nowhere
    }

    package init(_ elements: [YAMLNode], at position: TextPosition) {
        (content, self.position) = (.sequence(elements), position)
    }

    package init(_ text: String, at position: TextPosition) {
        (content, self.position) = (.scalar(text, isPlain: false), position)
    }
}

/// Why a text is not a document we accept, and where.
public struct YAMLError: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        case tooLarge(limit: Int)
        case notUTF8
        /// libyaml's own words, in English.
        case syntax(String)
        case alias, tag, secondDocument, complexKey
        /// An alias of a name that no anchor before it has.
        case unknownAlias(String)
        case tooDeep(limit: Int)
        /// Aliases make more nodes of it than this.
        case tooMany(limit: Int)
        case duplicateKey(String, first: TextPosition)
        case notMapping
    }
    public let reason: Reason
    public let position: TextPosition

    public init(reason: Reason, position: TextPosition) { (self.reason, self.position) = (reason, position) }
}
