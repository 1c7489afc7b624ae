internal import COpenSSL

/// Message digests and codes by OpenSSL's libcrypto, for places that may allocate.
public enum Digest {
    /// SHA-256 (FIPS 180-4): 32 bytes.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] { unsafe digest(bytes, EVP_sha256(), count: 32) }

    /// SHA-1 (FIPS 180-4): 20 bytes. Only where a protocol demands it, as RFC 6455 does.
    public static func sha1(_ bytes: [UInt8]) -> [UInt8] { unsafe digest(bytes, EVP_sha1(), count: 20) }

    /// HMAC-SHA-256 (RFC 2104): 32 bytes.
    public static func hmacSHA256(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 32
        let done = unsafe output.withUnsafeMutableBufferPointer { out in
            unsafe HMAC(EVP_sha256(), key, Int32(key.count), bytes, bytes.count, out.baseAddress, &count)
        }
        precondition(unsafe done != nil && count == 32, "libcrypto refused HMAC-SHA-256")
        return output
    }

    private static func digest(_ bytes: [UInt8], _ kind: OpaquePointer?, count: Int) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: count)
        var written: UInt32 = 0
        let ok = unsafe output.withUnsafeMutableBufferPointer { out in
            unsafe EVP_Digest(bytes, bytes.count, out.baseAddress, &written, kind, nil)
        }
        precondition(ok == 1 && Int(written) == count, "libcrypto refused a digest")
        return output
    }
}

/// Bytes nobody can guess, from the kernel's generator by way of libcrypto.
public enum RandomBytes {
    public static func make(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        // An answer other than 1 means that there is no entropy: nothing safe can be done then.
        let ok = unsafe bytes.withUnsafeMutableBufferPointer { unsafe RAND_bytes($0.baseAddress, Int32(count)) }
        precondition(ok == 1, "no random bytes from the kernel")
        return bytes
    }
}
