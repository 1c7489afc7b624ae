/// One member of an object, as `JSONScanner.members` meets it.
public struct JSONMember: Sendable, Hashable {
    /// The key under which the member's object stands; nil for the document itself and for elements of arrays.
    public let parent: JSONSlice?
    public let key: JSONSlice
    public let value: JSONSlice
}

extension JSONScanner {
    /// Validates a document in one pass and hands over every member of every object at one depth.
    ///
    /// A prompt's nodes are members at depth 1, their `class_type` at depth 2, one more below a request body's `prompt`.
    /// - Parameters:
    ///   - depth: Containers open around the member, arrays counted; 1 is the document's own object.
    ///   - body: Called in the order of the text, repeated keys included, while what follows is still unchecked: act
    ///     on what it collected only after this function returned.
    /// - Complexity: O(n), no allocation.
    public static func members(
        of bytes: Span<UInt8>, atDepth depth: Int, dialect: JSONDialect = .strict,
        _ body: (JSONMember) -> Void
    ) throws(JSONError) {
        var scanner = JSONScanner(dialect: dialect)
        try scanner.visit(bytes, parent: nil, depth, body)
        try scanner.finish(in: bytes)
    }

    private mutating func visit(
        _ bytes: Span<UInt8>, parent: JSONSlice?, _ wanted: Int, _ body: (JSONMember) -> Void
    ) throws(JSONError) {
        guard depth < wanted else {
            try skipValue(in: bytes)
            return
        }
        switch try kind(in: bytes) {
        case .object:
            try enterObject(in: bytes)
            while let key = try nextKey(in: bytes) {
                if depth == wanted {
                    body(JSONMember(parent: parent, key: key, value: try skipValue(in: bytes)))
                } else {
                    try visit(bytes, parent: key, wanted, body)
                }
            }
        case .array:
            try enterArray(in: bytes)
            while try nextElement(in: bytes) { try visit(bytes, parent: nil, wanted, body) }
        default: try skipValue(in: bytes)
        }
    }
}
