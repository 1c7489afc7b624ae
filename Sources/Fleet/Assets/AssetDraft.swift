public import Basics
internal import Glibc
public import Store
internal import Wire

/// Bytes on their way into the asset store.
///
/// One call at a time. After an error, or when nobody holds it any more, the draft and its file are gone.
public final class AssetDraft {
    /// Bytes it may come to.
    public let limit: Int
    /// Bytes so far.
    public var size: Int { content.size }
    private let lane: AssetLane
    private let folder: AssetFolder
    private let file: DraftFile
    private var content = DraftContent()
    private var failure: GateError?
    private var isBusy = false

    init(_ file: DraftFile, _ folder: AssetFolder, _ lane: AssetLane, limit: Int) {
        (self.file, self.folder, self.lane, self.limit) = (file, folder, lane, limit)
    }

    // The caller's thread may be a loop's, and taking away a large file takes time.
    deinit { lane.submit { [file] in file.remove() } }

    /// Takes the next bytes; returns when the system has them, which is the back-pressure.
    ///
    /// - Throws: `requestTooLarge` with the byte that passes `limit`, `storeFull`, `storeIO`, `storeReadOnly`;
    ///   `overloaded` when too much waits for the disk.
    public func write(_ bytes: [UInt8]) async throws(GateError) {
        try begin()
        defer { isBusy = false }
        guard bytes.count <= limit - content.size else { throw await fail(AssetFailure.tooLarge(limit: limit)) }
        guard !bytes.isEmpty else { return }
        do throws(GateError) {
            content = try await lane.run { [content, file, folder] () throws(GateError) in
                var content = content
                try folder.write(bytes, to: file.descriptor())
                content.add(bytes)
                let sync = folder.calls.syncBytes
                if content.size / sync > (content.size - bytes.count) / sync { try folder.flush(file.descriptor()) }
                return content
            }
        } catch {
            throw await fail(error)
        }
    }

    /// Makes an asset of it, synced to the disk before this returns; the draft has ended then.
    public func commit() async throws(GateError) -> Asset {
        try begin()
        defer { isBusy = false }
        do throws(GateError) {
            let asset = try await lane.run { [content, file, folder] () throws(GateError) in
                try file.commit(content, folder)
            }
            failure = Self.ended
            return asset
        } catch {
            throw await fail(error)
        }
    }

    /// Reads what has been written so far, also when the draft has ended meanwhile.
    public func reader() async throws(GateError) -> AssetReader {
        try begin()
        defer { isBusy = false }
        let read = try await lane.run { [file] () throws(GateError) in try file.opened() }
        return AssetReader(read, lane)
    }

    /// Drops it; does nothing when it has ended.
    public func discard() async {
        guard failure == nil else { return }
        _ = await fail(Self.ended)
    }

    private func begin() throws(GateError) {
        precondition(!isBusy, "a draft takes one call at a time")
        if let failure { throw failure }
        isBusy = true
    }

    private func fail(_ error: GateError) async -> GateError {
        failure = error
        // A full lane leaves it to the end of the draft.
        try? await lane.run { [file] () throws(GateError) in file.remove() }
        return error
    }

    private static let ended = GateError(
        .invalidArgument, from: .gateway, "The file has been stored or dropped already.")
}

/// What is known of a draft's bytes.
struct DraftContent: Sendable {
    private var hasher = BLAKE3()
    private(set) var size = 0
    private var prefix: [UInt8] = []

    mutating func add(_ bytes: [UInt8]) {
        hasher.update(bytes.span)
        size += bytes.count
        if prefix.count < InlineMedia.prefixBytes {
            prefix.append(contentsOf: bytes.prefix(InlineMedia.prefixBytes - prefix.count))
        }
    }

    var asset: Asset {
        Asset(
            hash: hasher.finalize(), size: size,
            mediaType: SniffedType.of(prefix.span, isComplete: size == prefix.count))
    }
}

/// The file of a draft; removed with the last reference unless it was put in its place. Every method blocks.
final class DraftFile: Sendable {
    private let path: String
    /// -1 once it is closed.
    private let open: Locked<Int32>

    init(in folder: AssetFolder) throws(GateError) {
        let file = try folder.create()
        path = file.path
        open = Locked(file.descriptor)
    }

    deinit { remove() }

    /// - Throws: `invalidArgument` when it is closed.
    func descriptor() throws(GateError) -> Int32 {
        let descriptor = open.withLock { $0 }
        guard descriptor >= 0 else {
            throw GateError(.invalidArgument, from: .gateway, "The file has been stored or dropped already.")
        }
        return descriptor
    }

    /// The same file for reading.
    func opened() throws(GateError) -> ReadFile { try ReadFile(path) }

    func commit(_ content: DraftContent, _ folder: AssetFolder) throws(GateError) -> Asset {
        let asset = content.asset
        try folder.place(path, descriptor(), as: asset.hash)
        close()
        return asset
    }

    func remove() {
        // Without a descriptor it lies in its place, or is gone.
        if close() { unsafe unlink(path) }
    }

    @discardableResult
    private func close() -> Bool {
        let descriptor = open.withLock { value in
            defer { value = -1 }
            return value
        }
        if descriptor >= 0 { Glibc.close(descriptor) }
        return descriptor >= 0
    }
}
