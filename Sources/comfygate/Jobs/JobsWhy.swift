internal import Basics
internal import CommandLineKit
internal import Gate
internal import Wire

/// `comfygate jobs why`.
struct JobsWhy: AdminCommand {
    static let declaration = CommandDeclaration(
        "why",
        Message(
            "jobs.why.summary", en: "Say why a job is where it is",
            fr: "Dit pourquoi un job en est là"),
        JobOptions.all,
        examples: ["jobs why 4711"])

    let job: JobOptions
    var options: AdminOptions { job.admin }

    init(_ arguments: ParsedArguments) throws(UsageError) {
        job = try JobOptions(arguments)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let found = try await admin.ask(.get, ["jobs", job.job, "why"], query: job.query)
        let lines = [JobReasons.headline(found)] + JobReasons.reasons(found)
        terminal.put(found) { lines.map { terminal.text($0) + "\n" }.joined() }
    }
}
