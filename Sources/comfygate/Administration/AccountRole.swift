internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate account role`.
struct AccountRole: AdminCommand {
    private static let name = Positional<String>("name", AdminMessages.name)
    private static let role = Positional<RoleChoice>("role", AdminMessages.role)

    static let declaration = CommandDeclaration(
        "role",
        Message("account.role.summary", en: "Change what an account may do", fr: "Change ce qu’un compte peut faire"),
        [name, role] + AdminOptions.all,
        examples: ["account role alice operator"])

    let options: AdminOptions
    private let name: String
    private let role: RoleChoice

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        name = try arguments.require(Self.name)
        role = try arguments.require(Self.role)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let account = try await admin.ask(.patch, ["accounts", name], ["role": .string(role.rawValue)])
        terminal.put(account) { "" }
        terminal.say(AdminMessages.sessionsEnded(["name": name]))
    }
}
