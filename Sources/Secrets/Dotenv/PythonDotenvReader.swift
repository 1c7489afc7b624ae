/// python-dotenv, which docker-compose v1 reads `.env` with as well.
///
/// Source: python-dotenv 0.21 and 1.2.4, parser.py, variables.py and main.py (`dotenv_values`). It reads text: CR LF
/// and CR become LF before anything else, in quotes too.
struct PythonDotenvReader {
    /// 1.2.3 counts backslashes in front of a quote and drops a byte order mark, 1.2.4 has `KEY= # comment` empty.
    enum Generation { case upTo122, from124 }

    private let text: [Unicode.Scalar]
    private let generation: Generation
    private var index = 0

    /// - Parameter dropsMark: Whether a byte order mark is dropped; otherwise it is a part of the first key.
    static func read(
        _ bytes: [UInt8], _ generation: Generation, dropsMark: Bool, lookup: DotenvLookup
    ) -> DotenvView {
        var bytes = bytes[...]
        if dropsMark, bytes.starts(with: DotenvBytes.mark) { bytes = bytes.dropFirst(DotenvBytes.mark.count) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return DotenvView(refusal: .notUTF8, line: nil)
        }
        var reader = PythonDotenvReader(text, generation)
        var view = DotenvView()
        // A key without a value is known all the same, and hides the variable of that name.
        func value(of name: [UInt8]) -> [UInt8]? { view.names(name) ? view.bytes(of: name) ?? [] : lookup(name) }
        while reader.index < reader.text.count {
            guard let (key, value) = reader.readBinding() else { continue }
            if let value {
                view[key] = .value(DotenvValue(expand(value[...], value(of:))))
            } else {
                view[key] = .absent
            }
        }
        return view
    }

    private init(_ text: String, _ generation: Generation) {
        self.generation = generation
        var scalars: [Unicode.Scalar] = []
        for scalar in text.unicodeScalars {
            if scalar == "\n", scalars.last == "\r" { scalars.removeLast() }
            scalars.append(scalar)
        }
        self.text = scalars.map { $0 == "\r" ? "\n" : $0 }
    }

    /// One statement; nil for a comment or a line that is no statement, which is skipped.
    private mutating func readBinding() -> (key: [UInt8], value: [Unicode.Scalar]?)? {
        skip(Self.isSpace)
        guard index < text.count else { return nil }
        if text[index...].starts(with: "export".unicodeScalars), index + 6 < text.count, isBlank(at: index + 6) {
            index += 6
            skip(Self.isBlank)
        }
        guard let key = readKey() else {
            skipLine()
            return nil
        }
        skip(Self.isBlank)
        var value: [Unicode.Scalar]?
        if index < text.count, text[index] == "=" {
            index += 1
            let start = index
            skip(Self.isBlank)
            let isComment = generation == .from124 && index > start && index < text.count && text[index] == "#"
            value = isComment ? [] : readValue()
            if value == nil {
                skipLine()
                return nil
            }
        }
        skip(Self.isBlank)
        if index < text.count, text[index] == "#" { skip { $0 != "\n" } }
        guard index == text.count || text[index] == "\n" else {
            skipLine()
            return nil
        }
        index = min(index + 1, text.count)
        return (key, value)
    }

    private mutating func readKey() -> [UInt8]? {
        guard index < text.count, text[index] != "#" else { return nil }
        if text[index] == "'" {
            guard let close = text[(index + 1)...].firstIndex(of: "'"), close > index + 1 else { return nil }
            let key = text[(index + 1)..<close]
            index = close + 1
            return Self.bytes(key)
        }
        let start = index
        skip { $0 != "=" && $0 != "#" && !Self.isSpace($0) }
        return index > start ? Self.bytes(text[start..<index]) : nil
    }

    private mutating func readValue() -> [Unicode.Scalar]? {
        guard index < text.count, text[index] != "\n" else { return [] }
        if text[index] == "'" || text[index] == "\"" {
            let quote = text[index]
            guard let close = closingQuote(quote) else { return nil }
            let content = text[(index + 1)..<close]
            index = close + 1
            return Self.decoded(content, escapes: quote == "'" ? "\\'" : "\\'\"abfnrtv")
        }
        let start = index
        skip { $0 != "\n" }
        var value = text[start..<index]
        // A comment begins at white space in front of `#`.
        if let hash = value.indices.dropFirst().first(where: { value[$0] == "#" && Self.isSpace(value[$0 - 1]) }) {
            value = value[..<hash]
        }
        while let last = value.last, Self.isSpace(last) { value.removeLast() }
        return Array(value)
    }

