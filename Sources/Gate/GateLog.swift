internal import Basics
internal import Loop
public import Telemetry

/// What the gate writes down: no credential, no prompt, no query.
public final class GateLog: Sendable {
    private let writer: LogWriter
    private let logsAccess: Bool

    public init(_ writer: LogWriter, access: Bool) { (self.writer, logsAccess) = (writer, access) }

    func info(_ event: String, _ members: JSONObject = JSONObject()) { writer.write(.info, event, members) }
    func warning(_ event: String, _ members: JSONObject = JSONObject()) { writer.write(.warning, event, members) }
    func error(_ event: String, _ members: JSONObject = JSONObject()) { writer.write(.error, event, members) }

    /// The access log of one loop.
    func access(on reactor: Reactor, clock: @escaping WallClock) -> AccessLog {
        AccessLog(logsAccess ? writer : nil, reactor: reactor, clock: clock)
    }
}
