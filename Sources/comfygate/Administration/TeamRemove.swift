internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate team remove`.
struct TeamRemove: AdminCommand {
    private static let name = Positional<String>("name", AdminMessages.team)

    static let declaration = CommandDeclaration(
        "remove",
        Message(
            "team.remove.summary", en: "Remove a team; its members stay",
            fr: "Supprime une équipe ; ses membres restent"),
        [name] + AdminOptions.all,
        examples: ["team remove class-a"])

    let options: AdminOptions
    private let name: String

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        name = try arguments.require(Self.name)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let answer = try await admin.ask(.delete, ["teams", name])
        terminal.put(answer) { "" }
        terminal.say(AdminMessages.removed(["name": name]))
    }
}
