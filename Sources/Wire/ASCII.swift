/// Classes of single bytes that several parsers of this target share.
enum ASCII {
    static let tab = UInt8(ascii: "\t")
    static let space = UInt8(ascii: " ")
    static let quote = UInt8(ascii: "\"")
    static let percent = UInt8(ascii: "%")
    static let ampersand = UInt8(ascii: "&")
    static let plus = UInt8(ascii: "+")
    static let comma = UInt8(ascii: ",")
    static let dash = UInt8(ascii: "-")
    static let dot = UInt8(ascii: ".")
    static let slash = UInt8(ascii: "/")
    static let colon = UInt8(ascii: ":")
    static let semicolon = UInt8(ascii: ";")
    static let equals = UInt8(ascii: "=")
    static let backslash = UInt8(ascii: "\\")

    @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always) static func isAlpha(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    /// C0 controls and DEL.
    @inline(__always) static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

    @inline(__always) static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}

/// Views into a buffer are passed as ranges, because a `Span` of our own making cannot be returned.
extension Span<UInt8> {
    /// Everything.
    var wholeRange: Range<Int> { 0..<count }

    /// The first place of `byte` in `range`.
    func firstIndex(of byte: UInt8, within range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }

    /// `range` without spaces and tabs at both ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, self[start] == ASCII.space || self[start] == ASCII.tab { start += 1 }
        while end > start, self[end - 1] == ASCII.space || self[end - 1] == ASCII.tab { end -= 1 }
        return start..<end
    }

    func matches(_ text: String, at range: Range<Int>) -> Bool {
        let other = text.utf8.span
        guard other.count == range.count else { return false }
        for offset in 0..<other.count where self[range.lowerBound + offset] != other[offset] { return false }
        return true
    }

    /// ASCII letters are compared without case.
    func matchesIgnoringCase(_ text: String, at range: Range<Int>) -> Bool {
        let other = text.utf8.span
        guard other.count == range.count else { return false }
        for offset in 0..<other.count
        where ASCII.lowercased(self[range.lowerBound + offset]) != ASCII.lowercased(other[offset]) {
            return false
        }
        return true
    }

    /// A copy, or nil when the bytes are not UTF-8.
    func text(_ range: Range<Int>) -> String? {
        guard let valid = try? UTF8Span(validating: extracting(range)) else { return nil }
        return String(copying: valid)
    }

    /// A copy with ASCII letters in lower case, or nil when a byte is not ASCII.
    func lowercasedASCII(_ range: Range<Int>) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        for index in range {
            guard self[index] < 0x80 else { return nil }
            bytes.append(ASCII.lowercased(self[index]))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A decimal number of at least one digit; values past `limit` become `limit`, so that no input overflows.
    func decimal(_ range: Range<Int>, saturatingAt limit: Int64) -> Int64? {
        guard !range.isEmpty else { return nil }
        var value: Int64 = 0
        for index in range {
            guard ASCII.isDigit(self[index]) else { return nil }
            let digit = Int64(self[index] - 0x30)
            value = value > (limit - digit) / 10 ? limit : value * 10 + digit
        }
        return value
    }
}

extension String {
    /// Same bytes. `==` also holds for canonically equivalent text, which other readers of a name take for another one.
    func isIdentical(to other: String) -> Bool {
        let bytes = utf8.span
        return bytes.matches(other, at: bytes.wholeRange)
    }
}
