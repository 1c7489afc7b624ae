public import Identity

/// What stands where a bcrypt hash belongs, judged without the raw token.
///
/// The popular `^\$2b\$12\$.{53}$` takes any 53 characters for a hash; this takes what libxcrypt takes and says in words
/// what is wrong with the rest.
public enum HashVerdict: Sendable, Hashable {
    /// Well-formed. Whether it is the hash of a certain token takes `PasswordHasher.verify`.
    case hash
    case empty
    /// `your_token_here` and the like.
    case placeholder
    /// A hash with something around it that belongs to the file, not to the value.
    case wrapped([Wrapping])
    /// Compose v2 took a `$` and the letters behind it for a variable, or a shell took parts of it.
    case eaten(by: Eater)
    /// Begins like a hash.
    case broken(BcryptFault)
    /// No hash at all: the password or token itself, most likely.
    case word

    public enum Wrapping: Sendable, Hashable, CaseIterable { case byteOrderMark, carriageReturn, quotes, spaces }
    public enum Eater: Sendable, Hashable { case compose, shell }

    /// - Parameter bytes: The value as its reader gets it, at most some hundred bytes of it are looked at.
    public init(judging bytes: [UInt8]) {
        self = Self.judge(bytes)
    }

    private static func judge(_ bytes: [UInt8]) -> HashVerdict {
        guard let fault = PasswordHash.bcryptFault(bytes) else { return .hash }
        let (core, wrappings) = unwrapped(bytes)
        if core.isEmpty { return .empty }
        if !wrappings.isEmpty, PasswordHash.bcryptFault(core) == nil { return .wrapped(wrappings) }
        if Placeholder.matches(String(decoding: core.prefix(128), as: UTF8.self)) { return .placeholder }
        if isEatenByCompose(core) { return .eaten(by: .compose) }
        if isEatenByShell(core) { return .eaten(by: .shell) }
        return core.starts(with: "$2".utf8) ? .broken(PasswordHash.bcryptFault(core) ?? fault) : .word
    }

    private static func unwrapped(_ bytes: [UInt8]) -> ([UInt8], [Wrapping]) {
        var core = bytes[...]
        var found: Set<Wrapping> = []
        if core.starts(with: [0xEF, 0xBB, 0xBF]) {
            core = core.dropFirst(3)
            found.insert(.byteOrderMark)
        }
        var goesOn = true
        while goesOn, let first = core.first, let last = core.last {
            goesOn = false
            if last == 0x0D || last == 0x0A {
                core = core.dropLast()
                if last == 0x0D { found.insert(.carriageReturn) } else { found.insert(.spaces) }
                goesOn = true
            } else if first == 0x20 || first == 0x09 {
                core = core.dropFirst()
                found.insert(.spaces)
                goesOn = true
            } else if last == 0x20 || last == 0x09 {
                core = core.dropLast()
                found.insert(.spaces)
                goesOn = true
            } else if core.count >= 2, first == last, first == 0x22 || first == 0x27 {
                core = core.dropFirst().dropLast()
                found.insert(.quotes)
                goesOn = true
            }
        }
        return (Array(core), Wrapping.allCases.filter(found.contains))
    }

    /// `$2b$12$` loses its last `$` and the name behind it: what is left of the salt follows the cost at once.
    private static func isEatenByCompose(_ core: [UInt8]) -> Bool {
        guard (7..<60).contains(core.count), core.starts(with: "$2".utf8), "aby".utf8.contains(core[2]),
            core[3] == 0x24, isDigit(core[4]), isDigit(core[5]), core[6] != 0x24
        else { return false }
        return core[6...].allSatisfy(isSalt)
    }

    /// `$2`, `$1` and the name are parameters to a shell: `b2` and the tail are left.
    private static func isEatenByShell(_ core: [UInt8]) -> Bool {
        guard (2..<57).contains(core.count), "aby".utf8.contains(core[0]), core[1] == 0x32 else { return false }
        return core[2...].allSatisfy(isSalt)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isSalt(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2E || byte == 0x2F
    }
}

/// Values that an example file holds in place of a secret.
enum Placeholder {
    private static let words: Set<String> = [
        "changeme", "change_me", "change-me", "todo", "tbd", "none", "null", "xxx", "xxxx", "xxxxx", "secret", "token",
        "password", "auto_generated_secret_key",
    ]

    private static let longestWord = 25

    static func matches(_ value: String) -> Bool { matches(value.utf8Span.span) }

    static func matches(_ value: Span<UInt8>) -> Bool {
        if value.count <= longestWord, words.contains(String(lowercasing: value)) { return true }
        if value.count >= 2, value[0] == UInt8(ascii: "<"), value[value.count - 1] == UInt8(ascii: ">") { return true }
        func begins(_ text: StaticString) -> Bool { value.hasPrefix(text, ignoresCase: true) }
        func ends(_ text: StaticString) -> Bool { value.hasSuffix(text, ignoresCase: true) }
        if begins("your_") || begins("your-") || ends("_here") || ends("-here") { return true }
        return begins("replace_") || begins("replace-") || begins("example_")
            || value.count >= 3 && value.allSatisfy { $0 | 0x20 == UInt8(ascii: "x") || $0 == 0x2A || $0 == 0x2E }
    }
}
