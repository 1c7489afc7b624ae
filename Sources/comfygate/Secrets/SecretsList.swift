internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate secrets list`: the credentials of the source of truth, without their values.
struct SecretsList: Command {
    static let declaration = CommandDeclaration(
        "list",
        Message(
            "secrets.list.summary", en: "List the credentials of the source of truth",
            fr: "Liste les secrets de la source de vérité"),
        [SecretsOptions.root], examples: ["secrets list"])

    private let root: String

    init(_ arguments: ParsedArguments) throws(UsageError) { root = try SecretsOptions.root(of: arguments) }

    func run(_ terminal: Terminal) throws {
        let file = try SecretsOptions.file(in: ProjectTree(root: root), root)
        var table = Table([
            terminal.column(SecretsHeads.credential), terminal.column(SecretsHeads.token),
            terminal.column(SecretsHeads.hash), terminal.column(SecretsHeads.locations),
            terminal.column(SecretsHeads.consumers),
            terminal.column(SecretsHeads.changed), terminal.column(SecretsHeads.description, canShrink: true),
        ])
        for credential in file.credentials {
            let shown = credential.fingerprints
            table.append([
                credential.name, shown.token ?? "-", shown.hash ?? "-", "\(credential.locations.count)",
                "\(credential.consumers.count)", credential.rotatedAt ?? credential.createdAt ?? "-",
                credential.description,
            ])
        }
        terminal.put(
            table,
            json: .array(
                file.credentials.map { credential in
                    let shown = credential.fingerprints
                    return [
                        "name": JSON(credential.name), "token": shown.token.map { JSON($0) } ?? .null,
                        "hash": shown.hash.map { JSON($0) } ?? .null, "locations": JSON(credential.locations.count),
                        "consumers": JSON(credential.consumers.count),
                        "created_at": credential.createdAt.map { JSON($0) } ?? .null,
                        "rotated_at": credential.rotatedAt.map { JSON($0) } ?? .null,
                        "description": JSON(credential.description),
                    ]
                }))
    }
}
