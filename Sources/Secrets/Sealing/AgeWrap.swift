internal import Basics

/// How the file's key of 16 bytes is sealed in a stanza of the header, and opened again.
///
/// Source: C2SP age, "The X25519 recipient type" and "The scrypt recipient type".
enum AgeWrap {
    static let fileKeyCount = 16
    private static let nonce = [UInt8](repeating: 0, count: 12)
    private static let pointLabel = "age-encryption.org/v1/X25519"
    private static let saltLabel = Array("age-encryption.org/v1/scrypt".utf8)
    private static let saltCount = 16

    static let pointType = "X25519"
    static let passphraseType = "scrypt"

    // MARK: For a recipient

    /// - Throws: `badRecipient` for a point of low order.
    static func seal(_ fileKey: KeyBytes, to recipient: AgeRecipient) throws(AgeError) -> AgeHeader.Stanza {
        let once = KeyBytes(random: 32)
        let share = Sodium.point(of: once)
        guard let shared = Sodium.shared(once, recipient.point) else { throw .badRecipient }
        let key = HKDF.derive(from: shared, salt: share + recipient.point, info: pointLabel)
        return AgeHeader.Stanza(
            type: pointType, arguments: [AgeText.encode(share)],
            body: Sodium.seal(fileKey.bytes, key: key, nonce: nonce))
    }

    /// Whether the stanza's form is sound, and the file's key unless the stanza is for somebody else.
    static func open(_ stanza: AgeHeader.Stanza, with identity: AgeIdentity) -> (isSound: Bool, key: KeyBytes?) {
        guard stanza.arguments.count == 1, stanza.body.count == fileKeyCount + Sodium.tagCount,
            let share = AgeText.decode(Array(stanza.arguments[0].utf8)[...]), share.count == 32,
            let shared = Sodium.shared(identity.secret, share)
        else { return (false, nil) }
        let key = HKDF.derive(from: shared, salt: share + identity.recipient.point, info: pointLabel)
        return (true, unwrap(stanza.body, key))
    }

    // MARK: For a passphrase

    /// - Throws: `memory`.
    static func seal(
        _ fileKey: KeyBytes, passphrase: Secret, workFactor: Int
    ) throws(AgeError) -> AgeHeader.Stanza {
        let salt = RandomBytes.make(saltCount)
        let key = try key(passphrase, salt, workFactor)
        return AgeHeader.Stanza(
            type: passphraseType, arguments: [AgeText.encode(salt), String(workFactor)],
            body: Sodium.seal(fileKey.bytes, key: key, nonce: nonce))
    }

    /// - Throws: `header` for an unsound stanza, `workFactor`, `memory`, `wrongPassphrase`.
    static func open(
        _ stanza: AgeHeader.Stanza, passphrase: Secret, largestWorkFactor: Int
    ) throws(AgeError) -> KeyBytes {
        // The only stanza of its file stands on the second line.
        let flaw = AgeError.header(line: 2)
        guard stanza.arguments.count == 2, stanza.body.count == fileKeyCount + Sodium.tagCount,
            let salt = AgeText.decode(Array(stanza.arguments[0].utf8)[...]), salt.count == saltCount
        else { throw flaw }
        let digits = Array(stanza.arguments[1].utf8)
        guard (1...9).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }), digits[0] != 0x30,
            let workFactor = Int(stanza.arguments[1])
        else { throw flaw }
        guard workFactor <= largestWorkFactor else { throw .workFactor(workFactor, limit: largestWorkFactor) }
        guard let fileKey = unwrap(stanza.body, try key(passphrase, salt, workFactor)) else { throw .wrongPassphrase }
        return fileKey
    }

    private static func key(_ passphrase: Secret, _ salt: [UInt8], _ workFactor: Int) throws(AgeError) -> KeyBytes {
        guard let key = Sodium.scrypt(passphrase, salt: saltLabel + salt, workFactor: workFactor) else {
            throw .memory(1 << max(0, workFactor - 10))
        }
        return key
    }

    private static func unwrap(_ body: [UInt8], _ key: KeyBytes) -> KeyBytes? {
        guard var fileKey = Sodium.open(body, key: key, nonce: nonce) else { return nil }
        return KeyBytes(taking: &fileKey)
    }
}
