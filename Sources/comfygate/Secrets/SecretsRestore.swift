internal import Basics
internal import CommandLineKit
internal import Glibc
internal import Secrets

/// `comfygate secrets restore`: files as they were in a backup, all of them or none.
struct SecretsRestore: Command {
    private static let only = Option<String>(
        "only", placeholder: "PATH", isRepeatable: true,
        Message("restore.only", en: "Only this file of the backup", fr: "Seulement ce fichier de la sauvegarde"))

    static let declaration = CommandDeclaration(
        "restore",
        Message(
            "secrets.restore.summary", en: "Bring files back from a backup",
            fr: "Remet les fichiers d’une sauvegarde"),
        discussion: Message(
            "secrets.restore.discussion",
            en:
                "Without a name the newest one: what was there before the last change. What is there now is kept first.",
            fr:
                "Sans nom la plus récente : ce qu’il y avait avant le dernier changement. L’état actuel est d’abord gardé."
        ),
        [SecretsHistory.backup, only] + SecretsEdit.all,
        examples: ["secrets restore --dry-run", "secrets restore --only .env"])

    private static let none = Message(
        "restore.none", en: "There is no backup to restore.", fr: "Il n’y a pas de sauvegarde à remettre.")
    private static let notInIt = Message(
        "restore.not_in_it", en: "The backup does not hold this file.", fr: "La sauvegarde ne contient pas ce fichier.")
    private static let holds = Message("restore.holds", en: "It holds: {paths}.", fr: "Elle contient : {paths}.")
    private static let asNow = Message(
        "restore.as_now", en: "The files are as in the backup; nothing was written.",
        fr: "Les fichiers sont comme dans la sauvegarde ; rien n’a été écrit.")
    static let messages = [none, notInIt, holds, asNow]

    private let edit: SecretsEdit
    private let name: String?
    private let only: [String]

    init(_ arguments: ParsedArguments) throws(UsageError) {
        edit = try SecretsEdit(arguments)
        name = try arguments.get(SecretsHistory.backup)
        only = try arguments.all(Self.only)
    }

    func run(_ terminal: Terminal) throws {
        let vault = try edit.backups.vault(edit.root, terminal)
        let name = try name ?? newest(vault)
        let backup = try SecretsHistory.read(name, vault)
        for path in only where !backup.files.contains(where: { $0.path == path }) {
            let paths = backup.files.map(\.path).joined(separator: ", ")
            throw CommandFailure(at: path, Self.notInIt(), Self.holds(["paths": paths]))
        }
        let files = backup.files.filter { only.isEmpty || only.contains($0.path) }
        let (project, tree) = try edit.lock(terminal)
        let difference = SecretsHistory.difference(files, tree)
        terminal.put(
            SecretsHistory.table(difference, terminal),
            json: ["backup": JSON(name), "dry_run": JSON(edit.isDry), "files": SecretsHistory.json(difference)])
        let changes = changes(files, tree)
        guard let project else { return terminal.say(SecretsMessages.wouldChange(count: changes.count)) }
        guard !changes.isEmpty else { return terminal.say(Self.asNow()) }
        try edit.write(changes, project, action: "restore", terminal)
    }

    private func newest(_ vault: BackupVault) throws -> String {
        do {
            guard let name = try vault.folder.list().first else {
                throw CommandFailure(at: vault.folder.path, Self.none())
            }
            return name.text
        } catch let error as BackupError {
            throw CommandFailure(at: vault.folder.path, error.phrase)
        }
    }

    private func changes(_ files: [TarArchive.Member], _ tree: ProjectTree) -> [FileChange] {
        // What must keep its inode is known by the source of truth of either time.
        let now = (try? SecretsOptions.fileIfAny(in: tree)) ?? nil
        let then = files.first { $0.path == CredentialFile.path }.flatMap { try? CredentialFile(parsing: $0.bytes) }
        let rules = [now, then].compactMap(\.self).flatMap(\.credentials).flatMap(\.locations).filter(\.inPlace)
        let inPlace = Set(rules.flatMap { tree.expand($0.path) })
        return files.compactMap { file in
            let facts = tree.facts(of: file.path)
            let old: [UInt8]? = if case .bytes(let bytes) = facts.content { bytes } else { nil }
            // Who may read it is not widened again by looking back.
            let mode = file.mode & 0o700 | (file.mode & UInt32(facts.mode ?? 0o600) & 0o077)
            if old == file.bytes { return nil }
            return FileChange(
                file.path, now: old.map { .content($0) } ?? .absent, replacement: .content(file.bytes), mode: mode,
                permissions: .narrow, inPlace: inPlace.contains(file.path))
        }
    }
}
