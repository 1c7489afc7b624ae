internal import Basics
internal import CommandLineKit
internal import Store
internal import Wire

/// `comfygate assets list`.
struct AssetsList: AdminCommand {
    private static let account = Option<String>("account", JobMessages.onlyAccount)
    private static let type = Option<FolderType>(
        "type", Message("assets.list.type", en: "Only this folder", fr: "Ce dossier seulement"))
    private static let limit = Option<Int>(
        "limit", or: 1_000, Message("assets.list.limit", en: "How many of each folder", fr: "Combien par dossier"))

    static let declaration = CommandDeclaration(
        "list",
        Message(
            "assets.list.summary", en: "List an account's files, or how much each account has",
            fr: "Donne la liste des fichiers d’un compte, ou ce que chaque compte possède"),
        [account, type, limit] + AdminOptions.all,
        examples: ["assets list", "assets list --account alice --type output"])

    let options: AdminOptions
    private let account: String?
    private let type: FolderType?
    private let limit: Int

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        account = try arguments.get(Self.account)
        type = try arguments.get(Self.type)
        limit = try arguments.require(Self.limit)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        guard let account else {
            return terminal.put(
                try await admin.ask(.get, ["files"]), list: "accounts",
                [
                    ("ACCOUNT", "account", true), ("INPUTS", "inputs", false), ("OUTPUTS", "outputs", false),
                    ("PREVIEWS", "previews", false), ("BYTES", "bytes", false),
                ])
        }
        var query = [(name: "account", value: account), ("limit", String(limit))]
        if let type { query.append(("type", type.rawValue)) }
        terminal.put(
            try await admin.ask(.get, ["files"], query: query), list: "files",
            [
                ("TYPE", "type", false), ("FOLDER", "subfolder", true), ("NAME", "name", true),
                ("BYTES", "size", false), ("CREATED", "created", false), ("HASH", "hash", true),
            ])
    }
}
