public import Basics

/// A token that only a `SealingKey` opens, as one line of ASCII without spaces, quotes or `$`.
///
/// `sealed:1:argon2id:OPERATIONS:MEMORY:SALT:MARK:BOX` or `sealed:1:file:MARK:BOX`. MEMORY is in KiB, SALT, MARK and BOX
/// are base64 without padding. MARK tells a wrong key from a damaged text. BOX is a random nonce of 24 bytes and libsodium's
/// secretbox (XSalsa20-Poly1305) of the token, which is filled up so that its length shows only in steps of 128 bytes.
public struct SealedSecret: Sendable, Hashable {
    /// Bytes of a token, at most.
    public static let tokenLimit = 4_096
    /// Bytes of the text, at most.
    static let textLimit = 8_192
    private static let step = 128
    private static let version = "1"

    public let lock: SealingKey.Lock
    private let mark: [UInt8]
    private let box: [UInt8]

    /// Seals a token; every time with another text.
    ///
    /// - Throws: `tooLong`.
    public init(sealing token: Secret, with key: SealingKey) throws(SealError) {
        var bytes = Array(token.reveal().utf8)
        defer { Sodium.wipe(&bytes) }
        guard bytes.count <= Self.tokenLimit else { throw SealError(.tooLong(limit: Self.tokenLimit)) }
        // ISO/IEC 7816-4: one 0x80, then zeros.
        let padded = (bytes.count / Self.step + 1) * Self.step
        bytes += [0x80] + [UInt8](repeating: 0, count: padded - bytes.count - 1)
        let nonce = RandomBytes.make(Sodium.boxNonceCount)
        (lock, mark) = (key.lock, key.mark)
        box = nonce + Sodium.box(bytes, key: key.box, nonce: nonce)
    }

    /// - Throws: `malformed`, `unknownVersion`, `limits`.
    public init(parsing text: String) throws(SealError) {
        guard text.utf8.count <= Self.textLimit else { throw SealError(.malformed) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2, parts[0] == "sealed" else { throw SealError(.malformed) }
        guard parts[1] == Self.version else {
            throw SealError(parts[1].isEmpty || parts[1].contains { !$0.isNumber } ? .malformed : .unknownVersion)
        }
        func bytes(_ index: Int) -> [UInt8] { AgeText.decode(Array(parts[index].utf8)[...]) ?? [] }
        switch (parts.dropFirst(2).first, parts.count) {
        case ("argon2id", 8):
            guard let operations = Self.number(parts[3]), let memory = Self.number(parts[4]),
                bytes(5).count == SealingParameters.saltCount
            else { throw SealError(.malformed) }
            guard let parameters = SealingParameters(salt: bytes(5), operations: operations, memory: memory) else {
                throw SealError(.limits)
            }
            lock = .passphrase(parameters)
        case ("file", 5): lock = .keyFile
        default: throw SealError(.malformed)
        }
        (mark, box) = (bytes(parts.count - 2), bytes(parts.count - 1))
        let padded = box.count - Sodium.boxNonceCount - Sodium.tagCount
        guard mark.count == 8, padded > 0, padded.isMultiple(of: Self.step) else { throw SealError(.malformed) }
    }

    public var text: String {
        var parts = ["sealed", Self.version]
        switch lock {
        case .passphrase(let parameters):
            parts += [
                "argon2id", "\(parameters.operations)", "\(parameters.memory)", AgeText.encode(parameters.salt),
            ]
        case .keyFile: parts.append("file")
        }
        return (parts + [AgeText.encode(mark), AgeText.encode(box)]).joined(separator: ":")
    }

    /// - Throws: `wrongPassphrase`, `wrongKeyFile`, `passphraseWanted`, `keyFileWanted`, `otherSalt`, `damaged`.
    public func opened(by key: SealingKey) throws(SealError) -> Secret {
        switch (lock, key.lock) {
        case (.passphrase, .keyFile): throw SealError(.passphraseWanted)
        case (.keyFile, .passphrase): throw SealError(.keyFileWanted)
        case (.passphrase(let mine), .passphrase(let other)) where mine != other: throw SealError(.otherSalt)
        default: break
        }
        guard constantTimeEqual(mark, key.mark) else {
            throw SealError(lock == .keyFile ? .wrongKeyFile : .wrongPassphrase)
        }
        let nonce = Array(box.prefix(Sodium.boxNonceCount))
        guard var bytes = Sodium.unbox(Array(box.dropFirst(Sodium.boxNonceCount)), key: key.box, nonce: nonce) else {
            throw SealError(.damaged)
        }
        defer { Sodium.wipe(&bytes) }
        guard let end = bytes.lastIndex(where: { $0 != 0 }), bytes[end] == 0x80,
            let token = String(validating: bytes[..<end], as: UTF8.self)
        else { throw SealError(.damaged) }
        return Secret(token)
    }

    /// Decimal digits without zeros in front: each sealed token has one spelling.
    private static func number(_ text: String) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.first != 0x30,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(text)
    }
}
