public import Basics
internal import CLinux
internal import Glibc
public import HTTP
public import Loop
public import Store
internal import Wire

/// A file of the asset store, as a listing finds it.
public struct StoredAsset: Sendable, Hashable {
    public let hash: Digest32
    /// Bytes.
    public let size: Int
    /// When these bytes were committed last.
    public let committed: Timestamp
}

/// Bytes on the gate's disk, addressed by their BLAKE3: equal bytes lie there once, and a name says whether its file is whole.
///
/// What was committed survives a crash at any instruction; what was not leaves at most a file in `drafts`. The folder
/// belongs to one process.
public final class AssetStore: Sendable {
    /// Limits of one file in bytes: what a client sends, and what a worker made.
    public static let uploadLimit = 100_000_000
    public static let outputLimit = 2_000_000_000
    /// Bytes that are in memory at a time when a file is read.
    public static let window = 1 << 20

    private let folder: AssetFolder
    private let lane: AssetLane

    /// Makes the folder and those in it; blocks, so call it at the start. The folder above it must be there.
    ///
    /// - Parameter lane: Where all else that blocks is done.
    public convenience init(folder: String, lane: Lane) throws(GateError) {
        try self.init(folder: folder, lane: lane, calls: AssetCalls())
    }

    init(folder: String, lane: Lane, calls: AssetCalls) throws(GateError) {
        self.folder = try AssetFolder(folder, calls)
        self.lane = AssetLane(lane: lane)
    }

    /// A new draft of at most `limit` bytes.
    public func draft(limit: Int = AssetStore.uploadLimit) async throws(GateError) -> AssetDraft {
        let file = try await lane.run { [folder] () throws(GateError) in try DraftFile(in: folder) }
        return AssetDraft(file, folder, lane, limit: limit)
    }

    /// Keeps bytes that are all at hand.
    public func store(_ bytes: [UInt8], limit: Int = AssetStore.uploadLimit) async throws(GateError) -> Asset {
        guard bytes.count <= limit else { throw AssetFailure.tooLarge(limit: limit) }
        return try await lane.run { [folder] () throws(GateError) in
            let file = try DraftFile(in: folder)
            var content = DraftContent()
            content.add(bytes)
            try folder.write(bytes, to: file.descriptor())
            return try file.commit(content, folder)
        }
    }

    /// A file to be served; its entity tag is the hash.
    ///
    /// - Throws: `notFound`.
    public func open(_ hash: Digest32) async throws(GateError) -> ServedFile {
        let path = folder.file(of: hash)
        return try await lane.run { () throws(GateError) in
            try ServedFile(opening: path, tag: EntityTag(hash.description))
        }
    }

    /// The whole of a file, in memory.
    ///
    /// - Throws: `notFound`; `requestTooLarge` beyond `limit`.
    public func read(_ hash: Digest32, limit: Int = AssetStore.uploadLimit) async throws(GateError) -> [UInt8] {
        let reader = try await reader(hash)
        guard reader.size <= limit else { throw AssetFailure.tooLarge(limit: limit) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(reader.size)
        while bytes.count < reader.size {
            let part = try await reader.read(at: bytes.count, count: min(Self.window, reader.size - bytes.count))
            guard !part.isEmpty else { throw AssetFailure.error("read an asset that has become shorter", EIO) }
            bytes += part
        }
        return bytes
    }

    /// A file to be read piece by piece.
    ///
    /// - Throws: `notFound`.
    public func reader(_ hash: Digest32) async throws(GateError) -> AssetReader {
        let path = folder.file(of: hash)
        let file = try await lane.run { () throws(GateError) in try ReadFile(path) }
        return AssetReader(file, lane)
    }

    /// Whether the file is there and still holds the bytes of its name; reads all of it, window by window.
    public func verify(_ hash: Digest32) async throws(GateError) -> Bool {
        let path = folder.file(of: hash)
        do throws(GateError) {
            let file = try await lane.run { () throws(GateError) in try ReadFile(path) }
            var hasher = BLAKE3()
            var offset = 0
            while offset < file.size {
                hasher = try await lane.run { [hasher, offset] () throws(GateError) in
                    var hasher = hasher
                    let part = try file.read(at: offset, count: Self.window)
                    hasher.update(part.span)
                    return hasher
                }
                offset += Self.window
            }
            return hasher.finalize() == hash
        } catch {
            guard error.code == .notFound else { throw error }
            return false
        }
    }

    /// Removes a file; false when there is none. Who has it open reads on.
    @discardableResult
    public func remove(_ hash: Digest32) async throws(GateError) -> Bool {
        let path = folder.file(of: hash)
        return try await lane.run { [folder] () throws(GateError) in try folder.remove(path) }
    }

    /// Removes a file that nobody refers to, unless the same bytes have been committed since `time`: whoever did that may
    /// be about to refer to them. False when it stays or is not there.
    @discardableResult
    public func remove(_ hash: Digest32, before time: Timestamp) async throws(GateError) -> Bool {
        try await lane.run { [folder] () throws(GateError) in try folder.remove(hash, before: time) }
    }

    /// The files whose hash begins with this byte: a 256th of all. What is not an asset's name is left out.
    public func list(_ first: UInt8) async throws(GateError) -> [StoredAsset] {
        try await lane.run { [folder] () throws(GateError) in
            let head = Hex.encode([first])
            var out: [StoredAsset] = []
            for name in try folder.names("\(folder.path)/\(head)") {
                guard name.utf8.count == 62, let bytes = Hex.decode(head + name), let hash = Digest32(bytes),
                    hash.description == head + name, let facts = try folder.facts("\(folder.path)/\(head)/\(name)")
                else { continue }
                out.append(StoredAsset(hash: hash, size: facts.size, committed: facts.modified))
            }
            return out
        }
    }

    /// Removes what an earlier process left half-written; returns how many files. Call it before the first draft.
    @discardableResult
    public func sweepDrafts() async throws(GateError) -> Int {
        try await lane.run { [folder] () throws(GateError) in
            var count = 0
            for name in try folder.names(folder.drafts) {
                if try folder.remove("\(folder.drafts)/\(name)") { count += 1 }
            }
            return count
        }
    }
}
