internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate secrets unify`: one credential, right, and the same everywhere.
struct SecretsUnify: Command {
    private static let credential = Option<String>("credential", SecretsMessages.credential)

    static let declaration = CommandDeclaration(
        "unify",
        Message(
            "secrets.unify.summary", en: "Make the credential sound and write it everywhere",
            fr: "Rend le secret valable et l’écrit partout"),
        discussion: Message(
            "secrets.unify.discussion",
            en: "Takes the raw token of the source of truth, or the one that is given, makes its bcrypt hash where the "
                + "present one is not its hash, and writes both to every location: all of them, or none.",
            fr: "Prend le jeton brut de la source de vérité, ou celui qui est donné, calcule son empreinte bcrypt si "
                + "l’actuelle n’est pas la sienne, et écrit les deux partout : dans tous les emplacements, ou aucun."),
        TokenOptions.all + [credential] + SealOptions.all + SecretsEdit.all,
        examples: [
            "secrets unify --dry-run", "secrets unify --generate", "secrets unify --from login/PASSWORD",
            "secrets unify --token-stdin < token.txt",
        ])

    private let edit: SecretsEdit
    private let token: TokenOptions
    private let name: String

    init(_ arguments: ParsedArguments) throws(UsageError) {
        edit = try SecretsEdit(arguments)
        token = try TokenOptions(arguments)
        name = try SecretsOptions.name(arguments.get(Self.credential))
    }

    func run(_ terminal: Terminal) throws {
        try edit.run(terminal, "unify", begins: true) { file, tree in
            var file = file
            let given = try token.read(tree, terminal)
            for credential in file.credentials where credential.name != name {
                guard let token = credential.rawToken else { continue }
                file.set(try Self.holding(token, credential, tree))
            }
            let credential = file[name] ?? Credential(name: name, rawToken: nil, bcryptHash: nil)
            switch given {
            case .token(let token)?: file.set(try Self.holding(token, credential, tree))
            case .hash(let hash)?:
                let adopted = credential.adopting(hash: hash, now: .now(), verify: tree.verify)
                if credential.rawToken != nil, adopted.rawToken == nil { terminal.warn(SecretsMessages.rawDropped()) }
                file.set(adopted)
            case nil:
                if let token = credential.rawToken {
                    file.set(try Self.holding(token, credential, tree))
                } else if credential.bcryptHash == nil || credential.wantsToken {
                    throw CommandFailure(
                        at: CredentialFile.path, SecretsMessages.noToken(["name": name]),
                        SecretsMessages.noTokenRemedy())
                }
            }
            return file
        }
    }

    static func holding(_ token: Secret, _ credential: Credential, _ tree: ProjectTree) throws -> Credential {
        do {
            return try credential.holding(token, now: .now(), verify: tree.verify)
        } catch {
            throw CommandFailure(at: credential.name, Phrase(verbatim: error.message))
        }
    }
}
