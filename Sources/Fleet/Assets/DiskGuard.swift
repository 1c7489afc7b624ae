public import Basics
internal import Glibc
public import Loop

/// How full the disk below the data folder is, and a reserve on it that lets ends of jobs be written when it is full.
public final class DiskGuard: Sendable {
    /// Room on a disk, in bytes.
    public struct Room: Sendable, Hashable {
        public var free: Int
        public var total: Int
        public init(free: Int, total: Int) { (self.free, self.total) = (free, total) }
    }

    private struct State {
        var low: Int
        var isLow = false
        var asked: Timestamp?
        var hasReserve = false
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

    /// Blocks: looks, and makes the reserve if there is room.
    ///
    /// - Parameters:
    ///   - low: Bytes below which nothing new is taken; 5 % of the disk when that is less.
    ///   - room: Stands in for statvfs(3) in tests.
    public init(
        folder: String, low: ByteCount, lane: Lane, clock: @escaping WallClock = Timestamp.now,
        room: @escaping @Sendable (String) -> Room? = DiskGuard.room
    ) {
        (path, self.lane, self.clock, self.room) = (folder, lane, clock, room)
        state = Locked(State(low: low.bytes))
        look()
    }

    public func setLow(_ low: ByteCount) { state.withLock { $0.low = low.bytes } }

    /// - Throws: `diskLow`.
    public func check() async throws(GateError) {
        let now = clock()
        let isFresh = state.withLock { state in
            if let asked = state.asked, abs(now.milliseconds - asked.milliseconds) < Self.interval { return true }
            // Who comes while somebody looks takes the last answer.
            state.asked = now
            return false
        }
        if !isFresh { try? await lane.run { self.look() } }
        if state.withLock({ $0.isLow }) { throw Self.refusal }
    }

    private static let refusal = GateError(
        .diskLow, from: .gateway,
        "The gate's disk is nearly full, so nothing new is taken; what was taken is safe. Make room, or ask the operator."
    )

    /// The store said that the disk is full: gives the reserve up at once.
    public func noteFull() {
        state.withLock { $0.isLow = true }
        release()
    }

    private func look() {
        guard let room = room(path) else { return }
        let (isLow, isCritical, hasReserve) = state.withLock { state in
            let low = min(state.low, room.total / 20)
            // Room must come back by more than the reserve takes, or it would come and go.
            let wanted = state.isLow && !state.hasReserve ? low + Self.reserveBytes : low
            state.isLow = room.free < wanted
            return (state.isLow, room.free < Self.reserveBytes, state.hasReserve)
        }
        if isLow, isCritical, hasReserve { release() }
        if !isLow, !hasReserve, room.free >= 4 * Self.reserveBytes { reserve() }
    }

    private var file: String { path + "/reserve" }

    private func reserve() {
        let descriptor = unsafe open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        let isMade = posix_fallocate(descriptor, 0, off_t(Self.reserveBytes)) == 0
        close(descriptor)
        if !isMade { unsafe unlink(file) }
        state.withLock { $0.hasReserve = isMade }
    }

    private func release() {
        unsafe unlink(file)
        state.withLock { $0.hasReserve = false }
    }

    /// What statvfs(3) says; nil when it fails.
    public static func room(_ path: String) -> Room? {
        var facts = statvfs()
        guard unsafe statvfs(path, &facts) == 0 else { return nil }
        let unit = Int(facts.f_frsize)
        return Room(free: Int(facts.f_bavail) * unit, total: Int(facts.f_blocks) * unit)
    }
}
