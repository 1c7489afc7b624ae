/// Bytes and blanks as the readers of dotenv files tell them apart.
enum DotenvBytes {
    static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    static let newline = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let hash = UInt8(ascii: "#")
    static let backslash = UInt8(ascii: "\\")
    static let singleQuote = UInt8(ascii: "'")
    static let doubleQuote = UInt8(ascii: "\"")
    static let dollar = UInt8(ascii: "$")
    static let equals = UInt8(ascii: "=")

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    static func startsName(_ byte: UInt8) -> Bool { byte == 0x5F || (0x61...0x7A).contains(byte | 0x20) }
    static func continuesName(_ byte: UInt8) -> Bool { startsName(byte) || isDigit(byte) }

    /// A name as POSIX wants it (XBD 3.216): letters, digits, `_`, no digit first.
    static func isName(_ bytes: some Collection<UInt8>) -> Bool {
        guard let first = bytes.first else { return false }
        return startsName(first) && bytes.allSatisfy(continuesName)
    }

    /// The scalar that begins at `index` and its length in bytes; nil for bytes that are not UTF-8.
    static func scalar(_ bytes: ArraySlice<UInt8>, at index: Int) -> (Unicode.Scalar, Int)? {
        let first = bytes[index]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard first >= 0xC2, index + length <= bytes.endIndex,
            let text = String(validating: bytes[index..<index + length], as: UTF8.self),
            let scalar = text.unicodeScalars.first
        else { return nil }
        return (scalar, length)
    }

    /// Length in bytes of the white space at `index`, as Go's `unicode.IsSpace` and Unicode's White_Space have it; nil
    /// for anything else.
    static func spaceLength(_ bytes: ArraySlice<UInt8>, at index: Int) -> Int? {
        let first = bytes[index]
        if first < 0x80 { return first == 0x20 || (0x09...0x0D).contains(first) ? 1 : nil }
        guard let (scalar, length) = scalar(bytes, at: index), scalar.properties.isWhitespace else { return nil }
        return length
    }

    /// Without white space at the end.
    static func trimmedEnd(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes
        while !rest.isEmpty {
            // White space beyond ASCII has two or three bytes.
            guard
                let length = (1...3).first(where: { length in
                    length <= rest.count && spaceLength(rest, at: rest.endIndex - length) == length
                })
            else { break }
            rest = rest.dropLast(length)
        }
        return rest
    }

    static func trimmedStart(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes
        while let first = rest.indices.first, let length = spaceLength(rest, at: first) {
            rest = rest.dropFirst(length)
        }
        return rest
    }

    /// What stands between a value's quotes, nothing in it expanded; all of it where there are none.
    static func unquoted(_ written: ArraySlice<UInt8>) -> [UInt8] {
        guard let first = written.first, written.count >= 2, first == written.last,
            first == doubleQuote || first == singleQuote
        else { return Array(written) }
        return Array(written.dropFirst().dropLast())
    }
}
