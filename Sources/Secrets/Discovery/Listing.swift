/// The places that a source of truth lists.
struct Listing {
    private var whole: Set<String>
    private var keys: [String: Set<String>] = [:]
    private var families: [String: Set<KnownKeys.Family>] = [:]

    /// - Parameter file: Nil where there is none yet.
    init(_ file: CredentialFile?, in source: any FactSource) {
        whole = [source.resolved(CredentialFile.path)]
        // A path stands with each of its keys.
        var paths: [String: [String]] = [:]
        for credential in file?.credentials ?? [] {
            let family = KnownKeys.Family(ofCredential: credential.name)
            for rule in credential.locations {
                let resolved = paths[rule.path] ?? source.expand(rule.path).map(source.resolved)
                paths[rule.path] = resolved
                for path in resolved {
                    if let key = rule.key {
                        keys[path, default: []].insert(key)
                    } else if rule.kind == .dotenv {
                        families[path, default: []].insert(family)
                    } else {
                        whole.insert(path)
                    }
                }
            }
        }
    }

    /// - Parameter isThere: A location without a key means the keys that are in the file, not one that is missing.
    func contains(_ path: String, key: String?, isThere: Bool = true) -> Bool {
        if whole.contains(path) { return true }
        guard let key else { return false }
        if keys[path]?.contains(key) == true { return true }
        guard isThere else { return false }
        return KnownKeys.family(of: key).map { families[path]?.contains($0) == true } ?? false
    }
}
