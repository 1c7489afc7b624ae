internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate jobs retry`.
struct JobsRetry: AdminCommand {
    static let declaration = CommandDeclaration(
        "retry",
        Message(
            "jobs.retry.summary", en: "Do an ended job again, as a new one",
            fr: "Refait un job terminé, sous la forme d’un nouveau"),
        JobOptions.all,
        examples: ["jobs retry 4711"])

    let job: JobOptions
    var options: AdminOptions { job.admin }

    init(_ arguments: ParsedArguments) throws(UsageError) {
        job = try JobOptions(arguments)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let made = try await admin.ask(.post, ["jobs", job.job, "retry"], query: job.query)
        terminal.put(made) { (made["number"]?.cell ?? "") + "\n" }
        terminal.say(
            JobMessages.retried(["number": made["number"]?.cell ?? "", "id": made["id"]?.string ?? ""]))
    }
}
