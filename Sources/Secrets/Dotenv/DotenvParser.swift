/// Splits a dotenv file into statements as Compose v2 does, but goes on behind a line that Compose refuses.
///
/// Source: compose-go v2.13, dotenv/parser.go.
struct DotenvParser {
    private let bytes: ArraySlice<UInt8>
    private var index: Int
    private var line = 1
    private(set) var entries: [DotenvEntry] = []

    static func parse(_ bytes: [UInt8]) -> [DotenvEntry] { read(bytes).entries }

    /// - Parameter looksForPlainLines: False takes every line the long way; the entries are the same.
    /// - Returns: The statements, and whether each of them is a `PlainLine`.
    static func read(_ bytes: [UInt8], looksForPlainLines: Bool = true) -> (entries: [DotenvEntry], arePlain: Bool) {
        var parser = DotenvParser(bytes)
        var arePlain = looksForPlainLines && parser.index == 0
        while parser.index < bytes.count {
            // A mark stands in front of the first line, and a statement can begin inside of one.
            let beginsLine = parser.index == 0 || bytes[parser.index - 1] == DotenvBytes.newline
            if looksForPlainLines, beginsLine, let line = PlainLine(in: bytes.span, at: parser.index) {
                parser.add(
                    line.kind, key: parser.bytes[line.key], value: line.value, exported: line.isExported,
                    upTo: line.end)
            } else {
                arePlain = false
                parser.readEntry()
            }
        }
        return (parser.entries, arePlain)
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
        index = bytes.starts(with: DotenvBytes.mark) ? DotenvBytes.mark.count : 0
    }

    private var start: Int { entries.last?.range.upperBound ?? 0 }

    private mutating func add(
        _ kind: DotenvEntry.Kind, key: ArraySlice<UInt8> = [], value: Range<Int>? = nil, exported: Bool = false,
        upTo end: Int
    ) {
        let range = start..<end
        entries.append(
            DotenvEntry(
                kind: kind, key: String(decoding: key, as: UTF8.self), line: line, range: range,
                valueRange: value ?? end..<end, isExported: exported))
        line += bytes[range].count { $0 == DotenvBytes.newline }
        index = end
    }

    private mutating func readEntry() {
        let statement = skipSpaces(from: index)
        guard statement < bytes.endIndex else { return add(.blank, upTo: statement) }
        switch bytes[statement] {
        case DotenvBytes.newline: add(.blank, upTo: statement + 1)
        case DotenvBytes.hash: add(.comment, upTo: nextLine(from: statement))
        default: readStatement(at: statement)
        }
    }

