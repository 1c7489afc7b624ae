public import Basics

extension LocationRule {
    /// Whether the token that was made for this location stands there.
    func isMinted(in bytes: [UInt8]?) -> Bool {
        guard let minted, let bytes, let value = try? value(in: bytes) else { return false }
        return minted.isHeld(by: value.reveal())
    }
}

extension CredentialFile {
    /// Locations that want a token of the gate and do not hold the one that was made for them.
    public func tokensWanted(from source: any FactSource) -> [LocationRule] {
        credentials.flatMap(\.locations).filter { rule in
            guard rule.value == .token else { return false }
            guard case .bytes(let bytes) = source.facts(of: rule.path).content else { return true }
            return !rule.isMinted(in: bytes)
        }
    }

    /// The file with what is known of new tokens, but not the tokens.
    public func noting(_ tokens: [SyncPlan.TokenPlace: (id: String, token: Secret)]) -> CredentialFile {
        var file = self
        for credential in credentials {
            var changed = credential
            for index in changed.locations.indices where changed.locations[index].value == .token {
                guard let made = tokens[SyncPlan.TokenPlace(changed.locations[index])] else { continue }
                changed.locations[index].minted = MintedToken(id: made.id, token: made.token)
            }
            if changed != credential { file.set(changed) }
        }
        return file
    }
}
