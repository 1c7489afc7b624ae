internal import Basics

/// Compares every location with the source of truth; reads nothing itself and changes nothing.
public struct Audit {
    private let source: any FactSource
    private var known: [String: KnownFile] = [:]
    private var verified: [Pair: Bool] = [:]
    private var shown: [String: FingerprintMemo] = [:]

    private struct Pair: Hashable {
        let token: Secret
        let hash: Secret
    }

    public init(_ source: any FactSource) { self.source = source }

    /// Compares each hash of the source of truth with its token ahead of the rows: that takes bcrypt's time.
    public mutating func verify(_ file: CredentialFile) {
        for credential in file.credentials {
            guard let token = credential.rawToken, let hash = credential.bcryptHash,
                HashVerdict(judging: Array(hash.reveal().utf8)) == .hash
            else { continue }
            _ = isHash(hash, of: token)
        }
    }

    /// A row for each place, the source of truth's own first, in the order of the file; behind them what a search found
    /// beside the list.
    ///
    /// - Parameter found: Of a search of the same folder.
    public mutating func rows(of file: CredentialFile, found: [Finding] = []) -> [AuditRow] {
        var rows = file.credentials.flatMap { self.rows(of: $0, in: file) }
        let unlisted = found.filter { !$0.isListed }
        for credential in file.credentials {
            rows += unlisted.compactMap(\.proposal).filter { $0.credential == credential.name }.flatMap {
                self.rows(of: credential, $0.rule, isUnlisted: true)
            }
        }
        let names = Set(unlisted.compactMap(\.proposal?.credential)).subtracting(file.credentials.map(\.name))
        for name in names.sorted() {
            rows += aliases(name, unlisted.compactMap(\.proposal).filter { $0.credential == name }.map(\.rule))
        }
        return rows + unlisted.filter { $0.proposal == nil }.compactMap { single($0) }
    }

    private mutating func rows(of credential: Credential, in file: CredentialFile) -> [AuditRow] {
        sourceRows(credential, in: file) + credential.locations.flatMap { rows(of: credential, $0) }
    }

    /// - Parameter isUnlisted: The location is not in the source of truth, and each row says so.
    private mutating func rows(
        of credential: Credential, _ rule: LocationRule, isUnlisted: Bool = false
    ) -> [AuditRow] {
        let also: [AuditRow.State] = isUnlisted ? [.unlisted] : []
        let paths = source.expand(rule.path)
        if paths.isEmpty {
            return [
                AuditRow(
                    credential.name, rule.path, rule.kind, key: rule.key, value: rule.value, states: [.missing] + also)
            ]
        }
        let family = KnownKeys.Family(ofCredential: credential.name)
        var rows: [AuditRow] = []
        for path in paths {
            let file = file(path)
            for found in values(rule, file, family) {
                rows.append(row(credential, path, rule.kind, found, file.facts, also, rule.minted))
            }
        }
        return rows
    }

    /// By one fingerprint for all rows of a credential, and one for the places that have none.
    private mutating func show(_ value: DotenvValue, of credential: Credential?) -> String {
        shown[credential?.name ?? "", default: FingerprintMemo(Fingerprint(of: credential))](value)
    }

    private mutating func file(_ path: String) -> KnownFile {
        if let file = known[path] { return file }
        let file = KnownFile(source.facts(of: path))
        known[path] = file
        return file
    }

    private mutating func isHash(_ hash: Secret, of token: Secret) -> Bool {
        let pair = Pair(token: token, hash: hash)
        if let answer = verified[pair] { return answer }
        let answer = source.verify(token, against: hash)
        verified[pair] = answer
        return answer
    }

    // MARK: - The source of truth itself

