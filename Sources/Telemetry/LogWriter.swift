public import Basics
internal import Glibc
internal import Loop

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
    private let lane = Lane("log", threads: 1, capacity: 4_096)
    private let path: String?
    private let minimum: LogLevel
    private let clock: WallClock
    private let descriptor: Locked<Int32>
    private let dropped = Locked(0)
    /// Bytes of blocks that the lane has not written yet.
    private let waiting = Locked(0)
    /// A destination that does not take them may hold up so many bytes of blocks.
    private static let waitingLimit = 8 << 20
    /// Longest text value in bytes; more is cut.
    private static let longestValue = 2_048

    /// - Parameter path: Nil writes to standard error.
    /// - Throws: `invalidArgument` when the file cannot be opened.
    public init(path: String?, minimum: LogLevel = .info, clock: @escaping WallClock = Timestamp.now) throws(GateError)
    {
        (self.path, self.minimum, self.clock) = (path, minimum, clock)
        descriptor = Locked(try path.map { path throws(GateError) in try Self.open(path) } ?? 2)
    }

    private static func open(_ path: String) throws(GateError) -> Int32 {
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw GateError(
                .invalidArgument, from: .gateway,
                "The log file cannot be opened: \(path): \(systemMessage(errno)). Choose another with log.file.")
        }
        return descriptor
    }

    /// Opens the file anew; the old one stays in use when that fails.
    public func reopen() throws(GateError) {
        guard let path else { return }
        let next = try Self.open(path)
        let old = descriptor.withLock { current in
            defer { current = next }
            return current
        }
        // Lines already handed to the lane still go to the old file.
        lane.submit { close(old) }
    }

    public func write(_ level: LogLevel, _ event: String, _ members: JSONObject = JSONObject()) {
        guard level >= minimum else { return }
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
        if !lane.submit({ [self] in put(bytes) }) { dropped.withLock { $0 += 1 + lost } }
    }

    /// Whole lines that somebody gathered; dropped and counted together when too much waits already.
    public func write(block: [UInt8], lines: Int) {
        guard minimum <= .info else { return }
        let fits = waiting.withLock { bytes in
            guard bytes + block.count <= Self.waitingLimit else { return false }
            bytes += block.count
            return true
        }
        let isTaken =
            fits
            && lane.submit { [self] in
                put(block)
                waiting.withLock { $0 -= block.count }
            }
        guard !isTaken else { return }
        if fits { waiting.withLock { $0 -= block.count } }
        dropped.withLock { $0 += lines }
    }

    private func put(_ bytes: [UInt8]) {
        let descriptor = descriptor.withLock { $0 }
        var start = 0
        while start < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress! + start, $0.count - start)
            }
            if count <= 0 { break }
            start += count
        }
    }

    private static func bounded(_ value: JSON) -> JSON {
        guard case .string(let text) = value, text.utf8.count > longestValue else { return value }
        return .string(String(decoding: text.utf8.prefix(longestValue), as: UTF8.self) + "…")
    }

    /// Returns when everything written before has left the process.
    public func flush() async { _ = try? await lane.run {} }
}
