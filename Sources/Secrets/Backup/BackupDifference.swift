public import Basics

/// What differs between a backup and the files now, told without a value.
public struct BackupDifference: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        case same
        case different
        /// The backup has it; now there is no such file.
        case missingNow
        /// It is there now; the backup does not have it.
        case notInBackup
        /// It cannot be compared now; why.
        case unreadable(Phrase)
    }

    public struct Entry: Sendable, Hashable {
        /// Relative to the root.
        public let path: String
        public let state: State
        /// Of a dotenv file: the keys whose written values differ, or that only one side has, sorted. Empty although the
        /// file is different: comments, order, quotes.
        public let keys: [String]
    }

    /// Sorted by path.
    public let entries: [Entry]

    /// - Parameter now: The files of the backup, and others that may have come since.
    public init(backup: [TarArchive.Member], now: [String: FileFacts.Content]) {
        let old = Dictionary(backup.map { ($0.path, $0.bytes) }, uniquingKeysWith: { _, last in last })
        entries = Set(old.keys).union(now.keys).sorted().compactMap { path in
            Self.entry(path, old[path], now[path] ?? .missing)
        }
    }

    public var isEmpty: Bool { entries.allSatisfy { $0.state == .same } }

    private static func entry(_ path: String, _ old: [UInt8]?, _ now: FileFacts.Content) -> Entry? {
        let state: State
        var keys: [String] = []
        switch (old, now) {
        case (nil, .missing): return nil
        case (_, .missing): state = .missingNow
        case (nil, _): state = .notInBackup
        case (let old?, .bytes(let new)):
            state = old == new ? .same : .different
            if old != new, LocationRule.inferred(path).kind == .dotenv { keys = differingKeys(old, new) }
        default: state = .unreadable(now.obstacle ?? Phrase(verbatim: path))
        }
        return Entry(path: path, state: state, keys: keys)
    }

    private static func differingKeys(_ old: [UInt8], _ new: [UInt8]) -> [String] {
        guard let old = try? DotenvFile(old), let new = try? DotenvFile(new) else { return [] }
        return Set(old.keys).union(new.keys).filter { old.written($0) != new.written($0) }.sorted()
    }
}
