public import Basics
internal import Glibc
public import Loop
internal import Synchronization

public enum LogLevel: Int, Sendable, Comparable {
    case debug, info, warning, error

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }

    var name: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }
}

/// Writes JSON lines to a file or to standard error, on its own thread.
///
/// A full queue drops lines and counts them; the count is written with the next line that gets through. After SIGHUP the
/// file is opened anew, so that it can be moved away.
public final class LogWriter: Sendable {
    private struct Target: Sendable {
        var path: String?
        var descriptor: Int32
        /// Descriptors that were replaced and may still be written to.
        var replaced: [Int32] = []
    }

    /// For gauges.
    public let lane: Lane
    private let minimum: Atomic<Int>
    private let clock: WallClock
    private let target: Locked<Target>
    private let dropped = Locked(0)
    private let droppedInAll = Locked(0)
    private let steady = MonotonicClock()
    private let capacity: Int
    /// Bytes of blocks that the lane has not written yet.
    private let blockBytes = Locked(0)
    /// A destination that does not take them may hold up so many bytes of blocks.
    static let blockBytesLimit = 8 << 20
    /// When the monotonic clock, in milliseconds, passes this, lines that a full pipe holds up are given up.
    private let patienceEnd = Atomic<UInt64>(.max)
    /// Longest text value in bytes; more is cut.
    static let longestValue = 2_048
    /// What a pipe that is ready takes without blocking: PIPE_BUF.
    private static let pipePiece = 4_096

    /// - Parameters:
    ///   - path: Nil writes to standard error.
    ///   - capacity: Lines that may wait for the disk; more are dropped.
    /// - Throws: `invalidArgument` when the file cannot be opened.
    public init(
        path: String?, minimum: LogLevel = .info, capacity: Int = 4_096, clock: @escaping WallClock = Timestamp.now
    ) throws(GateError) {
        self.clock = clock
        self.minimum = Atomic(minimum.rawValue)
        target = Locked(Target(path: path, descriptor: try Self.open(path)))
        self.capacity = capacity
        // A flush and a change of file find a place also when lines have none.
        lane = Lane("log", threads: 1, capacity: capacity + 8)
    }

    // Every line that waited held the writer, so nobody writes any more.
    deinit {
        _ = takeDescriptor()
        target.withLock { if $0.descriptor != 2 { close($0.descriptor) } }
    }

