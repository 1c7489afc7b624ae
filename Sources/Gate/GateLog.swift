internal import Basics
internal import HTTP
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

    func info(_ event: String, _ members: JSONObject = JSONObject()) { writer.write(.info, event, members) }
    func warning(_ event: String, _ members: JSONObject = JSONObject()) { writer.write(.warning, event, members) }
    func error(_ event: String, _ members: JSONObject = JSONObject()) { writer.write(.error, event, members) }

    func access(_ summary: ExchangeSummary) {
        guard logsAccess.load(ordering: .relaxed) else { return }
        writer.write(
            .info, "request",
            [
                "method": .string(summary.method), "path": .string(summary.path), "status": JSON(summary.status),
                "bytes": JSON(summary.bytesSent), "ms": JSON(Int(summary.milliseconds)),
                "peer": .string(summary.peer.host),
            ])
    }
}
