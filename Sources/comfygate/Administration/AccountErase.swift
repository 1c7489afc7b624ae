internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate account erase`.
struct AccountErase: AdminCommand {
    private static let name = Positional<String>("name", AdminMessages.name)
    private static let confirm = Option<String>(
        "confirm",
        Message("account.erase.again", en: "The account's name once more", fr: "Le nom du compte une seconde fois"))

    static let declaration = CommandDeclaration(
        "erase",
        Message(
            "account.erase.summary", en: "Take an account away at once, with all it has",
            fr: "Supprime un compte sur-le-champ, avec tout ce qu’il a"),
        [name, confirm] + AdminOptions.all,
        examples: ["account erase alice --confirm alice"])

    let options: AdminOptions
    private let name: String
    private let confirm: String?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        name = try arguments.require(Self.name)
        confirm = try arguments.get(Self.confirm)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        guard let confirm, confirm == name else {
            throw CommandFailure(
                at: name, JobMessages.eraseConfirm(), JobMessages.eraseRemedy(["name": name]))
        }
        let done = try await admin.ask(.post, ["accounts", name, "erase"], ["confirm": .string(confirm)])
        terminal.put(done) { "" }
        terminal.say(JobMessages.erased(["name": name]))
    }
}
