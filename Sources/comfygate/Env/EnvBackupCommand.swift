internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate env backup FILE`: one dotenv file, sealed.
struct EnvBackupCommand: Command {
    static let declaration = CommandDeclaration(
        "backup",
        Message(
            "env.backup.summary", en: "Keep a dotenv file, sealed as age does",
            fr: "Sauvegarde un .env, scellé à la manière d’age"),
        EnvOptions.place + BackupOptions.making, examples: ["env backup .env"])

    private let options: EnvOptions
    private let backups: BackupOptions

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try EnvOptions(arguments)
        backups = try BackupOptions(arguments)
    }

    func run(_ terminal: Terminal) throws {
        let place = try options.place()
        let tree = try ProjectTree(root: place.root)
        guard let name = try backups.keep([place.path], of: tree, root: place.root, reason: "env-backup", terminal)
        else { throw CommandFailure(at: options.file, EnvWords.notThere()) }
        terminal.put(["backup": JSON(name)]) { "" }
    }
}