    /// The first quote that no backslash escapes. The older pattern does not count backslashes, an escaped one escapes
    /// too; and when all quotes are escaped it takes the last one.
    private func closingQuote(_ quote: Unicode.Scalar) -> Int? {
        var escaped: Int?
        var index = self.index + 1
        while index < text.count {
            if text[index] == quote { return index }
            if text[index] == "\\", index + 1 < text.count, generation == .from124 || text[index + 1] == quote {
                if generation == .upTo122 { escaped = index + 1 }
                index += 1
            }
            index += 1
        }
        return escaped
    }

    private mutating func skip(_ condition: (Unicode.Scalar) -> Bool) {
        while index < text.count, condition(text[index]) { index += 1 }
    }

    private mutating func skipLine() {
        skip { $0 != "\n" }
        index = min(index + 1, text.count)
    }

    private func isBlank(at index: Int) -> Bool { Self.isBlank(text[index]) }
}

extension PythonDotenvReader {
    /// White space of Python's `\s`: Unicode's, and the four separators U+001C to U+001F.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        // Unicode's table takes longer than all else of a file.
        guard scalar.value >= 0x80 else {
            return scalar == " " || (0x09...0x0D).contains(scalar.value) || (0x1C...0x1F).contains(scalar.value)
        }
        return scalar.properties.isWhitespace
    }
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { isSpace(scalar) && scalar != "\n" }

    private static func bytes(_ scalars: some Sequence<Unicode.Scalar>) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in scalars {
            // A text is made of the others only.
            if scalar.isASCII { bytes.append(UInt8(scalar.value)) } else { bytes += Array(String(scalar).utf8) }
        }
        return bytes
    }

    private static func decoded(_ content: ArraySlice<Unicode.Scalar>, escapes: String) -> [Unicode.Scalar] {
        let controls: [Unicode.Scalar: Unicode.Scalar] = [
            "a": "\u{07}", "b": "\u{08}", "f": "\u{0C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{0B}",
        ]
        var result: [Unicode.Scalar] = []
        var index = content.startIndex
        while index < content.endIndex {
            if content[index] == "\\", index + 1 < content.endIndex, escapes.unicodeScalars.contains(content[index + 1])
            {
                result.append(controls[content[index + 1]] ?? content[index + 1])
                index += 2
            } else {
                result.append(content[index])
                index += 1
            }
        }
        return result
    }

    /// `${NAME}` and `${NAME:-default}`, however the value is quoted; the default stands for a variable that is not
    /// set, an empty one stays empty.
    private static func expand(_ text: ArraySlice<Unicode.Scalar>, _ lookup: ([UInt8]) -> [UInt8]?) -> [UInt8] {
        var result: [UInt8] = []
        var literal = text.startIndex
        var index = text.startIndex
        // The first `}` or `:` that is not behind us: found once, however many `${` stand in front of it.
        var stop = text.startIndex
        guard let lastBrace = text.lastIndex(of: "}") else { return bytes(text) }
        while index < lastBrace {
            if text[index] == "$", stop < index + 2 {
                stop = text[min(index + 2, lastBrace)...].firstIndex { $0 == "}" || $0 == ":" } ?? lastBrace
            }
            guard text[index] == "$", text[index + 1] == "{", let variable = variable(text, at: index, stop: stop)
            else {
                index += 1
                continue
            }
            result += bytes(text[literal..<index])
            result += lookup(bytes(variable.name)) ?? bytes(variable.fallback)
            index = variable.end
            literal = index
        }
        return result + bytes(text[literal...])
    }

    private static func variable(
        _ text: ArraySlice<Unicode.Scalar>, at dollar: Int, stop end: Int
    ) -> (name: ArraySlice<Unicode.Scalar>, fallback: ArraySlice<Unicode.Scalar>, end: Int)? {
        let start = dollar + 2
        guard start <= end else { return nil }
        let name = text[start..<end]
        if text[end] == "}" { return (name, [], end + 1) }
        guard text[end...].starts(with: ":-".unicodeScalars),
            let close = text[(end + 2)...].firstIndex(of: "}")
        else { return nil }
        return (name, text[(end + 2)..<close], close + 1)
    }
}
