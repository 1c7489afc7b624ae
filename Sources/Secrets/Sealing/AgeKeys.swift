public import Basics

/// Somebody for whom age seals: a point of X25519, as text `age1…`.
///
/// Source: C2SP age, "The X25519 recipient type".
public struct AgeRecipient: Sendable, Hashable {
    static let prefix = "age"

    /// 32 bytes.
    let point: [UInt8]

    init(point: [UInt8]) { self.point = point }

    /// - Throws: `badRecipient` for anything but a whole `age1…` in lower case.
    public init(parsing text: some StringProtocol) throws(AgeError) {
        guard let (prefix, bytes) = Bech32.decode(text), prefix == Self.prefix, bytes.count == 32 else {
            throw .badRecipient
        }
        point = bytes
    }

    /// 62 characters, fit for a file that anybody may read.
    public var text: String { Bech32.encode(point, prefix: Self.prefix) }
}

/// What opens files sealed for its recipient: a secret of X25519, as text `AGE-SECRET-KEY-1…`.
public struct AgeIdentity: Sendable {
    static let prefix = "AGE-SECRET-KEY-"
    /// Bytes of an identity file, at most.
    public static let fileLimit = 65_536

    let secret: KeyBytes
    public let recipient: AgeRecipient

    private init(_ secret: KeyBytes) {
        self.secret = secret
        recipient = AgeRecipient(point: Sodium.point(of: secret))
    }

    /// A new one that nobody can guess.
    public static func make() -> AgeIdentity { AgeIdentity(KeyBytes(random: 32)) }

    /// Reads an identity file: one identity a line; empty lines and those that begin with `#` are comments.
    ///
    /// - Throws: `badIdentity` with the line's number, `noIdentity` without any, `tooLarge`.
    public static func parse(_ bytes: [UInt8]) throws(AgeError) -> [AgeIdentity] {
        guard bytes.count <= fileLimit else { throw .tooLarge(limit: fileLimit) }
        var found: [AgeIdentity] = []
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let line = line.last == 0x0D ? line.dropLast() : line
            if line.isEmpty || line.first == 0x23 { continue }
            guard let text = String(validating: line, as: UTF8.self), let (prefix, bytes) = Bech32.decode(text),
                prefix == Self.prefix, bytes.count == 32
            else { throw .badIdentity(line: index + 1) }
            var secret = bytes
            found.append(AgeIdentity(KeyBytes(taking: &secret)))
        }
        guard !found.isEmpty else { throw .noIdentity }
        return found
    }

    /// A whole identity file as `age-keygen` writes it; the caller gives it mode 0600.
    public func fileText(created: Timestamp) -> Secret {
        let time = created.rfc3339.prefix(19) + "Z"
        let key = Bech32.encode(secret.bytes, prefix: Self.prefix.lowercased()).uppercased()
        return Secret("# created: \(time)\n# public key: \(recipient.text)\n\(key)\n")
    }
}
