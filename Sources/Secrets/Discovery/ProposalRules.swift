internal import Basics

/// Which credential a value belongs to, and by which location.
///
/// A password of one instance is never taken for a shared credential, even where it equals one.
struct ProposalRules {
    /// The credential that has a value, the first of the file, and in which form.
    private var owners: [DotenvValue: (name: String, value: LocationRule.Value)] = [:]

    init(_ file: CredentialFile?) {
        for credential in file?.credentials ?? [] {
            for (secret, form) in [(credential.bcryptHash, LocationRule.Value.hash), (credential.rawToken, .raw)] {
                guard let secret, form == .hash || !secret.reveal().isEmpty else { continue }
                let value = DotenvValue(secret)
                if owners[value] == nil { owners[value] = (credential.name, form) }
            }
        }
    }

    /// - Parameter isMounted: A container has the file mounted by itself.
    func proposal(for sighting: Sighting, at path: String, isMounted: Bool) -> Proposal? {
        guard sighting.isAlone, let (credential, value) = owner(of: sighting, at: path) else { return nil }
        return proposal(credential, path, sighting.kind, sighting.key, value, isMounted: isMounted)
    }

    /// For a key that a compose file needs in the `.env` of its folder.
    func proposal(forMissing key: String, at path: String) -> Proposal? {
        guard let family = KnownKeys.family(of: key), let value = KnownKeys.values[key] else { return nil }
        return proposal(family.credential, path, .dotenv, key, value, isMounted: false)
    }

    private func proposal(
        _ credential: String, _ path: String, _ kind: LocationRule.Kind, _ key: String?, _ value: LocationRule.Value,
        isMounted: Bool
    ) -> Proposal? {
        // A location's path would take these signs for wildcards, or refuse them.
        guard !NamePattern.isOne(path), !path.utf8.contains(UInt8(ascii: "\\")) else { return nil }
        let rule = LocationRule(path: path, kind: kind, key: key, value: value, inPlace: isMounted)
        return Proposal(credential: credential, rule: rule)
    }

    private func owner(of sighting: Sighting, at path: String) -> (String, LocationRule.Value)? {
        let equal = owners[sighting.value]
        if let name = sighting.name, let family = KnownKeys.family(of: name), let value = KnownKeys.values[name] {
            let named = equal.flatMap { KnownKeys.Family(ofCredential: $0.name) == family ? $0.name : nil }
            return (named ?? family.credential, value)
        }
        if let name = sighting.name {
            guard SecretName.mayBeShared(name), let equal else { return nil }
            return (equal.name, equal.value)
        }
        if let equal { return (equal.name, sighting.kind == .login ? .hash : equal.value) }
        // Whole files: a hash is ComfyUI-Login's, whatever is wrong with it.
        if sighting.evidence.contains(.shape(.bcrypt)) { return (CredentialFile.defaultName, .hash) }
        if sighting.kind == .login {
            let isLogin = path.hasSuffix("login/PASSWORD")
            return isLogin ? (CredentialFile.defaultName, .hash) : nil
        }
        if sighting.evidence.contains(.shape(.huggingFace)) { return (KnownKeys.Family.huggingface.credential, .raw) }
        return nil
    }
}
