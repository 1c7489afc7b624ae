import Basics
import Secrets

/// What must hold for any bytes; tests and the fuzzer call it.
enum AgeProperties {
    /// Opens the files of the corpus, too: they were sealed for it.
    static let identities: [AgeIdentity] = {
        let text = "AGE-SECRET-KEY-1JETY09XXHRJSK8G604RRGCEHQPUZTWYSLEX7KNM53DH686YHX8HSWYDP4C\n"
        guard let found = try? AgeIdentity.parse(Array(text.utf8)) else { preconditionFailure("no identity") }
        return found
    }()

    /// The properties that `input` breaks, in words; empty when all hold. The first byte chooses what the rest is.
    static func broken(_ input: [UInt8]) -> [String] {
        let rest = Array(input.dropFirst())
        switch (input.first ?? 0) % 6 {
        case 0: return file(rest)
        case 1: return content(rest)
        case 2: return identity(rest)
        case 3: return passphrase(rest)
        case 4: return archive(rest)
        default: return token(rest)
        }
    }

    private static func file(_ bytes: [UInt8]) -> [String] {
        guard let plain = try? AgeFile.open(bytes, identities: identities) else { return [] }
        // What a file holds is no longer than the file.
        return plain.count <= bytes.count ? [] : ["content came from nowhere"]
    }

    /// The first two bytes are a place, the third what is changed there.
    private static func content(_ bytes: [UInt8]) -> [String] {
        guard bytes.count >= 3 else { return [] }
        let plain = Array(bytes.dropFirst(3))
        guard var sealed = try? AgeFile.seal(plain, to: [identities[0].recipient]) else { return ["not sealed"] }
        var broken: [String] = []
        if (try? AgeFile.open(sealed, identities: identities)) != plain { broken.append("not read back") }
        sealed[(Int(bytes[0]) << 8 | Int(bytes[1])) % sealed.count] ^= max(1, bytes[2])
        if (try? AgeFile.open(sealed, identities: identities)) != nil { broken.append("a changed file was opened") }
        return broken
    }

    private static func identity(_ bytes: [UInt8]) -> [String] {
        guard let found = try? AgeIdentity.parse(bytes) else { return [] }
        let again = found.map { identity in
            let text = identity.fileText(created: Timestamp(seconds: 0)).reveal()
            return try? AgeIdentity.parse(Array(text.utf8)).first?.recipient
        }
        return again == found.map(\.recipient) ? [] : ["an identity does not read back"]
    }

    /// What is read of an archive is written as the same files.
    private static func archive(_ bytes: [UInt8]) -> [String] {
        guard let archive = try? TarArchive(reading: bytes) else { return [] }
        guard let again = try? TarArchive(archive.members) else { return ["files that are no archive"] }
        return (try? TarArchive(reading: again.bytes)) == archive ? [] : ["an archive does not read back"]
    }

    /// A sealed token has one spelling, and what it holds can be sealed.
    private static func token(_ bytes: [UInt8]) -> [String] {
        let text = String(decoding: bytes, as: UTF8.self)
        var broken: [String] = []
        if let sealed = try? SealedSecret(parsing: text), sealed.text != text { broken.append("two spellings") }
        guard let key, let sealed = try? SealedSecret(sealing: Secret(text), with: key) else { return broken }
        if (try? SealedSecret(parsing: sealed.text).opened(by: key)) != Secret(text) { broken.append("not opened") }
        return broken
    }

    private static let key: SealingKey? = {
        let text = "comfygate-key-1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n"
        return try? SealingKey.file(Array(text.utf8), mode: nil)
    }()

    private static func passphrase(_ bytes: [UInt8]) -> [String] {
        // A small work factor: the fuzzer looks for crashes, not for time.
        _ = try? AgeFile.open(bytes, passphrase: Secret("fuzz"), largestWorkFactor: 6)
        return []
    }
}