    private static func open(_ path: String?) throws(GateError) -> Int32 {
        guard let path else { return 2 }
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw GateError(
                .invalidArgument, from: .gateway,
                "The log file cannot be opened: \(path): \(systemMessage(errno)). Choose another with log.file.")
        }
        return descriptor
    }

    /// Opens the file anew; the old one stays in use when that fails.
    public func reopen() throws(GateError) { try reopen(path: target.withLock { $0.path }) }

    /// Goes on in another file, or on standard error; the old one stays in use when that fails.
    public func reopen(path: String?) throws(GateError) {
        let next = try Self.open(path)
        target.withLock { target in
            if target.descriptor != 2 { target.replaced.append(target.descriptor) }
            target.path = path
            target.descriptor = next
        }
        lane.submit { [self] in _ = takeDescriptor() }
    }

    /// Lines that wait for the disk.
    public var waiting: Int { lane.load.waiting }

    /// Lines below this are not written, from now on.
    public func setMinimum(_ level: LogLevel) { minimum.store(level.rawValue, ordering: .relaxed) }

    public func write(_ level: LogLevel, _ event: String, _ members: JSONObject = JSONObject()) {
        guard level.rawValue >= minimum.load(ordering: .relaxed) else { return }
        var line = JSONObject()
        line["time"] = .string(clock().rfc3339)
        line["level"] = .string(level.name)
        line["event"] = .string(event)
        for member in members.members { line[member.key] = Self.bounded(member.value) }
        let lost = dropped.withLock { count in
            defer { count = 0 }
            return count
        }
        if lost > 0 { line["dropped_before"] = JSON(lost) }
        let bytes = JSON.object(line).encoded() + [0x0A]
        let isAccepted =
            lane.load.waiting < capacity
            && lane.submit { [self] in
                if !put(bytes) { drop(1, again: lost) }
            }
        if !isAccepted { drop(1, again: lost) }
    }

    /// Lines that never reached the destination, since the start.
    public var droppedCount: Int { droppedInAll.withLock { $0 } }

    /// Whole lines that somebody gathered; dropped and counted together when too much waits already.
    public func write(block: [UInt8], lines: Int) {
        guard minimum.load(ordering: .relaxed) <= LogLevel.info.rawValue else { return }
        let fits = blockBytes.withLock { bytes in
            guard bytes + block.count <= Self.blockBytesLimit else { return false }
            bytes += block.count
            return true
        }
        guard fits else { return drop(lines) }
        let isTaken =
            lane.load.waiting < capacity
            && lane.submit { [self] in
                if !put(block) { drop(lines) }
                blockBytes.withLock { $0 -= block.count }
            }
        guard !isTaken else { return }
        blockBytes.withLock { $0 -= block.count }
        drop(lines)
    }

    /// - Parameter lost: Lines that were counted before, and of which the destination has still not been told.
    private func drop(_ lines: Int, again lost: Int = 0) {
        dropped.withLock { $0 += lines + lost }
        droppedInAll.withLock { $0 += lines }
    }

    /// The descriptor in force; only the lane's thread asks, so that those it replaced are in nobody's hands.
    private func takeDescriptor() -> Int32 {
        let (current, replaced) = target.withLock { target in
            defer { target.replaced = [] }
            return (target.descriptor, target.replaced)
        }
        for descriptor in replaced { close(descriptor) }
        return current
    }

    /// Writes one line; false when it was given up.
    private func put(_ bytes: [UInt8]) -> Bool {
        let descriptor = takeDescriptor()
        // A file is always ready, and takes lines whole so that another writer's stand between them, not inside.
        let isFile = Self.isFile(descriptor)
        let piece = isFile ? Int.max : Self.pipePiece
        var start = 0
        while start < bytes.count {
            guard isFile || isReady(descriptor) else { return false }
            let count = unsafe bytes.withUnsafeBytes { all in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: all[start...].prefix(piece))
                return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            if count > 0 { start += count } else if count == 0 || errno != EINTR && errno != EAGAIN { return false }
        }
        return true
    }

    private static func isFile(_ descriptor: Int32) -> Bool {
        var facts = stat()
        return unsafe fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
    }

    /// Waits until the descriptor takes bytes; false once nobody has patience any more.
    private func isReady(_ descriptor: Int32) -> Bool {
        while true {
            var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if unsafe poll(&wanted, 1, 50) != 0 { return true }
            if steady.milliseconds() >= patienceEnd.load(ordering: .relaxed) { return false }
        }
    }

    /// Cuts long text, at any depth.
    private static func bounded(_ value: JSON) -> JSON {
        switch value {
        case .string(let text) where text.utf8.count > longestValue:
            var end = text.utf8.index(text.startIndex, offsetBy: longestValue)
            // Not inside a character.
            while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
            return .string(text[..<end] + "…")
        case .array(let items): return .array(items.map(bounded))
        case .object(let object):
            var result = JSONObject()
            for member in object.members { result[member.key] = bounded(member.value) }
            return .object(result)
        default: return value
        }
    }

    /// Returns when everything written before has left the process, or after so many milliseconds: a pipe that nobody
    /// reads must not keep the program from ending. What it still holds up then is lost.
    public func flush(within milliseconds: UInt64 = 2_000) async {
        patienceEnd.store(steady.milliseconds() + milliseconds, ordering: .relaxed)
        _ = try? await lane.run {}
        patienceEnd.store(.max, ordering: .relaxed)
    }
}
