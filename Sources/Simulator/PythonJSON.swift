internal import Basics

/// JSON text as Python's `json.dumps` writes it: `", "` and `": "`, ASCII only, `NaN` as a bare word.
enum PythonJSON {
    /// - Parameter emitsNaN: False writes `null` for what JSON has no number for.
    static func encode(_ value: JSON, emitsNaN: Bool = true) -> [UInt8] {
        var out: [UInt8] = []
        write(value, to: &out, emitsNaN)
        return out
    }

    static func text(_ value: JSON) -> String { String(decoding: encode(value), as: UTF8.self) }

    private static func write(_ value: JSON, to out: inout [UInt8], _ emitsNaN: Bool) {
        switch value {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let flag): out.append(contentsOf: (flag ? "true" : "false").utf8)
        case .number(let number):
            out.append(contentsOf: (emitsNaN || number.isFinite ? number.literal : "null").utf8)
        case .string(let text): write(text, to: &out)
        case .array(let items):
            out.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(contentsOf: ", ".utf8) }
                write(item, to: &out, emitsNaN)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let object):
            out.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { out.append(contentsOf: ", ".utf8) }
                write(member.key, to: &out)
                out.append(contentsOf: ": ".utf8)
                write(member.value, to: &out, emitsNaN)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for unit in text.utf16 {
            switch unit {
            case 0x22: out.append(contentsOf: [0x5C, 0x22])
            case 0x5C: out.append(contentsOf: [0x5C, 0x5C])
            case 0x0A: out.append(contentsOf: [0x5C, 0x6E])
            case 0x0D: out.append(contentsOf: [0x5C, 0x72])
            case 0x09: out.append(contentsOf: [0x5C, 0x74])
            case 0x08: out.append(contentsOf: [0x5C, 0x62])
            case 0x0C: out.append(contentsOf: [0x5C, 0x66])
            case 0x20..<0x7F: out.append(UInt8(unit))
            default:
                out.append(contentsOf: [0x5C, 0x75])
                out.append(contentsOf: Hex.encode([UInt8(unit >> 8), UInt8(unit & 0xFF)]).utf8)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}
