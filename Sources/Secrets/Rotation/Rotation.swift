public import Basics

extension Credential {
    /// The credential with a new token, the old one at hand until the grace is over, and every consumer still to be seen to.
    ///
    /// - Throws: As `holding`.
    public func rotated(to token: Secret, grace: Duration, now: Timestamp) throws(GateError) -> Credential {
        var credential = self
        // The old hash must not count as the new token's, even when somebody gives the same token again.
        credential.bcryptHash = nil
        credential.rawToken = token
        if wantsHash { credential.bcryptHash = try SharedHash.make(of: token) }
        credential.previous = PreviousValue(
            rawToken: rawToken, sealedToken: sealedToken, bcryptHash: bcryptHash,
            until: now.advanced(byMilliseconds: grace.components.seconds * 1_000))
        credential.rotatedAt = now.rfc3339
        credential.pending = consumers.map(\.name)
        return credential
    }

    /// The credential as it was before its last rotation; nil when that is no longer known.
    public func unrotated() -> Credential? {
        guard let previous else { return nil }
        var credential = self
        (credential.rawToken, credential.bcryptHash) = (previous.rawToken, previous.bcryptHash)
        credential.sealedToken = previous.sealedToken
        (credential.previous, credential.pending) = (nil, [])
        return credential
    }

    /// All consumers have the new value. Without grace the old one goes at once.
    public func settled(now: Timestamp) -> Credential {
        var credential = self
        credential.pending = []
        return credential.forgettingOld(now: now)
    }

    /// Without an old value whose time is over; one that an unfinished rotation may need stays.
    public func forgettingOld(now: Timestamp) -> Credential {
        guard let previous, pending.isEmpty, previous.until <= now else { return self }
        var credential = self
        credential.previous = nil
        return credential
    }

    /// When the present value came.
    public var changed: Timestamp? { (rotatedAt ?? createdAt).flatMap { Timestamp(rfc3339: $0) } }
}

extension Consumer {
    /// What makes it read its value again, after these files have changed; nil when nothing is known.
    ///
    /// A container reads its environment only when it is made, a mounted file when it starts.
    public func action(afterChanging rules: [LocationRule.Kind]) -> Action? {
        rules.contains(.dotenv) ? afterEnvironment ?? afterFile : afterFile ?? afterEnvironment
    }

    /// The words to run for a look inside the container, of which the value is read; nil when there is no place to look.
    public var look: [String]? {
        guard let container else { return nil }
        // What its first process was started with; needs no more of the image than `cat`.
        if variable != nil { return ["docker", "exec", container, "cat", "/proc/1/environ"] }
        if let file { return ["docker", "exec", container, "cat", file] }
        return nil
    }

    /// Whether what was found inside is the value: a file may have a line end, and ComfyUI-Login's a name behind it.
    public func holds(_ value: Secret, found: [UInt8]) -> Bool {
        if let variable {
            let start = Array("\(variable)=".utf8)
            guard let entry = found.split(separator: 0).first(where: { $0.starts(with: start) }) else { return false }
            return constantTimeEqual(Array(entry.dropFirst(start.count)), Array(value.reveal().utf8))
        }
        let line = Array(found.prefix { $0 != 0x0A && $0 != 0x0D })
        return constantTimeEqual(line, Array(value.reveal().utf8))
    }
}
