internal import Basics
internal import CommandLineKit
internal import Secrets

/// What the commands about secrets have in common.
enum SecretsOptions {
    static let root = Option<FilePath>(
        "root",
        Message(
            "secrets.root", en: "The project's folder; the current one otherwise",
            fr: "Le dossier du projet ; sinon le dossier courant"))

    private static let none = Message(
        "secrets.no_file",
        en: "There is no source of truth in {root}.",
        fr: "Il n’y a pas de source de vérité dans {root}.")
    private static let remedy = Message(
        "secrets.name_root", en: "Name the project's folder with --root.",
        fr: "Indiquez le dossier du projet par --root.")
    static let messages = [none, remedy]

    static func root(of arguments: ParsedArguments) throws(UsageError) -> String {
        try arguments.get(root)?.text ?? "."
    }

    /// - Throws: As `file(in:_:)`; nil when there is none yet.
    static func fileIfAny(in tree: ProjectTree) throws -> CredentialFile? {
        tree.facts(of: CredentialFile.path).content == .missing ? nil : try file(in: tree, "")
    }

    /// - Throws: One line that names the file and what is wrong with it.
    static func file(in tree: ProjectTree, _ root: String) throws -> CredentialFile {
        let path = CredentialFile.path
        let content = tree.facts(of: path).content
        if let obstacle = content.obstacle { throw CommandFailure(at: path, obstacle) }
        guard case .bytes(let bytes) = content else { throw CommandFailure(at: path, none(["root": root]), remedy()) }
        do {
            return try CredentialFile(parsing: bytes)
        } catch {
            throw CommandFailure(at: path, error.phrase)
        }
    }
}
