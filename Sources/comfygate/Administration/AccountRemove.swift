internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate account remove`.
struct AccountRemove: AdminCommand {
    private static let name = Positional<String>("name", AdminMessages.name)

    static let declaration = CommandDeclaration(
        "remove",
        Message(
            "account.remove.summary", en: "Remove an account after a time of grace",
            fr: "Supprime un compte après un délai de grâce"),
        [name] + AdminOptions.all,
        examples: ["account remove alice"])

    let options: AdminOptions
    private let name: String

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        name = try arguments.require(Self.name)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let account = try await admin.ask(.delete, ["accounts", name])
        terminal.put(account) { "" }
        terminal.say(AdminMessages.removedLater(["name": name, "day": account["remove_after"]?.string?.day ?? ""]))
    }
}
