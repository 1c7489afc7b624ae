internal import Basics
internal import CommandLineKit
internal import Secrets

/// What the commands about secrets have in common.
enum SecretsOptions {
    static let root = Option(
        "root", Message("secrets.root", en: "The project's folder (default: here)", fr: "Le dossier du projet (défaut : ici)"),
        value: .path)

    private static let none = Message(
        "secrets.no_file",
        en: "There is no source of truth ({path}) in {root}; name the project's folder with --root.",
        fr: "Il n’y a pas de source de vérité ({path}) dans {root} ; indiquez le dossier du projet par --root.")
    private static let outside = Message(
        "secrets.file_outside", en: "The source of truth {path} is a link that leads out of {root}.",
        fr: "La source de vérité {path} est un lien qui mène hors de {root}.")
    static let messages = [none, outside]

    static func root(of arguments: ParsedArguments) throws(UsageError) -> String {
        try arguments.value(root)?.text ?? "."
    }

    /// - Throws: One line that names the file and what is wrong with it.
    static func file(in tree: ProjectTree, _ root: String, _ terminal: Terminal) throws -> CredentialFile {
        let place = ["path": CredentialFile.path, "root": root]
        switch tree.facts(of: CredentialFile.path).content {
        case .bytes(let bytes):
            do {
                return try CredentialFile(parsing: bytes)
            } catch {
                throw CommandFailure(Phrase(verbatim: "\(CredentialFile.path): \(terminal.text(error.phrase))"))
            }
        case .missing: throw CommandFailure(Phrase(none, place))
        case .outside: throw CommandFailure(Phrase(outside, place))
        case .tooLarge: throw CommandFailure(Phrase(verbatim: "\(CredentialFile.path): > \(CredentialFile.limit) B"))
        case .unreadable(let words): throw CommandFailure(Phrase(verbatim: words))
        }
    }
}
