internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate account enable`.
struct AccountEnable: AdminCommand {
    private static let name = Positional<String>("name", AdminMessages.name)

    static let declaration = CommandDeclaration(
        "enable",
        Message(
            "account.enable.summary", en: "Let a disabled or removed account in again",
            fr: "Rouvre un compte désactivé ou supprimé"),
        [name] + AdminOptions.all,
        examples: ["account enable alice"])

    let options: AdminOptions
    private let name: String

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        name = try arguments.require(Self.name)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let account = try await admin.ask(.patch, ["accounts", name], ["disabled": false])
        terminal.put(account) { "" }
        terminal.say(AdminMessages.changed(["name": name]))
    }
}
