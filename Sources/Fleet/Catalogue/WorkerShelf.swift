public import Basics
internal import CLinux
internal import Glibc
public import HTTP
public import Loop
internal import Store

/// An answer of a worker's that the gate keeps.
public struct ShelvedAnswer: Sendable, Hashable {
    /// Content-Type.
    public var type: String
    /// Content-Encoding; nil for bytes as they are.
    public var encoding: String?
    /// The worker's own ETag, to ask whether it still holds.
    public var validator: String?
    /// Cache-Control, as it came.
    public var caching: String?
    public var hash: Digest32
    /// Bytes on the disk.
    public var size: Int

    public init(
        type: String, encoding: String? = nil, validator: String? = nil, caching: String? = nil,
        _ asset: (Digest32, Int)
    ) {
        (self.type, self.encoding, self.validator, self.caching) = (type, encoding, validator, caching)
        (hash, size) = asset
    }
}

/// What workers answer everybody alike, kept on the gate's disk: the web UI's files, and what workers say of themselves.
///
/// A key is an edition (which ComfyUI with which web UI) and the decoded, normalised path; nothing of an account comes here.
/// Bytes lie by what they are, as assets do; the list of who is what is a journal, whose last line about a key counts.
public final class WorkerShelf: Sendable {
    public struct Key: Sendable, Hashable {
        public let edition: String
        public let path: String
        public init(_ edition: String, _ path: String) { (self.edition, self.path) = (edition, path) }
    }

    public struct Found: Sendable {
        public let answer: ShelvedAnswer
        /// Milliseconds of the monotonic clock when the worker said so last; nil when an earlier process kept it.
        public let checked: UInt64?
    }

    /// Bytes of all answers together.
    public static let standardLimit = 512 << 20
    /// Bytes of one answer.
    public static let answerLimit = 32 << 20
    public static let entryLimit = 20_000
    /// Bytes of the list that wait for a disk which takes none.
    private static let unwrittenLimit = 8 << 20

    fileprivate struct State: Sendable {
        var entries = LRUTable<Key, Entry>()
        /// How many entries have these bytes.
        var uses: [Digest32: Int] = [:]
        var bytes = 0
        /// Lines of the journal that are not written yet.
        var lines: [UInt8] = []
        /// Bytes that no entry has any more and that are still there, with the milliseconds since 1970 when that began.
        var gone: [Digest32: Int64] = [:]
    }
    fileprivate struct Entry: Sendable {
        var answer: ShelvedAnswer
        var checked: UInt64?
    }

    private let state = Locked(State())
    private let store: AssetStore
    private let lane: Lane
    private let journal: String
    private let limit: Int
    private let grace: Int64
    private let opened = Timestamp.now()
    /// Held while the journal is written; only threads of the lane wait for it.
    private let writing = Locked(0)

    /// Makes what is missing and reads the list; blocks, so call it at the start. The folder above must be there.
    ///
    /// - Parameters:
    ///   - limit: Bytes of all answers; the ones that were used longest ago go first.
    ///   - grace: Milliseconds for which bytes stay after they came or were left: somebody may be about to list them.
    public init(
        folder: String, lane: Lane, limit: Int = standardLimit, grace: Int64 = 60_000
    ) throws(GateError) {
        store = try AssetStore(folder: folder, lane: lane)
        (self.lane, self.limit, self.grace) = (lane, limit, grace)
        journal = folder + "/list.jsonl"
        read()
    }

    // MARK: Finding

    public func find(_ key: Key) -> Found? {
        state.withLock { $0.entries.touch(key) }.map { Found(answer: $0.answer, checked: $0.checked) }
    }

    /// The worker has said that it still holds.
    public func confirm(_ key: Key, at now: UInt64) { state.withLock { $0.entries.update(key) { $0.checked = now } } }

    /// - Throws: `notFound` when its bytes are gone.
    public func open(_ answer: ShelvedAnswer) async throws(GateError) -> ServedFile {
        try await store.open(answer.hash)
    }

    /// The whole of an answer.
    ///
    /// - Throws: `notFound` when its bytes are gone.
    public func bytes(_ answer: ShelvedAnswer, limit: Int = answerLimit) async throws(GateError) -> [UInt8] {
        try await store.read(answer.hash, limit: limit)
    }

    // MARK: Changes

    public func draft() async throws(GateError) -> AssetDraft { try await store.draft(limit: Self.answerLimit) }

    /// Keeps bytes that are all at hand.
    public func keep(
        _ key: Key, type: String, _ bytes: [UInt8], at now: UInt64, limit: Int = answerLimit
    ) async throws(GateError) -> ShelvedAnswer {
        let hash = BLAKE3.hash(bytes)
        if let known = find(key)?.answer, known.hash == hash, known.type == type {
            confirm(key, at: now)
            return known
        }
        let asset = try await store.store(bytes, limit: limit)
        let answer = ShelvedAnswer(type: type, (asset.hash, asset.size))
        await keep(key, answer, at: now)
        return answer
    }

    /// Notes what has been committed, and lets go of what no longer fits.
    public func keep(_ key: Key, _ answer: ShelvedAnswer, at now: UInt64?) async {
        await change { state in
            state.put(key, answer, checked: now)
            state.note(key, answer)
            while state.bytes > limit || state.entries.count > Self.entryLimit,
                let oldest = state.entries.oldest?.key, oldest != key
            {
                state.remove(oldest)
                state.note(oldest, nil)
            }
        }
    }

