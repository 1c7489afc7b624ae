public import Basics
internal import Identity

/// bcrypt hashes for files that many programs read.
public enum SharedHash {
    /// A hash of cost 12 whose salt begins with a digit; blocks for about 0.2 s.
    ///
    /// No reader but a sourcing shell takes `$` and a digit for a variable, so the hash survives where somebody copies it
    /// without quotes. 125 of the salt's 128 bits remain.
    ///
    /// - Throws: `invalidArgument` for a token that bcrypt does not read whole: empty, over 72 bytes, or with a NUL.
    public static func make(of token: Secret, cost: Int = 12) throws(GateError) -> Secret {
        var salt = RandomBytes.make(17)
        // bcrypt's digits are the last ten of its 64 characters, and the first one shows the upper six bits.
        salt[0] = (54 + salt[16] % 10) << 2 | salt[0] & 3
        return Secret(try PasswordHasher(bcryptCost: cost).hash(token, salt: Array(salt[..<16])))
    }

    /// Whether the hash is the token's; blocks. False for a text that is no hash.
    public static func verify(_ token: Secret, against hash: Secret) -> Bool {
        guard let hash = try? PasswordHash(validating: hash.reveal()), hash.scheme == .bcrypt else { return false }
        return PasswordHasher().verify(token, against: hash)
    }
}
