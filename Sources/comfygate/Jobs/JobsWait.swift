internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate jobs wait`.
struct JobsWait: AdminCommand {
    static let declaration = CommandDeclaration(
        "wait",
        Message(
            "jobs.wait.summary", en: "Wait until a job has ended",
            fr: "Attend qu’un job soit terminé"),
        JobOptions.all,
        examples: ["jobs wait 4711"])

    let job: JobOptions
    var options: AdminOptions { job.admin }

    init(_ arguments: ParsedArguments) throws(UsageError) {
        job = try JobOptions(arguments)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        guard case .gate = admin else {
            throw CommandFailure(at: job.job, JobMessages.waitNoGate(), JobMessages.startGate())
        }
        var delay = Duration.milliseconds(100)
        while true {
            let found = try await admin.ask(.get, ["jobs", job.job], query: job.query)
            guard found["ended"]?.isNull ?? true else {
                terminal.put(found) { (found["state"]?.string ?? "") + "\n" }
                let state = found["state"]?.string ?? ""
                terminal.say(JobMessages.waitEnded(["number": found["number"]?.cell ?? "", "state": state]))
                guard state == "succeeded" else { throw ExitFailure() }
                return
            }
            try await Task.sleep(for: delay)
            delay = min(delay * 2, .seconds(2))
        }
    }
}
