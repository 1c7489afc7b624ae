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
                "Without a name what was there before the last change; while the source of truth, or a file of --only, "
                + "is lost, what that change left, which `latest` names, too. What is there now is kept first.",
            fr:
                "Sans nom, ce qu’il y avait avant le dernier changement ; si la source de vérité, ou un fichier de "
                + "--only, est perdu, ce que ce changement a laissé, nommé aussi `latest`. L’état actuel est d’abord gardé."
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
    private static let lost = Message(
        "restore.lost", en: "{paths}: lost, so the newest state is taken: {name}",
        fr: "{paths} : perdu, donc l’état le plus récent est pris : {name}")
    static let messages = [none, notInIt, holds, asNow, lost]

    private let edit: SecretsEdit
    private let name: String?
    private let only: [String]

    init(_ arguments: ParsedArguments) throws(UsageError) {
        edit = try SecretsEdit(arguments)
        name = try arguments.get(SecretsHistory.backup)
        only = try arguments.all(Self.only)
    }

    func run(_ terminal: Terminal) async throws {
        let vault = try edit.backups.vault(edit.root, terminal)
        let name = try name ?? newestState(vault, terminal) ?? newest(vault)
        let backup = try SecretsHistory.read(name, vault)
        for path in only where !backup.files.contains(where: { $0.path == path }) {
            let paths = backup.files.map(\.path).joined(separator: ", ")
            throw CommandFailure(at: path, Self.notInIt(), Self.holds(["paths": paths]))
        }
        let files = backup.files.filter { only.isEmpty || only.contains($0.path) }
        let found = BackupName(time: backup.time, reason: backup.reason).text
        try await Self.restore(files, from: found, edit, terminal)
    }

    /// Brings files back; those that are as they were stay.
    static func restore(
        _ files: [TarArchive.Member], from name: String, _ edit: SecretsEdit, _ terminal: Terminal
    ) async throws {
        let (project, tree) = try edit.lock(terminal)
        let difference = SecretsHistory.difference(files, tree)
        terminal.put(
            SecretsHistory.table(difference, terminal),
            json: ["backup": JSON(name), "dry_run": JSON(edit.isDry), "files": SecretsHistory.json(difference)])
        let changes = changes(files, tree)
        guard !changes.isEmpty else { return terminal.say(asNow()) }
        guard let project else { return terminal.say(SecretsMessages.wouldChange(count: changes.count)) }
        try await edit.write(changes, project, action: "restore", terminal)
        terminal.say(SecretsMessages.recreate())
    }

    /// What brings lost files back; nil when none is lost, or no backup holds them.
    private func newestState(_ vault: BackupVault, _ terminal: Terminal) throws -> String? {
        let tree = try ProjectTree(root: edit.root)
        let wanted = only.isEmpty ? [CredentialFile.path] : only
        let lost = wanted.filter { path in
            // A source of truth that cannot be read is as good as none.
            path == CredentialFile.path
                ? ((try? SecretsOptions.fileIfAny(in: tree)) ?? nil) == nil : tree.facts(of: path).content == .missing
        }
        guard !lost.isEmpty else { return nil }
        let name = try SecretsHistory.looking(in: vault) { vault throws(BackupError) in
            try vault.newest(holding: lost)
        }
        guard let name else { return nil }
        terminal.say(Self.lost(["paths": lost.joined(separator: ", "), "name": name.text]))
        return name.text
    }

    private func newest(_ vault: BackupVault) throws -> String {
        let names = try SecretsHistory.looking(in: vault) { vault throws(BackupError) in try vault.backups() }
        guard let name = names.first else { throw CommandFailure(at: vault.folder.path, Self.none()) }
        return name.text
    }

    private static func changes(_ files: [TarArchive.Member], _ tree: ProjectTree) -> [FileChange] {
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
