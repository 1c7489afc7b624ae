public import Basics
internal import Glibc
internal import Secrets
internal import Stack

/// Carries out fixes: all of them or none, and no byte beside them.
public struct Repair: Sendable {
    private let root: String
    private let fixes: [Fix]
    /// Files that are mounted into a container one by one keep their inode, or the container would stay on the old one.
    private let mounted: Set<String>

    public init(_ report: CheckReport, of survey: Survey) {
        root = survey.root
        fixes = Array(Set(report.faults.compactMap(\.fix)))
        mounted = Set(survey.containers.flatMap(\.mounts).filter { $0.kind == .bind }.map(\.source))
    }

    public var isEmpty: Bool { fixes.isEmpty }

    /// What it does, a line for each change.
    public var phrases: [Phrase] {
        fixes.sorted { ($0.path, $0.kind.order) < ($1.path, $1.kind.order) }.map { fix in
            let path = ["path": fix.path]
            return switch fix.kind {
            case .ownerOnly: Phrase(RepairMessages.ownerOnly, path)
            case .withoutByteOrderMark: Phrase(RepairMessages.withoutMark, path)
            case .lineFeeds: Phrase(RepairMessages.lineFeeds, path)
            }
        }
    }

    /// Blocks.
    ///
    /// - Throws: Naming the file and the remedy; nothing has been changed then.
    public func run() throws(GateError) {
        let places = "\(root)/.secrets"
        let isNew = unsafe access(places, F_OK) != 0
        let project = try SecretsProject(root: root)
        defer {
            // What a change needs for itself is not left in a project that had no such folder.
            if isNew {
                unsafe unlink("\(places)/.journal/lock")
                unsafe rmdir("\(places)/.journal")
                unsafe rmdir(places)
            }
        }
        var changes: [FileChange] = []
        for (path, own) in Dictionary(grouping: fixes, by: \.path).sorted(by: { $0.key < $1.key }) {
            guard case .bytes(let bytes) = project.tree.facts(of: path).content else { continue }
            let kinds = Set(own.map(\.kind))
            changes.append(
                FileChange(
                    path, now: .content(bytes), replacement: .content(Self.mended(bytes, kinds)),
                    permissions: kinds.contains(.ownerOnly) ? .narrow : .keep, inPlace: isMounted(path)))
        }
        _ = try project.run(changes)
    }

    private func isMounted(_ path: String) -> Bool { mounted.contains(path) || mounted.contains("\(root)/\(path)") }

    static func mended(_ bytes: [UInt8], _ kinds: Set<Fix.Kind>) -> [UInt8] {
        var bytes = bytes
        if kinds.contains(.withoutByteOrderMark), bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard kinds.contains(.lineFeeds) else { return bytes }
        var mended: [UInt8] = []
        mended.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            // A carriage return inside a line is somebody's own.
            if byte == 0x0D, index + 1 == bytes.count || bytes[index + 1] == 0x0A { continue }
            mended.append(byte)
        }
        return mended
    }
}

extension Fix.Kind {
    fileprivate var order: Int {
        switch self {
        case .ownerOnly: 0
        case .withoutByteOrderMark: 1
        case .lineFeeds: 2
        }
    }
}

/// What is said of what is mended.
public enum RepairMessages {
    static let ownerOnly = Message(
        "repair.owner_only", en: "{path}: only its owner may read it", fr: "{path} : seul son propriétaire peut le lire"
    )
    static let withoutMark = Message(
        "repair.without_mark", en: "{path}: without the byte order mark",
        fr: "{path} : sans la marque d’ordre des octets")
    static let lineFeeds = Message(
        "repair.line_feeds", en: "{path}: its lines end with LF", fr: "{path} : ses lignes finissent par LF")

    public static let all = [ownerOnly, withoutMark, lineFeeds]
}
