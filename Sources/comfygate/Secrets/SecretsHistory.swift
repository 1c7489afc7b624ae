internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate secrets history`: the backups, or how one differs from the files now.
struct SecretsHistory: Command {
    static let backup = Positional<String>(
        "backup", isRequired: false,
        Message(
            "backup.name", en: "A backup, as `secrets history` names it, or `latest`: what the last change left",
            fr: "Une sauvegarde, comme `secrets history` la nomme, ou `latest` : ce que le dernier changement a laissé")
    )

    static let declaration = CommandDeclaration(
        "history",
        Message(
            "secrets.history.summary", en: "List backups, or compare one with the files now",
            fr: "Liste les sauvegardes, ou en compare une aux fichiers actuels"),
        [backup, SecretsOptions.root] + BackupOptions.all,
        examples: ["secrets history", "secrets history 20261121T161231.123Z-unify.tar.age"])

    private static let none = Message(
        "backup.none", en: "There is no backup in {path} yet.", fr: "Il n’y a pas encore de sauvegarde dans {path}.")
    static let badName = Message(
        "backup.bad_name", en: "That is no name of a backup.", fr: "Ce n’est pas le nom d’une sauvegarde.")
    static let badNameRemedy = Message(
        "backup.bad_name_remedy", en: "`comfygate secrets history` lists them.",
        fr: "`comfygate secrets history` les liste.")
    static let same = Message("backup.same", en: "same", fr: "identique")
    static let different = Message("backup.different", en: "different", fr: "différent")
    static let missingNow = Message("backup.missing_now", en: "missing now", fr: "absent maintenant")
    static let messages = [none, badName, badNameRemedy, same, different, missingNow]

    private let root: String
    private let name: String?
    private let options: BackupOptions

    init(_ arguments: ParsedArguments) throws(UsageError) {
        root = try SecretsOptions.root(of: arguments)
        name = try arguments.get(Self.backup)
        options = try BackupOptions(arguments)
    }

    func run(_ terminal: Terminal) throws {
        let vault = try options.vault(root, terminal)
        if let name {
            let backup = try Self.read(name, vault)
            let difference = Self.difference(backup.files, try ProjectTree(root: root))
            return terminal.put(Self.table(difference, terminal), json: Self.json(difference))
        }
        let changes = try ChangeLog(root: root).entries()
        let names = try Self.looking(in: vault) { vault throws(BackupError) in try vault.backups() }
        var table = Table([
            terminal.column(SecretsHeads.backup), terminal.column(SecretsHeads.before),
            terminal.column(SecretsHeads.files, canShrink: true),
        ])
        var lines: [JSON] = []
        for name in names {
            let change = changes.first { $0.backup == name.text }
            table.append([
                name.text, change?.action ?? name.reason.text, change.map { Self.some(of: $0.files) } ?? "-",
            ])
            lines.append([
                "name": JSON(name.text), "time": JSON(name.time.rfc3339), "reason": JSON(name.reason.text),
                "files": change.map { .array($0.files.map { JSON($0) }) } ?? .null,
            ])
        }
        terminal.put(.array(lines)) {
            names.isEmpty
                ? "" : table.render(width: terminal.outputIsTerminal ? terminal.width : nil, style: terminal.style)
        }
        if names.isEmpty { terminal.say(Self.none(["path": vault.folder.path])) }
    }

    /// As many as are read at a glance, and the number of the others; `--json` has them all.
    private static func some(of files: [String]) -> String {
        var shown: [String] = []
        var width = 0
        for file in files where shown.isEmpty || width + file.count < 60 && shown.count < 3 {
            shown.append(file)
            width += file.count + 1
        }
        return shown.joined(separator: " ") + (shown.count < files.count ? " (+\(files.count - shown.count))" : "")
    }

    /// - Throws: Naming the folder of the backups.
    static func looking<Answer>(
        in vault: BackupVault, _ look: (BackupVault) throws(BackupError) -> Answer
    ) throws(CommandFailure) -> Answer {
        do {
            return try look(vault)
        } catch {
            throw CommandFailure(at: vault.folder.path, error.phrase)
        }
    }

    static func read(_ name: String, _ vault: BackupVault) throws -> Backup {
        let latest =
            name == BackupReason.latest.text
            ? try looking(in: vault) { vault throws(BackupError) in try vault.latest() } : nil
        guard let parsed = latest ?? BackupName(parsing: name) else {
            throw CommandFailure(at: name, badName(), badNameRemedy())
        }
        do {
            return try vault.read(parsed)
        } catch {
            throw CommandFailure(at: name, error.phrase)
        }
    }

    static func difference(_ files: [TarArchive.Member], _ tree: ProjectTree) -> BackupDifference {
        BackupDifference(
            backup: files,
            now: Dictionary(uniqueKeysWithValues: files.map { ($0.path, tree.facts(of: $0.path).content) }))
    }

    static func table(_ difference: BackupDifference, _ terminal: Terminal) -> Table {
        var table = Table([
            terminal.column(SecretsHeads.file, canShrink: true), terminal.column(SecretsHeads.now),
            terminal.column(SecretsHeads.keys, canShrink: true),
        ])
        for entry in difference.entries {
            let state =
                switch entry.state {
                case .same: terminal.text(same)
                case .different, .notInBackup: terminal.text(different)
                case .missingNow: terminal.text(missingNow)
                case .unreadable(let phrase): terminal.text(phrase)
                }
            table.append([entry.path, state, entry.keys.isEmpty ? "-" : entry.keys.joined(separator: " ")])
        }
        return table
    }

    static func json(_ difference: BackupDifference) -> JSON {
        .array(
            difference.entries.map { entry in
                let state =
                    switch entry.state {
                    case .same: "same"
                    case .different, .notInBackup: "different"
                    case .missingNow: "missing_now"
                    case .unreadable: "unreadable"
                    }
                return [
                    "path": JSON(entry.path), "state": JSON(state), "keys": .array(entry.keys.map { JSON($0) }),
                ]
            })
    }
}
