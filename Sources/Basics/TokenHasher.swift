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

    /// SHA-256 of the bytes, for places that may allocate; `TokenHasher` is for those that may not.
    public static func sha256(_ bytes: [UInt8]) -> Digest32 {
        guard let digest = Digest32(Digest.sha256(bytes)) else { preconditionFailure("SHA-256 has 32 bytes") }
        return digest
    }

    /// The 32 bytes in order.
    public var bytes: [UInt8] { unsafe withUnsafeBytes(of: self) { unsafe Array($0) } }

    /// No branch on the content, although whoever can compare digests already has to break SHA-256 to profit.
    public static func == (left: Digest32, right: Digest32) -> Bool {
        (left.first ^ right.first) | (left.second ^ right.second) | (left.third ^ right.third)
            | (left.fourth ^ right.fourth) == 0
    }

    /// One word is enough: the bits of a digest are spread evenly, and `Hasher` is seeded for each process.
    public func hash(into hasher: inout Hasher) { hasher.combine(first) }

    /// Runs `body` with the 32 bytes to be filled.
    fileprivate static func filled(_ body: (UnsafeMutableRawBufferPointer) -> Void) -> Digest32 {
        var digest = Digest32()
        unsafe withUnsafeMutableBytes(of: &digest) { unsafe body($0) }
        return digest
    }
}

extension Digest32: CustomStringConvertible {
    /// 64 hexadecimal digits.
    public var description: String { Hex.encode(bytes) }
}

/// SHA-256 of credentials on a request's way: one context and one fetched algorithm, reused; allocates nothing.
///
/// Not `Sendable`: each loop has its own.
@safe public final class TokenHasher {
    private let algorithm: OpaquePointer
    private let context: OpaquePointer

    public init() {
        // Fetching once saves OpenSSL 3 a look-up in its provider tables at each digest.
        guard let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil), let context = unsafe EVP_MD_CTX_new() else {
            preconditionFailure("libcrypto has no SHA-256")
        }
        unsafe (self.algorithm, self.context) = (algorithm, context)
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_MD_free(algorithm)
    }

    /// - Complexity: O(n) in the bytes.
    public func digest(_ bytes: Span<UInt8>) -> Digest32 {
        unsafe Digest32.filled { out in
            let ok = unsafe bytes.withUnsafeBytes { source in
                unsafe EVP_DigestInit_ex(context, algorithm, nil) == 1
                    && EVP_DigestUpdate(context, source.baseAddress, source.count) == 1
                    && EVP_DigestFinal_ex(context, out.baseAddress?.assumingMemoryBound(to: UInt8.self), nil) == 1
            }
            precondition(ok, "libcrypto refused SHA-256")
        }
    }
}
