internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate team add`.
struct TeamAdd: AdminCommand {
    private static let name = Positional<String>("name", AdminMessages.team)

    static let declaration = CommandDeclaration(
        "add",
        Message("team.add.summary", en: "Add a team", fr: "Ajoute une équipe"),
        [name] + AdminOptions.all,
        examples: ["team add class-a"])
    static let mayBegin = true

    let options: AdminOptions
    private let name: String

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        name = try arguments.require(Self.name)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let team = try await admin.ask(.post, ["teams"], ["name": .string(name)])
        terminal.put(team) { "" }
        terminal.say(AdminMessages.changed(["name": name]))
    }
}
