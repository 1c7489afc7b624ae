internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate secrets get NAME`: the one command that prints a secret, for a pipe.
struct SecretsGet: Command {
    enum Form: String, Choice { case raw, hash }

    private static let name = Positional<String>("name", or: CredentialFile.defaultName, SecretsMessages.name)
    private static let form = Option<Form>(
        "value", or: .raw,
        Message("secrets.get.value", en: "The raw token, or its hash", fr: "Le jeton brut, ou son empreinte"))
    private static let reveal = Flag(
        "reveal",
        Message(
            "secrets.get.reveal", en: "Print it even where people may look on: at a terminal",
            fr: "L’afficher même là où l’on peut le voir : dans un terminal"))

    static let declaration = CommandDeclaration(
        "get",
        Message(
            "secrets.get.summary", en: "Print a credential for a pipe or a file",
            fr: "Écrit un secret vers un tube ou un fichier"),
        [name, form, reveal, SecretsOptions.root] + SealOptions.all,
        examples: [
            "secrets get forge", "secrets get --value hash",
        ])

    private static let atTerminal = Message(
        "secrets.get.at_terminal", en: "Whoever looks at the screen would see it.",
        fr: "Qui regarde l’écran le verrait.")
    private static let atTerminalRemedy = Message(
        "secrets.get.at_terminal_remedy", en: "Send it into a pipe or a file, or say --reveal.",
        fr: "Envoyez-le dans un tube ou un fichier, ou dites --reveal.")
    private static let noHash = Message(
        "secrets.get.no_hash", en: "The credential {name} has no bcrypt hash.",
        fr: "Le secret {name} n’a pas d’empreinte bcrypt.")
    static let messages = [atTerminal, atTerminalRemedy, noHash]

    private let root: String
    private let name: String
    private let form: Form
    private let reveals: Bool
    private let seal: SealOptions

    init(_ arguments: ParsedArguments) throws(UsageError) {
        root = try SecretsOptions.root(of: arguments)
        name = try SecretsOptions.name(arguments.require(Self.name))
        form = try arguments.require(Self.form)
        reveals = arguments.has(Self.reveal)
        seal = try SealOptions(arguments)
    }

    func run(_ terminal: Terminal) throws {
        let closed = try SecretsOptions.file(in: ProjectTree(root: root), root)
        // Before a passphrase is asked for in vain.
        guard reveals || !terminal.outputIsTerminal else {
            throw CommandFailure(at: name, Self.atTerminal(), Self.atTerminalRemedy())
        }
        let file = try seal.open(closed, must: form == .raw, terminal).file
        let credential = try SecretsOptions.credential(name, in: file)
        let given = form == .raw ? credential.rawToken : credential.bcryptHash
        guard let value = given else {
            let what = form == .raw ? SecretsMessages.noToken(["name": name]) : Self.noHash(["name": name])
            throw CommandFailure(at: CredentialFile.path, what)
        }
        terminal.put(["name": JSON(name), "value": JSON(value.reveal())]) { value.reveal() + "\n" }
    }
}
