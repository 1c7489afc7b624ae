/// Text that must not appear in logs, errors or dumps: whoever needs it says `reveal()`, which a reader can search for.
public struct Secret: Sendable, Hashable {
    private let text: String

    public init(_ text: String) { self.text = text }

    public func reveal() -> String { text }

    /// True when both hold the same bytes; takes the same time wherever they differ.
    public func matches(_ other: Secret) -> Bool { constantTimeEqual(Array(text.utf8), Array(other.text.utf8)) }

    /// The same for bytes.
    public func matches(_ bytes: [UInt8]) -> Bool {
        let own = text.utf8Span.span
        guard own.count == bytes.count else { return false }
        var difference: UInt8 = 0
        for index in own.indices { difference |= own[index] ^ bytes[index] }
        return difference == 0
    }

    public static func == (left: Secret, right: Secret) -> Bool { left.matches(right) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<redacted>" }
    public var debugDescription: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Compares without a branch on the content; only the lengths may be learnt from the time it takes.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
}
