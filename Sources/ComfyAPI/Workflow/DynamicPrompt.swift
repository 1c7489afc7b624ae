import Basics

/// The editor's small language in prompt texts: `{a|b}` picks one, comments go.
enum DynamicPrompt {
    /// - Parameter choose: Which alternative is taken, given their number; an index out of range takes the first.
    static func expand(_ text: String, choose: @escaping (Int) -> Int) -> String {
        var reader = Reader(text: Array(withoutComments(text).unicodeScalars), choose: choose)
        return reader.plain(depth: 0)
    }

    /// Drops `/* … */` and `// …` to the end of the line, wherever they stand; the editor does the same, URLs included.
    static func withoutComments(_ text: String) -> String {
        let source = Array(text.unicodeScalars)
        var out = String.UnicodeScalarView()
        var at = 0
        while at < source.count {
            if source[at] == "/", at + 1 < source.count {
                if source[at + 1] == "*", let end = blockEnd(source, at + 2) {
                    at = end
                    continue
                }
                if source[at + 1] == "/" {
                    while at < source.count, !"\n\r\u{2028}\u{2029}".unicodeScalars.contains(source[at]) { at += 1 }
                    continue
                }
            }
            out.append(source[at])
            at += 1
        }
        return String(out)
    }

    private static func blockEnd(_ source: [Unicode.Scalar], _ start: Int) -> Int? {
        var at = start
        while at + 1 < source.count {
            if source[at] == "*", source[at + 1] == "/" { return at + 2 }
            at += 1
        }
        return nil
    }

    private struct Reader {
        let text: [Unicode.Scalar]
        let choose: (Int) -> Int
        var at = 0

        /// Deeper braces are kept as they are.
        static let maximumDepth = 64

        mutating func plain(depth: Int) -> String {
            var out = String.UnicodeScalarView()
            while at < text.count {
                let scalar = text[at]
                at += 1
                if scalar == "\\", at < text.count {
                    // Only these three need the backslash, so only before them it goes.
                    if !"{|}".unicodeScalars.contains(text[at]) { out.append(scalar) }
                    out.append(text[at])
                    at += 1
                } else if scalar == "{", depth < Reader.maximumDepth {
                    out.append(contentsOf: choice(depth: depth).unicodeScalars)
                } else {
                    out.append(scalar)
                }
            }
            return String(out)
        }

        private mutating func choice(depth: Int) -> String {
            var options: [[Unicode.Scalar]] = [[]]
            var level = 0
            while at < text.count {
                let scalar = text[at]
                at += 1
                if scalar == "\\", at < text.count {
                    options[options.count - 1] += [scalar, text[at]]
                    at += 1
                    continue
                }
                if scalar == "}", level == 0 { break }
                if scalar == "|", level == 0 {
                    options.append([])
                    continue
                }
                if scalar == "{" { level += 1 }
                if scalar == "}" { level -= 1 }
                options[options.count - 1].append(scalar)
            }
            let index = choose(options.count)
            var inner = Reader(text: options.indices.contains(index) ? options[index] : options[0], choose: choose)
            return inner.plain(depth: depth + 1)
        }
    }
}

/// The parts of a file name that the editor, and not the worker, fills in: `%date:…%` and `%Node.widget%`.
enum FileNamePattern {
    static func expand(
        _ text: String, date: Timestamp.Civil?, value: (_ node: String, _ widget: String) -> JSON?
    ) -> String {
        var out = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "%") {
            let inside = rest[rest.index(after: start)...]
            guard let end = inside.firstIndex(of: "%"), end > inside.startIndex else { break }
            out += rest[..<start]
            let name = inside[..<end]
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            if parts.count == 2, let found = value(String(parts[0]), String(parts[1])) {
                out += safe(PythonText.str(found))
            } else if parts.count != 2, name.hasPrefix("date:"), let date {
                out += format(name.dropFirst(5), date)
            } else {
                out += "%" + name + "%"
            }
            rest = inside[inside.index(after: end)...]
        }
        return out + rest
    }

    /// Characters that some file system refuses become underscores.
    private static func safe(_ text: String) -> String {
        let forbidden = "/?<>\\:*|\"".unicodeScalars
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            out.append(forbidden.contains(scalar) || scalar.value < 0x20 || scalar.value == 0x7F ? "_" : scalar)
        }
        return String(out)
    }

    private static func format(_ pattern: Substring, _ date: Timestamp.Civil) -> String {
        var out = ""
        var rest = pattern
        while let letter = rest.first {
            let run = rest.prefix { $0 == letter }.prefix(letter == "y" ? 4 : 2)
            rest = rest.dropFirst(run.count)
            let number: Int
            switch letter {
            case "d": number = date.day
            case "M": number = date.month
            case "h": number = date.hour
            case "m": number = date.minute
            case "s": number = date.second
            case "y" where run.count > 1:
                let year = String(date.year)
                out += run.count == 2 ? String(year.suffix(2)) : year
                continue
            default:
                out += run
                continue
            }
            out += run.count == 2 && number < 10 ? "0\(number)" : String(number)
        }
        return out
    }
}
