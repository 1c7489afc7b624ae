public import Basics

/// Files that the program `age` opens, and those it makes: whole, in memory.
///
/// Source: the age file format, version 1 (C2SP, age-encryption.org/v1). Written in the binary form; the armored one is
/// read too. Of the recipients there are, X25519 and scrypt are known; stanzas of others are passed over.
public enum AgeFile {
    /// Bytes of content, at most.
    public static let limit = 64 << 20
    /// Recipients of one file, at most.
    public static let recipientLimit = 64
    /// What `age` itself chooses: 256 MiB and about a second.
    public static let workFactor = 18
    /// 4 GiB; whoever made the file decides, so there is an end.
    public static let largestWorkFactor = 22

    // MARK: Sealing

    /// Seals content so that the identity of any of the recipients opens it.
    ///
    /// - Parameter limit: Bytes of content.
    /// - Throws: `noRecipient`, `tooManyRecipients`, `tooLarge`; `badRecipient` for one that nobody can be.
    public static func seal(
        _ content: [UInt8], to recipients: [AgeRecipient], limit: Int = AgeFile.limit
    ) throws(AgeError) -> [UInt8] {
        guard !recipients.isEmpty else { throw .noRecipient }
        guard recipients.count <= recipientLimit else { throw .tooManyRecipients(limit: recipientLimit) }
        guard content.count <= limit else { throw .tooLarge(limit: limit) }
        let fileKey = KeyBytes(random: AgeWrap.fileKeyCount)
        var stanzas: [AgeHeader.Stanza] = []
        for recipient in recipients { stanzas.append(try AgeWrap.seal(fileKey, to: recipient)) }
        return whole(stanzas, content, fileKey)
    }

    /// Seals content so that the passphrase opens it. Blocks: see `workFactor`.
    ///
    /// - Parameter workFactor: 1 to `largestWorkFactor`; each more doubles time and memory (1 MiB at 10).
    /// - Throws: `emptyPassphrase`, `tooLarge`, `workFactor`, `memory`.
    public static func seal(
        _ content: [UInt8], passphrase: Secret, workFactor: Int = AgeFile.workFactor, limit: Int = AgeFile.limit
    ) throws(AgeError) -> [UInt8] {
        guard !passphrase.reveal().isEmpty else { throw .emptyPassphrase }
        guard content.count <= limit else { throw .tooLarge(limit: limit) }
        guard (1...largestWorkFactor).contains(workFactor) else {
            throw .workFactor(workFactor, limit: largestWorkFactor)
        }
        let fileKey = KeyBytes(random: AgeWrap.fileKeyCount)
        let stanza = try AgeWrap.seal(fileKey, passphrase: passphrase, workFactor: workFactor)
        return whole([stanza], content, fileKey)
    }

    private static func whole(_ stanzas: [AgeHeader.Stanza], _ content: [UInt8], _ fileKey: KeyBytes) -> [UInt8] {
        var out = AgeHeader.encode(stanzas)
        out += Array(" \(AgeText.encode(AgeHeader.code(over: out, fileKey)))\n".utf8)
        return out + AgePayload.seal(content, fileKey)
    }

    // MARK: Opening

    /// Opens a file with the first identity that fits.
    ///
    /// - Parameter limit: Bytes of content.
    /// - Throws: `noMatch`, `passphraseWanted`, and what a damaged file is refused for.
    public static func open(
        _ file: [UInt8], identities: [AgeIdentity], limit: Int = AgeFile.limit
    ) throws(AgeError) -> [UInt8] {
        let (file, header) = try read(file, limit)
        return try content(of: file, header, fileKey(header, identities), limit)
    }

    /// Whether one of the identities would open the file; its content is not looked at.
    ///
    /// - Throws: `passphraseWanted`, and what a damaged header is refused for.
    static func fits(_ file: [UInt8], identities: [AgeIdentity]) throws(AgeError) -> Bool {
        let (_, header) = try read(file, limit)
        do {
            _ = try fileKey(header, identities)
            return true
        } catch .noMatch {
            return false
        }
    }

    private static func fileKey(_ header: AgeHeader, _ identities: [AgeIdentity]) throws(AgeError) -> KeyBytes {
        guard !header.stanzas.contains(where: { $0.type == AgeWrap.passphraseType }) else {
            // Among others it would make a file that two kinds of keys open.
            throw header.stanzas.count == 1 ? .passphraseWanted : .header(line: 2)
        }
        var fileKey: KeyBytes?
        for stanza in header.stanzas where stanza.type == AgeWrap.pointType {
            for identity in identities {
                let (isSound, key) = AgeWrap.open(stanza, with: identity)
                guard isSound else { throw .header(line: 2) }
                fileKey = fileKey ?? key
            }
        }
        guard let fileKey else { throw .noMatch }
        return fileKey
    }

    /// Opens a file that was sealed by a passphrase. Blocks as long as its work factor says.
    ///
    /// - Parameter largestWorkFactor: A greater one is refused before anything is computed.
    /// - Throws: `wrongPassphrase`, `identityWanted`, `workFactor`, `memory`, and what a damaged file is refused for.
    public static func open(
        _ file: [UInt8], passphrase: Secret, largestWorkFactor: Int = AgeFile.largestWorkFactor,
        limit: Int = AgeFile.limit
    ) throws(AgeError) -> [UInt8] {
        guard !passphrase.reveal().isEmpty else { throw .emptyPassphrase }
        let (file, header) = try read(file, limit)
        guard header.stanzas.contains(where: { $0.type == AgeWrap.passphraseType }) else { throw .identityWanted }
        guard header.stanzas.count == 1, let stanza = header.stanzas.first else { throw .header(line: 2) }
        let fileKey = try AgeWrap.open(stanza, passphrase: passphrase, largestWorkFactor: largestWorkFactor)
        return try content(of: file, header, fileKey, limit)
    }

    private static func read(_ file: [UInt8], _ limit: Int) throws(AgeError) -> ([UInt8], AgeHeader) {
        // Header, nonce and tags come on top of the content.
        let whole = limit + AgeHeader.limit + limit / 4_096 + 64
        var file = file
        if AgeArmor.isArmored(file) {
            guard file.count <= whole / 2 * 3 else { throw .tooLarge(limit: limit) }
            file = try AgeArmor.decode(file)
        }
        guard file.count <= whole else { throw .tooLarge(limit: limit) }
        return (file, try AgeHeader(parsing: file))
    }

    private static func content(
        of file: [UInt8], _ header: AgeHeader, _ fileKey: KeyBytes, _ limit: Int
    ) throws(AgeError) -> [UInt8] {
        guard constantTimeEqual(AgeHeader.code(over: header.authenticated, fileKey), header.code) else {
            throw .headerChanged
        }
        return try AgePayload.open(file[header.end...], fileKey, limit: limit)
    }
}
