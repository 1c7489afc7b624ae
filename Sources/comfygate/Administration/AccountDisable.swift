internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate account disable`.
struct AccountDisable: AdminCommand {
    private static let name = Positional<String>("name", AdminMessages.name)

    static let declaration = CommandDeclaration(
        "disable",
        Message(
            "account.disable.summary", en: "Keep an account from doing anything",
            fr: "Empêche un compte de faire quoi que ce soit"),
        [name] + AdminOptions.all,
        examples: ["account disable alice"])

    let options: AdminOptions
    private let name: String

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        name = try arguments.require(Self.name)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let account = try await admin.ask(.patch, ["accounts", name], ["disabled": true])
        terminal.put(account) { "" }
        terminal.say(AdminMessages.sessionsEnded(["name": name]))
    }
}
