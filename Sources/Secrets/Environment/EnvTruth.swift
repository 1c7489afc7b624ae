public import Basics

/// What the source of truth says of the keys of one dotenv file.
///
/// A location that names the file decides; for the keys of a family that none speaks of, the credential of
/// the family, by `KnownKeys`.
public struct EnvTruth: Sendable {
    private var values: [String: Secret] = [:]
    /// Which credential a key belongs to.
    private var claims: [String: String] = [:]
    /// Credentials that are not right themselves: no hash, not the token's, a placeholder.
    public private(set) var unsound: [String] = []
    /// The file keeps its inode: a container has it mounted by itself.
    public let isInPlace: Bool
    /// Makes the same fingerprints as an audit of the same source of truth.
    let fingerprint: Fingerprint

    /// No source of truth.
    public init() { (fingerprint, isInPlace) = (Fingerprint(of: nil), false) }

    /// - Parameter path: Of the file, relative to the root.
    public init(_ file: CredentialFile, path: String, from source: any FactSource) {
        var named: [(credential: Credential, rules: [LocationRule])] = []
        for credential in file.credentials {
            let rules = credential.locations.filter { $0.kind == .dotenv && source.expand($0.path).contains(path) }
            if !rules.isEmpty { named.append((credential, rules)) }
        }
        isInPlace = named.contains { $0.rules.contains(where: \.inPlace) }
        // A family that no location of the file speaks of belongs to the credential of its name.
        for family in KnownKeys.Family.allCases where !named.contains(where: { $0.credential.family == family }) {
            if let fallback = file[family.credential] { named.append((fallback, [])) }
        }
        fingerprint = Fingerprint(of: named.first?.credential)
        unsound = named.map(\.credential).filter { !Self.isSound($0, source) }.map(\.name)
        for (credential, rules) in named {
            for rule in rules {
                if let key = rule.key, let value = rule.value {
                    claim(key, value, credential)
                } else {
                    for (key, form) in KnownKeys.values(of: credential.family) { claim(key, form, credential) }
                }
            }
        }
        // One credential that names some keys of a file is meant by the others of its family too.
        for family in KnownKeys.Family.allCases {
            let members = named.map(\.credential).filter { $0.family == family }
            guard members.count == 1 else { continue }
            for (key, form) in KnownKeys.values(of: family) where claims[key] == nil { claim(key, form, members[0]) }
        }
    }

    /// A key that two credentials want gets neither's value.
    private mutating func claim(_ key: String, _ form: LocationRule.Value, _ credential: Credential) {
        let other = claims.updateValue(credential.name, forKey: key)
        let isFree = other == nil || other == credential.name
        values[key] = isFree && !unsound.contains(credential.name) ? credential.secret(form) : nil
    }

    public subscript(key: String) -> Secret? { values[key] }

    var all: [Secret] { Array(values.values) }

    /// As for a sync: what is not right itself must not be copied.
    private static func isSound(_ credential: Credential, _ source: any FactSource) -> Bool {
        let (token, hash) = (credential.rawToken, credential.bcryptHash)
        // A sealed token leaves the hash, which can be told to be one by itself.
        if let hash, HashVerdict(judging: Array(hash.reveal().utf8)) != .hash { return false }
        if let token, token.reveal().isEmpty || Placeholder.matches(token.reveal()) { return false }
        guard let token, let hash else { return token != nil || hash != nil }
        return source.verify(token, against: hash)
    }
}

extension Credential {
    fileprivate var family: KnownKeys.Family { KnownKeys.Family(ofCredential: name) }

    fileprivate func secret(_ value: LocationRule.Value) -> Secret? {
        switch value {
        case .raw: rawToken
        case .hash: bcryptHash
        case .token: nil
        }
    }
}