    private mutating func sourceRows(_ credential: Credential, in file: CredentialFile) -> [AuditRow] {
        let facts = self.file(CredentialFile.path).facts
        var exposure = Self.exposure(facts)
        if let mode = facts.folderMode, facts.keepsModes, mode & 0o077 != 0 { exposure.append(.openFolder(mode: mode)) }
        let token = credential.rawToken
        let hash = credential.bcryptHash.map { Array($0.reveal().utf8) }
        var ofToken: [AuditRow.State] = []
        if let token {
            let text = token.reveal()
            if text.isEmpty || Placeholder.matches(text) { ofToken = [.placeholder] }
        } else if credential.isSealed {
            do throws(SealError) {
                _ = try credential.sealed()
                ofToken = [.sealed]
            } catch {
                ofToken = [.unreadable(error.phrase)]
            }
        } else if credential.wantsToken {
            ofToken = [.missing]
        }
        var ofHash: [AuditRow.State] = []
        if let hash {
            let verdict = HashVerdict(judging: hash)
            if verdict != .hash {
                ofHash = [.malformed(verdict)]
            } else if let token, let text = credential.bcryptHash, !isHash(text, of: token) {
                ofHash = [.notTheHash]
            }
        } else if credential.wantsHash {
            ofHash = [.missing]
        }
        func row(_ member: String, _ value: LocationRule.Value, _ states: [AuditRow.State], _ shown: String?)
            -> AuditRow
        {
            AuditRow(
                credential.name, CredentialFile.path, .json, key: file.place(of: member, in: credential), value: value,
                states: states + exposure, shown: shown)
        }
        let member = credential.isSealed ? "sealed_token" : "raw_token"
        var rows = [row(member, .raw, ofToken, token.map { show(DotenvValue($0), of: credential) })]
        // A credential that is only ever copied as it is needs none.
        if hash != nil || credential.wantsHash {
            rows.append(row("bcrypt_hash", .hash, ofHash, hash.map { show(DotenvValue($0), of: credential) }))
        }
        return rows
    }

    // MARK: - Locations

    /// A value in a file, or what is there in its place.
    private struct Found {
        let key: String?
        let value: LocationRule.Value?
        var bytes: [UInt8]?
        var states: [AuditRow.State] = []
        var file = File.other

        /// What readers can see in another way.
        enum File { case other, dotenv(DotenvViews, key: String), interpolated }

        /// Readers that see something else than these bytes: by the value's spelling, and whatever its spelling.
        func objections(_ bytes: [UInt8]) -> (own: [DotenvObjection], ofFile: [DotenvObjection]) {
            switch file {
            case .other: ([], [])
            // They are what is written there.
            case .dotenv(let views, _) where views.file.isPlain: ([], [])
            case .dotenv(let views, let key): Audit.objections(to: DotenvValue(bytes), of: key, in: views)
            case .interpolated: ([DotenvObjection(reader: .composeV2, reason: .expandsVariables)], [])
            }
        }
    }

    private func values(_ rule: LocationRule, _ file: KnownFile, _ family: KnownKeys.Family) -> [Found] {
        let facts = file.facts
        func found(_ state: AuditRow.State) -> [Found] { [Found(key: rule.key, value: rule.value, states: [state])] }
        guard case .bytes(let bytes) = facts.content else {
            if facts.content == .outside { return found(.outside) }
            return found(facts.content.obstacle.map { .unreadable($0) } ?? .missing)
        }
        switch rule.kind {
        case .tokenFile, .login, .dockerSecret, .json:
            do throws(PlaceFailure) {
                guard let value = try rule.value(in: bytes) else { return found(.missing) }
                return [Found(key: rule.key, value: rule.value, bytes: value.reveal())]
            } catch {
                return found(.unreadable(error.phrase))
            }
        case .dotenv: return dotenv(rule, file, family)
        case .yaml:
            do throws(YAMLPlace.Failure) {
                let text = try YAMLPlace(path: rule.key ?? "").value(in: bytes)
                guard rule.isInterpolated else {
                    return [Found(key: rule.key, value: rule.value, bytes: Array(text.utf8))]
                }
                let value = ComposeText.value(text)
                var found = Found(key: rule.key, value: rule.value, bytes: Array((value ?? text).utf8))
                if value == nil { found.file = .interpolated }
                return [found]
            } catch {
                return found(error == .missing ? .missing : .unreadable(error.phrase))
            }
        }
    }