    private mutating func readStatement(at statement: Int) {
        let (key, exported) = skipExport(at: statement)
        guard key < bytes.endIndex else { return add(.invalid(.nothingToExport), upTo: bytes.endIndex) }
        var end = key
        scan: while end < bytes.endIndex {
            let byte = bytes[end]
            switch byte {
            case UInt8(ascii: "="), UInt8(ascii: ":"), DotenvBytes.newline: break scan
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "["), UInt8(ascii: "]"): end += 1
            case _ where DotenvBytes.continuesName(byte): end += 1
            default:
                guard let length = Self.keyLetterLength(bytes, at: end) else {
                    return add(.invalid(.unexpectedCharacter), upTo: nextLine(from: end))
                }
                end += length
            }
        }
        let name = DotenvBytes.trimmedEnd(bytes[key..<end])
        let isBare = end == bytes.endIndex || bytes[end] == DotenvBytes.newline
        // Without `=` or a line end Compose reads no key at all, and does not object to its blanks.
        if end < bytes.endIndex, name.contains(DotenvBytes.space) {
            return add(.invalid(.spaceInKey), upTo: nextLine(from: end))
        }
        if isBare {
            guard !name.isEmpty else { return add(.invalid(.nothingToExport), upTo: nextLine(from: end)) }
            let value = name.endIndex..<name.endIndex
            return add(.bareKey, key: name, value: value, exported: exported, upTo: min(end + 1, bytes.endIndex))
        }
        readValue(of: name, after: end + 1, exported: exported)
    }

    private mutating func readValue(of key: ArraySlice<UInt8>, after separator: Int, exported: Bool) {
        var value = separator
        while value < bytes.endIndex, let length = Self.innerSpaceLength(bytes, at: value) { value += length }
        if value < bytes.endIndex, bytes[value] == DotenvBytes.singleQuote || bytes[value] == DotenvBytes.doubleQuote {
            guard let end = Self.closingQuote(bytes, from: value) else {
                return add(.invalid(.unterminatedQuote), key: key, upTo: nextLine(from: value))
            }
            let style: DotenvStyle = bytes[value] == DotenvBytes.singleQuote ? .single : .double
            let next = skipSpaces(from: end + 1)
            let reachesLineEnd =
                next == bytes.endIndex || bytes[next] == DotenvBytes.newline || bytes[next] == DotenvBytes.hash
            add(
                .assignment(style), key: key, value: value..<end + 1, exported: exported,
                upTo: reachesLineEnd ? nextLine(from: next) : next)
            return
        }
        let lineEnd = bytes[value...].firstIndex(of: DotenvBytes.newline) ?? bytes.endIndex
        let written = Self.withoutComment(bytes[value..<lineEnd])
        let text = DotenvBytes.trimmedEnd(written)
        // Without a value the blanks behind `=` are replaced too: a shell would run what follows them.
        let range = text.isEmpty ? separator..<blanksEnd(separator..<written.endIndex) : value..<text.endIndex
        add(
            .assignment(.raw), key: key, value: range, exported: exported, upTo: min(lineEnd + 1, bytes.endIndex))
    }

    /// The end of the blanks in a line without a value; a CR at their end belongs to the line end.
    private func blanksEnd(_ range: Range<Int>) -> Int {
        let blanks = bytes[range]
        return blanks.last == DotenvBytes.carriageReturn ? blanks.endIndex - 1 : blanks.endIndex
    }

    /// Over white space, line ends excepted.
    private func skipSpaces(from index: Int) -> Int {
        var index = index
        while index < bytes.endIndex, bytes[index] != DotenvBytes.newline,
            let length = DotenvBytes.spaceLength(bytes, at: index)
        {
            index += length
        }
        return index
    }

    private func nextLine(from index: Int) -> Int {
        bytes[index...].firstIndex(of: DotenvBytes.newline).map { $0 + 1 } ?? bytes.endIndex
    }

    /// Over `export` and the white space behind it, whose first byte is one of those that Go's `\s` knows.
    private func skipExport(at index: Int) -> (key: Int, exported: Bool) {
        let word = Array("export".utf8)
        let after = index + word.count
        guard bytes[index...].starts(with: word), after < bytes.endIndex,
            [0x09, 0x0A, 0x0C, 0x0D, 0x20].contains(bytes[after])
        else { return (index, false) }
        var key = after
        while key < bytes.endIndex, let length = Self.innerSpaceLength(bytes, at: key) { key += length }
        return (key, true)
    }
}

extension DotenvParser {
    /// A letter, a number or a blank inside a key; nil for what no key may have.
    private static func keyLetterLength(_ bytes: ArraySlice<UInt8>, at index: Int) -> Int? {
        if let length = innerSpaceLength(bytes, at: index) { return length }
        guard let (scalar, length) = DotenvBytes.scalar(bytes, at: index) else { return nil }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            return length
        default: return nil
        }
    }

    /// The blanks around keys and in front of values: fewer than Unicode's white space, and no line feed.
    private static func innerSpaceLength(_ bytes: ArraySlice<UInt8>, at index: Int) -> Int? {
        switch bytes[index] {
        case 0x09, 0x0B, 0x0C, 0x0D, 0x20: 1
        case 0xC2 where index + 1 < bytes.endIndex && (bytes[index + 1] == 0x85 || bytes[index + 1] == 0xA0): 2
        default: nil
        }
    }

    /// Where the quote that opens at `open` closes: a backslash takes the next byte with it, in single quotes too.
    private static func closingQuote(_ bytes: ArraySlice<UInt8>, from open: Int) -> Int? {
        var index = open + 1
        while index < bytes.endIndex {
            if bytes[index] == bytes[open] { return index }
            index += bytes[index] == DotenvBytes.backslash ? 2 : 1
        }
        return nil
    }

    /// Up to the first ` #`: a tab in front of `#` begins no comment.
    private static func withoutComment(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var index = text.startIndex
        while let hash = text[index...].firstIndex(of: DotenvBytes.hash) {
            if hash > text.startIndex, text[hash - 1] == DotenvBytes.space { return text[..<(hash - 1)] }
            index = hash + 1
        }
        return text
    }
}
