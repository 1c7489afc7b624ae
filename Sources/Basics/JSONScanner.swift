/// Walks a JSON document in place: validates all it passes, allocates nothing, copies nothing.
///
/// The scanner is only a place in the text; the bytes come with every call and must be the same each time. Whoever walks
/// to the end and calls `finish` has seen the whole document checked, exactly as `JSON(parsing:)` would have.
/// ```
/// var scanner = JSONScanner()
/// try scanner.enterObject(in: bytes)
/// while let key = try scanner.nextKey(in: bytes) {
///     let value = try scanner.skipValue(in: bytes)   // or enterObject, enterArray
/// }
/// try scanner.finish(in: bytes)
/// ```
public struct JSONScanner: Sendable, Hashable {
    /// The byte that is looked at next.
    public private(set) var offset: Int
    /// Containers that are open around `offset`.
    public private(set) var depth = 0
    /// True between an opening bracket and what follows it: there no comma may stand.
    private var isFirst = false
    private let syntax: JSONSyntax

    /// Starts at the beginning of a document, or at the first byte of a value in one.
    public init(at offset: Int = 0, dialect: JSONDialect = .strict) {
        self.offset = offset
        syntax = JSONSyntax(dialect: dialect)
    }

    /// What stands next, white space passed. Call it where a value must stand: at the start, behind a key, or when
    /// `nextElement` said true.
    public mutating func kind(in bytes: Span<UInt8>) throws(JSONError) -> JSONKind {
        JSONSyntax.skipSpace(bytes, &offset)
        return try syntax.kind(bytes, offset)
    }

    /// Passes a whole value.
    @discardableResult
    public mutating func skipValue(in bytes: Span<UInt8>) throws(JSONError) -> JSONSlice {
        JSONSyntax.skipSpace(bytes, &offset)
        isFirst = false
        return try syntax.value(bytes, &offset, depth: depth)
    }

    /// Passes an opening brace; `unexpectedByte` when another value stands there.
    public mutating func enterObject(in bytes: Span<UInt8>) throws(JSONError) { try enter(.object, bytes) }

    /// Passes an opening bracket; `unexpectedByte` when another value stands there.
    public mutating func enterArray(in bytes: Span<UInt8>) throws(JSONError) { try enter(.array, bytes) }

    private mutating func enter(_ wanted: JSONKind, _ bytes: Span<UInt8>) throws(JSONError) {
        guard try kind(in: bytes) == wanted else { throw JSONError(.unexpectedByte, at: offset, in: bytes) }
        try syntax.open(bytes, &offset, depth: depth + 1)
        depth += 1
        isFirst = true
    }

    /// The next member's key, up to its value, which the caller must pass or enter; nil behind the closing brace.
    public mutating func nextKey(in bytes: Span<UInt8>) throws(JSONError) -> JSONSlice? {
        let key = try JSONSyntax.key(bytes, &offset, isFirst: isFirst)
        isFirst = false
        if key == nil { depth -= 1 }
        return key
    }

    /// True in front of an element, which the caller must pass or enter; false behind the closing bracket.
    public mutating func nextElement(in bytes: Span<UInt8>) throws(JSONError) -> Bool {
        let found = try JSONSyntax.element(bytes, &offset, isFirst: isFirst)
        isFirst = false
        if !found { depth -= 1 }
        return found
    }

    /// Makes sure that nothing but white space follows.
    public mutating func finish(in bytes: Span<UInt8>) throws(JSONError) {
        JSONSyntax.skipSpace(bytes, &offset)
        guard offset == bytes.count else { throw JSONError(.trailingBytes, at: offset, in: bytes) }
    }
}

extension JSONScanner {
    /// Validates a document, and answers where its value stands.
    @discardableResult
    public static func validate(
        _ bytes: Span<UInt8>, dialect: JSONDialect = .strict
    ) throws(JSONError) -> JSONSlice {
        var scanner = JSONScanner(dialect: dialect)
        let root = try scanner.skipValue(in: bytes)
        try scanner.finish(in: bytes)
        return root
    }
}
