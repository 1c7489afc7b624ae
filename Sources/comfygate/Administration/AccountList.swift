internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate account list`.
struct AccountList: AdminCommand {

    static let declaration = CommandDeclaration(
        "list",
        Message("account.list.summary", en: "List the accounts", fr: "Donne la liste des comptes"),
        AdminOptions.all,
        examples: ["account list", "account list --json"])

    let options: AdminOptions

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)

    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        terminal.put(
            try await admin.ask(.get, ["accounts"]), list: "accounts",
            [
                ("NAME", "name", true), ("ROLE", "role", false), ("KIND", "kind", false), ("TEAMS", "teams", true),
                ("DISABLED", "disabled", false), ("CREATED", "created", false), ("REMOVED", "remove_after", false),
            ])
    }
}
