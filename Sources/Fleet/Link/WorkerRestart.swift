internal import Basics
internal import Loop

/// Runs the command that restarts a worker which goes on with what it was asked to stop.
final class WorkerRestart: LoopWork {
    private let address: WorkerAddress
    private let ports: FleetPorts
    // A thread that never ends: one for all workers, because the command may take its time.
    private static let lane = Lane("worker-restart", threads: 1, capacity: 64)
    /// Milliseconds.
    private static let timeLimit: UInt64 = 120_000

    init(_ address: WorkerAddress, _ ports: FleetPorts) { (self.address, self.ports) = (address, ports) }

    func run() async {
        guard let program = address.restart.first else { return }
        var child = ChildProcess(program, Array(address.restart.dropFirst()))
        (child.timeLimit, child.outputLimit) = (Self.timeLimit, 1 << 20)
        let command = child
        var fields: JSONObject = ["worker": .string(address.name), "program": .string(program)]
        do {
            let result = try await Self.lane.run { try command.run() }
            let said = String(decoding: result.errors.prefix(400), as: UTF8.self)
            if result.isSuccess { return ports.log("worker_restarted", fields) }
            fields["reason"] = .string("\(result.end) \(said)")
        } catch let failure as ChildProcess.Failure {
            fields["reason"] = .string(systemMessage(failure.code))
        } catch {
            fields["reason"] = .string("\(error)")
        }
        ports.log("worker_restart_failed", fields)
    }
}
