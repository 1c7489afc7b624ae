internal import Basics

/// A source of truth whose raw tokens only a key opens: those in use, and those that a rotation has replaced. Hashes and
/// locations stay readable.
extension CredentialFile {
    /// At least one raw token is sealed.
    public var isSealed: Bool { credentials.contains { $0.isSealed || $0.previous?.sealedToken != nil } }

    /// Whether no raw token stands open in it.
    public var isClosed: Bool { credentials.allSatisfy { $0.rawToken == nil && $0.previous?.rawToken == nil } }

    /// What opens the first sealed token; nil when none is sealed. A file that was sealed as a whole has one lock.
    ///
    /// - Throws: What is wrong with the sealed text, and its place.
    public func lock() throws(SealError) -> SealingKey.Lock? {
        for credential in credentials {
            if let sealed = try credential.sealed() { return sealed.lock }
            if let text = credential.previous?.sealedToken {
                return try placed(credential.previousSealPlace) { () throws(SealError) in
                    try SealedSecret(parsing: text)
                }.lock
            }
        }
        return nil
    }

    /// The file with every token open, nothing else changed; the file itself when none is sealed.
    ///
    /// - Throws: What keeps a token from being opened, and its place; then nothing is opened.
    public func opened(by key: SealingKey) throws(SealError) -> CredentialFile {
        var file = self
        for credential in credentials where credential.isSealed || credential.previous?.sealedToken != nil {
            file.set(try credential.opened(by: key))
        }
        return file
    }

    /// The file with every raw token sealed. Those that are sealed stay as they are, so they must be sealed by this key.
    ///
    /// - Throws: What keeps a sealed token from being opened by this key, `tooLong`; each with its place.
    public func sealed(by key: SealingKey) throws(SealError) -> CredentialFile {
        _ = try opened(by: key)
        var file = self
        for credential in credentials where credential.rawToken != nil || credential.previous?.rawToken != nil {
            file.set(try credential.sealed(by: key))
        }
        return file
    }
}

extension Credential {
    public var isSealed: Bool { sealedToken != nil }

    /// The sealed token; nil when there is none.
    ///
    /// - Throws: `malformed`, `unknownVersion`, `limits`, with the place.
    public func sealed() throws(SealError) -> SealedSecret? {
        guard let sealedToken else { return nil }
        return try placed(sealPlace) { () throws(SealError) in try SealedSecret(parsing: sealedToken) }
    }

    fileprivate func opened(by key: SealingKey) throws(SealError) -> Credential {
        var credential = self
        if let sealedToken { credential.rawToken = try Self.open(sealedToken, key, sealPlace) }
        if let previous, let sealed = previous.sealedToken {
            credential.previous = PreviousValue(
                rawToken: try Self.open(sealed, key, previousSealPlace), bcryptHash: previous.bcryptHash,
                until: previous.until)
        }
        return credential
    }

    private static func open(_ text: String, _ key: SealingKey, _ place: String) throws(SealError) -> Secret {
        try placed(place) { () throws(SealError) in try SealedSecret(parsing: text).opened(by: key) }
    }

    fileprivate func sealed(by key: SealingKey) throws(SealError) -> Credential {
        var credential = self
        if let rawToken {
            credential.sealedToken = try placed(sealPlace) { () throws(SealError) in
                try SealedSecret(sealing: rawToken, with: key).text
            }
        }
        if let previous, let token = previous.rawToken {
            let sealed = try placed(previousSealPlace) { () throws(SealError) in
                try SealedSecret(sealing: token, with: key).text
            }
            credential.previous = PreviousValue(
                rawToken: nil, sealedToken: sealed, bcryptHash: previous.bcryptHash, until: previous.until)
        }
        return credential
    }

    /// As errors of the file name its members.
    private var sealPlace: String { prefix + "sealed_token" }
    fileprivate var previousSealPlace: String { prefix + "previous.sealed_token" }
    private var prefix: String { name == CredentialFile.defaultName ? "" : "credentials.\(name)." }
}

/// Says where a fault is.
private func placed<Value>(_ place: String, _ body: () throws(SealError) -> Value) throws(SealError) -> Value {
    do throws(SealError) {
        return try body()
    } catch {
        throw SealError(error.reason, at: place)
    }
}
