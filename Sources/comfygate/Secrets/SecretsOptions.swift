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
    private static let large = Message(
        "secrets.file_large", en: "It has more than {limit} bytes.", fr: "Il dépasse {limit} octets.")
    private static let outside = Message(
        "secrets.file_outside", en: "It is a link that leads out of {root}.",
        fr: "C’est un lien qui mène hors de {root}.")
    static let messages = [none, outside, remedy, large]

    static func root(of arguments: ParsedArguments) throws(UsageError) -> String {
        try arguments.get(root)?.text ?? "."
    }

    /// - Throws: One line that names the file and what is wrong with it.
    static func file(in tree: ProjectTree, _ root: String) throws -> CredentialFile {
        let path = CredentialFile.path
        switch tree.facts(of: path).content {
        case .bytes(let bytes):
            do {
                return try CredentialFile(parsing: bytes)
            } catch {
                throw CommandFailure(at: path, error.phrase)
            }
        case .missing: throw CommandFailure(at: path, none(["root": root]), remedy())
        case .outside: throw CommandFailure(at: path, outside(["root": root]))
        case .tooLarge(let limit): throw CommandFailure(at: path, large(["limit": "\(limit)"]))
        case .unreadable(let words): throw CommandFailure(at: path, Phrase(verbatim: words))
        }
    }
}
