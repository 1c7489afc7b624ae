/// The `; name=value` list behind a header's first word.
///
/// Source: RFC 9110, section 5.6.6. In a quoted value only `\"` and `\\` are escapes: browsers have sent Windows paths
/// with single backslashes.
enum HeaderParameters {
    struct Malformed: Error {}

    struct Parameter: Sendable, Hashable {
        /// In lower case.
        let name: String
        let value: String
    }

    /// Parameters allowed in one header.
    static let limit = 32

    /// Reads from `start`, which is behind the first word; an empty parameter (`;;`, a final `;`) is skipped.
    static func parse(_ bytes: Span<UInt8>, from start: Int) throws(Malformed) -> [Parameter] {
        var parameters: [Parameter] = []
        var index = start
        while true {
            skipSpace(bytes, &index)
            guard index < bytes.count else { return parameters }
            guard bytes[index] == ASCII.semicolon else { throw Malformed() }
            index += 1
            skipSpace(bytes, &index)
            guard index < bytes.count, bytes[index] != ASCII.semicolon else { continue }
            let nameStart = index
            while index < bytes.count, Octet.isTokenByte(bytes[index]) { index += 1 }
            guard index > nameStart, index < bytes.count, bytes[index] == ASCII.equals,
                let name = bytes.lowercasedASCII(nameStart..<index), parameters.count < limit
            else { throw Malformed() }
            index += 1
            let isQuoted = index < bytes.count && bytes[index] == ASCII.quote
            let value = try isQuoted ? quoted(bytes, &index) : token(bytes, &index)
            parameters.append(Parameter(name: name, value: value))
        }
    }

    /// `text` in quotes; nil when it holds a control byte.
    static func quote(_ text: String) -> String? {
        guard !text.utf8.contains(where: ASCII.isControl) else { return nil }
        var out = [ASCII.quote]
        for byte in text.utf8 {
            if byte == ASCII.quote || byte == ASCII.backslash { out.append(ASCII.backslash) }
            out.append(byte)
        }
        out.append(ASCII.quote)
        return String(decoding: out, as: UTF8.self)
    }

    private static func skipSpace(_ bytes: Span<UInt8>, _ index: inout Int) {
        while index < bytes.count, bytes[index] == ASCII.space || bytes[index] == ASCII.tab { index += 1 }
    }

    private static func token(_ bytes: Span<UInt8>, _ index: inout Int) throws(Malformed) -> String {
        let start = index
        while index < bytes.count, Octet.isTokenByte(bytes[index]) { index += 1 }
        guard index > start, let text = bytes.text(start..<index) else { throw Malformed() }
        return text
    }

    private static func quoted(_ bytes: Span<UInt8>, _ index: inout Int) throws(Malformed) -> String {
        var out: [UInt8] = []
        index += 1
        while index < bytes.count {
            var byte = bytes[index]
            index += 1
            if byte == ASCII.quote {
                guard let text = out.span.text(0..<out.count) else { throw Malformed() }
                return text
            }
            if byte == ASCII.backslash, index < bytes.count,
                bytes[index] == ASCII.quote || bytes[index] == ASCII.backslash
            {
                byte = bytes[index]
                index += 1
            }
            if ASCII.isControl(byte), byte != ASCII.tab { throw Malformed() }
            out.append(byte)
        }
        throw Malformed()
    }
}
