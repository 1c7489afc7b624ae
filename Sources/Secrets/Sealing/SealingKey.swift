public import Basics

/// What argon2id (RFC 9106) makes a key of beside the passphrase; it is no secret and stands in every sealed token.
public struct SealingParameters: Sendable, Hashable {
    /// 16 bytes. All tokens of one file have the same, so that opening them costs argon2id once.
    public let salt: [UInt8]
    /// Passes over the memory.
    public let operations: Int
    /// KiB.
    public let memory: Int

    static let saltCount = 16
    /// What is computed at most, whatever a text says: 16 passes over 2 GiB.
    public static let operationLimits = 1...16
    /// KiB.
    public static let memoryLimits = 8...2_097_152

    /// A new salt, with libsodium's MODERATE limits: 3 passes over 256 MiB, about 0.7 s.
    public static func make() -> SealingParameters {
        SealingParameters(unchecked: RandomBytes.make(saltCount), operations: 3, memory: 262_144)
    }

    /// Nil beyond the limits.
    public init?(salt: [UInt8], operations: Int, memory: Int) {
        guard salt.count == Self.saltCount, Self.operationLimits.contains(operations),
            Self.memoryLimits.contains(memory)
        else { return nil }
        self.init(unchecked: salt, operations: operations, memory: memory)
    }

    private init(unchecked salt: [UInt8], operations: Int, memory: Int) {
        (self.salt, self.operations, self.memory) = (salt, operations, memory)
    }
}

/// What seals and opens tokens: made once from a passphrase or a key file, then used for all tokens of a file.
public struct SealingKey: Sendable {
    /// What one has to have to open a sealed token.
    public enum Lock: Sendable, Hashable {
        case passphrase(SealingParameters)
        case keyFile
    }

    public let lock: Lock
    /// Eight bytes that tell this key from others, without telling anything of it.
    let mark: [UInt8]
    let box: KeyBytes

    private static let filePrefix = "comfygate-key-1:"

    private init(_ root: KeyBytes, _ lock: Lock) {
        self.lock = lock
        mark = Array(HKDF.derive(from: root, info: "comfygate sealed token: mark").bytes.prefix(8))
        box = HKDF.derive(from: root, info: "comfygate sealed token: box")
    }

    /// Blocks: see `SealingParameters`.
    ///
    /// - Throws: `emptyPassphrase`, `memory`.
    public static func passphrase(
        _ passphrase: Secret, _ parameters: SealingParameters
    ) throws(SealError) -> SealingKey {
        guard !passphrase.reveal().isEmpty else { throw SealError(.emptyPassphrase) }
        let root = Sodium.argon2id(
            passphrase, salt: parameters.salt, operations: parameters.operations, memory: parameters.memory << 10)
        guard let root else { throw SealError(.memory(max(1, parameters.memory >> 10))) }
        return SealingKey(root, .passphrase(parameters))
    }

    /// - Parameters:
    ///   - bytes: The whole key file, as `makeFile` made it; a line end may be missing or Windows'.
    ///   - mode: Its permission bits; nil where the file system keeps none.
    /// - Throws: `keyFileExposed`, `keyFileMalformed`.
    public static func file(_ bytes: [UInt8], mode: UInt16?) throws(SealError) -> SealingKey {
        if let mode, mode & 0o077 != 0 { throw SealError(.keyFileExposed(mode: mode)) }
        guard let text = try? Secret(reading: bytes, limit: 128).reveal(), text.hasPrefix(filePrefix),
            var root = AgeText.decode(Array(text.utf8.dropFirst(filePrefix.utf8.count))[...]), root.count == 32
        else { throw SealError(.keyFileMalformed) }
        return SealingKey(KeyBytes(taking: &root), .keyFile)
    }

    /// The text of a new key file, for mode 0400: one line with 32 bytes that nobody can guess.
    public static func makeFile() -> Secret {
        Secret(filePrefix + AgeText.encode(KeyBytes(random: 32).bytes) + "\n")
    }
}
