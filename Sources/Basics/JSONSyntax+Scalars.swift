extension JSONSyntax {
    static func word(_ text: StaticString, _ bytes: Span<UInt8>, _ at: inout Int) throws(JSONError) {
        for index in 0..<text.utf8CodeUnitCount {
            guard at + index < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count, in: bytes) }
            guard unsafe bytes[at + index] == text.utf8Start[index] else {
                throw JSONError(.unexpectedByte, at: at, in: bytes)
            }
        }
        at += text.utf8CodeUnitCount
    }

    func number(_ bytes: Span<UInt8>, _ at: inout Int) throws(JSONError) {
        let start = at
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        if dialect.allowsNonFinite, at < bytes.count {
            if bytes[at] == UInt8(ascii: "I") { return try Self.word("Infinity", bytes, &at) }
            if at == start, bytes[at] == UInt8(ascii: "N") { return try Self.word("NaN", bytes, &at) }
        }
        let first = at
        try Self.digits(bytes, &at, from: start)
        guard bytes[first] != UInt8(ascii: "0") || at == first + 1 else {
            throw JSONError(.badNumber, at: start, in: bytes)
        }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            try Self.digits(bytes, &at, from: start)
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            let exponent = at
            try Self.digits(bytes, &at, from: start)
            guard !dialect.onlyModestNumbers || at - exponent <= 2 else {
                throw JSONError(.badNumber, at: start, in: bytes)
            }
        }
        guard !dialect.onlyModestNumbers || at - start <= 200 else { throw JSONError(.badNumber, at: start, in: bytes) }
    }

    @inline(__always)
    private static func digits(_ bytes: Span<UInt8>, _ at: inout Int, from start: Int) throws(JSONError) {
        let first = at
        while at < bytes.count, bytes[at] &- 0x30 < 10 { at += 1 }
        guard at > first else {
            throw JSONError(at == bytes.count ? .unexpectedEnd : .badNumber, at: start, in: bytes)
        }
    }

    /// Reads a string from its opening quote; true when it has escapes.
    static func string(_ bytes: Span<UInt8>, _ at: inout Int) throws(JSONError) -> Bool {
        at += 1
        var hasEscapes = false
        while true {
            at = endOfPlainRun(bytes, from: at)
            guard at < bytes.count else { throw JSONError(.unexpectedEnd, at: at, in: bytes) }
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return hasEscapes
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try escape(bytes, &at)
            case 0..<0x20: throw JSONError(.controlCharacter, at: at, in: bytes)
            default:
                let length = UTF8Sequence.length(in: bytes, at: at)
                guard length > 0 else { throw JSONError(.badUTF8, at: at, in: bytes) }
                at += length
            }
        }
    }

    /// The next byte that is a quote, a backslash, a control character or not ASCII; eight bytes at a time.
    @inline(__always)
    static func endOfPlainRun(_ bytes: Span<UInt8>, from place: Int) -> Int {
        var at = place
        let raw = unsafe bytes.bytes
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        while at + 8 <= bytes.count {
            // In bounds: at + 8 <= count.
            let word = unsafe UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            // A subtraction sets the top bit of a byte that was too small. A borrow can only mark bytes above one
            // that is marked rightly, so the lowest mark is always true.
            let small = (word &- ones &* 0x20) | (quotes &- ones) | (backslashes &- ones)
            let marks = (small | word) & tops
            if marks != 0 {
                at += marks.trailingZeroBitCount >> 3
                // Without `& ~word` a byte from 0xA0 on is marked too: it is not ASCII, so it ends the run anyway.
                return at
            }
            at += 8
        }
        while at < bytes.count {
            let byte = bytes[at]
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            at += 1
        }
        return at
    }

    private static func escape(_ bytes: Span<UInt8>, _ at: inout Int) throws(JSONError) {
        guard at + 1 < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count, in: bytes) }
        switch bytes[at + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 2
        case UInt8(ascii: "u"):
            guard at + 6 <= bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count, in: bytes) }
            for index in at + 2..<at + 6 {
                guard Hex.value(of: bytes[index]) != nil else { throw JSONError(.badEscape, at: index, in: bytes) }
            }
            at += 6
        default: throw JSONError(.badEscape, at: at, in: bytes)
        }
    }
}
