public import Basics

/// What has to be written so that every location holds what the source of truth says. Writes nothing itself.
///
/// All or nothing: with one refusal there are no changes.
public struct SyncPlan: Sendable {
    /// A value that is put right.
    public struct Step: Sendable, Hashable {
        public let credential: String
        /// Relative to the root.
        public let path: String
        public let kind: LocationRule.Kind
        public let key: String?
        public let value: LocationRule.Value
        /// The file is made, or the key is added to it.
        public let isNew: Bool
    }

    /// A file that others can read no longer.
    public struct Narrowing: Sendable, Hashable {
        public let path: String
        /// As it is now.
        public let mode: UInt16
    }

    /// A location that cannot be written, and why.
    public struct Refusal: Sendable, Hashable {
        public let path: String
        public let key: String?
        public let reason: Phrase
    }

    /// For `FileTransaction`: one for each file, compared with what was read for this plan.
    public let changes: [FileChange]
    public let steps: [Step]
    public let narrowings: [Narrowing]
    public let refusals: [Refusal]

    /// Nothing is to be written.
    init() { (changes, steps, narrowings, refusals) = ([], [], [], []) }

    /// A place with a token of the gate.
    public struct TokenPlace: Sendable, Hashable {
        public let path: String
        public let key: String?

        public init(_ rule: LocationRule) { (path, key) = (rule.path, rule.key) }
    }

    /// - Parameter tokens: Newly made ones, for the places that hold none.
    public init(_ file: CredentialFile, from source: any FactSource, tokens: [TokenPlace: Secret] = [:]) {
        var draft = SyncDraft(source, tokens)
        for credential in file.credentials { draft.add(credential) }
        refusals = draft.refusals
        let isSound = draft.refusals.isEmpty
        (changes, steps) = isSound ? (draft.changes, draft.steps) : ([], [])
        narrowings = isSound ? draft.narrowings : []
    }
}

extension SyncPlan {
    /// Files that no location may be: the source of truth itself, what this program keeps beside it, and Git's own.
    ///
    /// - Parameter path: Relative to the root, without links.
    static func isReserved(_ path: String) -> Bool {
        path == CredentialFile.path || path.hasPrefix(ChangeLog.path) || path.hasPrefix(SecretsProject.state + "/")
            || path.split(separator: "/").contains(".git")
    }
}

/// The plan while it is made: files with the values set so far.
private struct SyncDraft {
    private struct File {
        /// Nil for one that is made.
        let old: [UInt8]?
        var new: [UInt8]?
        var inPlace: Bool
        /// Nil where others cannot read it, or where permissions are not kept.
        let exposure: UInt16?
    }

    /// One place in one file: two credentials must not want it.
    private struct Place: Hashable {
        let path: String
        let key: String?
    }

    private let source: any FactSource
    private let tokens: [SyncPlan.TokenPlace: Secret]
    private var files: [String: File] = [:]
    private var order: [String] = []
    private var wanted: [Place: Secret] = [:]
    private(set) var steps: [SyncPlan.Step] = []
    private(set) var refusals: [SyncPlan.Refusal] = []

    /// The source of truth's inode.
    private let truth: [UInt64]?

    init(_ source: any FactSource, _ tokens: [SyncPlan.TokenPlace: Secret]) {
        (self.source, self.tokens) = (source, tokens)
        truth = source.facts(of: CredentialFile.path).inode
    }

    var changes: [FileChange] {
        order.compactMap { path in
            guard let file = files[path], let new = file.new, new != file.old || file.exposure != nil else {
                return nil
            }
            return FileChange(
                path, now: file.old.map { .content($0) } ?? .absent, replacement: .content(new), permissions: .narrow,
                inPlace: file.inPlace)
        }
    }

    var narrowings: [SyncPlan.Narrowing] {
        order.compactMap { path in files[path]?.exposure.map { SyncPlan.Narrowing(path: path, mode: $0) } }
    }

    mutating func add(_ credential: Credential) {
        if let hash = credential.bcryptHash {
            let isSound =
                HashVerdict(judging: Array(hash.reveal().utf8)) == .hash
                && credential.rawToken.map { source.verify($0, against: hash) } ?? true
            guard isSound else {
                return refuse(CredentialFile.path, credential.place("bcrypt_hash"), SyncMessages.source())
            }
        }
        for rule in credential.locations {
            for path in source.expand(rule.path) { add(rule, path, credential) }
        }
    }

