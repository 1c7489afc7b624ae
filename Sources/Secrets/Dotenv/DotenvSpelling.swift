import Basics

/// The bytes to write behind `KEY=` so that given readers read a value as it is meant.
///
/// The readers' models themselves decide, so a spelling can be no better than they are, and no worse.
public struct DotenvSpelling: Sendable, Hashable {
    public let style: DotenvStyle
    /// Quotes included.
    public let bytes: [UInt8]

    /// Longest value in bytes, as long as the longest secret.
    public static let longestValue = Secret.longest

    /// The first style that all of `readers` read as `value`, whatever their environment holds.
    ///
    /// - Parameters:
    ///   - key: Only named in errors.
    ///   - preferring: Tried first; then single quotes, double quotes, none.
    /// - Throws: `noSpelling`, `nulInValue`, `valueTooLong`.
    public static func choose(
        _ value: DotenvValue, key: String, for readers: Set<DotenvReader> = DotenvReader.usual,
        preferring: [DotenvStyle] = []
    ) throws(DotenvError) -> DotenvSpelling {
        var spellings = try DotenvSpellings(of: value, key: key, for: readers)
        return try spellings.first(preferring: preferring) { _ in true }
    }

    /// The readers, of all there are, that do not read this spelling as `value`, and why.
    public func objections(to value: DotenvValue) -> [DotenvObjection] {
        Self.objections(to: value.reveal(), written: bytes, readers: Set(DotenvReader.allCases))
    }

    /// No quotes when all readers there are understand the value without, as scripts and `docker run` keep quotes.
    static func plainFirst(_ value: DotenvValue, key: String) -> [DotenvStyle] {
        let isPlain = objections(
            to: value.reveal(), written: value.reveal(), readers: Set(DotenvReader.allCases)
        ).isEmpty
        return isPlain ? [.raw] : []
    }

    /// Ways to write a value in one style, the plainest first. None of them is trusted before it was read back.
    static func candidates(_ value: [UInt8], _ style: DotenvStyle) -> [[UInt8]] {
        func escaping(_ special: String, in quote: UInt8) -> [UInt8] {
            let special = Array(special.utf8)
            return [quote] + value.flatMap { special.contains($0) ? [DotenvBytes.backslash, $0] : [$0] } + [quote]
        }
        let single = DotenvBytes.singleQuote
        let double = DotenvBytes.doubleQuote
        switch style {
        case .raw: return [value]
        case .single: return [escaping("", in: single), escaping("'", in: single), escaping("'\\", in: single)]
        case .double:
            return [
                escaping("", in: double), escaping("\"\\", in: double), escaping("\"\\$", in: double),
                escaping("\"\\$`", in: double), controls(value),
            ]
        }
    }

    /// In double quotes, with the escapes for control characters that Compose and python-dotenv know.
    private static func controls(_ value: [UInt8]) -> [UInt8] {
        let letters: [UInt8: String] = [
            0x07: "a", 0x08: "b", 0x09: "t", 0x0A: "n", 0x0B: "v", 0x0C: "f", 0x0D: "r", DotenvBytes.backslash: "\\",
            DotenvBytes.doubleQuote: "\"",
        ]
        return [DotenvBytes.doubleQuote]
            + value.flatMap { byte in letters[byte].map { Array("\\\($0)".utf8) } ?? [byte] }
            + [DotenvBytes.doubleQuote]
    }

    /// What readers see that find these bytes behind `=`.
    static func objections(
        to value: [UInt8], written: [UInt8], readers: Set<DotenvReader>
    ) -> [DotenvObjection] {
        let key = Array("K".utf8)
        // A second line shows whether the value ends where it should.
        let file = key + [DotenvBytes.equals] + written + Array("\nL=1\n".utf8)
        return DotenvReader.allCases.filter(readers.contains).compactMap { reader in
            // A value that asks for a variable depends on who asks: it is tried without any and with all of them.
            let environments: [[UInt8]?] = written.contains(DotenvBytes.dollar) ? [nil, [0x01]] : [nil]
            for found in environments {
                let view = reader.read(file) { _ in found }
                if let reason = DotenvObjection.Reason(view[key], meant: value, written: written[...]) {
                    return DotenvObjection(reader: reader, reason: reason)
                }
                guard view["L"] == .value(DotenvValue([0x31])) else {
                    return DotenvObjection(reader: reader, reason: .seesOtherBytes)
                }
            }
            return nil
        }
    }
}

