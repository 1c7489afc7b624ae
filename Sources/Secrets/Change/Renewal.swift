public import Basics

extension Credential {
    /// The credential with this raw token; its hash stays when it is the token's, and is made anew otherwise, which takes
    /// bcrypt's time.
    ///
    /// - Throws: `invalidArgument` for a token that bcrypt does not read whole: empty, over 72 bytes, or with a NUL.
    public func holding(
        _ token: Secret, now: Timestamp, verify: (_ token: Secret, _ hash: Secret) -> Bool
    ) throws(GateError) -> Credential {
        var credential = self
        (credential.rawToken, credential.sealedToken) = (token, nil)
        if wantsHash {
            let isSound = bcryptHash.map { HashVerdict(judging: Array($0.reveal().utf8)) == .hash && verify(token, $0) }
            if isSound != true { credential.bcryptHash = try SharedHash.make(of: token) }
        }
        return credential.stamped(from: self, now)
    }

    /// The credential with the hash that some worker already uses. A raw token that is not this hash's is dropped: nobody
    /// could log in with it.
    public func adopting(
        hash: Secret, now: Timestamp, verify: (_ token: Secret, _ hash: Secret) -> Bool
    ) -> Credential {
        var credential = self
        credential.bcryptHash = hash
        if let token = rawToken, !verify(token, hash) { credential.rawToken = nil }
        return credential.stamped(from: self, now)
    }

    private func stamped(from old: Credential, _ now: Timestamp) -> Credential {
        guard rawToken != old.rawToken || bcryptHash != old.bcryptHash else { return self }
        var credential = self
        if old.createdAt == nil { credential.createdAt = now.rfc3339 } else { credential.rotatedAt = now.rfc3339 }
        return credential
    }
}

/// Raw tokens made here.
public enum RawToken {
    /// 43 characters of base62, 256 bits: no reader of any file wants quotes around it.
    public static func make(random: [UInt8] = RandomBytes.make(32)) -> Secret { Secret(Base62.encode(random)) }

    /// Fewer characters than this are worth a warning.
    public static let shortest = 16
}
