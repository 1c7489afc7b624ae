/// A document that is written piece by piece, as `JSON.pretty()` writes a tree; for one that is too long to be a tree.
///
/// Who writes keeps the grammar: what is opened is closed, and each value in an object stands behind its key.
public struct PrettyJSON: Sendable {
    private var bytes: [UInt8] = []
    /// A line end, and the blanks in front of what comes next.
    private var lead: [UInt8] = [0x0A]
    /// Nothing stands yet in what was opened last.
    private var isFirst = true
    private var isBehindKey = false

    public init() {}

    /// What was written since the last call; leaves the room for what comes.
    public mutating func take() -> String {
        defer { bytes.removeAll(keepingCapacity: true) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Bytes that wait to be taken.
    public var count: Int { bytes.count }

    public mutating func array(_ content: (inout PrettyJSON) -> Void) {
        wrap(UInt8(ascii: "["), UInt8(ascii: "]"), content)
    }

    public mutating func object(_ content: (inout PrettyJSON) -> Void) {
        wrap(UInt8(ascii: "{"), UInt8(ascii: "}"), content)
    }

    /// - Parameter name: Needs no escapes.
    public mutating func key(_ name: StaticString) {
        begin()
        bytes.append(UInt8(ascii: "\""))
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        bytes.append(UInt8(ascii: " "))
        isBehindKey = true
    }

    /// Nil is `null`.
    public mutating func value(_ text: String?) {
        begin()
        if let text { JSON.write(text, to: &bytes) } else { bytes.append(contentsOf: "null".utf8) }
    }

    public mutating func value(_ truth: Bool) {
        begin()
        bytes.append(contentsOf: (truth ? "true" : "false").utf8)
    }

    private mutating func wrap(_ open: UInt8, _ close: UInt8, _ content: (inout PrettyJSON) -> Void) {
        begin()
        bytes.append(open)
        lead += [0x20, 0x20]
        isFirst = true
        content(&self)
        lead.removeLast(2)
        if !isFirst { bytes += lead }
        isFirst = false
        bytes.append(close)
    }

    /// In front of a key, and of a value that has none.
    private mutating func begin() {
        if !isBehindKey, lead.count > 1 {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            unsafe lead.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        }
        (isFirst, isBehindKey) = (false, false)
    }
}