    /// The worker no longer has it.
    public func drop(_ key: Key) async {
        await change { state in
            guard state.entries.peek(key) != nil else { return }
            state.remove(key)
            state.note(key, nil)
        }
    }

    private func change(_ body: (inout State) -> Void) async {
        let recent = Timestamp.now().milliseconds - grace
        let gone = state.withLock { state in
            body(&state)
            let gone = state.gone.filter { $0.value < recent }
            for hash in gone.keys { state.gone[hash] = nil }
            return gone.keys
        }
        lane.submit { [self] in flush() }
        for hash in gone where isUnused(hash) {
            _ = try? await store.remove(hash, before: Timestamp(milliseconds: recent))
        }
    }

    private func isUnused(_ hash: Digest32) -> Bool { state.withLock { $0.uses[hash] == nil } }

    /// Removes what an earlier process left half-written; call it before the first draft.
    func sweepDrafts() async { _ = try? await store.sweepDrafts() }

    /// Removes bytes that no entry has; for the background of a start.
    func sweep() async {
        for first in UInt8.min...UInt8.max {
            for asset in (try? await store.list(first)) ?? [] where isUnused(asset.hash) {
                _ = try? await store.remove(asset.hash, before: opened)
            }
        }
    }

    // MARK: The journal

    /// Blocks. A list that cannot be written is no reason to answer nobody: the bytes are fetched again after a restart.
    private func flush() {
        writing.withLock { _ in
            let lines = state.withLock { state in
                defer { state.lines = [] }
                return state.lines
            }
            guard !lines.isEmpty, !Self.write(lines, to: journal, O_WRONLY | O_CREAT | O_APPEND) else { return }
            // On a full disk, perhaps: with the next ones. What has been written of them ends as a line of its own.
            if lines.count < Self.unwrittenLimit {
                state.withLock { $0.lines = [UInt8(ascii: "\n")] + lines + $0.lines }
            }
        }
    }

    private static func write(_ bytes: [UInt8], to path: String, _ flags: Int32) -> Bool {
        let descriptor = unsafe gate_open(path, flags | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return writeBytes(bytes, to: descriptor) == 0
    }

    /// Blocks. Lines that a crash has torn are passed over.
    private func read() {
        guard let file = try? ReadFile(journal), let bytes = try? file.read(at: 0, count: min(file.size, 64 << 20))
        else { return }
        var lines = 0
        state.withLock { state in
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                guard let json = try? JSON(parsing: Array(line)), let edition = json["edition"]?.string,
                    let path = json["path"]?.string
                else { continue }
                lines += 1
                let key = Key(edition, path)
                if let answer = ShelvedAnswer(json) { state.put(key, answer, checked: nil) } else { state.remove(key) }
            }
            state.gone = [:]
        }
        let order = state.withLock { $0.entries.ordered }
        guard lines > order.count * 2 else { return }
        let draft = journal + ".new"
        let text = order.flatMap { State.line($0.key, $0.value.answer) }
        guard Self.write(text, to: draft, O_WRONLY | O_CREAT | O_TRUNC) else { return }
        unsafe rename(draft, journal)
    }
}

extension WorkerShelf.State {
    fileprivate mutating func put(_ key: WorkerShelf.Key, _ answer: ShelvedAnswer, checked: UInt64?) {
        remove(key)
        entries.set(key, WorkerShelf.Entry(answer: answer, checked: checked))
        uses[answer.hash, default: 0] += 1
        bytes += answer.size
        gone[answer.hash] = nil
    }

    fileprivate mutating func remove(_ key: WorkerShelf.Key) {
        guard let old = entries.remove(key)?.answer else { return }
        bytes -= old.size
        let left = (uses[old.hash] ?? 1) - 1
        uses[old.hash] = left > 0 ? left : nil
        if left <= 0 { gone[old.hash] = Timestamp.now().milliseconds }
    }

    fileprivate mutating func note(_ key: WorkerShelf.Key, _ answer: ShelvedAnswer?) {
        lines += Self.line(key, answer)
    }

    fileprivate static func line(_ key: WorkerShelf.Key, _ answer: ShelvedAnswer?) -> [UInt8] {
        var json = answer?.json ?? JSONObject()
        json["edition"] = .string(key.edition)
        json["path"] = .string(key.path)
        return JSON.object(json).encoded() + [UInt8(ascii: "\n")]
    }
}

extension ShelvedAnswer {
    fileprivate var json: JSONObject {
        var out: JSONObject = [
            "type": .string(type), "hash": .string(hash.description), "size": JSON(size),
        ]
        out["encoding"] = encoding.map { .string($0) }
        out["validator"] = validator.map { .string($0) }
        out["caching"] = caching.map { .string($0) }
        return out
    }

    fileprivate init?(_ json: JSON) {
        guard let type = json["type"]?.string, let size = json["size"]?.int, size >= 0,
            let hash = json["hash"]?.string.flatMap({ Hex.decode($0) }).flatMap({ Digest32($0) })
        else { return nil }
        self.init(
            type: type, encoding: json["encoding"]?.string, validator: json["validator"]?.string,
            caching: json["caching"]?.string, (hash, size))
    }
}
