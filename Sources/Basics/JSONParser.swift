extension JSON {
    /// Reads one document; a byte order mark is an error, white space around it is not.
    public init(parsing bytes: [UInt8], dialect: JSONDialect = .strict) throws(JSONError) {
        var parser = JSONParser(bytes: bytes, dialect: dialect)
        self = try parser.document()
    }

    public init(parsing text: String, dialect: JSONDialect = .strict) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), dialect: dialect)
    }
}

extension JSON {
    /// Reads a value of a document that was scanned.
    public init(_ slice: JSONSlice, of document: [UInt8], dialect: JSONDialect = .strict) throws(JSONError) {
        var parser = JSONParser(bytes: document, dialect: dialect, at: slice.range.lowerBound)
        self = try parser.value(depth: 0)
    }
}

/// Recursive descent over bytes; depth is limited, so the stack is.
struct JSONParser {
    let bytes: [UInt8]
    let dialect: JSONDialect
    var at = 0

    mutating func document() throws(JSONError) -> JSON {
        skipSpace()
        let value = try value(depth: 0)
        skipSpace()
        guard at == bytes.count else { throw error(.trailingBytes) }
        return value
    }

    private func error(_ reason: JSONError.Reason, at place: Int? = nil) -> JSONError {
        JSONError(reason, at: place ?? at, in: bytes.span)
    }

    private mutating func skipSpace() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 {
            at += 1
        }
    }

    mutating func value(depth: Int) throws(JSONError) -> JSON {
        guard at < bytes.count else { throw error(.unexpectedEnd) }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N") where dialect.allowsNonFinite: return try word("NaN", .number(JSONNumber(.nan)))
        case UInt8(ascii: "I") where dialect.allowsNonFinite:
            return try word("Infinity", .number(JSONNumber(.infinity)))
        case UInt8(ascii: "-"), 0x30...0x39: return try number()
        default: throw error(.unexpectedByte)
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        for index in 0..<text.utf8CodeUnitCount {
            guard at + index < bytes.count else { throw error(.unexpectedEnd, at: bytes.count) }
            guard unsafe bytes[at + index] == text.utf8Start[index] else { throw error(.unexpectedByte) }
        }
        at += text.utf8CodeUnitCount
        return value
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = at
        if bytes[at] == UInt8(ascii: "-") {
            at += 1
            if dialect.allowsNonFinite, at < bytes.count, bytes[at] == UInt8(ascii: "I") {
                return try word("Infinity", .number(JSONNumber(-.infinity)))
            }
        }
        let first = at
        try digits(from: start)
        guard bytes[first] != UInt8(ascii: "0") || at == first + 1 else { throw error(.badNumber, at: start) }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            try digits(from: start)
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            let exponent = at
            try digits(from: start)
            guard !dialect.onlyModestNumbers || at - exponent <= 2 else { throw error(.badNumber, at: start) }
        }
        guard !dialect.onlyModestNumbers || at - start <= 200 else { throw error(.badNumber, at: start) }
        return .number(JSONNumber(literal: Self.text(bytes.span.extracting(start..<at))))
    }

    private mutating func digits(from start: Int) throws(JSONError) {
        let first = at
        while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
        guard at > first else { throw error(at == bytes.count ? .unexpectedEnd : .badNumber, at: start) }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSON {
        guard depth <= dialect.maximumDepth else { throw error(.tooDeep) }
        at += 1
        var items: [JSON] = []
        skipSpace()
        if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
            at += 1
            return .array(items)
        }
        while true {
            skipSpace()
            items.append(try value(depth: depth))
            skipSpace()
            guard at < bytes.count else { throw error(.unexpectedEnd) }
            at += 1
            if bytes[at - 1] == UInt8(ascii: "]") { return .array(items) }
            guard bytes[at - 1] == UInt8(ascii: ",") else { throw error(.unexpectedByte, at: at - 1) }
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSON {
        guard depth <= dialect.maximumDepth else { throw error(.tooDeep) }
        at += 1
        var members = JSONObject()
        skipSpace()
        if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
            at += 1
            return .object(members)
        }
        while true {
            skipSpace()
            guard at < bytes.count else { throw error(.unexpectedEnd) }
            guard bytes[at] == UInt8(ascii: "\"") else { throw error(.unexpectedByte) }
            let name = try string()
            skipSpace()
            guard at < bytes.count else { throw error(.unexpectedEnd) }
            guard bytes[at] == UInt8(ascii: ":") else { throw error(.unexpectedByte) }
            at += 1
            skipSpace()
            members[name] = try value(depth: depth)
            skipSpace()
            guard at < bytes.count else { throw error(.unexpectedEnd) }
            at += 1
            if bytes[at - 1] == UInt8(ascii: "}") { return .object(members) }
            guard bytes[at - 1] == UInt8(ascii: ",") else { throw error(.unexpectedByte, at: at - 1) }
        }
    }

    /// A string without its quotes; lone surrogates become U+FFFD, as no Swift string can hold them.
    private mutating func string() throws(JSONError) -> String {
        at += 1
        var runStart = at
        var escaped: [UInt8] = []
        while true {
            at = JSONSyntax.endOfPlainRun(bytes.span, from: at)
            guard at < bytes.count else { throw error(.unexpectedEnd) }
            switch bytes[at] {
            case UInt8(ascii: "\""):
                defer { at += 1 }
                guard escaped.isEmpty else {
                    escaped.append(contentsOf: bytes[runStart..<at])
                    return Self.text(escaped.span)
                }
                return Self.text(bytes.span.extracting(runStart..<at))
            case UInt8(ascii: "\\"):
                escaped.append(contentsOf: bytes[runStart..<at])
                try escape(into: &escaped)
                runStart = at
            case 0..<0x20: throw error(.controlCharacter)
            case 0x80...:
                let length = UTF8Sequence.length(in: bytes.span, at: at)
                guard length > 0 else { throw error(.badUTF8) }
                at += length
            default: at += 1
            }
        }
    }

    /// - Parameter bytes: UTF-8, as each sequence was looked at on the way.
    private static func text(_ bytes: Span<UInt8>) -> String {
        unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    private mutating func escape(into out: inout [UInt8]) throws(JSONError) {
        guard at + 1 < bytes.count else { throw error(.unexpectedEnd, at: bytes.count) }
        let letter = bytes[at + 1]
        at += 2
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(letter)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            var unit = try hexUnit()
            if (0xD800..<0xDC00).contains(unit), at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
                bytes[at + 1] == UInt8(ascii: "u")
            {
                let before = at
                at += 2
                let second = try hexUnit()
                if (0xDC00..<0xE000).contains(second) {
                    unit = 0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00)
                } else {
                    at = before
                }
            }
            out.append(contentsOf: String(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8)
        default: throw error(.badEscape, at: at - 2)
        }
    }

    private mutating func hexUnit() throws(JSONError) -> UInt32 {
        guard at + 4 <= bytes.count else { throw error(.unexpectedEnd, at: bytes.count) }
        var unit: UInt32 = 0
        for index in at..<at + 4 {
            guard let digit = Hex.value(of: bytes[index]) else { throw error(.badEscape, at: index) }
            unit = unit << 4 | UInt32(digit)
        }
        at += 4
        return unit
    }
}
