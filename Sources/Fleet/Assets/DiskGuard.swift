public import Basics
internal import Glibc
public import Loop
internal import Store

/// How full the disk below the data folder is, and a reserve on it that lets ends of jobs be written when it is full.
///
/// The reserve is a file. One without bytes says that it was given up, so that the next process uses it for nothing else either.
public final class DiskGuard: Sendable {
    /// Room on a disk, in bytes.
    public struct Room: Sendable, Hashable {
        public var free: Int
        public var total: Int
        public init(free: Int, total: Int) { (self.free, self.total) = (free, total) }
    }

    private enum Reserve {
        /// There never was room for one.
        case none
        case kept
        /// It was given up, and there has been no room since for another.
        case spent
    }

    private struct State {
        var low: Int
        var isLow = false
        var room: Room?
        var asked: Timestamp?
        var reserve = Reserve.none
        /// What a change has failed with, and when.
        var failure: (error: GateError, time: Timestamp)?
        /// Whether the last that was told of was that it is low.
        var isTold = false
    }

    /// Bytes of the file that is given up when the disk is full.
    public static let reserveBytes = 64 << 20
    /// Milliseconds that an answer is good for.
    private static let interval: Int64 = 1_000

    private let path: String
    private let lane: Lane
    private let clock: WallClock
    private let room: @Sendable (String) -> Room?
    private let state: Locked<State>
    private let watcher = Locked<(@Sendable (_ isLow: Bool, _ room: Room) -> Void)?>(nil)

    /// Blocks: looks, and makes the reserve if there is room.
    ///
    /// - Parameters:
    ///   - low: Bytes below which nothing new is taken; 5 % of the disk when that is less. With 0 there is no reserve either.
    ///   - room: Stands in for statvfs(3) in tests.
    public init(
        folder: String, low: ByteCount, lane: Lane, clock: @escaping WallClock = Timestamp.now,
        room: @escaping @Sendable (String) -> Room? = DiskGuard.room
    ) {
        (path, self.lane, self.clock, self.room) = (folder, lane, clock, room)
        state = Locked(State(low: low.bytes))
        // That of an earlier process; one that gave it up was short of room.
        var facts = stat()
        if unsafe stat(file, &facts) == 0 {
            state.withLock { state in
                state.reserve = facts.st_size > 0 ? .kept : low.bytes > 0 ? .spent : .none
                state.isLow = state.reserve == .spent
            }
        }
        look()
    }

    public func setLow(_ low: ByteCount) { state.withLock { $0.low = low.bytes } }

    /// Has each change between low and not low told, as it is found; also that it is low already.
    public func watch(_ body: @escaping @Sendable (_ isLow: Bool, _ room: Room) -> Void) {
        watcher.withLock { $0 = body }
        tell()
    }

    /// - Throws: `diskLow`; what a change failed with a moment ago, so that nobody sends what cannot be kept.
    public func check() async throws(GateError) {
        await lookAgain()
        let now = clock()
        let refusal: GateError? = state.withLock { state in
            if let failure = state.failure, Self.isFresh(failure.time, now) { return failure.error }
            return state.isLow ? Self.refusal : nil
        }
        if let refusal { throw refusal }
    }

    /// Whether results of jobs may be brought home: what the reserve gave is for the ends of jobs.
    ///
    /// - Throws: `storeFull`.
    public func checkForResults() async throws(GateError) {
        await lookAgain()
        let isForEnds = state.withLock { state in
            guard state.isLow, state.reserve == .spent, let room = state.room else { return false }
            return room.free < 2 * Self.reserveBytes
        }
        if isForEnds { throw Self.noRoomForResults }
    }

    private static func isFresh(_ time: Timestamp, _ now: Timestamp) -> Bool {
        abs(now.milliseconds - time.milliseconds) < interval
    }

