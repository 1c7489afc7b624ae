internal import Basics
internal import CommandLineKit
internal import Glibc
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
    private static let noFolder = Message(
        "secrets.no_folder", en: "--root: there is no folder {path}.", fr: "--root : il n’y a pas de dossier {path}.")
    static let messages = [none, remedy, noFolder]

    static func root(of arguments: ParsedArguments) throws(UsageError) -> String {
        guard let given = try arguments.get(root)?.text else { return "." }
        guard isFolder(given) else { throw UsageError(noFolder(["path": given])) }
        return given
    }

    static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return unsafe stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    /// The folder as people know it.
    private static func shown(_ root: String) -> String {
        guard let real = unsafe realpath(root, nil) else { return root }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    /// - Throws: One line that names the file and what is wrong with it.
    static func file(in tree: ProjectTree, _ root: String) throws -> CredentialFile {
        guard let file = try fileIfAny(in: tree) else {
            throw CommandFailure(at: CredentialFile.path, none(["root": shown(root)]), remedy())
        }
        return file
    }

    /// Nil when there is none.
    static func fileIfAny(in tree: ProjectTree) throws -> CredentialFile? {
        let path = CredentialFile.path
        let content = tree.facts(of: path).content
        if let obstacle = content.obstacle { throw CommandFailure(at: path, obstacle) }
        guard case .bytes(let bytes) = content else { return nil }
        do {
            return try CredentialFile(parsing: bytes)
        } catch {
            throw CommandFailure(at: path, error.phrase)
        }
    }

    /// A credential's name as an option gives it.
    static func name(_ given: String?) throws(UsageError) -> String {
        let name = given ?? CredentialFile.defaultName
        guard CredentialFile.isName(name) else { throw UsageError(SecretsMessages.badName()) }
        return name
    }

    static func credential(_ name: String, in file: CredentialFile) throws -> Credential {
        if let credential = file[name] { return credential }
        let names = file.credentials.map(\.name).joined(separator: ", ")
        throw CommandFailure(
            at: CredentialFile.path, SecretsMessages.unknownCredential(["name": name]),
            names.isEmpty ? nil : SecretsMessages.knownCredentials(["names": names]))
    }
}
