internal import Basics

/// Compares every location with the source of truth; reads nothing itself and changes nothing.
public struct Audit {
    private let source: any FactSource
    private var known: [String: FileFacts] = [:]
    private var verified: [Pair: Bool] = [:]

    private struct Pair: Hashable {
        let token: Secret
        let hash: Secret
    }

    public init(_ source: any FactSource) { self.source = source }

    /// A row for each place, the source of truth's own first, in the order of the file.
    public mutating func rows(of file: CredentialFile) -> [AuditRow] {
        file.credentials.flatMap { rows(of: $0) }
    }

    private mutating func rows(of credential: Credential) -> [AuditRow] {
        let fingerprint = Fingerprint(of: credential)
        var rows = sourceRows(credential, fingerprint)
        for rule in credential.locations {
            let paths = source.expand(rule.path)
            if paths.isEmpty {
                rows.append(
                    AuditRow(
                        credential.name, rule.path, rule.kind, key: rule.key, value: rule.value, states: [.missing]))
            }
            for path in paths {
                let facts = facts(of: path)
                for found in Self.values(rule, facts) {
                    rows.append(row(credential, path, rule.kind, found, facts, fingerprint))
                }
            }
        }
        return rows
    }

    private mutating func facts(of path: String) -> FileFacts {
        if let facts = known[path] { return facts }
        let facts = source.facts(of: path)
        known[path] = facts
        return facts
    }

    private mutating func isHash(_ hash: Secret, of token: Secret) -> Bool {
        let pair = Pair(token: token, hash: hash)
        if let answer = verified[pair] { return answer }
        let answer = source.verify(token, against: hash)
        verified[pair] = answer
        return answer
    }

    // MARK: - The source of truth itself

    private mutating func sourceRows(_ credential: Credential, _ fingerprint: Fingerprint) -> [AuditRow] {
        let exposure = Self.exposure(facts(of: CredentialFile.path))
        let token = credential.rawToken
        let hash = credential.bcryptHash.map { Array($0.reveal().utf8) }
        var ofToken: [AuditRow.State] = []
        if let token {
            let text = token.reveal()
            if text.isEmpty || Placeholder.matches(text) { ofToken = [.placeholder] }
        } else {
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
        } else {
            ofHash = [.missing]
        }
        func row(_ member: String, _ value: LocationRule.Value, _ states: [AuditRow.State], _ bytes: [UInt8]?)
            -> AuditRow
        {
            AuditRow(
                credential.name, CredentialFile.path, .json, key: credential.place(member), value: value,
                states: states + exposure, shown: bytes.map { fingerprint($0) })
        }
        return [
            row("raw_token", .raw, ofToken, token.map { Array($0.reveal().utf8) }),
            row("bcrypt_hash", .hash, ofHash, hash),
        ]
    }

    // MARK: - Locations

    /// A value in a file, or what is there in its place.
    private struct Found {
        let key: String?
        let value: LocationRule.Value?
        var bytes: [UInt8]?
        var states: [AuditRow.State] = []
        /// Readers that see something else than these bytes: by the value's spelling, and whatever its spelling.
        var objections: ([UInt8]) -> (own: [DotenvObjection], ofFile: [DotenvObjection]) = { _ in ([], []) }
    }

    private static func values(_ rule: LocationRule, _ facts: FileFacts) -> [Found] {
        func found(_ state: AuditRow.State) -> [Found] { [Found(key: rule.key, value: rule.value, states: [state])] }
        guard case .bytes(let bytes) = facts.content else {
            if facts.content == .outside { return found(.outside) }
            return found(facts.content.obstacle.map { .unreadable($0) } ?? .missing)
        }
        switch rule.kind {
        case .tokenFile, .login, .dockerSecret:
            return [Found(key: nil, value: rule.value, bytes: WholeFile.value(in: bytes, of: rule.kind))]
        case .json:
            do throws(JSONPlace.Failure) {
                let text = try JSONPlace(pointer: rule.key ?? "").value(in: bytes)
                return [
                    Found(
                        key: rule.key, value: rule.value, bytes: text.map { Array($0.utf8) },
                        states: text == nil ? [.missing] : [])
                ]
            } catch {
                return found(.unreadable(error.phrase))
            }
        case .dotenv: return dotenv(rule, bytes)
        case .yaml:
            do throws(YAMLPlace.Failure) {
                let text = try YAMLPlace(path: rule.key ?? "").value(in: bytes)
                return [Found(key: rule.key, value: rule.value, bytes: Array(text.utf8))]
            } catch {
                return found(error == .missing ? .missing : .unreadable(error.phrase))
            }
        }
    }

