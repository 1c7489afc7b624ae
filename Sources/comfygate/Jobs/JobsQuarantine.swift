internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate jobs quarantine`.
struct JobsQuarantine: AdminCommand {
    static let declaration = CommandDeclaration(
        "quarantine",
        Message(
            "jobs.quarantine.summary", en: "List graphs under which workers stopped",
            fr: "Donne la liste des graphes sous lesquels des workers se sont arrêtés"),
        AdminOptions.all,
        examples: ["jobs quarantine"])

    let options: AdminOptions

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        terminal.put(
            try await admin.ask(.get, ["quarantine"]), list: "graphs",
            [
                ("SIGNATURE", "signature", true), ("DEATHS", "deaths", false), ("QUARANTINED", "quarantined", false),
                ("LAST", "last", false), ("ACCOUNT", "account", true),
            ])
    }
}
