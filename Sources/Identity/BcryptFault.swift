/// Why bytes are no bcrypt hash, in the order in which it is looked for.
public enum BcryptFault: Error, Sendable, Hashable {
    /// So many bytes where 60 belong.
    case length(Int)
    /// Not `$2a$`, `$2b$` or `$2y$` in front.
    case prefix
    /// Not two digits from 04 to 16 and a `$`: dearer ones are refused, since each attempt would cost as much.
    case cost
    /// A byte of another alphabet than bcrypt's `./A-Za-z0-9`, counted from 0.
    case alphabet(at: Int)
    /// The 22nd character of the salt, at 28, carries bits that no salt has: libxcrypt refuses such a hash.
    case saltEnd
    /// The last character carries bits that no hash has.
    case hashEnd
}

extension PasswordHash {
    static let bcryptAlphabet = Array("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    /// 22 characters of salt hold 128 bits and 31 of hash 184: the other bits of the last ones must be zero.
    static let bcryptSaltEnds = Array(".Oeu".utf8)
    static let bcryptHashEnds = Array(".CGKOSWaeimquy26".utf8)

    /// Nil for a well-formed bcrypt hash; whose hash it is is another question.
    public static func bcryptFault(_ bytes: [UInt8]) -> BcryptFault? {
        guard bytes.count == 60 else { return .length(bytes.count) }
        guard bytes.starts(with: "$2".utf8), "aby".utf8.contains(bytes[2]), bytes[3] == 0x24 else { return .prefix }
        guard let tens = digit(bytes[4]), let ones = digit(bytes[5]), (4...16).contains(tens * 10 + ones),
            bytes[6] == 0x24
        else { return .cost }
        if let place = bytes.indices.dropFirst(7).first(where: { !isBcryptDigit(bytes[$0]) }) {
            return .alphabet(at: place)
        }
        if !bcryptSaltEnds.contains(bytes[28]) { return .saltEnd }
        return bcryptHashEnds.contains(bytes[59]) ? nil : .hashEnd
    }

    /// One of `bcryptAlphabet`.
    private static func isBcryptDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x2E...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
    private static func digit(_ byte: UInt8) -> Int? { (0x30...0x39).contains(byte) ? Int(byte) - 0x30 : nil }
}
