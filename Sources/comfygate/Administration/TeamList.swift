internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate team list`.
struct TeamList: AdminCommand {

    static let declaration = CommandDeclaration(
        "list",
        Message("team.list.summary", en: "List the teams", fr: "Donne la liste des équipes"),
        AdminOptions.all,
        examples: ["team list"])

    let options: AdminOptions

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)

    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        terminal.put(
            try await admin.ask(.get, ["teams"]), list: "teams",
            [("NAME", "name", true), ("MEMBERS", "members", false), ("CREATED", "created", false)])
    }
}
