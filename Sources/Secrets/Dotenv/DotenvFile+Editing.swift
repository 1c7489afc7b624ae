extension DotenvFile {
    /// Gives `key` a value: only the bytes of its values change, and their quotes only where they cannot carry the new
    /// value. What is read as the new value already stays as it is.
    ///
    /// A key that stands more than once gets the value at each place: whatever reader takes the first or the last sees
    /// the same, and no stale secret stays behind. A new key is added at the end, with `export` when every assignment
    /// of the file has it; a file whose last line has no line end gets one there and has none again behind the new
    /// line.
    ///
    /// - Parameters:
    ///   - style: Tried first; by default the one that is there. Then come single quotes, double quotes, none.
    ///   - readers: Those that must read the value as meant, each looking at the line `KEY=value` alone; see
    ///     `objections` for what they see in this file.
    /// - Throws: `noSpelling`, `nulInValue`, `valueTooLong`, `invalidKey` for a new key, `tooLarge`,
    ///   `unterminatedQuote`; the file is unchanged then.
    public mutating func set(
        _ key: String, to value: DotenvValue, style: DotenvStyle? = nil,
        for readers: Set<DotenvReader> = DotenvReader.usual
    ) throws(DotenvError) {
        try refuseOpenQuotes()
        var spellings = try DotenvSpellings(of: value, key: key, for: readers)
        let places = entries(of: key)
        guard !places.isEmpty else { return try append(key, style, &spellings) }
        var changed: [UInt8] = []
        var end = 0
        for entry in places {
            changed += bytes[end..<entry.valueRange.lowerBound]
            changed += try spelled(entry, style, &spellings)
            end = entry.valueRange.upperBound
        }
        try replace(0..<bytes.count, by: changed + bytes[end...])
    }

    /// Takes every line of `key` out, comments behind its values included.
    ///
    /// - Returns: How many there were.
    @discardableResult
    public mutating func remove(_ key: String) throws(DotenvError) -> Int {
        try refuseOpenQuotes()
        let places = entries(of: key)
        var changed: [UInt8] = []
        var end = 0
        for entry in places {
            // The mark in front of the first entry is no part of it.
            let isBehindMark = entry.range.lowerBound == 0 && hasByteOrderMark
            let start = isBehindMark ? DotenvBytes.mark.count : entry.range.lowerBound
            changed += bytes[end..<start]
            end = entry.range.upperBound
            // Behind another statement of the same line the line end stays.
            let isFirstOfLine =
                changed.isEmpty || changed == DotenvBytes.mark || changed.last == DotenvBytes.newline
            if !isFirstOfLine { changed += bytes[start..<end].suffix(2).filter { $0 == 0x0D || $0 == 0x0A } }
        }
        try replace(0..<bytes.count, by: changed + bytes[end...])
        return places.count
    }

    /// The readers that do not see `value` for `key` in this file, and why, in the order of `DotenvReader.allCases`.
    public func objections(
        to value: DotenvValue, of key: String, readers: Set<DotenvReader> = DotenvReader.usual,
        environment: [String: String] = [:]
    ) -> [DotenvObjection] {
        objections(to: value, of: key, readers: readers) { self.value(of: key, $0, environment: environment) }
    }

    /// - Parameter reading: What a reader sees for the key.
    func objections(
        to value: DotenvValue, of key: String, readers: Set<DotenvReader>, reading: (DotenvReader) -> DotenvReading
    ) -> [DotenvObjection] {
        let last = entries(of: key).last
        let written = last.map { bytes[$0.valueRange] } ?? []
        let isBehindMark = hasByteOrderMark && last?.range.lowerBound == 0
        return DotenvReader.allCases.filter(readers.contains).compactMap { reader in
            guard let reason = DotenvObjection.Reason(reading(reader), meant: value.reveal(), written: written) else {
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

    /// The new bytes for the value of one entry.
    private func spelled(
        _ entry: DotenvEntry, _ style: DotenvStyle?, _ spellings: inout DotenvSpellings
    ) throws(DotenvError) -> [UInt8] {
        let written = Array(bytes[entry.valueRange])
        let (lead, preferred): ([UInt8], [DotenvStyle])
        if case .assignment(let current) = entry.kind {
            if style == nil || style == current, spellings.accepts(written) { return written }
            (lead, preferred) = ([], [style, current].compactMap(\.self))
        } else {
            guard !entry.key.utf8.contains(DotenvBytes.space) else { throw .invalidKey(entry.key) }
            (lead, preferred) = ([DotenvBytes.equals], style.map { [$0] } ?? DotenvSpelling.plainFirst(spellings.value))
        }
        let head = Array(bytes[entry.range.lowerBound..<entry.valueRange.lowerBound]) + lead
        let tail = bytes[entry.valueRange.upperBound..<entry.range.upperBound]
        // A value without quotes would take the next statement of its line with it.
        let isLast = entry.range.upperBound == bytes.count || tail.last == DotenvBytes.newline
        let spelling = try spellings.first(preferring: preferred) { spelling in
            guard isLast || spelling.style != .raw else { return false }
            // Read alone, a statement is what it is in the file; blanks or a comment behind it must not become a part of
            // the value.
            let alone = DotenvParser.parse(head + spelling.bytes + tail)
            let value = head.count..<head.count + spelling.bytes.count
            return alone.count == 1 && alone[0].kind == .assignment(spelling.style) && alone[0].valueRange == value
        }
        return lead + spelling.bytes
    }

    private mutating func append(
        _ key: String, _ style: DotenvStyle?, _ spellings: inout DotenvSpellings
    ) throws(DotenvError) {
        guard DotenvBytes.isName(Array(key.utf8)) else { throw .invalidKey(key) }
        let lineEnd = lineEnd
        let content = bytes.dropFirst(hasByteOrderMark ? DotenvBytes.mark.count : 0)
        let isOpen = content.last.map { $0 != DotenvBytes.newline } ?? false
        let assignments = entries.filter(\.isAssignment)
        let exports = !assignments.isEmpty && assignments.allSatisfy(\.isExported)
        let preferred = style.map { [$0] } ?? DotenvSpelling.plainFirst(spellings.value)
        let spelling = try spellings.first(preferring: preferred) { _ in true }
        let line = Array((exports ? "export " : "").utf8) + Array(key.utf8) + [DotenvBytes.equals] + spelling.bytes
        try replace(bytes.count..<bytes.count, by: isOpen ? lineEnd + line : line + lineEnd)
    }
}
