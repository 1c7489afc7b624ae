internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate token list`.
struct TokenList: AdminCommand {
    private static let name = Positional<String>("name", isRequired: false, AdminMessages.name)

    static let declaration = CommandDeclaration(
        "list",
        Message("token.list.summary", en: "List tokens", fr: "Donne la liste des jetons"),
        [name] + AdminOptions.all,
        examples: ["token list", "token list alice"])

    let options: AdminOptions
    private let name: String?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        name = try arguments.get(Self.name)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        terminal.put(
            try await admin.ask(.get, ["tokens"], query: [("account", name ?? "*")]), list: "tokens",
            [
                ("ID", "id", false), ("ACCOUNT", "account", true), ("LABEL", "label", true), ("SCOPES", "scopes", true),
                ("KIND", "kind", false), ("EXPIRES", "expires", false), ("LAST USED", "last_used", false),
            ])
    }
}
