internal import Basics

/// Keys from a key: HKDF with SHA-256 (RFC 5869). Debian 12's libsodium has none.
enum HKDF {
    /// 32 bytes, which are one block.
    ///
    /// - Parameter salt: Empty stands for 32 zeros (section 2.2).
    static func derive(from key: KeyBytes, salt: [UInt8] = [], info: String) -> KeyBytes {
        let salt = salt.isEmpty ? [UInt8](repeating: 0, count: 32) : salt
        var extracted = Digest.hmacSHA256(key: salt, key.bytes)
        defer { Sodium.wipe(&extracted) }
        var derived = Digest.hmacSHA256(key: extracted, Array(info.utf8) + [1])
        return KeyBytes(taking: &derived)
    }
}
