public import Basics
internal import CCrypt
internal import Glibc

/// Computes and verifies password hashes by libxcrypt. Every call takes as long as the scheme wants: use the lane.
public struct PasswordHasher: Sendable {
    public let scheme: PasswordScheme
    private let bcryptCost: UInt

    /// - Parameter bcryptCost: 4 to 16; 12 unless a test is in a hurry.
    public init(scheme: PasswordScheme = .bcrypt, bcryptCost: Int = 12) {
        precondition((4...16).contains(bcryptCost))
        (self.scheme, self.bcryptCost) = (scheme, UInt(bcryptCost))
    }

    /// Bytes a password may have: bcrypt reads no more than 72, libxcrypt takes at most 511.
    public static func maximumBytes(_ scheme: PasswordScheme) -> Int { scheme == .bcrypt ? 72 : 511 }
    public static let minimumCharacters = 8

    /// Judges a new password.
    ///
    /// - Throws: `invalidArgument`: empty, too short, too long for the scheme, with a NUL (where `crypt` would stop
    ///   reading), or the account's own name.
    public func check(_ password: Secret, for name: String) throws(GateError) {
        let text = password.reveal()
        let limit = Self.maximumBytes(scheme)
        let reason: String? =
            if text.utf8.contains(0) {
                "A password must not contain a NUL character."
            } else if text.utf8.count > limit {
                "A password has at most \(limit) bytes; accented letters and emoji take several."
            } else if text.count < Self.minimumCharacters {
                "A password has at least \(Self.minimumCharacters) characters."
            } else if text.lowercased() == name.lowercased() {
                "A password must not be the account's name."
            } else {
                nil
            }
        if let reason { throw GateError(.invalidArgument, from: .client, reason) }
    }

    /// A hash that other tools read; blocks.
    ///
    /// - Parameter salt: 16 random bytes.
    /// - Throws: `invalidArgument` for what no scheme can take (see `isUsable`).
    public func hash(_ password: Secret, salt: [UInt8] = RandomBytes.make(16)) throws(GateError) -> String {
        precondition(salt.count == 16)
        guard Self.isUsable(password, for: scheme) else {
            throw GateError(.invalidArgument, from: .client, "A password must not be empty, too long, or contain NUL.")
        }
        let prefix = scheme == .bcrypt ? "$2b$" : "$y$"
        let salt = salt.map { CChar(bitPattern: $0) }
        var setting = [CChar](repeating: 0, count: 192)
        let made = unsafe crypt_gensalt_rn(
            prefix, scheme == .bcrypt ? bcryptCost : 0, salt, Int32(salt.count), &setting, Int32(setting.count))
        guard unsafe made != nil, let hash = Self.crypt(password, Self.text(setting)),
            (try? PasswordHash(validating: hash)) != nil
        else {
            throw GateError(
                .storeUnavailable, from: .gateway, "Passwords cannot be hashed on this system.",
                detail: "libxcrypt refused \(prefix)")
        }
        return hash
    }

    /// True for the right password; blocks, and takes as long for a password that cannot be right.
    public func verify(_ password: Secret, against hash: PasswordHash) -> Bool {
        let isUsable = Self.isUsable(password, for: hash.scheme)
        let computed = Self.crypt(isUsable ? password : Secret("-"), hash.text) ?? ""
        return constantTimeEqual(Array(computed.utf8), Array(hash.text.utf8)) && isUsable
    }

    /// What is verified for an account that does not exist: a hash of a random password nobody kept.
    public var dummy: PasswordHash {
        let text =
            scheme == .yescrypt
            ? "$y$j9T$weU/8ySY2VnbXQcZJd3fi0$2F7QcmltzS3v4Xgohz9NiEFRxFWyVloE3kWjj/9lue5"
            : "$2b$\(bcryptCost < 10 ? "0" : "")\(bcryptCost)$w0pizqTRIC5uu1F12fjV..rvV4oMbGLJLL8q5WvMmsA3OiAv9c0qW"
        // The shape of both is covered by a test.
        guard let hash = try? PasswordHash(validating: text) else { preconditionFailure("the dummy hash has no shape") }
        return hash
    }

    /// Whether `crypt` would read all of it: bytes behind a NUL or behind bcrypt's 72nd would not count.
    static func isUsable(_ password: Secret, for scheme: PasswordScheme) -> Bool {
        let bytes = password.reveal().utf8
        return !bytes.isEmpty && bytes.count <= maximumBytes(scheme) && !bytes.contains(0)
    }

    private static func crypt(_ password: Secret, _ setting: String) -> String? {
        guard unsafe crypt_checksalt(setting) == CRYPT_SALT_OK else { return nil }
        // 32 KB of work space that holds key material afterwards, hence wiped.
        let size = MemoryLayout<crypt_data>.size
        let space = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        unsafe memset(space, 0, size)
        defer {
            unsafe explicit_bzero(space, size)
            unsafe space.deallocate()
        }
        guard let result = unsafe crypt_rn(password.reveal(), setting, space, Int32(size)) else { return nil }
        return unsafe String(cString: result)
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
