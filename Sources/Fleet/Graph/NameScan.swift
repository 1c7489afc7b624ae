/// One pass of a `NameMap` over some bytes.
struct NameScan {
    let map: NameMap
    let bytes: [UInt8]
    private var out: [UInt8] = []
    /// Everything before is copied or dropped; no change reaches behind it.
    private var done = 0
    /// Where each needle is found next; the end of the bytes when nowhere.
    private var next: [Int] = []

    init(map: NameMap, bytes: [UInt8]) { (self.map, self.bytes) = (map, bytes) }

    /// What replaces which bytes.
    struct Change {
        var range: Range<Int>
        var text: [UInt8] = []
    }

    mutating func run() -> [UInt8] {
        next = map.needles.map { $0.search.first(in: bytes.span, from: 0) }
        while true {
            var index = 0
            for place in next.indices.dropFirst() where next[place] < next[index] { index = place }
            let at = next[index]
            guard at < bytes.count else { break }
            if at >= done, let change = change(map.needles[index], at) {
                out.append(contentsOf: bytes[done..<change.range.lowerBound])
                out.append(contentsOf: change.text)
                done = change.range.upperBound
            }
            next[index] = map.needles[index].search.first(in: bytes.span, from: max(at + 1, done))
        }
        guard done > 0 else { return bytes }
        out.append(contentsOf: bytes[done...])
        return out
    }

    private func change(_ needle: NameMap.Needle, _ at: Int) -> Change? {
        switch needle.kind {
        case .attempt:
            if matches(map.id, at) { return Change(range: at..<at + map.id.count, text: map.publicID) }
            return matches(map.token, at) ? token(at) : nil
        case .inputName: return inputName(at)
        case .oddName(let index):
            let name = map.inputs[index]
            // Not in the middle of a longer word.
            guard !isNameByte(at - 1), !isNameByte(at + name.worker.count) else { return nil }
            return Change(range: pathStart(before: at)..<at + name.worker.count, text: name.user)
        case .traceback: return traceback(at + needle.search.needle.count)
        case .root: return root(at, needle.search.needle.count)
        }
    }

    // MARK: The token

    private func token(_ at: Int) -> Change {
        let end = at + map.token.count
        if let quote = opening(before: at), let close = closing(quote, at: end) {
            if let member = member(quote, close) { return Change(range: member) }
            return Change(range: at..<end)
        }
        var upper = end
        if byte(end) == UInt8(ascii: "/") {
            upper += 1
        } else if byte(end) == 0x5C, byte(end + 1) == 0x5C {
            upper += 2
        }
        return Change(range: pathStart(before: at)..<upper)
    }

    /// A quote with the backslashes that escape it, as JSON inside a string has them.
    private struct Quote {
        let start: Int
        let byte: UInt8
        let escapes: Int
    }

    private func opening(before at: Int) -> Quote? {
        guard let mark = byte(at - 1), mark == UInt8(ascii: "\"") || mark == UInt8(ascii: "'") else { return nil }
        var start = at - 1
        while byte(start - 1) == 0x5C, start > done { start -= 1 }
        return start >= done ? Quote(start: start, byte: mark, escapes: at - 1 - start) : nil
    }

    /// The end of the same quote standing at `at`.
    private func closing(_ quote: Quote, at: Int) -> Int? {
        for place in at..<at + quote.escapes where byte(place) != 0x5C { return nil }
        return byte(at + quote.escapes) == quote.byte ? at + quote.escapes + 1 : nil
    }

    /// The member whose value starts at `quote` and ends at `close`, with one of the commas around it, if it is the mark.
    private func member(_ quote: Quote, _ close: Int) -> Range<Int>? {
        var at = skipSpace(before: quote.start)
        guard byte(at - 1) == UInt8(ascii: ":") else { return nil }
        at = skipSpace(before: at - 1) - 1
        guard byte(at) == quote.byte else { return nil }
        let key = at - quote.escapes - NameMap.mark.count
        guard key > done, matches(NameMap.mark, key), closing(quote, at: key + NameMap.mark.count) == at + 1,
            let open = opening(before: key), open.byte == quote.byte, open.escapes == quote.escapes
        else { return nil }
        let before = skipSpace(before: open.start) - 1
        if before >= done, byte(before) == UInt8(ascii: ",") { return before..<close }
        var after = close
        while isSpace(byte(after)) { after += 1 }
        guard byte(after) == UInt8(ascii: ",") else { return open.start..<close }
        after += 1
        while isSpace(byte(after)) { after += 1 }
        return open.start..<after
    }

