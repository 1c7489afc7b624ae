internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate jobs cancel`.
struct JobsCancel: AdminCommand {
    static let declaration = CommandDeclaration(
        "cancel",
        Message(
            "jobs.cancel.summary", en: "Cancel a job",
            fr: "Annule un job"),
        JobOptions.all,
        examples: ["jobs cancel 4711"])

    let job: JobOptions
    var options: AdminOptions { job.admin }

    init(_ arguments: ParsedArguments) throws(UsageError) {
        job = try JobOptions(arguments)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let found = try await admin.ask(.post, ["jobs", job.job, "cancel"], query: job.query)
        terminal.put(found) { "" }
        let number: KeyValuePairs = ["number": found["number"]?.cell ?? job.job]
        let hasEnded = !(found["ended"]?.isNull ?? true)
        terminal.say(hasEnded ? JobMessages.canceled(number) : JobMessages.canceling(number))
    }
}
