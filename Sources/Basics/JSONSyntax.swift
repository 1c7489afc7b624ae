/// The grammar of RFC 8259 over bytes in place: each function moves `at` behind what it read, and allocates nothing.
struct JSONSyntax: Sendable, Hashable {
    let dialect: JSONDialect

    @inline(__always)
    static func skipSpace(_ bytes: Span<UInt8>, _ at: inout Int) {
        while at < bytes.count {
            let byte = bytes[at]
            // Most bytes are above the space: one comparison for them.
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            at += 1
        }
    }

    /// The kind of the value that begins at `at`.
    @inline(__always)
    func kind(_ bytes: Span<UInt8>, _ at: Int) throws(JSONError) -> JSONKind {
        guard at < bytes.count else { throw JSONError(.unexpectedEnd, at: at, in: bytes) }
        switch bytes[at] {
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), 0x30...0x39: return .number
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "N") where dialect.allowsNonFinite, UInt8(ascii: "I") where dialect.allowsNonFinite:
            return .number
        default: throw JSONError(.unexpectedByte, at: at, in: bytes)
        }
    }

    /// Reads a whole value; `depth` containers are open around it.
    func value(_ bytes: Span<UInt8>, _ at: inout Int, depth: Int) throws(JSONError) -> JSONSlice {
        let start = at
        let kind = try kind(bytes, at)
        var hasEscapes = false
        switch kind {
        case .string: hasEscapes = try Self.string(bytes, &at)
        case .number: try number(bytes, &at)
        case .object: try object(bytes, &at, depth: depth + 1)
        case .array: try array(bytes, &at, depth: depth + 1)
        case .bool: try Self.word(bytes[at] == UInt8(ascii: "t") ? "true" : "false", bytes, &at)
        case .null: try Self.word("null", bytes, &at)
        }
        return JSONSlice(kind: kind, range: start..<at, hasEscapes: hasEscapes)
    }

    func open(_ bytes: Span<UInt8>, _ at: inout Int, depth: Int) throws(JSONError) {
        guard depth <= dialect.maximumDepth else { throw JSONError(.tooDeep, at: at, in: bytes) }
        at += 1
    }

    private func object(_ bytes: Span<UInt8>, _ at: inout Int, depth: Int) throws(JSONError) {
        try open(bytes, &at, depth: depth)
        var isFirst = true
        while try Self.key(bytes, &at, isFirst: isFirst) != nil {
            isFirst = false
            _ = try value(bytes, &at, depth: depth)
        }
    }

    private func array(_ bytes: Span<UInt8>, _ at: inout Int, depth: Int) throws(JSONError) {
        try open(bytes, &at, depth: depth)
        var isFirst = true
        while try Self.element(bytes, &at, isFirst: isFirst) {
            isFirst = false
            _ = try value(bytes, &at, depth: depth)
        }
    }

    /// Reads up to the first byte of the next element; false behind the closing bracket.
    @inline(__always)
    static func element(_ bytes: Span<UInt8>, _ at: inout Int, isFirst: Bool) throws(JSONError) -> Bool {
        skipSpace(bytes, &at)
        if isFirst {
            guard at < bytes.count, bytes[at] == UInt8(ascii: "]") else { return true }
        } else {
            guard at < bytes.count else { throw JSONError(.unexpectedEnd, at: at, in: bytes) }
            if bytes[at] == UInt8(ascii: ",") {
                at += 1
                skipSpace(bytes, &at)
                return true
            }
            guard bytes[at] == UInt8(ascii: "]") else { throw JSONError(.unexpectedByte, at: at, in: bytes) }
        }
        at += 1
        return false
    }

    /// Reads a member's key and the colon, up to the first byte of its value; nil behind the closing brace.
    @inline(__always)
    static func key(_ bytes: Span<UInt8>, _ at: inout Int, isFirst: Bool) throws(JSONError) -> JSONSlice? {
        skipSpace(bytes, &at)
        guard at < bytes.count else { throw JSONError(.unexpectedEnd, at: at, in: bytes) }
        if bytes[at] == UInt8(ascii: "}") {
            at += 1
            return nil
        }
        if !isFirst {
            guard bytes[at] == UInt8(ascii: ",") else { throw JSONError(.unexpectedByte, at: at, in: bytes) }
            at += 1
            skipSpace(bytes, &at)
            guard at < bytes.count else { throw JSONError(.unexpectedEnd, at: at, in: bytes) }
        }
        guard bytes[at] == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: at, in: bytes) }
        let start = at
        let hasEscapes = try string(bytes, &at)
        let key = JSONSlice(kind: .string, range: start..<at, hasEscapes: hasEscapes)
        skipSpace(bytes, &at)
        guard at < bytes.count else { throw JSONError(.unexpectedEnd, at: at, in: bytes) }
        guard bytes[at] == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: at, in: bytes) }
        at += 1
        skipSpace(bytes, &at)
        return key
    }
}