    private func dotenv(_ rule: LocationRule, _ file: KnownFile, _ family: KnownKeys.Family) -> [Found] {
        guard let views = file.views else {
            // The size is all that a file can be refused for.
            let phrase = AuditMessages.tooLarge(["limit": "\(DotenvFile.largest)"])
            return [Found(key: rule.key, value: rule.value, states: [.unreadable(phrase)])]
        }
        let file = views.file
        let known = KnownKeys.values(of: family)
        let keys = rule.key.map { [$0] } ?? file.keys.filter { known[$0] != nil }
        if keys.isEmpty { return [Found(key: nil, value: nil, states: [.missing])] }
        return keys.map { key in
            let entries = file.entries(of: key).filter(\.isAssignment)
            var found = Found(key: key, value: rule.value ?? known[key])
            if entries.isEmpty {
                found.states = [.missing]
                return found
            }
            if entries.count > 1 { found.states = [.repeated(lines: entries.map(\.line))] }
            found.bytes = entries.last.map { file.written($0) }
            found.file = .dotenv(views, key: key)
            return found
        }
    }

    /// A byte order mark or Windows line ends keep a shell from reading any value of a file, however it is written, and
    /// simple readers keep a comment behind it: that is the file's matter, and no reason to call the value misread.
    static func objections(
        to value: DotenvValue, of key: String, in file: DotenvFile
    ) -> (own: [DotenvObjection], ofFile: [DotenvObjection]) { objections(to: value, of: key, in: DotenvViews(file)) }

    private static func objections(
        to value: DotenvValue, of key: String, in views: DotenvViews
    ) -> (own: [DotenvObjection], ofFile: [DotenvObjection]) {
        let file = views.file
        let found = views.objections(to: value, of: key)
        if found.isEmpty, file.isPlain { return ([], []) }
        // Docker's own reader and simple scripts would keep quotes, too; a comment is kept where there are none.
        let others =
            file.hasComment(behind: key)
            ? views.objections(to: value, of: key, readers: [.dockerRun, .rawLine]) : []
        guard !found.isEmpty else { return ([], others) }
        var best = file
        try? best.set(key, to: value)
        let lasting = best.objections(to: value, of: key)
        let readers = Set(lasting.map(\.reader))
        return (found.filter { !readers.contains($0.reader) }, lasting + others)
    }

    private mutating func row(
        _ credential: Credential, _ path: String, _ kind: LocationRule.Kind, _ found: Found, _ facts: FileFacts,
        _ also: [AuditRow.State], _ minted: MintedToken?
    ) -> AuditRow {
        var states = found.states
        var notes: [DotenvObjection] = []
        if let bytes = found.bytes {
            let verdict = isMeant(bytes, found.value, credential, minted) ? nil : judge(bytes, found.value, credential)
            if let verdict { states.append(verdict) }
            // What is no credential at all is not read at all.
            if verdict == nil || verdict == .different {
                let (own, ofFile) = found.objections(bytes)
                if !own.isEmpty { states.append(.misread(own)) }
                notes = ofFile
            }
        }
        states += Self.exposure(facts) + also
        return AuditRow(
            credential.name, path, kind, key: found.key, value: found.value, states: states,
            shown: found.bytes.map { show(DotenvValue($0), of: credential) }, notes: notes)
    }

    /// While the raw token is sealed, its hash says which value it is.
    private mutating func isMeant(
        _ bytes: [UInt8], _ form: LocationRule.Value?, _ credential: Credential, _ minted: MintedToken?
    ) -> Bool {
        if form == .token { return minted?.isHeld(by: bytes) ?? false }
        if form != .hash, credential.isSealed {
            guard let hash = credential.bcryptHash, !bytes.isEmpty,
                let text = String(validating: bytes, as: UTF8.self), !Placeholder.matches(text)
            else { return false }
            return isHash(hash, of: Secret(text))
        }
        let meant = form == .hash ? credential.bcryptHash : credential.rawToken
        return meant.map { $0.matches(bytes) } ?? false
    }

    // MARK: - Places without a credential

