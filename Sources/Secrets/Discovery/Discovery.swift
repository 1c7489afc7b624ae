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
        self.init(try TreeSearch(of: root, limits: limits), in: tree, listed: file, readsHistory: readsHistory)
    }

    /// - Parameter tree: Of the same folder; learns what the search has read.
    public init(
        _ search: TreeSearch, in tree: ProjectTree, listed file: CredentialFile?, readsHistory: Bool = false
    ) {
        tree.learn(search.files)
        let limits = search.limits
        var findings = search.findings(in: tree, Listing(file, in: tree), ProposalRules(file))
        isComplete = !search.isCut && findings.count <= limits.findings
        findings = Array(findings.prefix(limits.findings))
        func secrets() -> [String] { Array(Set(findings.filter { $0.what == .secret }.map(\.path))).sorted() }
        if readsHistory, let history = GitHistory(of: secrets(), below: tree.root) {
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
