public import Basics

/// The value of a key, in bytes: whoever needs them says `reveal()`; nothing that describes or dumps a value shows
/// them.
public struct DotenvValue: Sendable, Hashable {
    private let bytes: [UInt8]

    public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
    public init(_ secret: Secret) { bytes = Array(secret.reveal().utf8) }

    public func reveal() -> [UInt8] { bytes }

    /// Nil when the bytes are not UTF-8.
    public var secret: Secret? { String(validating: bytes, as: UTF8.self).map { Secret($0) } }
    public var isEmpty: Bool { bytes.isEmpty }

    public static func == (left: DotenvValue, right: DotenvValue) -> Bool { constantTimeEqual(left.bytes, right.bytes) }
}

extension DotenvValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<redacted>" }
    public var debugDescription: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
