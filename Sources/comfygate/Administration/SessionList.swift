internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate session list`.
struct SessionList: AdminCommand {
    private static let name = Positional<String>("name", isRequired: false, AdminMessages.name)

    static let declaration = CommandDeclaration(
        "list",
        Message("session.list.summary", en: "List browser sessions", fr: "Donne la liste des sessions de navigateur"),
        [name] + AdminOptions.all,
        examples: ["session list", "session list alice"])

    let options: AdminOptions
    private let name: String?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        name = try arguments.get(Self.name)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        terminal.put(
            try await admin.ask(.get, ["sessions"], query: [("account", name ?? "*")]), list: "sessions",
            [
                ("LABEL", "label", false), ("ACCOUNT", "account", true), ("SURFACE", "surface", false),
                ("LAST USED", "last_used", false), ("ADDRESS", "address", false), ("BROWSER", "user_agent", true),
            ])
    }
}
