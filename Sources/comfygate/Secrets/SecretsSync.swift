internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate secrets sync`: every location gets what the source of truth says.
struct SecretsSync: Command {
    static let declaration = CommandDeclaration(
        "sync",
        Message(
            "secrets.sync.summary", en: "Write the source of truth into every location",
            fr: "Écrit la source de vérité dans chaque emplacement"),
        discussion: Message(
            "secrets.sync.discussion",
            en: "All locations change, or none. A file keeps every byte that is not a value of its location.",
            fr: "Tous les emplacements changent, ou aucun. Un fichier garde chaque octet qui n’est pas une valeur."),
        SealOptions.all + SecretsEdit.all, examples: ["secrets sync --dry-run", "secrets sync --root /srv/genai"])

    private let edit: SecretsEdit

    init(_ arguments: ParsedArguments) throws(UsageError) { edit = try SecretsEdit(arguments) }

    func run(_ terminal: Terminal) async throws {
        try await edit.run(terminal, "sync", begins: false, wantsTokens: false) { file, _, _ in file }
    }
}