    private mutating func add(_ rule: LocationRule, _ path: String, _ credential: Credential) {
        // By its own name: a link may lead there, and a wildcard reach it.
        guard !SyncPlan.isReserved(source.resolved(path)) else { return refuse(path, nil, SyncMessages.reserved()) }
        guard open(path, inPlace: rule.inPlace) else { return }
        let held = rule.value == .token && rule.isMinted(in: files[path]?.new)
        for (key, form) in keys(rule, path, credential) {
            if held { continue }
            let known =
                switch form {
                case .hash: credential.bcryptHash
                case .raw: credential.rawToken
                case .token: tokens[SyncPlan.TokenPlace(rule)]
                }
            guard let value = known else {
                if form == .token {
                    refuse(path, key, SyncMessages.token())
                } else if form != .hash, credential.isSealed {
                    if !isRight(rule, key, path, credential) { refuse(path, key, SyncMessages.sealed()) }
                } else {
                    refuse(path, key, form == .hash ? SyncMessages.noHash() : SyncMessages.noToken())
                }
                continue
            }
            if let other = wanted.updateValue(value, forKey: Place(path: path, key: key)), other != value {
                refuse(path, key, SyncMessages.contested())
                continue
            }
            guard let before = files[path], let after = set(value, key, rule, path, before.new) else { continue }
            guard after != before.new else { continue }
            let isNew = before.new == nil || isMissing(key, rule, before.new ?? [])
            files[path]?.new = after
            steps.append(
                SyncPlan.Step(
                    credential: credential.name, path: path, kind: rule.kind, key: key, value: form, isNew: isNew))
        }
    }

    /// Whether the sealed token stands there already, as its hash says.
    private func isRight(_ rule: LocationRule, _ key: String?, _ path: String, _ credential: Credential) -> Bool {
        let place = LocationRule(path: path, kind: rule.kind, key: key, value: .raw)
        guard let bytes = files[path]?.new, let hash = credential.bcryptHash,
            let value = try? place.value(in: bytes)?.secret
        else { return false }
        return source.verify(value, against: hash)
    }

    /// Reads a file for the first time; false when it cannot be had.
    private mutating func open(_ path: String, inPlace: Bool) -> Bool {
        if files[path] != nil {
            if inPlace { files[path]?.inPlace = true }
            return true
        }
        let facts = source.facts(of: path)
        // A second name of the source of truth.
        if let inode = facts.inode, inode == truth {
            refuse(path, nil, SyncMessages.reserved())
            return false
        }
        if let obstacle = facts.content.obstacle {
            refuse(path, nil, obstacle)
            return false
        }
        let old: [UInt8]? = if case .bytes(let bytes) = facts.content { bytes } else { nil }
        files[path] = File(old: old, new: old, inPlace: inPlace, exposure: facts.isExposed ? facts.mode : nil)
        order.append(path)
        return true
    }

    private mutating func keys(
        _ rule: LocationRule, _ path: String, _ credential: Credential
    ) -> [(String?, LocationRule.Value)] {
        if let value = rule.value { return [(rule.key, value)] }
        let known = KnownKeys.values(of: KnownKeys.Family(ofCredential: credential.name))
        let file = files[path]?.new.flatMap { try? DotenvFile($0) }
        let keys = file?.keys.compactMap { key in known[key].map { (key, $0) } } ?? []
        if keys.isEmpty { refuse(path, nil, SyncMessages.nameTheKey()) }
        return keys
    }

    /// Nil, and a refusal, when the file cannot hold the value.
    private mutating func set(
        _ value: Secret, _ key: String?, _ rule: LocationRule, _ path: String, _ bytes: [UInt8]?
    ) -> [UInt8]? {
        switch rule.kind {
        case .tokenFile, .login, .dockerSecret:
            return WholeFile.replacing(value, in: bytes, of: rule.kind)
        case .dotenv:
            do throws(DotenvError) {
                var file = try DotenvFile(bytes ?? [])
                try file.set(key ?? "", to: DotenvValue(value))
                return file.bytes
            } catch {
                refuse(path, key, error.phrase)
            }
        case .json:
            do throws(JSONPlace.Failure) {
                return try JSONPlace(pointer: key ?? "").replacing(value.reveal(), in: bytes ?? Array("{}\n".utf8))
            } catch {
                refuse(path, key, error.phrase)
            }
        case .yaml:
            do throws(YAMLPlace.Failure) {
                let text = rule.isInterpolated ? ComposeText.written(value.reveal()) : value.reveal()
                return try YAMLPlace(path: key ?? "").replacing(text, in: bytes ?? [])
            } catch {
                refuse(path, key, error.phrase)
            }
        }
        return nil
    }

    private func isMissing(_ key: String?, _ rule: LocationRule, _ bytes: [UInt8]) -> Bool {
        guard let key else { return false }
        switch rule.kind {
        case .dotenv: return (try? DotenvFile(bytes))?.entries(of: key).contains { $0.isAssignment } != true
        case .json: return ((try? JSONPlace(pointer: key).value(in: bytes)) ?? nil) == nil
        default: return false
        }
    }

    private mutating func refuse(_ path: String, _ key: String?, _ reason: Phrase) {
        refusals.append(SyncPlan.Refusal(path: path, key: key, reason: reason))
    }
}
