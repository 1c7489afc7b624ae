public import Basics

/// Bytes on the gate's disk, addressed by what they are.
public struct Asset: Sendable, Hashable {
    /// BLAKE3.
    public let hash: Digest32
    public let size: Int
    /// By its first bytes, not by its name.
    public let mediaType: String

    public init(hash: Digest32, size: Int, mediaType: String) {
        (self.hash, self.size, self.mediaType) = (hash, size, mediaType)
    }
}

/// ComfyUI's three folders.
public enum FolderType: String, Sendable, Hashable, CaseIterable { case input, output, temp }

/// Where a file lies for its account.
public struct FilePlace: Sendable, Hashable {
    public let type: FolderType
    /// Empty for the top level; no slash at either end.
    public let subfolder: String
    public let name: String

    public init(_ type: FolderType, _ subfolder: String, _ name: String) {
        (self.type, self.subfolder, self.name) = (type, subfolder, name)
    }
}

/// A file of an account.
public struct AccountFile: Sendable, Hashable {
    public let place: FilePlace
    public let asset: Asset
    public let created: Timestamp

    public init(place: FilePlace, asset: Asset, created: Timestamp) {
        (self.place, self.asset, self.created) = (place, asset, created)
    }
}

/// A file that a worker reported, whose bytes the gate has.
public struct NewOutput: Sendable, Hashable {
    public var account: UUID
    public var attempt: UUID
    public var job: Int
    /// What the worker called it, all of it: the same one is never kept twice.
    public var source: String
    /// The name the worker gave it, below the attempt's own folder.
    public var wanted: FilePlace
    public var asset: Asset
    public var created: Timestamp

    public init(
        account: UUID, attempt: UUID, job: Int, source: String, wanted: FilePlace, asset: Asset, created: Timestamp
    ) {
        (self.account, self.attempt, self.job, self.source) = (account, attempt, job, source)
        (self.wanted, self.asset, self.created) = (wanted, asset, created)
    }
}

/// Which files are no longer kept; nil keeps.
public struct RetentionRule: Sendable, Hashable {
    /// Milliseconds since they came.
    public var age: Int?
    /// The newest so many are kept.
    public var count: Int?
    /// The newest that together have no more bytes are kept.
    public var bytes: Int?

    public init(age: Int? = nil, count: Int? = nil, bytes: Int? = nil) {
        (self.age, self.count, self.bytes) = (age, count, bytes)
    }
    public var isOpen: Bool { age == nil && count == nil && bytes == nil }
}

/// How much there is of something.
public struct FileCount: Sendable, Hashable {
    public var files: Int
    public var bytes: Int

    public init(files: Int = 0, bytes: Int = 0) { (self.files, self.bytes) = (files, bytes) }
    public static func += (left: inout FileCount, right: FileCount) {
        left.files += right.files
        left.bytes += right.bytes
    }
}

/// Durable memory of whose file is which; the bytes lie elsewhere. What returns has been synced.
public protocol FileStore: Sendable {
    /// Keeps an uploaded file under its name.
    ///
    /// - Parameters:
    ///   - overwrites: Else a name that holds other bytes gets ` (1)`, ` (2)`, …; equal bytes keep the name.
    ///   - limit: Bytes the account may keep with it.
    /// - Throws: `quotaExceeded`.
    func upload(
        account: UUID, _ place: FilePlace, _ asset: Asset, overwrites: Bool, limit: Int?, at time: Timestamp
    ) async throws(GateError) -> AccountFile
    /// Keeps outputs under the names ComfyUI would have given them, had it worked for this account alone; one that is
    /// kept already keeps its name.
    func keep(_ outputs: [NewOutput]) async throws(GateError) -> [AccountFile]
    func file(account: UUID, _ place: FilePlace) async throws(GateError) -> AccountFile?
    /// Newest first.
    ///
    /// - Parameter subfolder: Only this one, without those below; nil for all.
    func files(
        account: UUID, _ type: FolderType, subfolder: String?, limit: Int
    ) async throws(GateError) -> [AccountFile]
    /// The files of a job by `NewOutput.source`.
    func outputs(of job: Int) async throws(GateError) -> [String: AccountFile]
    /// The ids that the files of a job have as assets, by `NewOutput.source`.
    func assetIDs(of job: Int) async throws(GateError) -> [String: UUID]
    /// How much an account keeps.
    func count(of account: UUID) async throws(GateError) -> [FolderType: FileCount]
    /// How much each account keeps that keeps anything.
    func counts() async throws(GateError) -> [UUID: [FolderType: FileCount]]

    // MARK: Retention

    /// Forgets files that a rule no longer keeps, at most 1,000 at once; the files of a job that has not ended stay. Returns
    /// what it forgot.
    ///
    /// - Parameter isTrial: Counts them all and forgets none.
    func retire(
        account: UUID, _ type: FolderType, _ rule: RetentionRule, at time: Timestamp, isTrial: Bool
    ) async throws(GateError) -> FileCount
    /// Assets that no file and no job needs, at most 1,000 at once.
    ///
    /// - Parameter isTrial: Else the store forgets them, and their bytes may go.
    func unneeded(isTrial: Bool) async throws(GateError) -> [Asset]
    func asset(_ hash: Digest32) async throws(GateError) -> Asset?
    /// Those of these hashes that the store knows.
    func known(_ hashes: [Digest32]) async throws(GateError) -> Set<Digest32>
    /// All assets whose hash begins with this byte: a 256th of all.
    func assets(_ first: UInt8) async throws(GateError) -> [Asset]
}

extension FileStore {
    /// How much all accounts keep together; what two of them keep counts twice.
    public func count() async throws(GateError) -> [FolderType: FileCount] {
        var sums: [FolderType: FileCount] = [:]
        for counts in try await counts().values {
            for (type, count) in counts { sums[type, default: FileCount()] += count }
        }
        return sums
    }
}
