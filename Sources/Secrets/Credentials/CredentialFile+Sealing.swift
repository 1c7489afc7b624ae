internal import Basics

/// A source of truth whose raw tokens only a key opens. Hashes and locations stay readable.
extension CredentialFile {
    /// At least one raw token is sealed.
    public var isSealed: Bool { credentials.contains(where: \.isSealed) }

    /// What opens the first sealed token; nil when none is sealed. A file that was sealed as a whole has one lock.
    ///
    /// - Throws: What is wrong with the sealed text, and its place.
    public func lock() throws(SealError) -> SealingKey.Lock? {
        guard let credential = credentials.first(where: \.isSealed) else { return nil }
        return try credential.sealed()?.lock
    }

    /// The file with every token open, nothing else changed; the file itself when none is sealed.
    ///
    /// - Throws: What keeps a token from being opened, and its place; then nothing is opened.
    public func opened(by key: SealingKey) throws(SealError) -> CredentialFile {
        var file = self
        for credential in credentials where credential.isSealed || credential.previous?.sealedToken != nil {
            var open = credential
            if let sealed = try credential.sealed() {
                open.rawToken = try Self.open(sealed, by: key, credential)
                open.sealedToken = nil
            }
            if let text = credential.previous?.sealedToken {
                let token = try Self.open(SealedSecret(parsing: text), by: key, credential)
                open.previous?.rawToken = token
                open.previous?.sealedToken = nil
            }
            file.set(open)
        }
        return file
    }

    private static func open(
        _ sealed: SealedSecret, by key: SealingKey, _ credential: Credential
    ) throws(SealError) -> Secret {
        do throws(SealError) {
            return try sealed.opened(by: key)
        } catch {
            throw SealError(error.reason, at: credential.sealPlace)
        }
    }

    /// The file with every raw token sealed. Those that are sealed stay as they are, so they must be sealed by this key.
    ///
    /// - Throws: What keeps a sealed token from being opened by this key, `tooLong`; each with its place.
    public func sealed(by key: SealingKey) throws(SealError) -> CredentialFile {
        _ = try opened(by: key)
        var file = self
        for credential in credentials {
            var closed = credential
            if let token = credential.rawToken {
                (closed.rawToken, closed.sealedToken) = (nil, try Self.seal(token, by: key, credential))
            }
            if let token = credential.previous?.rawToken {
                let text = try Self.seal(token, by: key, credential)
                closed.previous?.rawToken = nil
                closed.previous?.sealedToken = text
            }
            if closed != credential { file.set(closed) }
        }
        return file
    }

    private static func seal(
        _ token: Secret, by key: SealingKey, _ credential: Credential
    ) throws(SealError) -> String {
        do throws(SealError) {
            return try SealedSecret(sealing: token, with: key).text
        } catch {
            throw SealError(error.reason, at: credential.sealPlace)
        }
    }

    /// Whether no raw token stands open in it.
    public var isClosed: Bool { credentials.allSatisfy { $0.rawToken == nil && $0.previous?.rawToken == nil } }
}

extension Credential {
    public var isSealed: Bool { sealedToken != nil }

    /// The sealed token; nil when there is none.
    ///
    /// - Throws: `malformed`, `unknownVersion`, `limits`, with the place.
    public func sealed() throws(SealError) -> SealedSecret? {
        guard let sealedToken else { return nil }
        do throws(SealError) {
            return try SealedSecret(parsing: sealedToken)
        } catch {
            throw SealError(error.reason, at: sealPlace)
        }
    }

    /// As errors of the file name its members.
    var sealPlace: String { (name == CredentialFile.defaultName ? "" : "credentials.\(name).") + "sealed_token" }
}
