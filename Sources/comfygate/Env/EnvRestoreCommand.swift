internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate env restore FILE`: one dotenv file as it was in the newest backup that holds it, or in a named one.
struct EnvRestoreCommand: Command {
    private static let from = Option<String>(
        "from", placeholder: "BACKUP",
        Message(
            "env.restore.from", en: "A backup, as `secrets history` names it; otherwise the newest that holds the file",
            fr: "Une sauvegarde, comme `secrets history` la nomme ; sinon la plus récente qui a le fichier"))
    private static let dryRun = Flag("dry-run", EnvWords.dryRun)

    static let declaration = CommandDeclaration(
        "restore",
        Message(
            "env.restore.summary", en: "Bring a dotenv file back from a backup", fr: "Remet un .env d’une sauvegarde"),
        EnvOptions.place + [from, dryRun] + SecretsEdit.writing,
        examples: ["env restore .env --dry-run", "env restore services/qwen/.env"])

    private static let none = Message(
        "env.restore.none", en: "No backup holds this file.", fr: "Aucune sauvegarde ne contient ce fichier.")
    static let messages = [none]

    private let options: EnvOptions
    private let arguments: ParsedArguments
    private let from: String?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        self.arguments = arguments
        options = try EnvOptions(arguments)
        from = try arguments.get(Self.from)
    }

    func run(_ terminal: Terminal) async throws {
        let place = try options.place()
        let edit = try SecretsEdit(arguments, root: place.root, isDry: arguments.has(Self.dryRun))
        let vault = try edit.backups.vault(place.root, terminal)
        let isLost = try ProjectTree(root: place.root).facts(of: place.path).content == .missing
        guard let (name, file) = try find(place.path, isLost: isLost, vault) else {
            throw CommandFailure(at: options.file, Self.none())
        }
        try await SecretsRestore.restore([file], from: name, edit, terminal)
    }

    /// - Parameter isLost: Then it comes back as somebody left it, rather than as it was before a change.
    private func find(
        _ path: String, isLost: Bool, _ vault: BackupVault
    ) throws -> (String, TarArchive.Member)? {
        if let from {
            return try SecretsHistory.read(from, vault).files.first { $0.path == path }.map { (from, $0) }
        }
        return try SecretsHistory.looking(in: vault) { vault throws(BackupError) in
            var names = try vault.backups()
            if isLost, let newest = try vault.newest(holding: [path]) { names = [newest] }
            for name in names {
                if let file = try vault.read(name).files.first(where: { $0.path == path }) { return (name.text, file) }
            }
            return nil
        }
    }
}
