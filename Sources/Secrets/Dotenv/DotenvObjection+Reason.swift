import Basics

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
        if seen.starts(with: meant), !meant.isEmpty,
            DotenvBytes.trimmedStart(seen[meant.count...]).first == DotenvBytes.hash
        {
            return .keepsComment
        }
        let trimmed = DotenvBytes.trimmedEnd(DotenvBytes.trimmedStart(meant[...]))
        if DotenvBytes.trimmedEnd(DotenvBytes.trimmedStart(seen[...])) == trimmed { return .trimsBlanks }
        if meant.contains(DotenvBytes.dollar) { return .expandsVariables }
        if meant.contains(DotenvBytes.hash), meant.starts(with: seen) { return .cutsComment }
        return .seesOtherBytes
    }
}
