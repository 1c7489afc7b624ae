internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate team rename`.
struct TeamRename: AdminCommand {
    private static let name = Positional<String>("name", AdminMessages.team)
    private static let to = Positional<String>(
        "new-name", Message("team.rename.to", en: "The new name", fr: "Le nouveau nom"))

    static let declaration = CommandDeclaration(
        "rename",
        Message("team.rename.summary", en: "Give a team another name", fr: "Donne un autre nom à une équipe"),
        [name, to] + AdminOptions.all,
        examples: ["team rename class-a class-b"])

    let options: AdminOptions
    private let name: String
    private let to: String

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        name = try arguments.require(Self.name)
        to = try arguments.require(Self.to)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let answer = try await admin.ask(.patch, ["teams", name], ["name": .string(to)])
        terminal.put(answer) { "" }
        terminal.say(AdminMessages.changed(["name": to]))
    }
}
