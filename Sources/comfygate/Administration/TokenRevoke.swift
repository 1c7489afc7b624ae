internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate token revoke`.
struct TokenRevoke: AdminCommand {
    private static let id = Positional<UUID>(
        "id", Message("token.revoke.id", en: "The token's id, as token list shows it", fr: "L’identifiant du jeton"))

    static let declaration = CommandDeclaration(
        "revoke",
        Message("token.revoke.summary", en: "Make a token worthless", fr: "Rend un jeton sans valeur"),
        [id] + AdminOptions.all,
        examples: ["token revoke 6f1f3a52-3c1b-4f0e-9d7a-0a9f3d1c2b4e"])

    let options: AdminOptions
    private let id: UUID

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        id = try arguments.require(Self.id)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let answer = try await admin.ask(.delete, ["tokens", id.description])
        terminal.put(answer) { "" }
        terminal.say(AdminMessages.revoked(["name": id.description]))
    }
}