    private static func dotenv(_ rule: LocationRule, _ bytes: [UInt8]) -> [Found] {
        let file: DotenvFile
        do throws(DotenvError) {
            file = try DotenvFile(bytes)
        } catch {
            // The size is all that it can object to.
            let phrase = AuditMessages.tooLarge(["limit": "\(DotenvFile.largest)"])
            return [Found(key: rule.key, value: rule.value, states: [.unreadable(phrase)])]
        }
        let keys = rule.key.map { [$0] } ?? file.keys.filter { KnownKeys.values[$0] != nil }
        if keys.isEmpty { return [Found(key: nil, value: nil, states: [.missing])] }
        return keys.map { key in
            let entries = file.entries(of: key).filter(\.isAssignment)
            var found = Found(key: key, value: rule.value ?? KnownKeys.values[key])
            if entries.isEmpty {
                found.states = [.missing]
                return found
            }
            if entries.count > 1 { found.states = [.repeated(lines: entries.map(\.line))] }
            found.bytes = file.written(key)
            found.objections = { bytes in Self.objections(to: DotenvValue(bytes), of: key, in: file) }
            return found
        }
    }

    /// A byte order mark or Windows line ends keep a shell from reading any value of a file, however it is written:
    /// that is the file's matter, and no reason to call the value misread.
    static func objections(
        to value: DotenvValue, of key: String, in file: DotenvFile
    ) -> (own: [DotenvObjection], ofFile: [DotenvObjection]) {
        let found = file.objections(to: value, of: key)
        guard !found.isEmpty else { return ([], []) }
        var best = file
        try? best.set(key, to: value)
        let lasting = best.objections(to: value, of: key)
        let readers = Set(lasting.map(\.reader))
        return (found.filter { !readers.contains($0.reader) }, lasting)
    }

    private mutating func row(
        _ credential: Credential, _ path: String, _ kind: LocationRule.Kind, _ found: Found, _ facts: FileFacts,
        _ fingerprint: Fingerprint
    ) -> AuditRow {
        var states = found.states
        var notes: [DotenvObjection] = []
        if let bytes = found.bytes {
            let meant = found.value == .hash ? credential.bcryptHash : credential.rawToken
            if let meant, constantTimeEqual(Array(meant.reveal().utf8), bytes) {
                let (own, ofFile) = found.objections(bytes)
                if !own.isEmpty { states.append(.misread(own)) }
                notes = ofFile
            } else {
                states.append(judge(bytes, found.value, credential))
            }
        }
        states += Self.exposure(facts)
        return AuditRow(
            credential.name, path, kind, key: found.key, value: found.value, states: states,
            shown: found.bytes.map { fingerprint($0) }, notes: notes)
    }

    /// Why a value is not the one that was meant. A value is called malformed only where it could not be a credential
    /// of that form at all; an older or a foreign one is merely different.
    private func judge(
        _ bytes: [UInt8], _ form: LocationRule.Value?, _ credential: Credential
    ) -> AuditRow.State {
        let text = String(decoding: bytes, as: UTF8.self)
        guard form == .hash else {
            return text.isEmpty || Placeholder.matches(text) ? .placeholder : .different
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

extension DotenvFile {
    /// The bytes that somebody meant by the last assignment of a key: its quotes gone, nothing expanded.
    func written(_ key: String) -> [UInt8]? {
        entries(of: key).last(where: \.isAssignment).map { DotenvBytes.unquoted(bytes[$0.valueRange]) }
    }
}
