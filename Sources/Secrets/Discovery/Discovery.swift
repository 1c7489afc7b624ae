public import Basics

/// A search of a project's folder for secrets. Reads only, and nothing outside the folder.
public struct Discovery: Sendable {
    public struct Limits: Sendable, Hashable {
        /// Names in all folders together.
        public var entries = 500_000
        /// Folders inside one another.
        public var depth = 32
        /// Of a file; larger ones are passed over.
        public var fileBytes = 1 << 20
        /// What is kept.
        public var findings = 50_000

        public init() {}
    }

    /// In the order of paths, then of the file.
    public let findings: [Finding]
    /// False when a limit or a file that cannot be read left something out.
    public let isComplete: Bool
    /// Whether Git's history was read; what is not known is not told as safe.
    public let knowsHistory: Bool

    /// Locations that the source of truth lacks.
    public var proposals: [Proposal] { findings.filter { !$0.isListed }.compactMap(\.proposal) }

    /// The different values of a raw token that stand at the unlisted places of a credential: with one, all places agree.
    public func tokens(of credential: String) -> [Secret] {
        var known: Set<Secret> = []
        return findings.compactMap { finding in
            guard !finding.isListed, finding.what == .secret, finding.proposal?.credential == credential,
                finding.proposal?.rule.value == .raw, let secret = finding.value.secret
            else { return nil }
            return known.insert(secret).inserted ? secret : nil
        }
    }

    /// All values that were found, so that they can be taken out of what other programs say.
    public var secrets: [Secret] { findings.filter { $0.what == .secret }.compactMap(\.value.secret) }

    /// Whether somebody beside the owner can read one of the secrets, or could.
    public var isExposed: Bool { findings.contains(where: \.isExposed) }

    /// - Parameters:
    ///   - root: The project's folder.
    ///   - file: The source of truth, nil where there is none yet.
    ///   - tracked: Paths below the root that Git has in its index.
    ///   - readsHistory: Asks Git for old versions, which can take seconds.
    /// - Throws: `location_…`, naming the folder, when it cannot be read.
    public init(
        of root: String, listed file: CredentialFile?, tracked: Set<String> = [], readsHistory: Bool = false,
        limits: Limits = Limits()
    ) throws(GateError) {
        let tree = try ProjectTree(root: root, tracked: tracked)
        var draft = DiscoveryDraft(file, tree, tracked, limits)
        var walk = TreeWalk(limits)
        do {
            try walk.run(root: root) { draft.take($0) }
        } catch {
            throw error.error(FileMessages.unread)
        }
        draft.addMissing()
        var findings = draft.finished()
        isComplete = !walk.isCut && findings.count <= limits.findings
        findings = Array(findings.prefix(limits.findings))
        let secrets = Array(Set(findings.filter { $0.what == .secret }.map(\.path))).sorted()
        if readsHistory, let history = GitHistory(of: secrets, below: root) {
            knowsHistory = true
            let counts = history.commits(holding: findings.map { ($0.value, $0.path) })
            for (index, count) in counts.enumerated() where findings[index].what == .secret {
                let ofFile = history.commits(of: findings[index].path)
                if count > 0 {
                    findings[index].exposures.append(.burnt(commits: count))
                } else if !history.isComplete, ofFile > 0 {
                    findings[index].exposures.append(.perhapsBurnt(commits: ofFile))
                }
            }
        } else {
            knowsHistory = false
        }
        self.findings = findings
    }
}

/// A search under way.
private struct DiscoveryDraft {
    private struct Found {
        let sighting: Sighting
        let path: String
        let exposures: [Finding.Exposure]
    }

    private struct Need {
        let key: String
        let composeFile: String
    }

    private let tree: ProjectTree
    private let tracked: Set<String>
    private let limits: Discovery.Limits
    private let listing: Listing
    private let rules: ProposalRules
    private let fingerprint = Fingerprint(key: RandomBytes.make(32))
    private var found: [Found] = []
    private var missing: [Finding] = []
    /// By the path of the `.env` that should hold them.
    private var needs: [String: [Need]] = [:]
    private var mounted: Set<String> = []
    /// The keys of each `.env`.
    private var keys: [String: Set<String>] = [:]

    init(_ file: CredentialFile?, _ tree: ProjectTree, _ tracked: Set<String>, _ limits: Discovery.Limits) {
        (self.tree, self.tracked, self.limits) = (tree, tracked, limits)
        listing = Listing(file, in: tree)
        rules = ProposalRules(file)
    }

    mutating func take(_ file: WalkedFile) {
        // One more than the limit tells that it was reached.
        guard found.count <= limits.findings else { return }
        var exposures: [Finding.Exposure] = []
        if file.keepsModes, file.mode & 0o077 != 0 { exposures.append(.readable(mode: file.mode)) }
        if tracked.contains(file.path) { exposures.append(.tracked) }
        for sighting in FileScan.sightings(in: file.bytes, as: file.file, name: file.name) {
            found.append(Found(sighting: sighting, path: file.path, exposures: exposures))
        }
        if file.name == ".env" { keys[file.path] = Self.keys(file.bytes) }
        if file.file == .yaml, FileClass.isCompose(file.name), let compose = try? ComposeFile(file.bytes) {
            let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
            let env = folder.isEmpty ? ".env" : folder + "/.env"
            needs[env, default: []] += compose.needs.map { Need(key: $0, composeFile: file.path) }
            mounted.formUnion(compose.mounts.compactMap { ComposeFile.path(of: $0, in: folder) })
        }
    }

    private static func keys(_ bytes: [UInt8]) -> Set<String> {
        guard let file = try? DotenvFile(bytes) else { return [] }
        return Set(file.entries.filter { $0.isAssignment || $0.kind == .bareKey }.map(\.key))
    }

    mutating func addMissing() {
        for (path, needs) in needs.sorted(by: { $0.key < $1.key }) {
            let present = keys[path] ?? linked(path)
            var known: Set<String> = []
            for need in needs where !present.contains(need.key) && known.insert(need.key).inserted {
                missing.append(
                    Finding(
                        path: path, kind: .dotenv, key: need.key, what: .missing, evidence: [.need], shown: nil,
                        neededBy: need.composeFile, isListed: listing.contains(path, key: need.key, isThere: false),
                        proposal: rules.proposal(forMissing: need.key, at: path), value: DotenvValue([])))
            }
        }
    }

    /// A `.env` that is a link was not met on the way.
    private func linked(_ path: String) -> Set<String> {
        if case .bytes(let bytes) = tree.facts(of: path).content { Self.keys(bytes) } else { [] }
    }

    func finished() -> [Finding] {
        let secrets = found.map { found in
            let sighting = found.sighting
            let bytes = sighting.value.reveal()
            return Finding(
                path: found.path, kind: sighting.kind, key: sighting.key,
                what: sighting.isPlaceholder ? .placeholder : .secret, evidence: sighting.evidence,
                shown: sighting.isPlaceholder ? nil : fingerprint(bytes), neededBy: nil,
                exposures: sighting.isPlaceholder ? [] : found.exposures,
                isListed: listing.contains(found.path, key: sighting.key),
                proposal: rules.proposal(for: sighting, at: found.path, isMounted: mounted.contains(found.path)),
                value: sighting.value)
        }
        // Stable: the order of a file stays.
        return (secrets + missing).enumerated().sorted { ($0.element.path, $0.offset) < ($1.element.path, $1.offset) }
            .map(\.element)
    }
}
