internal import Basics
internal import Loop
internal import Synchronization
public import Telemetry

/// What the gate writes down: no credential, no prompt, no query.
public final class GateLog: Sendable {
    private let writer: LogWriter
    private let logsAccess: Atomic<Bool>

    public init(_ writer: LogWriter, access: Bool) {
        self.writer = writer
        logsAccess = Atomic(access)
    }

    /// Whether each request is a line, from now on.
    public func setAccess(_ access: Bool) { logsAccess.store(access, ordering: .relaxed) }

    var lane: Lane { writer.lane }
    var droppedCount: Int { writer.droppedCount }

    func info(_ event: String, _ members: JSONObject = JSONObject()) { writer.write(.info, event, members) }
    func warning(_ event: String, _ members: JSONObject = JSONObject()) { writer.write(.warning, event, members) }
    func error(_ event: String, _ members: JSONObject = JSONObject()) { writer.write(.error, event, members) }

    /// An old credential of ComfyUI-Login still counts.
    public func migrationAccepted(until end: String) { warning("migration_accepted", ["until": .string(end)]) }

    /// The access log of one loop.
    func access(on reactor: Reactor, clock: @escaping WallClock) -> AccessLog {
        AccessLog(self, reactor: reactor, clock: clock)
    }

    /// Lines of an access log.
    func write(block: [UInt8], lines: Int) { writer.write(block: block, lines: lines) }

    var isAccessLogged: Bool { logsAccess.load(ordering: .relaxed) }
}