    /// Has `last` be of this moment; whoever brings something asks `check` instead.
    public func lookAgain() async {
        let now = clock()
        let isFresh = state.withLock { state in
            if let asked = state.asked, Self.isFresh(asked, now) { return true }
            // Who comes while somebody looks takes the last answer.
            state.asked = now
            return false
        }
        if !isFresh { try? await lane.run { self.look() } }
    }

    private static let refusal = GateError(
        .diskLow, from: .gateway,
        "The gate's disk is nearly full, so nothing new is taken; what was taken is safe. Make room, or ask the operator."
    )

    private static let noRoomForResults = GateError(
        .storeFull, from: .gateway, "The gate's disk is full; results wait on the worker until there is room.")

    /// A change could not be stored: what comes in the next moment is refused for the same reason before its bytes are
    /// read. Does nothing for failures that are not the disk's.
    public func note(_ error: GateError) {
        switch error.code {
        case .storeFull: noteFull()
        case .storeReadOnly, .storeIO:
            let now = clock()
            state.withLock { state in
                // What was refused because of it is no news.
                if let failure = state.failure, Self.isFresh(failure.time, now) { return }
                state.failure = (error, now)
            }
        default: break
        }
    }

    /// What the last look found, which is as old as the last `lookAgain`, or the store has said since; no room when the disk
    /// does not say.
    public var last: (room: Room?, isLow: Bool) { state.withLock { ($0.room, $0.isLow) } }

    /// The store said that the disk is full: gives the reserve up at once.
    public func noteFull() {
        state.withLock { state in
            state.isLow = true
            // It knows better than the last look.
            state.room?.free = 0
        }
        release()
    }

    private func look() {
        guard let room = room(path) else { return }
        let (isLow, isCritical, mayReserve) = state.withLock { state in
            state.room = room
            let low = min(state.low, room.total / 20)
            // Room must come back by more than the reserve has given, or it would come and go.
            let wanted = state.isLow && state.reserve == .spent ? low + Self.reserveBytes : low
            state.isLow = room.free < wanted
            // Nor may the reserve be what makes it low.
            let isRoomy = room.free >= max(4 * Self.reserveBytes, low + Self.reserveBytes)
            return (state.isLow, room.free < Self.reserveBytes / 4, state.low > 0 && state.reserve != .kept && isRoomy)
        }
        if isLow, isCritical { release() }
        if !isLow, mayReserve { reserve() }
        tell()
    }

    private func tell() {
        guard let watcher = watcher.withLock({ $0 }) else { return }
        let news: (isLow: Bool, room: Room)? = state.withLock { state in
            guard state.isTold != state.isLow, let room = state.room else { return nil }
            state.isTold = state.isLow
            return (state.isLow, room)
        }
        if let news { watcher(news.isLow, news.room) }
    }

    private var file: String { Self.file(in: path) }
    private static func file(in folder: String) -> String { folder + "/reserve" }

    /// For a start on a full disk; false when there is none left.
    public static func giveUpReserve(in folder: String) -> Bool {
        let descriptor = unsafe open(file(in: folder), O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var facts = stat()
        return unsafe fstat(descriptor, &facts) == 0 && facts.st_size > 0 && ftruncate(descriptor, 0) == 0
    }

    private func reserve() {
        let descriptor = unsafe open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        let isMade = posix_fallocate(descriptor, 0, off_t(Self.reserveBytes)) == 0
        close(descriptor)
        if !isMade { unsafe unlink(file) }
        state.withLock { $0.reserve = isMade ? .kept : .none }
    }

    private func release() {
        guard Self.giveUpReserve(in: path) else { return }
        state.withLock { $0.reserve = .spent }
    }

    /// What statvfs(3) says; nil when it fails.
    public static func room(_ path: String) -> Room? {
        var facts = statvfs()
        guard unsafe statvfs(path, &facts) == 0 else { return nil }
        let unit = Int(facts.f_frsize)
        return Room(free: Int(facts.f_bavail) * unit, total: Int(facts.f_blocks) * unit)
    }
}