/// The spellings of one value that given readers understand; each style is worked out once, when it is asked for.
struct DotenvSpellings {
    private let value: [UInt8]
    private let key: String
    private let readers: Set<DotenvReader>
    private var known: [DotenvStyle: [DotenvSpelling]] = [:]
    private var accepted: [[UInt8]: Bool] = [:]
    /// Of the spelling that the fewest readers object to.
    private var fewest: [DotenvObjection]?

    init(of value: DotenvValue, key: String, for readers: Set<DotenvReader>) throws(DotenvError) {
        (self.value, self.key, self.readers) = (value.reveal(), key, readers)
        guard !self.value.contains(0) else { throw .nulInValue(key: key) }
        guard self.value.count <= DotenvSpelling.longestValue else {
            throw .valueTooLong(key: key, limit: DotenvSpelling.longestValue)
        }
    }

    /// The first spelling, preferred styles in front, that is accepted.
    mutating func first(
        preferring: [DotenvStyle], where fits: (DotenvSpelling) -> Bool
    ) throws(DotenvError) -> DotenvSpelling {
        var tried: [DotenvStyle] = []
        for style in preferring + [.single, .double, .raw] where !tried.contains(style) {
            tried.append(style)
            if let spelling = spellings(style).first(where: fits) { return spelling }
        }
        throw .noSpelling(key: key, objections: fewest ?? [])
    }

    /// Whether bytes that stand in a file are read as the value already.
    mutating func accepts(_ written: [UInt8]) -> Bool {
        // No spelling of a value is much longer than the value; and what is long here is not worth remembering.
        guard written.count <= 2 * value.count + 16 else { return false }
        if let known = accepted[written] { return known }
        let accepts = DotenvSpelling.objections(to: value, written: written, readers: readers).isEmpty
        if accepted.count < 16 { accepted[written] = accepts }
        return accepts
    }

    private mutating func spellings(_ style: DotenvStyle) -> [DotenvSpelling] {
        if let known = known[style] { return known }
        var found: [DotenvSpelling] = []
        for written in DotenvSpelling.candidates(value, style) {
            let objections = DotenvSpelling.objections(to: value, written: written, readers: readers)
            if objections.isEmpty {
                found.append(DotenvSpelling(style: style, bytes: written))
            } else if objections.count < fewest?.count ?? .max {
                fewest = objections
            }
        }
        known[style] = found
        return found
    }
}

extension DotenvSpelling: CustomStringConvertible, CustomReflectable {
    public var description: String { "<\(style.rawValue), redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension DotenvObjection.Reason {
    /// Nil when the reading is what was meant.
    init?(_ reading: DotenvReading, meant: [UInt8], written: ArraySlice<UInt8>) {
        switch reading {
        case .absent: self = .missing
        case .unreadable(let obstacle, let line): self = .unreadable(obstacle, line: line)
        case .value(let value):
            let seen = value.reveal()
            guard !constantTimeEqual(seen, meant) else { return nil }
            self = Self.difference(seen, meant, written)
        }
    }

    private static func difference(_ seen: [UInt8], _ meant: [UInt8], _ written: ArraySlice<UInt8>) -> Self {
        let quotes = [DotenvBytes.singleQuote, DotenvBytes.doubleQuote]
        func without(_ bytes: [UInt8], _ special: [UInt8]) -> [UInt8] { bytes.filter { !special.contains($0) } }
        let ends: [UInt8] = [DotenvBytes.carriageReturn, DotenvBytes.newline]
        if let first = written.first, quotes.contains(first), written.starts(with: seen.prefix(2)), seen.first == first
        {
            return .keepsQuotes
        }
        if seen == meant + [DotenvBytes.carriageReturn] { return .keepsCarriageReturn }
        if without(seen, ends) == without(meant, ends) { return .changesLineEnds }
        if without(seen, [DotenvBytes.backslash]) == without(meant, [DotenvBytes.backslash]) {
            return .changesBackslashes
        }
        let trimmed = DotenvBytes.trimmedEnd(DotenvBytes.trimmedStart(meant[...]))
        if DotenvBytes.trimmedEnd(DotenvBytes.trimmedStart(seen[...])) == trimmed { return .trimsBlanks }
        if meant.contains(DotenvBytes.dollar) { return .expandsVariables }
        if meant.contains(DotenvBytes.hash), meant.starts(with: seen) { return .cutsComment }
        return .seesOtherBytes
    }
}
