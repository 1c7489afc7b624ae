/// What a JSON value is, as its first byte tells.
public enum JSONKind: UInt8, Sendable, Hashable { case null, bool, number, string, array, object }

/// Where a value stands in its document; means something only together with the bytes it was scanned from.
public struct JSONSlice: Sendable, Hashable {
    public let kind: JSONKind
    /// Offsets in the document; a string's include its quotes.
    public let range: Range<Int>
    /// True for a string that cannot be compared or copied byte by byte.
    public let hasEscapes: Bool

    /// The bytes between a string's quotes, escapes as written; the whole value for other kinds.
    public var content: Range<Int> {
        kind == .string ? range.lowerBound + 1..<range.upperBound - 1 : range
    }
}

extension JSONSlice {
    /// True for a string that, its escapes resolved, has exactly these bytes; allocates nothing.
    public func equals(_ text: StaticString, in bytes: Span<UInt8>) -> Bool {
        guard kind == .string else { return false }
        let wanted = text.utf8CodeUnitCount
        if !hasEscapes {
            guard content.count == wanted else { return false }
            for index in 0..<wanted {
                guard unsafe bytes[content.lowerBound + index] == text.utf8Start[index] else { return false }
            }
            return true
        }
        var matched = 0
        var equal = true
        forEachByte(in: bytes) { byte in
            equal = unsafe equal && matched < wanted && text.utf8Start[matched] == byte
            matched += 1
        }
        return equal && matched == wanted
    }

    /// True for a string with the same text; allocates nothing when it has no escapes.
    public func equals(_ text: String, in bytes: Span<UInt8>) -> Bool {
        guard kind == .string else { return false }
        guard !hasEscapes else { return string(in: bytes).map { $0.utf8.elementsEqual(text.utf8) } ?? false }
        guard content.count == text.utf8.count else { return false }
        var place = content.lowerBound
        for byte in text.utf8 {
            guard bytes[place] == byte else { return false }
            place += 1
        }
        return true
    }

    /// A string's text, lone surrogates as U+FFFD; nil for other kinds.
    public func string(in bytes: Span<UInt8>) -> String? {
        guard kind == .string else { return nil }
        guard hasEscapes else {
            return unsafe bytes.extracting(content).withUnsafeBufferPointer {
                unsafe String(decoding: $0, as: UTF8.self)
            }
        }
        var out: [UInt8] = []
        out.reserveCapacity(content.count)
        forEachByte(in: bytes) { out.append($0) }
        return String(decoding: out, as: UTF8.self)
    }

    /// The value of a number without fraction and exponent that fits; nil otherwise.
    public func int(in bytes: Span<UInt8>) -> Int? { integer(in: bytes) }
    public func unsigned(in bytes: Span<UInt8>) -> UInt64? { integer(in: bytes) }

    private func integer<Value: FixedWidthInteger>(in bytes: Span<UInt8>) -> Value? {
        guard kind == .number else { return nil }
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        var value: Value = 0
        for place in (isNegative ? range.lowerBound + 1 : range.lowerBound)..<range.upperBound {
            guard (0x30...0x39).contains(bytes[place]) else { return nil }
            let digit = Value(bytes[place] - 0x30)
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowed) =
                isNegative ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
            guard !overflow, !overflowed else { return nil }
            value = sum
        }
        return value
    }

    /// A number as it was spelled; nil for other kinds.
    public func number(in bytes: Span<UInt8>) -> JSONNumber? {
        guard kind == .number else { return nil }
        return unsafe bytes.extracting(range).withUnsafeBufferPointer {
            unsafe JSONNumber(literal: String(decoding: $0, as: UTF8.self))
        }
    }

    public func bool(in bytes: Span<UInt8>) -> Bool? {
        kind == .bool ? bytes[range.lowerBound] == UInt8(ascii: "t") : nil
    }

    /// The text's bytes, escapes resolved. The slice was validated, so nothing can be wrong with an escape here.
    private func forEachByte(in bytes: Span<UInt8>, _ body: (UInt8) -> Void) {
        var at = content.lowerBound
        while at < content.upperBound {
            guard bytes[at] == UInt8(ascii: "\\") else {
                body(bytes[at])
                at += 1
                continue
            }
            let letter = bytes[at + 1]
            at += 2
            switch letter {
            case UInt8(ascii: "b"): body(0x08)
            case UInt8(ascii: "f"): body(0x0C)
            case UInt8(ascii: "n"): body(0x0A)
            case UInt8(ascii: "r"): body(0x0D)
            case UInt8(ascii: "t"): body(0x09)
            case UInt8(ascii: "u"):
                var unit = hexUnit(in: bytes, at: at)
                at += 4
                if (0xD800..<0xDC00).contains(unit), at + 6 <= content.upperBound, bytes[at] == UInt8(ascii: "\\"),
                    bytes[at + 1] == UInt8(ascii: "u")
                {
                    let second = hexUnit(in: bytes, at: at + 2)
                    if (0xDC00..<0xE000).contains(second) {
                        unit = 0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00)
                        at += 6
                    }
                }
                for byte in UTF8.encode(Unicode.Scalar(unit) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter {
                    body(byte)
                }
            default: body(letter)
            }
        }
    }

    private func hexUnit(in bytes: Span<UInt8>, at place: Int) -> UInt32 {
        var unit: UInt32 = 0
        for index in place..<place + 4 { unit = unit << 4 | UInt32(Hex.value(of: bytes[index]) ?? 0) }
        return unit
    }
}
