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
    static func plainFirst(_ value: [UInt8]) -> [DotenvStyle] {
        objections(to: value, written: value, readers: Set(DotenvReader.allCases)).isEmpty ? [.raw] : []
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

extension DotenvSpelling: CustomStringConvertible, CustomReflectable {
    public var description: String { "<\(style.rawValue), redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
