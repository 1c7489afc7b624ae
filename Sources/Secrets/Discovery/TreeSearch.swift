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
    private var room = TreeSearch.most
    private var holders: [Holder] = []
    private var count = 0
    /// By the path of the `.env` that should hold them.
    private var needs: [String: [Need]] = [:]
    private var mounted: Set<String> = []
    /// The keys of each `.env`.
    private var keys: [String: [String]] = [:]

    /// - Parameter meet: Each file that was opened, with what it holds if it is a dotenv file.
    /// - Throws: `location_…`, naming the folder, when it cannot be read.
    public init(
        of root: String, limits: Discovery.Limits = .init(), meet: (WalkedFile, DotenvFile?) -> Void = { _, _ in }
    ) throws(GateError) {
        self.limits = limits
        var walk = TreeWalk(limits)
        do {
            try walk.run(root: PathWalk(root: root).root) { file in
                // One more than the limit tells that it was reached.
                guard count <= limits.findings else { return }
                let dotenv = file.kind == .dotenv ? try? DotenvFile(file.bytes) : nil
                meet(file, dotenv)
                take(file, dotenv)
            }
        } catch {
            throw error.error(FileMessages.unread)
        }
        leftOut = walk.leftOut
    }

    private mutating func take(_ file: WalkedFile, _ dotenv: DotenvFile?) {
        let sightings = FileScan.sightings(in: file.bytes, as: file.kind, name: file.name, dotenv)
        if !sightings.isEmpty {
            let isOpen = file.keepsModes && file.mode & 0o077 != 0
            holders.append(
                Holder(path: file.path, exposure: isOpen ? .readable(mode: file.mode) : nil, sightings: sightings))
            count += sightings.count
            keep(file, dotenv)
        }
        if file.kind == .dotenv { dotenvCount += 1 }
        if file.name == ".env" { keys[file.path] = dotenv?.namedKeys ?? [] }
        guard file.kind == .yaml, FileClass.isCompose(file.name) else { return }
        if file.bytes.count <= room {
            room -= file.bytes.count
            composeFiles[file.path] = file.bytes
        }
        if let compose = try? ComposeFile(file.bytes) {
            if !compose.needs.isEmpty {
                needs[file.path.sibling(".env"), default: []] += compose.needs.map {
                    Need(key: $0, composeFile: file.path)
                }
            }
            mounted.formUnion(compose.mounts.compactMap { ComposeFile.path(of: $0, in: file.path.folderPath) })
        }
    }

    private mutating func keep(_ file: WalkedFile, _ dotenv: DotenvFile?) {
        guard file.bytes.count <= room else { return }
        room -= file.bytes.count
        var facts = FileFacts(.bytes(file.bytes), mode: file.mode, keepsModes: file.keepsModes, inode: file.inode)
        facts.dotenv = dotenv
        files[file.path] = facts
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
        tree.bytes(of: path).flatMap { try? DotenvFile($0) }?.namedKeys ?? []
    }
}
