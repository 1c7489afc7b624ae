internal import Basics
internal import CommandLineKit
internal import Store
internal import Wire

/// `comfygate jobs move`.
struct JobsMove: AdminCommand {
    private static let place = Option<LineEnd>(
        "to",
        Message("jobs.move.to", en: "Which end of the line", fr: "Quel bout de la file"))

    static let declaration = CommandDeclaration(
        "move",
        Message(
            "jobs.move.summary", en: "Put a waiting job first or last in its account's line",
            fr: "Place un job en attente au début ou à la fin de la file de son compte"),
        [place] + JobOptions.all,
        examples: ["jobs move 4711 --to first"])

    let job: JobOptions
    var options: AdminOptions { job.admin }
    private let place: LineEnd

    init(_ arguments: ParsedArguments) throws(UsageError) {
        job = try JobOptions(arguments)
        place = try arguments.get(Self.place) ?? .first
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let found = try await admin.ask(
            .post, ["jobs", job.job, "move"], query: job.query, ["to": .string(place.rawValue)])
        terminal.put(found) { "" }
        terminal.say(JobMessages.moved(["number": found["number"]?.cell ?? job.job]))
    }
}
