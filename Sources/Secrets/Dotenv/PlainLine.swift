/// A line that all of `DotenvReader.usual` take alike in a file of such lines, so that no model has to be asked: nothing, a
/// comment, or `KEY=value` without a byte that means something to one of them.
///
/// Tests compare it with the models and with the slower way through the parser, over lines in the class and around it.
struct PlainLine {
    let kind: DotenvEntry.Kind
    var key = 0..<0
    /// Quotes included.
    var value = 0..<0
    var isExported = false
    /// Behind the line end.
    let end: Int

    /// - Parameter start: Where a line begins, in front of the end of the bytes.
    init?(in bytes: Span<UInt8>, at start: Int) {
        var index = start
        if bytes[start] == DotenvBytes.hash {
            while index < bytes.count, Self.isPrintable(bytes[index]) || bytes[index] == 0x09 { index += 1 }
            kind = .comment
        } else if bytes[start] == DotenvBytes.newline {
            kind = .blank
        } else {
            isExported = bytes.extracting(start...).hasPrefix("export ")
            if isExported { index += "export ".utf8.count }
            let name = index
            while index < bytes.count, DotenvBytes.continuesName(bytes[index]) { index += 1 }
            guard index > name, index < bytes.count, bytes[index] == DotenvBytes.equals,
                !DotenvBytes.isDigit(bytes[name]), !ShellNames.isChanging(bytes.extracting(name..<index))
            else { return nil }
            key = name..<index
            let style = Self.value(in: bytes, from: index + 1, upTo: &index)
            guard let style else { return nil }
            value = key.upperBound + 1..<index
            kind = .assignment(style)
        }
        guard index == bytes.count || bytes[index] == DotenvBytes.newline else { return nil }
        end = min(index + 1, bytes.count)
        if !key.isEmpty { return }
        (key, value) = (end..<end, end..<end)
    }

    /// - Parameter end: Gets the end of the value, its quotes included.
    private static func value(in bytes: Span<UInt8>, from start: Int, upTo end: inout Int) -> DotenvStyle? {
        end = start
        guard start < bytes.count else { return .raw }
        let quote = bytes[start]
        guard quote == DotenvBytes.singleQuote || quote == DotenvBytes.doubleQuote else {
            while end < bytes.count, isPlain(bytes[end]) { end += 1 }
            return .raw
        }
        end += 1
        let isSingle = quote == DotenvBytes.singleQuote
        while end < bytes.count, isSingle ? isPlainInSingle(bytes[end]) : isPlainInDouble(bytes[end]) { end += 1 }
        guard end < bytes.count, bytes[end] == quote else { return nil }
        end += 1
        return isSingle ? .single : .double
    }

    private static func isPrintable(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) }

    /// Letters, digits and `_ % + , - . / : = @`.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x2B...0x3A, 0x3D, 0x40...0x5A, 0x5F, 0x61...0x7A, UInt8(ascii: "%"): true
        default: false
        }
    }

    /// python-dotenv replaces `${…}` between these quotes, too.
    private static func isPlainInSingle(_ byte: UInt8) -> Bool {
        isPrintable(byte) && byte != DotenvBytes.singleQuote && byte != DotenvBytes.backslash
            && byte != UInt8(ascii: "{")
    }

    private static func isPlainInDouble(_ byte: UInt8) -> Bool {
        isPrintable(byte) && byte != DotenvBytes.doubleQuote && byte != DotenvBytes.backslash
            && byte != DotenvBytes.dollar && byte != UInt8(ascii: "`")
    }
}
