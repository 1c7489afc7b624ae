internal import Basics

/// A dotenv file of unknown make, and what can be read of it: a torn, binary or re-encoded one gives what is whole.
struct EnvReading {
    /// One assignment.
    struct Assignment {
        let key: String
        let line: Int
        /// As it stands behind `=`, quotes included.
        let written: [UInt8]
        /// What somebody meant: what all usual readers see, or the bytes without their quotes where these differ.
        let value: [UInt8]
        /// All usual readers see `value`.
        let isAgreed: Bool
        /// Takes other variables.
        let isTemplate: Bool
        /// The file ends right behind it, so there may have been more.
        let mayBeCut: Bool
    }

    /// Every key that somebody gave a value, each once, in order; also those whose values are torn.
    let keys: [String]
    let assignments: [Assignment]
    /// Nothing of it is torn: it can be edited, and no byte of it is doubted.
    let isWhole: Bool
    /// Holds neither a key nor anything to keep.
    let isBlank: Bool

    /// How often reading begins anew behind a torn quote; what comes after is not looked at.
    static let restarts = 64

    init(_ bytes: [UInt8]) {
        let text = Self.decoded(bytes)
        var assignments: [Assignment] = []
        var keys: [String] = []
        var known: Set<[UInt8]> = []
        var isWhole = text == bytes && !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
        var (start, line, restarts) = (0, 0, 0)
        reading: while start < text.count, restarts <= Self.restarts {
            let part = Array(text[start...])
            for entry in DotenvParser.parse(part) {
                if entry.kind == .invalid(.unterminatedQuote) { isWhole = false }
                let isNamed = entry.isAssignment || entry.kind == .invalid(.unterminatedQuote)
                guard isNamed, !entry.key.isEmpty else { continue }
                if DotenvBytes.isName(Array(entry.key.utf8)), known.insert(Array(entry.key.utf8)).inserted {
                    keys.append(entry.key)
                }
                guard entry.isAssignment else { continue }
                let written = Array(part[entry.valueRange])
                if let inside = Self.swallowed(written) {
                    // A quote that was never closed has found the next one: go on where it should have ended.
                    isWhole = false
                    start += entry.valueRange.lowerBound + inside
                    line += entry.line
                    restarts += 1
                    continue reading
                }
                guard !written.contains(0), String(validating: written, as: UTF8.self) != nil else { continue }
                let isAtEnd = entry.range.upperBound == part.count && part.last != DotenvBytes.newline
                assignments.append(Assignment(entry, written, line: line + entry.line, mayBeCut: isAtEnd))
            }
            break
        }
        (self.keys, self.assignments, self.isWhole) = (keys, assignments, isWhole)
        isBlank = text.allSatisfy { $0 <= 0x20 || DotenvBytes.mark.contains($0) }
    }

    func assignments(of key: String) -> [Assignment] {
        assignments.filter { $0.key.utf8.elementsEqual(key.utf8) }
    }

    /// Where the second line of a quoted value begins, when one of its lines is an assignment itself.
    private static func swallowed(_ written: [UInt8]) -> Int? {
        guard written.first == DotenvBytes.singleQuote || written.first == DotenvBytes.doubleQuote,
            let end = written.firstIndex(of: DotenvBytes.newline)
        else { return nil }
        let lines = written[(end + 1)...].split(separator: DotenvBytes.newline)
        let isTorn = lines.contains { line in
            guard let equals = line.firstIndex(of: DotenvBytes.equals) else { return false }
            var name = line[..<equals]
            if name.starts(with: "export ".utf8) { name = name.dropFirst(7) }
            // Not base64 at the end of a key, whose `=` nothing follows.
            return DotenvBytes.isName(name) && line[equals...].contains { $0 > 0x20 && $0 != DotenvBytes.equals }
        }
        return isTorn ? end + 1 : nil
    }

    /// PowerShell writes UTF-16 where nobody asked for it.
    private static func decoded(_ bytes: [UInt8]) -> [UInt8] {
        let isLittle = bytes.starts(with: [0xFF, 0xFE])
        guard isLittle || bytes.starts(with: [0xFE, 0xFF]) else { return bytes }
        let units = stride(from: 2, to: bytes.count - 1, by: 2).map { index in
            isLittle
                ? UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8
                : UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}

extension EnvReading.Assignment {
    fileprivate init(_ entry: DotenvEntry, _ written: [UInt8], line: Int, mayBeCut: Bool) {
        let single = Array("K=".utf8) + written + [DotenvBytes.newline]
        var agreed: [UInt8]?
        if written.count <= 2 * DotenvSpelling.longestValue,
            case .value(let seen) = DotenvReader.composeV2.read(single)["K"],
            DotenvSpelling.objections(to: seen.reveal(), written: written, readers: DotenvReader.usual).isEmpty
        {
            agreed = seen.reveal()
        }
        let bare = DotenvBytes.unquoted(written[...])
        (key, self.line, self.written, self.mayBeCut) = (entry.key, line, written, mayBeCut)
        (value, isAgreed) = (agreed ?? bare, agreed != nil)
        isTemplate = agreed == nil && zip(bare, bare.dropFirst()).contains { $0 == 0x24 && $1 == 0x7B }
    }
}
