internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate account passwd`.
struct AccountPasswd: AdminCommand {
    private static let name = Positional<String>("name", AdminMessages.name)

    static let declaration = CommandDeclaration(
        "passwd",
        Message(
            "account.passwd.summary", en: "Set the password of an account", fr: "Change le mot de passe d’un compte"),
        [name] + PasswordOptions.all + AdminOptions.all,
        examples: ["account passwd alice", "account passwd bob --must-change"])

    let options: AdminOptions
    private let name: String
    private let passwords: PasswordOptions
    private var password: Secret?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        name = try arguments.require(Self.name)
        passwords = try PasswordOptions(arguments)
    }

    mutating func prepare(_ terminal: Terminal) throws { password = try passwords.read(for: name, terminal) }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        guard let password else { return }
        let account = try await admin.ask(
            .patch, ["accounts", name],
            ["password": .string(password.reveal()), "must_change_password": .bool(passwords.mustChange)])
        terminal.put(account) { "" }
        terminal.say(AdminMessages.sessionsEnded(["name": name]))
    }
}
