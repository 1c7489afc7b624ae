/// `$NAME` and `${NAME:-default}` as compose-go replaces them.
///
/// Source: compose-go v2.13, template/template.go. Its pattern is greedy: a braced variable reaches to the last `}` of
/// the line first and gives back what stands behind its own.
public struct ComposeTemplate {
    public enum Failure: Error, Sendable { case invalid, required }

    /// Defaults in defaults; Compose has no limit of its own.
    static let deepest = 64

    let lookup: ([UInt8]) -> [UInt8]?

    /// - Parameter lookup: The value of a variable, nil when it is not set.
    public init(_ lookup: @escaping ([UInt8]) -> [UInt8]?) { self.lookup = lookup }

    /// - Parameter depth: How many variables the text is a default of.
    public func substitute(_ text: ArraySlice<UInt8>, depth: Int = 0) throws(Failure) -> [UInt8] {
        guard depth <= Self.deepest else { throw .invalid }
        var result: [UInt8] = []
        var index = text.startIndex
        var line = Line(text, at: index)
        while index < text.endIndex {
            if index > line.end { line = Line(text, at: index) }
            guard text[index] == DotenvBytes.dollar, let match = Self.match(text, at: index, line) else {
                result.append(text[index])
                index += 1
                continue
            }
            switch match {
            case .escaped:
                result.append(DotenvBytes.dollar)
                index += 2
            case .named(let end):
                result += lookup(Array(text[(index + 1)..<end])) ?? []
                index = end
            case .braced(let nameEnd, let end):
                let (value, close) = try braced(text[index..<end], nameEnd: nameEnd, depth: depth)
                result += value
                index = close
            case .invalid: throw .invalid
            }
        }
        return result
    }

    /// A variable of a text, and what stands in for it where it is not set.
    public struct Variable: Hashable {
        public enum Fallback: Hashable {
            /// Nothing, and Compose warns or refuses.
            case none
            /// `${X:-}`: nothing, and nobody warns.
            case empty
            case text
        }

        public let name: String
        public let fallback: Fallback
    }

    /// The variables of a text; those inside a default are not told, for they matter only without the outer one.
    public static func variables(in text: ArraySlice<UInt8>) -> [Variable] {
        var found: [Variable] = []
        func add(_ name: ArraySlice<UInt8>, _ fallback: Variable.Fallback) {
            found.append(Variable(name: String(decoding: name, as: UTF8.self), fallback: fallback))
        }
        var index = text.startIndex
        var line = Line(text, at: index)
        while let dollar = text[index...].firstIndex(of: DotenvBytes.dollar) {
            if dollar > line.end { line = Line(text, at: dollar) }
            index = dollar + 1
            switch match(text, at: dollar, line) {
            case .escaped: index = dollar + 2
            case .named(let end):
                add(text[(dollar + 1)..<end], .none)
                index = end
            case .braced(let nameEnd, let end):
                let name = text[(dollar + 2)..<nameEnd]
                index = end
                guard let (operation, word) = operation(text[..<end], at: nameEnd) else {
                    add(name, .none)
                    continue
                }
                let close = closingBrace(text[dollar..<end]) ?? end - 1
                index = close + 1
                switch operation.last {
                case UInt8(ascii: "-"): add(name, word == close ? .empty : .text)
                case UInt8(ascii: "+"): add(name, .text)
                default: add(name, .none)
                }
            case .invalid, nil: break
            }
        }
        return found
    }

    /// The last `}` of a line, found once for all its variables.
    private struct Line {
        let end: Int
        let lastBrace: Int?

        init(_ text: ArraySlice<UInt8>, at index: Int) {
            end = text[index...].firstIndex(of: DotenvBytes.newline) ?? text.endIndex
            lastBrace = text[index..<end].lastIndex(of: UInt8(ascii: "}"))
        }
    }

    private enum Match {
        case escaped
        case named(end: Int)
        case braced(nameEnd: Int, end: Int)
        case invalid
    }

    private static func match(_ text: ArraySlice<UInt8>, at dollar: Int, _ line: Line) -> Match? {
        let next = dollar + 1
        guard next < text.endIndex else { return nil }
        if text[next] == DotenvBytes.dollar { return .escaped }
        if let end = nameEnd(text, from: next) { return .named(end: end) }
        guard text[next] == UInt8(ascii: "{") else { return nil }
        guard let end = nameEnd(text, from: next + 1), end < text.endIndex else { return .invalid }
        if text[end] == UInt8(ascii: "}") { return .braced(nameEnd: end, end: end + 1) }
        guard let (_, word) = operation(text, at: end) else { return .invalid }
        guard let close = line.lastBrace, close >= word else { return .invalid }
        return .braced(nameEnd: end, end: close + 1)
    }

    /// The end of a name, in any case; the pattern ignores case, so `ſ` (U+017F) and the Kelvin sign (U+212A) are
    /// letters too.
    private static func nameEnd(_ text: ArraySlice<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < text.endIndex {
            if index == start ? DotenvBytes.startsName(text[index]) : DotenvBytes.continuesName(text[index]) {
                index += 1
            } else if text[index...].starts(with: [0xC5, 0xBF]) {
                index += 2
            } else if text[index...].starts(with: [0xE2, 0x84, 0xAA]) {
                index += 3
            } else {
                break
            }
        }
        return index > start ? index : nil
    }

    /// `-`, `+`, `?`, each also with `:` in front, and where the word behind begins.
    private static func operation(_ text: ArraySlice<UInt8>, at index: Int) -> (operation: [UInt8], word: Int)? {
        let sign = text[index] == UInt8(ascii: ":") ? index + 1 : index
        guard sign < text.endIndex, [0x2D, 0x2B, 0x3F].contains(text[sign]) else { return nil }
        return (Array(text[index...sign]), sign + 1)
    }

    /// - Parameter match: From `$` to the last `}` of the line.
    /// - Returns: The value, and where what is not a part of the variable begins.
    private func braced(
        _ match: ArraySlice<UInt8>, nameEnd: Int, depth: Int
    ) throws(Failure) -> (value: [UInt8], end: Int) {
        let name = Array(match[(match.startIndex + 2)..<nameEnd])
        guard let (operation, word) = Self.operation(match, at: nameEnd) else {
            return (lookup(name) ?? [], match.endIndex)
        }
        let close = Self.closingBrace(match) ?? match.endIndex - 1
        let content = match[word..<close]
        let value = lookup(name)
        let isFilled = operation.count == 2 ? value?.isEmpty == false : value != nil
        let result: [UInt8]
        switch operation.last {
        case UInt8(ascii: "-"): result = isFilled ? value ?? [] : try substitute(content, depth: depth + 1)
        case UInt8(ascii: "+"): result = isFilled ? try substitute(content, depth: depth + 1) : value ?? []
        default:
            guard isFilled else {
                // The words of the error are read as a template too, and may be the first thing that fails.
                _ = try substitute(content, depth: depth + 1)
                throw .required
            }
            result = value ?? []
        }
        return (result, close + 1)
    }

    /// The brace that closes the first one; the byte behind each opening brace is not looked at.
    private static func closingBrace(_ match: ArraySlice<UInt8>) -> Int? {
        var depth = 0
        var index = match.startIndex
        while index < match.endIndex {
            if match[index] == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return index }
            } else if match[index] == UInt8(ascii: "{") {
                depth += 1
                index += 1
            }
            index += 1
        }
        return nil
    }
}
