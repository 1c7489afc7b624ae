internal import Basics
internal import Gate
internal import Telemetry

/// What SIGHUP does: log files first, so that rotation works whatever else is wrong; then configuration and certificates,
/// all of them or nothing.
struct Reload: Sendable {
    let server: GateServer
    let writer: LogWriter
    let log: GateLog

    /// - Parameter load: Reads the configuration anew.
    func run(_ load: () -> ConfigurationReport) async {
        attempt("log_reopen_failed") { () throws(GateError) in try writer.reopen() }
        let report = load()
        for problem in report.problems { tell(problem, .error) }
        guard report.problems.isEmpty else {
            return writer.write(.error, "reload_refused", ["problems": JSON(report.problems.count)])
        }
        for warning in report.warnings { tell(warning, .warning) }
        let change: ConfigurationChange
        do throws(GateError) { change = try await server.reload(report.configuration) } catch {
            return writer.write(.error, "reload_refused", reason(error))
        }
        let settings = change.configuration.log
        if change.applied.contains("log.file") {
            attempt("log_reopen_failed") { () throws(GateError) in try writer.reopen(path: settings.file) }
        }
        writer.setMinimum(LogLevel(settings.level))
        log.setAccess(settings.logsAccess)
        writer.write(.info, "reloaded", ["changed": .array(change.applied.map { .string($0) })])
        guard !change.waiting.isEmpty else { return }
        writer.write(
            .warning, "restart_needed",
            [
                "keys": .array(change.waiting.map { .string($0) }),
                "reason": "These keys cannot change while the gate runs; they take effect with its next start.",
            ])
    }

    private func attempt(_ event: String, _ body: () throws(GateError) -> Void) {
        do throws(GateError) { try body() } catch { writer.write(.error, event, reason(error)) }
    }

    private func reason(_ error: GateError) -> JSONObject {
        ["reason": .string(error.message), "detail": .string(error.detail ?? "")]
    }

    private func tell(_ problem: ConfigurationProblem, _ level: LogLevel) {
        writer.write(
            level, "configuration_problem",
            [
                "place": .string(problem.place), "problem": .string(problem.what.text(in: .english)),
                "remedy": .string(problem.remedy?.text(in: .english) ?? ""),
            ])
    }
}
