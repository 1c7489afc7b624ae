internal import Basics
internal import CSodium

/// The few functions of libsodium that sealing needs, with arrays in place of pointers.
enum Sodium {
    /// Bytes that authentication adds to a sealed text, in ChaCha20-Poly1305 and in secretbox.
    static let tagCount = 16

    private static let isReady = sodium_init() >= 0

    /// Chooses the fastest code for this processor, once; every function below calls it.
    private static func start() { precondition(isReady, "libsodium found no random bytes") }

    /// Fills the array with bytes nobody can guess.
    static func random(_ bytes: inout [UInt8]) {
        start()
        unsafe randombytes_buf(&bytes, bytes.count)
    }

    static func wipe(_ bytes: inout [UInt8]) { unsafe sodium_memzero(&bytes, bytes.count) }

    // MARK: ChaCha20-Poly1305 (RFC 8439)

    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - nonce: 12 bytes.
    static func seal(_ message: [UInt8], key: KeyBytes, nonce: [UInt8]) -> [UInt8] {
        precondition(key.count == 32 && nonce.count == 12)
        start()
        var out = [UInt8](repeating: 0, count: message.count + tagCount)
        let done = unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
            &out, nil, message, UInt64(message.count), nil, 0, nil, nonce, key.bytes)
        precondition(done == 0, "ChaCha20-Poly1305 cannot fail to seal")
        return out
    }

    /// Nil when the text is not what was sealed with this key and nonce.
    static func open(_ sealed: [UInt8], key: KeyBytes, nonce: [UInt8]) -> [UInt8]? {
        precondition(key.count == 32 && nonce.count == 12)
        guard sealed.count >= tagCount else { return nil }
        start()
        var out = [UInt8](repeating: 0, count: sealed.count - tagCount)
        let done = unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
            &out, nil, nil, sealed, UInt64(sealed.count), nil, 0, nonce, key.bytes)
        return done == 0 ? out : nil
    }

    // MARK: X25519 (RFC 7748)

    /// The public point of a secret of 32 bytes.
    static func point(of secret: KeyBytes) -> [UInt8] {
        precondition(secret.count == 32)
        start()
        var point = [UInt8](repeating: 0, count: 32)
        let done = unsafe crypto_scalarmult_curve25519_base(&point, secret.bytes)
        precondition(done == 0, "X25519 cannot fail with the base point")
        return point
    }

    /// What both sides share; nil for a point of low order, with which it would be zero whatever the secret.
    static func shared(_ secret: KeyBytes, _ point: [UInt8]) -> KeyBytes? {
        precondition(secret.count == 32 && point.count == 32)
        start()
        var shared = [UInt8](repeating: 0, count: 32)
        guard unsafe crypto_scalarmult_curve25519(&shared, secret.bytes, point) == 0 else { return nil }
        return KeyBytes(taking: &shared)
    }

    // MARK: Keys from passphrases

    /// scrypt (RFC 7914) with r = 8 and p = 1: 32 bytes; takes 2 to the power of `workFactor` times 1 KiB of memory.
    ///
    /// Nil when there is not that much memory.
    static func scrypt(_ passphrase: Secret, salt: [UInt8], workFactor: Int) -> KeyBytes? {
        start()
        var words = Array(passphrase.reveal().utf8)
        defer { wipe(&words) }
        var key = [UInt8](repeating: 0, count: 32)
        let done = unsafe crypto_pwhash_scryptsalsa208sha256_ll(
            words, words.count, salt, salt.count, 1 << UInt64(workFactor), 8, 1, &key, key.count)
        return done == 0 ? KeyBytes(taking: &key) : nil
    }

    /// argon2id, version 1.3 (RFC 9106), one lane: 32 bytes. Nil when there is not that much memory.
    ///
    /// - Parameter memory: Bytes.
    static func argon2id(_ passphrase: Secret, salt: [UInt8], operations: Int, memory: Int) -> KeyBytes? {
        precondition(salt.count == Int(crypto_pwhash_SALTBYTES))
        start()
        var words = Array(passphrase.reveal().utf8).map { CChar(bitPattern: $0) }
        let count = words.count
        defer { unsafe sodium_memzero(&words, count) }
        var key = [UInt8](repeating: 0, count: 32)
        let done = unsafe crypto_pwhash(
            &key, 32, words, UInt64(count), salt, UInt64(operations), memory, crypto_pwhash_ALG_ARGON2ID13)
        return done == 0 ? KeyBytes(taking: &key) : nil
    }

    // MARK: secretbox (XSalsa20-Poly1305)

    static let boxNonceCount = 24

    static func box(_ message: [UInt8], key: KeyBytes, nonce: [UInt8]) -> [UInt8] {
        precondition(key.count == 32 && nonce.count == boxNonceCount)
        start()
        var out = [UInt8](repeating: 0, count: message.count + tagCount)
        let done = unsafe crypto_secretbox_easy(&out, message, UInt64(message.count), nonce, key.bytes)
        precondition(done == 0, "secretbox cannot fail to seal")
        return out
    }

    static func unbox(_ sealed: [UInt8], key: KeyBytes, nonce: [UInt8]) -> [UInt8]? {
        precondition(key.count == 32 && nonce.count == boxNonceCount)
        guard sealed.count >= tagCount else { return nil }
        start()
        var out = [UInt8](repeating: 0, count: sealed.count - tagCount)
        let done = unsafe crypto_secretbox_open_easy(&out, sealed, UInt64(sealed.count), nonce, key.bytes)
        return done == 0 ? out : nil
    }
}
