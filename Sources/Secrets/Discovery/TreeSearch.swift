public import Basics
internal import Loop

/// What the files of a project's folder hold, before anything else is known of it: it can go on while Git and the source
/// of truth are asked. Reads only, and nothing outside the folder.
public struct TreeSearch: Sendable {
    /// A file with something in it.
    private struct Holder {
        let path: String
        let exposure: Finding.Exposure?
        let sightings: [Sighting]
    }

    private struct Need {
        let key: String
        let composeFile: String
    }

    /// What some readers of a dotenv file stumble over whatever its keys are.
    public struct Oddity: Sendable, Hashable {
        /// A byte order mark hides the first key from some.
        public let hasMark: Bool
        /// Lines end with CRLF: to some readers the CR is a part of each value.
        public let hasCarriageReturns: Bool
        /// Why Compose reads nothing of it; nil where it does.
        public let refusal: Refusal?
        /// Keys that stand in it more than once: the last one counts.
        public let repeatedKeys: [String]
        /// Keys whose names ask for a secret, and that hold a text from an example.
        public let exampleKeys: [String]

        public struct Refusal: Sendable, Hashable {
            public let obstacle: DotenvObstacle
            public let line: Int?
        }

        /// - Parameter dotenv: Nil for a file that is none.
        init(_ bytes: [UInt8], _ dotenv: DotenvFile?, isExample: Bool) {
            hasMark = dotenv?.hasByteOrderMark ?? false
            // One inside a line is a part of its value.
            hasCarriageReturns =
                dotenv != nil
                && bytes.indices.contains { index in
                    bytes[index] == 0x0D && (index + 1 == bytes.count || bytes[index + 1] == 0x0A)
                }
            let view = DotenvReader.composeV2.read(bytes)
            refusal = view.refusal.map { Refusal(obstacle: $0.obstacle, line: $0.line) }
            let keys = dotenv.map(TreeSearch.keys) ?? []
            repeatedKeys = Dictionary(grouping: keys) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
            exampleKeys =
                isExample
                ? []
                : Set(keys).filter { key in
                    guard SecretName.matches(key), case .value(let value) = view[key], !value.isEmpty else {
                        return false
                    }
                    return Placeholder.matches(value.reveal().span)
                }.sorted()
        }

        /// Nothing is odd.
        var isEmpty: Bool {
            !hasMark && !hasCarriageReturns && refusal == nil && repeatedKeys.isEmpty && exampleKeys.isEmpty
        }
    }

    /// Bytes of the files that are kept.
    private static let most = 64 << 20

    let limits: Discovery.Limits
    public private(set) var leftOut: [LeftOut] = []
    /// Something that may hold a secret was left out for a limit, or could not be read.
    var isCut: Bool { leftOut.contains { $0.reason != .tooLarge } }
    /// Compose files by their paths, as long as there is room.
    public private(set) var composeFiles: [String: [UInt8]] = [:]
    /// The files that hold something, by paths without links, as long as there is room. Whether Git has them is not known.
    private(set) var files: [String: FileFacts] = [:]
    /// How many dotenv files there are.
    public private(set) var dotenvCount = 0
    /// Dotenv files with something odd in them, by path.
    public private(set) var oddities: [String: Oddity] = [:]
    /// When servers' certificates end, by the path of their file.
    public private(set) var certificates: [String: Timestamp] = [:]
    private var room = TreeSearch.most
    private var holders: [Holder] = []
    private var count = 0
    /// By the path of the `.env` that should hold them.
    private var needs: [String: [Need]] = [:]
    private var mounted: Set<String> = []
    /// The keys of each `.env`.
    private var keys: [String: [String]] = [:]

    /// - Throws: `location_…`, naming the folder, when it cannot be read.
    public init(of root: String, limits: Discovery.Limits = .init()) throws(GateError) {
        self.limits = limits
        var walk = TreeWalk(limits)
        do {
            try walk.run(root: PathWalk(root: root).root) { take($0) }
        } catch {
            throw error.error(FileMessages.unread)
        }
        leftOut = walk.leftOut
    }

