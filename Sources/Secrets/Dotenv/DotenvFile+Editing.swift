extension DotenvFile {
    /// Gives `key` a value: only the bytes of its values change, and their quotes only where they cannot carry the new value.
    /// What is read as the new value already stays as it is.
    ///
    /// A key that stands more than once gets the value at each place: whatever reader takes the first or the last sees the
    /// same, and no stale secret stays behind. A new key is added at the end, with `export` when every assignment of the file
    /// has it; a file whose last line has no line end gets one there and has none again behind the new line.
    ///
    /// - Parameters:
    ///   - style: Tried first; by default the one that is there. Then come single quotes, double quotes, none.
    ///   - readers: Those that must read the value as meant, each looking at the line `KEY=value` alone; see `objections`
    ///     for what they see in this file.
    /// - Throws: `noSpelling`, `nulInValue`, `invalidKey` for a new key, `tooLarge`, `unterminatedQuote`; the file is
    ///   unchanged then.
    public mutating func set(
        _ key: String, to value: DotenvValue, style: DotenvStyle? = nil,
        for readers: Set<DotenvReader> = DotenvReader.usual
    ) throws(DotenvError) {
        guard !value.reveal().contains(0) else { throw .nulInValue(key: key) }
        try refuseOpenQuotes()
        var changed = self
        let count = entries(of: key).count
        if count == 0 {
            try changed.append(key, value, style, readers)
        } else {
            // From the end, so that an open quote of ours could not reach an entry that is still to come.
            for place in (0..<count).reversed() { try changed.replaceValue(key, at: place, value, style, readers) }
        }
        self = changed
    }

    /// Takes every line of `key` out, comments behind its values included.
    ///
    /// - Returns: How many there were.
    @discardableResult
    public mutating func remove(_ key: String) throws(DotenvError) -> Int {
        try refuseOpenQuotes()
        let count = entries(of: key).count
        for _ in 0..<count {
            guard let entry = entries(of: key).last else { break }
            // The mark in front of the first entry is no part of it.
            let start =
                entry.range.lowerBound == 0 && hasByteOrderMark ? DotenvBytes.mark.count : entry.range.lowerBound
            // Behind another statement of the same line the line end stays.
            let isFirstOfLine = entry.range.lowerBound == 0 || bytes[start - 1] == DotenvBytes.newline
            let ending = bytes[start..<entry.range.upperBound].suffix(2).filter { $0 == 0x0D || $0 == 0x0A }
            try replace(start..<entry.range.upperBound, by: isFirstOfLine ? [] : ending)
        }
        return count
    }

    /// The readers that do not see `value` for `key` in this file, and why, in the order of `DotenvReader.allCases`.
    public func objections(
        to value: DotenvValue, of key: String, readers: Set<DotenvReader> = DotenvReader.usual,
        environment: [String: String] = [:]
    ) -> [DotenvObjection] {
        let written = entries(of: key).last.map { bytes[$0.valueRange] } ?? []
        let isBehindMark = hasByteOrderMark && entries(of: key).last?.range.lowerBound == 0
        return DotenvReader.allCases.filter(readers.contains).compactMap { reader in
            let reading = self.value(of: key, reader, environment: environment)
            guard let reason = DotenvObjection.Reason(reading, meant: value.reveal(), written: written) else {
                return nil
            }
            return DotenvObjection(reader: reader, reason: isBehindMark && reason == .missing ? .hiddenByMark : reason)
        }
    }

    private func refuseOpenQuotes() throws(DotenvError) {
        for entry in entries where entry.kind == .invalid(.unterminatedQuote) {
            throw .unterminatedQuote(line: entry.line)
        }
    }

    private mutating func replaceValue(
        _ key: String, at place: Int, _ value: DotenvValue, _ style: DotenvStyle?, _ readers: Set<DotenvReader>
    ) throws(DotenvError) {
        let entry = entries(of: key)[place]
        var preferred = [style].compactMap(\.self)
        if case .assignment(let current) = entry.kind { preferred.append(current) }
        let written = Array(bytes[entry.valueRange])
        if entry.isAssignment, style.map({ preferred.last == $0 }) ?? true,
            DotenvSpelling.objections(to: value.reveal(), written: written, readers: readers).isEmpty
        {
            return
        }
        let lead = entry.kind == .bareKey ? [DotenvBytes.equals] : []
        var result = self
        _ = try DotenvSpelling.find(value, key: key, for: readers, preferring: preferred) {
            (spelling) throws(DotenvError) in
            var changed = self
            try changed.replace(entry.valueRange, by: lead + spelling.bytes)
            // Blanks left around nothing would be a value to some.
            guard !spelling.bytes.isEmpty || changed.entries(of: key)[place].valueRange.isEmpty else { return false }
            // Another statement on the same line may be in the way. Who does not ask for Compose may write what it misreads.
            guard changed.holds(readers.contains(.composeV2) ? value : nil, key, at: place, asIn: self) else {
                return false
            }
            result = changed
            return true
        }
        self = result
    }

    private mutating func append(
        _ key: String, _ value: DotenvValue, _ style: DotenvStyle?, _ readers: Set<DotenvReader>
    ) throws(DotenvError) {
        guard DotenvBytes.isName(Array(key.utf8)) else { throw .invalidKey(key) }
        let lineEnd = lineEnd
        let content = bytes.dropFirst(hasByteOrderMark ? DotenvBytes.mark.count : 0)
        let isOpen = content.last.map { $0 != DotenvBytes.newline } ?? false
        let assignments = entries.filter(\.isAssignment)
        let exports = !assignments.isEmpty && assignments.allSatisfy(\.isExported)
        let preferred = style.map { [$0] } ?? DotenvSpelling.plainFirst(value, key: key)
        let spelling = try DotenvSpelling.choose(value, key: key, for: readers, preferring: preferred)
        let line = Array((exports ? "export " : "").utf8) + Array(key.utf8) + [DotenvBytes.equals] + spelling.bytes
        try replace(bytes.count..<bytes.count, by: isOpen ? lineEnd + line : line + lineEnd)
    }

    /// True when the change of one value left every other statement where and what it was.
    private func holds(_ value: DotenvValue?, _ key: String, at place: Int, asIn before: DotenvFile) -> Bool {
        guard entries.count == before.entries.count else { return false }
        let target = before.entries(of: key)[place]
        var growth = 0
        for (old, new) in zip(before.entries, entries) {
            if old == target {
                growth = bytes.count - before.bytes.count
                guard new.isAssignment, new.range.lowerBound == old.range.lowerBound,
                    new.range.upperBound == old.range.upperBound + growth, new.key == old.key
                else { return false }
                // Read alone, a statement is what it is in the file.
                let alone = ComposeReader.read(Array(bytes[new.range])) { _ in nil }
                guard value.map({ alone[key] == .value($0) }) ?? true else { return false }
            } else if new.kind != old.kind || new.range.lowerBound != old.range.lowerBound + growth
                || new.range.count != old.range.count
            {
                return false
            }
        }
        return true
    }
}
