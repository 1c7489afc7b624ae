/// Docker Compose v2.
///
/// Source: compose-go v2.13, dotenv/parser.go and dotenv/godotenv.go.
enum ComposeReader {
    static func read(_ bytes: [UInt8], lookup: @escaping DotenvLookup) -> DotenvView {
        var view = DotenvView()
        for entry in DotenvParser.parse(bytes) {
            let key = Array(entry.key.utf8)
            switch entry.kind {
            case .blank, .comment: continue
            // `export` alone on a line asks for the key "".
            case .invalid(.nothingToExport) where bytes[entry.range].last == DotenvBytes.newline:
                if let value = lookup(key) { view[key] = .value(DotenvValue(value)) }
            case .invalid(let obstacle): return DotenvView(refusal: obstacle, line: entry.line)
            case .bareKey:
                guard bytes[entry.range].last == DotenvBytes.newline else {
                    // Without a line end Compose takes the key for a value of the key "".
                    view[[]] = .value(DotenvValue(key))
                    continue
                }
                if let value = lookup(key) { view[key] = .value(DotenvValue(value)) }
            case .assignment(let style):
                do throws(ComposeTemplate.Failure) {
                    let value = try value(bytes[entry.valueRange], style, view, lookup)
                    view[key] = .value(DotenvValue(value))
                } catch {
                    switch error {
                    case .invalid: return DotenvView(refusal: .invalidTemplate, line: entry.line)
                    case .required: return DotenvView(refusal: .requiredVariable, line: entry.line)
                    }
                }
            }
        }
        return view
    }

    private static func value(
        _ written: ArraySlice<UInt8>, _ style: DotenvStyle, _ view: DotenvView, _ lookup: @escaping DotenvLookup
    ) throws(ComposeTemplate.Failure) -> [UInt8] {
        // Here, so that it is gone before the view changes: with a second owner the whole view would be copied.
        let template = ComposeTemplate { name in lookup(name) ?? view.bytes(of: name) }
        return switch style {
        case .raw: try template.substitute(DotenvBytes.trimmedEnd(written))
        case .single: unquoted(written)
        case .double: try template.substitute(unescaped(unquoted(written))[...])
        }
    }

    /// What stands between the quotes; a backslash in front of such a quote is gone, every other stays.
    private static func unquoted(_ written: ArraySlice<UInt8>) -> [UInt8] {
        let quote = written.first
        var value: [UInt8] = []
        var isEscaped = false
        for byte in written.dropFirst().dropLast() {
            if isEscaped {
                if byte != quote { value.append(DotenvBytes.backslash) }
                value.append(byte)
                isEscaped = false
            } else if byte == DotenvBytes.backslash {
                isEscaped = true
            } else {
                value.append(byte)
            }
        }
        return value
    }

    /// Escapes of double quotes. `\$` becomes `$$`, which the template reads as `$`.
    private static func unescaped(_ text: [UInt8]) -> [UInt8] {
        let escapes: [UInt8: [UInt8]] = [
            UInt8(ascii: "a"): [0x07], UInt8(ascii: "b"): [0x08], UInt8(ascii: "f"): [0x0C], UInt8(ascii: "n"): [0x0A],
            UInt8(ascii: "r"): [0x0D], UInt8(ascii: "t"): [0x09], UInt8(ascii: "v"): [0x0B],
            DotenvBytes.doubleQuote: [DotenvBytes.doubleQuote], DotenvBytes.backslash: [DotenvBytes.backslash],
            DotenvBytes.dollar: [DotenvBytes.dollar, DotenvBytes.dollar],
        ]
        var value: [UInt8] = []
        var index = 0
        while index < text.count {
            guard text[index] == DotenvBytes.backslash, index + 1 < text.count else {
                value.append(text[index])
                index += 1
                continue
            }
            let escaped = text[index + 1]
            if let bytes = escapes[escaped] {
                value += bytes
                index += 2
            } else if escaped == UInt8(ascii: "0") {
                let digits = text[(index + 2)...].prefix(3).prefix(while: DotenvBytes.isDigit)
                value += octal(digits)
                index += 2 + digits.count
            } else {
                value += [DotenvBytes.backslash, escaped]
                index += 2
            }
        }
        return value
    }

    /// `\0ddd`: a character up to U+00FF, or, when these are no three octal digits below 0400, what is left without the
    /// 0.
    private static func octal(_ digits: ArraySlice<UInt8>) -> [UInt8] {
        let number = digits.reduce(0) { $0 << 3 | Int($1 & 0x0F) }
        guard digits.count == 3, digits.allSatisfy({ $0 < 0x38 }), number <= 0xFF, let scalar = Unicode.Scalar(number)
        else { return [DotenvBytes.backslash] + digits }
        return Array(String(Character(scalar)).utf8)
    }
}