    // MARK: Inputs

    private func inputName(_ at: Int) -> Change? {
        for name in map.inputs where matches(name.worker, at) {
            return Change(range: pathStart(before: at)..<at + name.worker.count, text: name.user)
        }
        // Another job's, as in a list of what the folder holds.
        let digits = at + NameMap.inputPrefix.count
        guard digits + 32 <= bytes.count, bytes[digits..<digits + 32].allSatisfy(isHex) else { return nil }
        return Change(range: pathStart(before: at)..<digits + 32, text: Array("file".utf8))
    }

    // MARK: Paths

    /// Where an absolute path begins whose last part starts at `at`; `at` itself when there is none.
    private func pathStart(before at: Int) -> Int {
        guard at > done, byte(at - 1) == UInt8(ascii: "/") else { return at }
        var start = at
        while start > done, isPathByte(bytes[start - 1]) { start -= 1 }
        // The letter behind a backslash belongs to the escape: `\n/opt/…`.
        if start > 0, byte(start - 1) == 0x5C, byte(start) != UInt8(ascii: "/") { start += 1 }
        return byte(start) == UInt8(ascii: "/") ? start : at
    }

    /// `File "/opt/x/y.py", line`: the folders go.
    private func traceback(_ at: Int) -> Change? {
        var start = at
        while byte(start) == 0x5C { start += 1 }
        let escapes = start - at
        guard escapes < 16, byte(start) == UInt8(ascii: "\""), byte(start + 1) == UInt8(ascii: "/") else { return nil }
        start += 1
        var end = start
        while let byte = byte(end), byte != UInt8(ascii: "\""), byte != 0x5C, byte >= 0x20 { end += 1 }
        guard closing(Quote(start: 0, byte: UInt8(ascii: "\""), escapes: escapes), at: end) != nil,
            matches(Array(", line ".utf8), end + escapes + 1)
        else { return nil }
        return cut(start..<end)
    }

    private func root(_ at: Int, _ count: Int) -> Change? {
        guard !isNameByte(at - 1), !isNameByte(at + count) else { return nil }
        var end = at + count
        while let byte = byte(end), isPathByte(byte) { end += 1 }
        return cut(at..<end)
    }

    /// All up to the last slash; names of the attempt inside are left to their own rules.
    private func cut(_ path: Range<Int>) -> Change? {
        guard let slash = bytes[path].lastIndex(of: UInt8(ascii: "/")) else { return nil }
        var upper = slash + 1
        for (index, needle) in map.needles.enumerated() {
            guard case .attempt = needle.kind, next[index] < upper else { continue }
            upper = max(next[index], path.lowerBound)
        }
        return upper > path.lowerBound ? Change(range: path.lowerBound..<upper) : nil
    }

    // MARK: Bytes

    private func byte(_ at: Int) -> UInt8? { bytes.indices.contains(at) ? bytes[at] : nil }

    private func matches(_ text: [UInt8], _ at: Int) -> Bool {
        at >= 0 && at + text.count <= bytes.count && bytes[at..<at + text.count].elementsEqual(text)
    }

    private func isSpace(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    private func skipSpace(before at: Int) -> Int {
        var at = at
        while at > done, isSpace(byte(at - 1)) { at -= 1 }
        return at
    }

    private func isHex(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }

    /// Letters, digits and what joins them in a name.
    private func isNameByte(_ at: Int) -> Bool {
        guard let byte = byte(at) else { return false }
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"), 0x80...: return true
        default: return false
        }
    }

    /// What may stand in a path that nobody quoted.
    private func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "'"), 0x5C: false
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"): false
        case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: ":"): false
        default: true
        }
    }
}