    private mutating func take(_ file: WalkedFile) {
        // One more than the limit tells that it was reached.
        guard count <= limits.findings else { return }
        let dotenv = file.file == .dotenv ? try? DotenvFile(file.bytes) : nil
        let sightings = FileScan.sightings(in: file.bytes, as: file.file, name: file.name, dotenv)
        if !sightings.isEmpty {
            let isOpen = file.keepsModes && file.mode & 0o077 != 0
            holders.append(
                Holder(path: file.path, exposure: isOpen ? .readable(mode: file.mode) : nil, sightings: sightings))
            count += sightings.count
            keep(file, dotenv)
        }
        if file.file == .dotenv {
            dotenvCount += 1
            let isExample = [".example", ".sample", ".template", ".dist"].contains { file.name.contains($0) }
            let oddity = Oddity(file.bytes, dotenv, isExample: isExample)
            if !oddity.isEmpty { oddities[file.path] = oddity }
        }
        if file.file == .key, let end = CertificateFile.end(of: file.bytes) { certificates[file.path] = end }
        if file.name == ".env" { keys[file.path] = dotenv.map(Self.keys) ?? [] }
        guard file.file == .yaml, FileClass.isCompose(file.name) else { return }
        if file.bytes.count <= room {
            room -= file.bytes.count
            composeFiles[file.path] = file.bytes
        }
        if let compose = try? ComposeFile(file.bytes) {
            let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
            let env = folder.isEmpty ? ".env" : folder + "/.env"
            if !compose.needs.isEmpty {
                needs[env, default: []] += compose.needs.map { Need(key: $0, composeFile: file.path) }
            }
            mounted.formUnion(compose.mounts.compactMap { ComposeFile.path(of: $0, in: folder) })
        }
    }

    private mutating func keep(_ file: WalkedFile, _ dotenv: DotenvFile?) {
        guard file.bytes.count <= room else { return }
        room -= file.bytes.count
        var facts = FileFacts(.bytes(file.bytes), mode: file.mode, keepsModes: file.keepsModes, inode: file.inode)
        facts.dotenv = dotenv
        files[file.path] = facts
    }

    fileprivate static func keys(of file: DotenvFile) -> [String] {
        file.entries.filter { $0.isAssignment || $0.kind == .bareKey }.map(\.key)
    }

    // MARK: - What it means

    /// In the order of paths, then of the file.
    func findings(in tree: ProjectTree, _ listing: Listing, _ rules: ProposalRules) -> [Finding] {
        var fingerprint = FingerprintMemo(Fingerprint(key: RandomBytes.make(32)))
        var findings: [Finding] = []
        findings.reserveCapacity(count)
        for holder in holders.sorted(by: { $0.path < $1.path }) {
            let path = holder.path
            let isMounted = mounted.contains(path)
            let exposures = [holder.exposure, tree.tracked.contains(path) ? .tracked : nil].compactMap(\.self)
            for sighting in holder.sightings {
                let isPlaceholder = sighting.isPlaceholder
                findings.append(
                    Finding(
                        path: path, kind: sighting.kind, key: sighting.key,
                        what: isPlaceholder ? .placeholder : .secret, evidence: sighting.evidence,
                        shown: isPlaceholder ? nil : fingerprint(sighting.value), neededBy: nil,
                        exposures: isPlaceholder ? [] : exposures, isListed: listing.contains(path, key: sighting.key),
                        proposal: rules.proposal(for: sighting, at: path, isMounted: isMounted),
                        value: sighting.value))
            }
        }
        let missing = missing(in: tree, listing, rules)
        if missing.isEmpty { return findings }
        // Stable: the order of a file stays.
        return (findings + missing).enumerated()
            .sorted { ($0.element.path, $0.offset) < ($1.element.path, $1.offset) }.map(\.element)
    }

    private func missing(in tree: ProjectTree, _ listing: Listing, _ rules: ProposalRules) -> [Finding] {
        var missing: [Finding] = []
        for (path, needs) in needs.sorted(by: { $0.key < $1.key }) {
            let present = Set(keys[path] ?? Self.linked(path, in: tree))
            var known: Set<String> = []
            for need in needs where !present.contains(need.key) && known.insert(need.key).inserted {
                missing.append(
                    Finding(
                        path: path, kind: .dotenv, key: need.key, what: .missing, evidence: [.need], shown: nil,
                        neededBy: need.composeFile, isListed: listing.contains(path, key: need.key, isThere: false),
                        proposal: rules.proposal(forMissing: need.key, at: path), value: DotenvValue([])))
            }
        }
        return missing
    }

    /// A `.env` that is a link was not met on the way.
    private static func linked(_ path: String, in tree: ProjectTree) -> [String] {
        tree.bytes(of: path).flatMap { try? DotenvFile($0) }.map(keys) ?? []
    }
}
