import Basics

/// Writes JSON without building a tree first; strings without escapes are copied whole.
struct GraphBytes {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    mutating func raw(_ text: StaticString) {
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ part: [UInt8]) { bytes.append(contentsOf: part) }

    mutating func plain(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { buffer in
            guard unsafe GraphBytes.isPlain(UnsafeRawBufferPointer(buffer)) else {
                return JSON.write(unsafe String(decoding: buffer, as: UTF8.self), to: &bytes)
            }
            bytes.append(UInt8(ascii: "\""))
            unsafe bytes.append(contentsOf: buffer)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    /// Whether no byte needs an escape; eight at a time, since prompts are mostly long texts.
    private static func isPlain(_ buffer: UnsafeRawBufferPointer) -> Bool {
        let count = buffer.count
        var at = 0
        while at + 8 <= count {
            let word = unsafe buffer.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            // A byte's high bit is set when it is below 0x20 or equal to one of the three; a false alarm costs time only.
            let control = (word &- 0x2020_2020_2020_2020) & ~word
            let special = zeros(word ^ 0x2222_2222_2222_2222) | zeros(word ^ 0x5C5C_5C5C_5C5C_5C5C)
            if (control | special | zeros(word ^ 0x7F7F_7F7F_7F7F_7F7F)) & 0x8080_8080_8080_8080 != 0 { return false }
            at += 8
        }
        while at < count {
            let byte = unsafe buffer[at]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F { return false }
            at += 1
        }
        return true
    }

    private static func zeros(_ word: UInt64) -> UInt64 { (word &- 0x0101_0101_0101_0101) & ~word }

    /// - Parameter sorted: Members by name, so that equal objects give equal bytes.
    mutating func value(_ json: JSON, sorted: Bool = false) {
        switch json {
        case .null: raw("null")
        case .bool(let flag): flag ? raw("true") : raw("false")
        case .number(let number): plain(number.literal)
        case .string(let text): string(text)
        case .array(let items):
            raw("[")
            var isFirst = true
            for item in items {
                if !isFirst { raw(",") }
                isFirst = false
                value(item, sorted: sorted)
            }
            raw("]")
        case .object(let object):
            raw("{")
            var isFirst = true
            for (key, item) in sorted ? object.members.sorted(by: { $0.key < $1.key }) : object.members {
                if !isFirst { raw(",") }
                isFirst = false
                string(key)
                raw(":")
                value(item, sorted: sorted)
            }
            raw("}")
        }
    }
}
