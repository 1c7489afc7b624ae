internal import Basics
internal import CommandLineKit
internal import Secrets

/// Where backups lie and what opens them.
struct BackupOptions: Sendable {
    private static let folder = Option<FilePath>(
        "backups", completion: .folders,
        Message(
            "backup.option.folder", en: "The folder of sealed backups; else one below ~/.local/state/comfygate",
            fr: "Le dossier des sauvegardes scellées ; sinon sous ~/.local/state/comfygate"))
    private static let identity = Option<FilePath>(
        "identity",
        Message(
            "backup.option.identity", en: "The age identity that opens them; else ~/.config/comfygate/backup.identity",
            fr: "L’identité age qui les ouvre ; sinon ~/.config/comfygate/backup.identity"))
    private static let newIdentity = Flag(
        "new-identity",
        Message(
            "backup.option.new_identity", en: "Let it be one that does not open the backups there are",
            fr: "Qu’elle n’ouvre pas les sauvegardes existantes"))
    static let all: [any Parameter] = [folder, identity]
    /// Of what makes backups.
    static let making: [any Parameter] = all + [newIdentity]

    private static let inWorkTree = Message(
        "backup.in_work_tree",
        en: "The folder lies in the Git work tree {tree}: one `git clean -fd` removes every backup.",
        fr: "Le dossier est dans l’arbre de travail Git {tree} : un `git clean -fd` supprime toutes les sauvegardes.")
    private static let elsewhere = Message(
        "backup.elsewhere", en: "Name a folder outside with --backups.",
        fr: "Nommez un dossier au-dehors par --backups.")
    private static let madeIdentity = Message(
        "backup.made_identity",
        en: "{path} was made and opens all backups: copy it to another machine or to paper, without it they are lost.",
        fr:
            "{path} a été créé et ouvre toutes les sauvegardes : copiez-le ailleurs ou sur papier, sans lui elles sont perdues."
    )
    private static let olderSealed = Message(
        "backup.older_sealed",
        en: "The older backups in {path} are sealed for the identity that was there before: only that one opens them.",
        fr: "Les sauvegardes plus anciennes de {path} sont scellées pour l’identité d’avant : elle seule les ouvre.")
    private static let kept = Message("backup.kept", en: "Backup: {path}", fr: "Sauvegarde : {path}")
    private static let notKept = Message(
        "backup.not_kept",
        en: "All is changed, but what is there now could not be kept: {reason} `comfygate secrets backup` tries again.",
        fr:
            "Tout est changé, mais l’état actuel n’a pas pu être gardé : {reason} `comfygate secrets backup` réessaie."
    )
    static let messages = [inWorkTree, elsewhere, madeIdentity, olderSealed, kept, notKept]

    private let folder: String?
    private let identity: String?
    private let beginsAnew: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        folder = try arguments.get(Self.folder)?.text
        identity = try arguments.get(Self.identity)?.text
        beginsAnew = arguments.has(Self.newIdentity)
    }

    func vault(_ root: String, _ terminal: Terminal) throws -> BackupVault {
        let vault: BackupVault
        do {
            vault = try BackupVault(root: root, environment: terminal.environment, folder: folder, identity: identity)
        } catch {
            throw CommandFailure(at: "backup", error.phrase)
        }
        if let tree = WorkTree.holding(vault.folder.path) {
            guard folder == nil else {
                throw CommandFailure(at: vault.folder.path, Self.inWorkTree(["tree": tree]), Self.elsewhere())
            }
            terminal.warn(Self.inWorkTree(["tree": tree]))
        }
        return vault
    }

    /// - Returns: The backup's name; nil when none of the files is there.
    /// - Throws: Before anything is changed.
    func keep(_ paths: [String], of tree: ProjectTree, root: String, reason: String, _ terminal: Terminal) throws
        -> String?
    {
        guard let reason = BackupReason(reason) else { preconditionFailure("no reason: \(reason)") }
        var vault = try vault(root, terminal)
        vault.beginsAnew = beginsAnew
        do {
            guard let kept = try vault.keep(paths, of: tree, reason: reason, now: .now()) else { return nil }
            try tell(kept, vault, terminal)
            terminal.say(Self.kept(["path": "\(vault.folder.path)/\(kept.name.text)"]))
            return kept.name.text
        } catch {
            throw CommandFailure(at: "backup", error.phrase)
        }
    }

    /// Keeps what a change has left; that change stands, whatever becomes of this.
    ///
    /// - Parameters: As `BackupVault.keepLatest` takes them.
    func keepLatest(_ paths: [String], of tree: ProjectTree, hadSource: Bool, root: String, _ terminal: Terminal) {
        do {
            let vault = try BackupVault(
                root: root, environment: terminal.environment, folder: folder, identity: identity)
            guard let kept = try vault.keepLatest(paths, of: tree, hadSource: hadSource, now: .now()) else { return }
            try tell(kept, vault, terminal)
        } catch {
            terminal.warn(Self.notKept(["reason": terminal.text(error.phrase)]))
        }
    }

    private func tell(_ kept: BackupVault.Kept, _ vault: BackupVault, _ terminal: Terminal) throws(BackupError) {
        guard kept.madeIdentity else { return }
        terminal.warn(Self.madeIdentity(["path": vault.identity]))
        if try vault.folder.list().count > 1 { terminal.warn(Self.olderSealed(["path": vault.folder.path])) }
    }
}
