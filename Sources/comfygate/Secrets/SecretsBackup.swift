internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate secrets backup`: the source of truth and every location, sealed.
struct SecretsBackup: Command {
    private static let paths = Positional<String>(
        "path", isRequired: false, isRepeatable: true, completion: .files,
        Message(
            "backup.paths", en: "Files below the root; else the source of truth and every location",
            fr: "Des fichiers sous la racine ; sinon la source de vérité et chaque emplacement"))

    static let declaration = CommandDeclaration(
        "backup",
        Message(
            "secrets.backup.summary", en: "Keep the files that hold secrets, sealed as age does",
            fr: "Sauvegarde les fichiers à secrets, scellés à la manière d’age"),
        discussion: Message(
            "secrets.backup.discussion",
            en: "Every command that changes files makes such a backup first. Without this program: "
                + "age -d -i backup.identity FILE | tar x",
            fr: "Toute commande qui change des fichiers fait d’abord une telle sauvegarde. Sans ce programme : "
                + "age -d -i backup.identity FICHIER | tar x"),
        [paths, SecretsOptions.root] + BackupOptions.making, examples: ["secrets backup", "secrets backup .env"])

    private static let nothing = Message(
        "backup.nothing", en: "None of these files is there.", fr: "Aucun de ces fichiers n’existe.")
    static let messages = [nothing]

    private let root: String
    private let paths: [String]
    private let options: BackupOptions

    init(_ arguments: ParsedArguments) throws(UsageError) {
        root = try SecretsOptions.root(of: arguments)
        paths = try arguments.all(Self.paths)
        options = try BackupOptions(arguments)
    }

    func run(_ terminal: Terminal) throws {
        let tree = try ProjectTree(root: root)
        var wanted = paths
        if wanted.isEmpty {
            let file = try SecretsOptions.file(in: tree, root)
            wanted = [CredentialFile.path] + file.credentials.flatMap(\.locations).flatMap { tree.expand($0.path) }
        }
        guard let name = try options.keep(wanted, of: tree, root: root, reason: "backup", terminal) else {
            throw CommandFailure(at: root, Self.nothing())
        }
        terminal.put(["backup": JSON(name)]) { "" }
    }
}
