public import Basics

/// A file of an account as ComfyUI's assets show it: with a name of its own, tags, and what people note about it.
public struct AssetReference: Sendable, Hashable {
    public let id: UUID
    public var place: FilePlace
    public var asset: Asset
    /// A label; the file has another name.
    public var name: String
    /// A JSON object; nil while nobody has noted anything.
    public var metadata: [UInt8]?
    public var preview: UUID?
    /// Those that people gave; folders are tags, too.
    public var labels: [String]
    /// The public id of the job that made it.
    public var job: String?
    public var created: Timestamp
    public var updated: Timestamp
    public var accessed: Timestamp

    public init(
        id: UUID, place: FilePlace, asset: Asset, name: String, metadata: [UInt8]?, preview: UUID?, labels: [String],
        job: String?, created: Timestamp, updated: Timestamp, accessed: Timestamp
    ) {
        (self.id, self.place, self.asset, self.name, self.metadata) = (id, place, asset, name, metadata)
        (self.preview, self.labels, self.job) = (preview, labels, job)
        (self.created, self.updated, self.accessed) = (created, updated, accessed)
    }

    /// Tags that the file's place gives, which nobody can take away: its type and its folders.
    public var placeTags: Set<String> { AssetTags.of(place) }
    /// All of them, in order.
    public var tags: [String] { placeTags.union(labels).sorted() }
}

public enum AssetTags {
    /// Bytes of a tag, and tags of one reference.
    public static let bytes = 256
    public static let limit = 128

    static func of(_ place: FilePlace) -> Set<String> { of(place.type, place.subfolder) }

    public static func of(_ type: FolderType, _ subfolder: String) -> Set<String> {
        Set(subfolder.split(separator: "/").map { $0.lowercased() } + [type.rawValue])
    }
}

/// Which references of an account are wanted, in which order.
public struct AssetQuery: Sendable, Hashable {
    public enum Sort: String, Sendable, Hashable {
        case name, created = "created_at", updated = "updated_at", size, accessed = "last_access_time"
    }

    /// What a page ends with: the next one begins behind it.
    public struct Cursor: Sendable, Hashable {
        /// The value of the sorting column.
        public var value: JSON
        public var id: UUID
        public init(value: JSON, id: UUID) { (self.value, self.id) = (value, id) }
    }

    public var included: [String] = []
    public var excluded: [String] = []
    public var nameContains: String?
    /// Members that `metadata` must have: texts, numbers, truth values.
    public var metadata = JSONObject()
    public var hash: Digest32?
    public var sort = Sort.created
    public var isDescending = true
    public var limit = 20
    public var offset = 0
    public var after: Cursor?

    public init() {}
}

public struct AssetPage: Sendable, Hashable {
    public var references: [AssetReference]
    /// How many there are without limit, offset and cursor.
    public var total: Int
    public var hasMore: Bool
    public init(references: [AssetReference], total: Int, hasMore: Bool) {
        (self.references, self.total, self.hasMore) = (references, total, hasMore)
    }
}

/// What is to change about a reference; nil leaves it.
public struct AssetChange: Sendable, Hashable {
    public var name: String?
    public var metadata: [UInt8]?
    public var preview: UUID?
    public var added: [String] = []
    public var removed: [String] = []
    public init() {}
}

/// Durable memory of what accounts note about their files. Every file of an account has one reference, made with it; a
/// reference of somebody else's is as if it were not there.
public protocol AssetReferenceStore: Sendable {
    func references(account: UUID, _ query: AssetQuery) async throws(GateError) -> AssetPage
    func reference(account: UUID, _ id: UUID) async throws(GateError) -> AssetReference?
    /// Also one that was deleted, which is there again then.
    func reference(account: UUID, at place: FilePlace, revive: Bool) async throws(GateError) -> AssetReference?
    /// The newest of those with these bytes.
    func reference(account: UUID, with hash: Digest32) async throws(GateError) -> AssetReference?
    /// Bytes that the account has a file of.
    func asset(account: UUID, _ hash: Digest32) async throws(GateError) -> Asset?
    /// Nil when there is none.
    func change(
        account: UUID, _ id: UUID, _ change: AssetChange, at time: Timestamp
    ) async throws(GateError) -> AssetReference?
    /// Notes that the bytes were read.
    func touch(account: UUID, _ id: UUID, at time: Timestamp) async throws(GateError)
    /// Hides the reference; the file stays.
    func forget(account: UUID, _ id: UUID) async throws(GateError) -> Bool
    /// How many references have each tag.
    func tagCounts(account: UUID, _ query: AssetQuery) async throws(GateError) -> [String: Int]
}

extension StoreRules {
    public static let tooManyTags = GateError(
        .invalidArgument, from: .client, "An asset has at most \(AssetTags.limit) tags; remove some first.")
}