    /// Keys of one value that the source of truth does not know: all that can be said is whether they agree.
    private mutating func aliases(_ name: String, _ rules: [LocationRule]) -> [AuditRow] {
        let family = KnownKeys.Family(ofCredential: name)
        var places: [(rule: LocationRule, found: Found, facts: FileFacts)] = []
        for rule in rules {
            let file = file(rule.path)
            places += values(rule, file, family).map { (rule, $0, file.facts) }
        }
        let judged = places.map { place in place.found.bytes.flatMap { judge($0, place.found.value, nil) } }
        let values = Set(
            zip(places, judged).compactMap { place, verdict in
                verdict == .different ? place.found.bytes.map { DotenvValue($0) } : nil
            })
        return zip(places, judged).map { place, verdict in
            var states = place.found.states
            var notes: [DotenvObjection] = []
            if let bytes = place.found.bytes {
                if let verdict, verdict != .different || values.count > 1 { states.append(verdict) }
                if verdict == .different {
                    let (own, ofFile) = place.found.objections(bytes)
                    if !own.isEmpty { states.append(.misread(own)) }
                    notes = ofFile
                }
            }
            states += Self.exposure(place.facts) + [.unlisted]
            return AuditRow(
                name, place.rule.path, place.rule.kind, key: place.found.key, value: place.found.value,
                states: states, shown: place.found.bytes.map { show(DotenvValue($0), of: nil) }, notes: notes)
        }
    }

    /// A secret of one instance, which no other place must equal; nil when nothing is off.
    private mutating func single(_ finding: Finding) -> AuditRow? {
        var (states, notes): ([AuditRow.State], [DotenvObjection]) = ([], [])
        let file = file(finding.path)
        let facts = file.facts
        if finding.what == .missing { states.append(.missing) }
        if finding.kind == .dotenv, let key = finding.key, finding.what == .secret, let views = file.views {
            let (own, ofFile) = Self.objections(to: finding.value, of: key, in: views)
            if !own.isEmpty { states.append(.misread(own)) }
            notes = ofFile
        }
        states += Self.exposure(facts)
        guard !states.isEmpty else { return nil }
        return AuditRow(
            nil, finding.path, finding.kind, key: finding.key, value: nil, states: states,
            shown: finding.what == .secret ? show(finding.value, of: nil) : nil, notes: notes)
    }

    /// Why a value is not the one that was meant. A value is called malformed only where it could not be a credential
    /// of that form at all; an older or a foreign one is merely different.
    ///
    /// - Parameter credential: Nil where the source of truth has none for the place.
    private func judge(
        _ bytes: [UInt8], _ form: LocationRule.Value?, _ credential: Credential?
    ) -> AuditRow.State {
        let text = String(decoding: bytes, as: UTF8.self)
        guard form == .hash else {
            if text.isEmpty || Placeholder.matches(text) { return .placeholder }
            if form == .token { return .different }
            let hash = credential?.bcryptHash.map { Array($0.reveal().utf8) } ?? []
            let isComparable = credential?.isSealed != true || HashVerdict(judging: hash) == .hash
            return isComparable ? .different : .unreadable(AuditMessages.incomparable())
        }
        let verdict = HashVerdict(judging: bytes)
        return verdict == .hash ? .different : .malformed(verdict)
    }

    static func exposure(_ facts: FileFacts) -> [AuditRow.State] {
        var states: [AuditRow.State] = []
        if facts.isExposed { states.append(.exposed(mode: facts.mode ?? 0)) }
        if facts.isTracked { states.append(.tracked) }
        return states
    }
}

extension Credential {
    /// Where a member of this credential stands in the source of truth, as a JSON pointer.
    func place(_ member: String) -> String {
        name == CredentialFile.defaultName ? "/\(member)" : "/credentials/\(name)/\(member)"
    }
}

extension CredentialFile {
    /// Where a member of a credential stands in this file, as a JSON pointer.
    func place(of member: String, in credential: Credential) -> String {
        let isOnTop = credential.name == Self.defaultName && !namesDefault
        return isOnTop ? "/\(member)" : "/credentials/\(credential.name)/\(member)"
    }
}
