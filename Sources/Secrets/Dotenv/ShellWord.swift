/// The right side of an assignment as a shell expands it.
struct ShellWord {
    /// As an argument of `export` the word is split and globbed by some shells.
    let exports: Bool
    var value: [UInt8] = []
    /// Why the value cannot be told; the word itself was read to its end.
    var obstacle: DotenvObstacle?
    /// Whether a variable was asked for.
    var expands = false
    /// By `${NAME:=value}`.
    var assigned: [(name: [UInt8], value: [UInt8])] = []

    init(exports: Bool) { self.exports = exports }
}

extension ShellReader {
    mutating func readValue(_ word: inout ShellWord) throws(Refusal) {
        // A tilde counts at the start and behind an unquoted colon.
        var tilde = index
        while let byte, !endsWord(byte) {
            switch byte {
            case DotenvBytes.backslash:
                guard index + 1 < bytes.endIndex else { throw Refusal(obstacle: .dialect, index: index) }
                if bytes[index + 1] != DotenvBytes.newline { word.value.append(bytes[index + 1]) }
                index += 2
            case DotenvBytes.singleQuote:
                guard let close = bytes[(index + 1)...].firstIndex(of: DotenvBytes.singleQuote) else {
                    throw Refusal(obstacle: .unterminatedQuote, index: index)
                }
                word.value += bytes[(index + 1)..<close]
                index = close + 1
            case DotenvBytes.doubleQuote: try readDoubleQuotes(&word)
            case DotenvBytes.dollar: try readDollar(&word, quoted: false)
            case UInt8(ascii: "`"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "<"), UInt8(ascii: ">"),
                UInt8(ascii: "("), UInt8(ascii: ")"):
                throw Refusal(obstacle: .command, index: index)
            default:
                if byte == UInt8(ascii: "~"), index == tilde { word.obstacle = .tilde }
                if word.exports, Array("*?[{~".utf8).contains(byte) { word.obstacle = .dialect }
                word.value.append(byte)
                index += 1
                if byte == UInt8(ascii: ":") { tilde = index }
            }
        }
    }

    private mutating func readDoubleQuotes(_ word: inout ShellWord) throws(Refusal) {
        let open = index
        index += 1
        while let byte {
            switch byte {
            case DotenvBytes.doubleQuote:
                index += 1
                return
            case DotenvBytes.backslash:
                guard index + 1 < bytes.endIndex else { throw Refusal(obstacle: .unterminatedQuote, index: open) }
                let next = bytes[index + 1]
                if !Array("$`\"\\\n".utf8).contains(next) { word.value.append(byte) }
                if next != DotenvBytes.newline { word.value.append(next) }
                index += 2
            case UInt8(ascii: "`"): throw Refusal(obstacle: .command, index: index)
            case DotenvBytes.dollar: try readDollar(&word, quoted: true)
            default:
                word.value.append(byte)
                index += 1
            }
        }
        throw Refusal(obstacle: .unterminatedQuote, index: open)
    }

    private mutating func readDollar(_ word: inout ShellWord, quoted: Bool) throws(Refusal) {
        let start = index
        index += 1
        guard let next = byte else { return word.value.append(DotenvBytes.dollar) }
        switch next {
        case _ where DotenvBytes.startsName(next):
            let name = bytes[index...].prefix(while: DotenvBytes.continuesName)
            index = name.endIndex
            append(Array(name), to: &word, quoted: quoted)
        case UInt8(ascii: "1")...UInt8(ascii: "9"):
            // A parameter: empty, the shell has no arguments.
            index += 1
            if word.exports, !quoted { word.obstacle = .dialect }
        case UInt8(ascii: "{"): try readBraces(&word, quoted: quoted, start: start)
        case UInt8(ascii: "("): throw Refusal(obstacle: .command, index: start)
        case UInt8(ascii: "["): throw Refusal(obstacle: .dialect, index: start)
        case DotenvBytes.singleQuote where !quoted, DotenvBytes.doubleQuote where !quoted:
            word.obstacle = .dialect
            // `$'` and `'` end at different places.
            if next == DotenvBytes.singleQuote { throw Refusal(obstacle: .dialect, index: start) }
        case _ where Array("0@*#?-$!".utf8).contains(next):
            index += 1
            word.obstacle = .shellState
        // A continued line would glue a name to the `$`.
        case DotenvBytes.backslash where bytes[index...].dropFirst().first == DotenvBytes.newline:
            throw Refusal(obstacle: .dialect, index: start)
        default: word.value.append(DotenvBytes.dollar)
        }
    }

    private mutating func append(_ name: [UInt8], to word: inout ShellWord, quoted: Bool) {
        if let obstacle = obstacle(of: name) { word.obstacle = obstacle }
        word.expands = true
        // The words of `export` are split where they come from a variable.
        if word.exports, !quoted { word.obstacle = .dialect }
        word.value += value(of: name, in: word) ?? []
    }

    /// `${NAME}` and `${NAME-word}` with a word of plain characters.
    private mutating func readBraces(_ word: inout ShellWord, quoted: Bool, start: Int) throws(Refusal) {
        let refusal = Refusal(obstacle: .expansion, index: start)
        index += 1
        let name = Array(bytes[index...].prefix(while: DotenvBytes.continuesName))
        index += name.count
        let isParameter = name.first.map { $0 != 0x30 && name.allSatisfy(DotenvBytes.isDigit) } ?? false
        guard DotenvBytes.isName(name) || isParameter else { throw refusal }
        let operation = Array(
            bytes[index...].prefix { $0 != UInt8(ascii: "}") && Array(":-+=?".utf8).contains($0) }.prefix(2))
        let sign = operation.first == UInt8(ascii: ":") ? operation.dropFirst().first : operation.first
        index += operation.first == UInt8(ascii: ":") ? 2 : sign == nil ? 0 : 1
        guard let close = bytes[min(index, bytes.endIndex)...].firstIndex(of: UInt8(ascii: "}")) else { throw refusal }
        let content = Array(bytes[index..<close])
        let special = Array("'\"`$\\{~\n".utf8)
        guard !content.contains(where: special.contains), sign != nil || content.isEmpty,
            sign != UInt8(ascii: ":"), operation.first != UInt8(ascii: ":") || sign != nil
        else { throw refusal }
        index = close + 1
        word.expands = true

        let value = isParameter ? nil : value(of: name, in: word)
        if !isParameter, let obstacle = obstacle(of: name) { word.obstacle = obstacle }
        if word.exports, !quoted { word.obstacle = .dialect }
        let isFilled = operation.first == UInt8(ascii: ":") ? value?.isEmpty == false : value != nil
        switch sign {
        case nil: word.value += value ?? []
        case UInt8(ascii: "-"): word.value += isFilled ? value ?? [] : content
        case UInt8(ascii: "+"): word.value += isFilled ? content : []
        case UInt8(ascii: "="):
            if !isFilled {
                // A parameter cannot be assigned.
                guard !isParameter else { throw refusal }
                word.assigned.append((name, content))
            }
            word.value += isFilled ? value ?? [] : content
        default:
            guard isFilled else {
                throw Refusal(obstacle: .requiredVariable, index: start)
            }
            word.value += value ?? []
        }
    }
}
