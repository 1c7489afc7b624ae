internal import COpenSSL

/// A SHA-256 value as four words: a dictionary key that is compared and copied without a heap object.
public struct Digest32: Sendable, Hashable {
    // The digest's bytes in memory order, so that libcrypto can write straight into the value.
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var third: UInt64 = 0
    private var fourth: UInt64 = 0

    /// All zero: the link in front of the first record of a chain.
    public static let zero = Digest32()

    private init() {}

    /// Nil unless there are exactly 32 bytes.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        unsafe withUnsafeMutableBytes(of: &self) { unsafe $0.copyBytes(from: bytes) }
    }

    /// Nil unless there are exactly 32 bytes.
    public init?(_ bytes: Span<UInt8>) {
        guard bytes.count == 32 else { return nil }
        unsafe withUnsafeMutableBytes(of: &self) { out in
            unsafe bytes.withUnsafeBytes { unsafe out.copyMemory(from: $0) }
        }
    }

    /// SHA-256 of the bytes; allocates nothing.
    public static func sha256(_ bytes: Span<UInt8>) -> Digest32 {
        var digest = Digest32()
        unsafe withUnsafeMutableBytes(of: &digest) { out in
            unsafe bytes.withUnsafeBytes { source in
                unsafe gate_sha256(
                    source.baseAddress, source.count, out.baseAddress?.assumingMemoryBound(to: UInt8.self))
            }
        }
        return digest
    }

    public static func sha256(_ bytes: [UInt8]) -> Digest32 { sha256(bytes.span) }

    /// The 32 bytes in order.
    public var bytes: [UInt8] { unsafe withUnsafeBytes(of: self) { unsafe Array($0) } }

    /// No branch on the content, although whoever can compare digests already has to break SHA-256 to profit.
    public static func == (left: Digest32, right: Digest32) -> Bool {
        (left.first ^ right.first) | (left.second ^ right.second) | (left.third ^ right.third)
            | (left.fourth ^ right.fourth) == 0
    }

    /// One word is enough: the bits of a digest are spread evenly, and `Hasher` is seeded for each process.
    public func hash(into hasher: inout Hasher) { hasher.combine(first) }
}

extension Digest32: CustomStringConvertible {
    /// 64 hexadecimal digits.
    public var description: String { Hex.encode(bytes) }
}
