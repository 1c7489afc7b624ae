extension JSON {
    /// Compact text in UTF-8. Only what must be escaped is; order and number spelling stay.
    public func encoded() -> [UInt8] {
        var out: [UInt8] = []
        write(to: &out, indent: nil, level: 0)
        return out
    }

    /// Indented by two spaces, for people and for files they edit.
    public func pretty() -> String {
        var out: [UInt8] = []
        write(to: &out, indent: 2, level: 0)
        return String(decoding: out, as: UTF8.self)
    }

    private func write(to out: inout [UInt8], indent: Int?, level: Int) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let value): out.append(contentsOf: value.literal.utf8)
        case .string(let value): JSON.write(value, to: &out)
        case .array(let items):
            out.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSON.newLine(to: &out, indent: indent, level: level + 1)
                item.write(to: &out, indent: indent, level: level + 1)
            }
            if !items.isEmpty { JSON.newLine(to: &out, indent: indent, level: level) }
            out.append(UInt8(ascii: "]"))
        case .object(let object):
            out.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSON.newLine(to: &out, indent: indent, level: level + 1)
                JSON.write(member.key, to: &out)
                out.append(UInt8(ascii: ":"))
                if indent != nil { out.append(UInt8(ascii: " ")) }
                member.value.write(to: &out, indent: indent, level: level + 1)
            }
            if !object.isEmpty { JSON.newLine(to: &out, indent: indent, level: level) }
            out.append(UInt8(ascii: "}"))
        }
    }

    private static func newLine(to out: inout [UInt8], indent: Int?, level: Int) {
        guard let indent else { return }
        out.append(0x0A)
        out.append(contentsOf: repeatElement(0x20, count: indent * level))
    }

    /// Writes a string with its quotes.
    public static func write(_ text: String, to out: inout [UInt8]) {
        var text = text
        out.append(UInt8(ascii: "\""))
        text.withUTF8 { unsafe write($0.span, to: &out) }
        out.append(UInt8(ascii: "\""))
    }

    private static func write(_ text: Span<UInt8>, to out: inout [UInt8]) {
        var start = 0
        for index in text.indices {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F else {
                continue
            }
            unsafe text.extracting(start..<index).withUnsafeBufferPointer { unsafe out.append(contentsOf: $0) }
            start = index + 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(contentsOf: [0x5C, byte])
            case 0x0A: out.append(contentsOf: [0x5C, 0x6E])
            case 0x0D: out.append(contentsOf: [0x5C, 0x72])
            case 0x09: out.append(contentsOf: [0x5C, 0x74])
            default:
                out.append(contentsOf: "\\u00".utf8)
                out.append(contentsOf: Hex.encode([byte]).utf8)
            }
        }
        unsafe text.extracting(start...).withUnsafeBufferPointer { unsafe out.append(contentsOf: $0) }
    }
}
