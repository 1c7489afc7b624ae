internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate secrets seal`: raw tokens are encrypted where they lie.
struct SecretsSeal: Command {
    static let declaration = CommandDeclaration(
        "seal",
        Message(
            "secrets.seal.summary", en: "Encrypt the raw tokens in the source of truth",
            fr: "Chiffre les jetons bruts de la source de vérité"),
        discussion: Message(
            "secrets.seal.discussion",
            en:
                "With --key-file by a key file, which is made when it is not there; otherwise by a passphrase. Hashes and "
                + "locations stay readable: an audit, and what needs only the hash, work while it is sealed.",
            fr:
                "Avec --key-file par un fichier de clé, créé s’il manque ; sinon par une phrase secrète. Les empreintes et "
                + "les emplacements restent lisibles : l’audit, et ce qui n’a besoin que de l’empreinte, fonctionnent."),
        SealOptions.all + SecretsEdit.all,
        examples: ["secrets seal", "secrets seal --key-file /etc/comfygate/seal.key"])

    private static let again = Message("seal.again", en: "The same again: ", fr: "La même encore une fois : ")
    private static let differ = Message(
        "seal.differ", en: "The two passphrases differ.", fr: "Les deux phrases secrètes diffèrent.")
    private static let made = Message(
        "seal.made", en: "{path} was made: without it the tokens stay sealed for ever. Keep a copy elsewhere.",
        fr: "{path} a été créé : sans lui les jetons restent scellés à jamais. Gardez-en une copie ailleurs.")
    private static let beside = Message(
        "seal.beside", en: "The key would lie with what it seals: whoever gets the folder, or a copy of it, gets both.",
        fr: "La clé serait avec ce qu’elle scelle : qui obtient le dossier, ou sa copie, a les deux.")
    private static let elsewhere = Message(
        "seal.elsewhere", en: "Name a place outside the project, such as ~/.config/comfygate/seal.key.",
        fr: "Nommez un endroit hors du projet, comme ~/.config/comfygate/seal.key.")
    private static let nothing = Message(
        "seal.nothing", en: "All tokens are sealed by this key; nothing was written.",
        fr: "Tous les jetons sont scellés par cette clé ; rien n’a été écrit.")
    static let messages = [again, differ, made, beside, elsewhere, nothing, SecretsUnseal.nothing]

    private let edit: SecretsEdit
    private let seal: SealOptions

    init(_ arguments: ParsedArguments) throws(UsageError) {
        edit = try SecretsEdit(arguments)
        seal = try SealOptions(arguments)
    }

    func run(_ terminal: Terminal) async throws {
        if let path = seal.keyFile(terminal), WorkTree.lies(path, in: edit.root) {
            throw CommandFailure(at: path, Self.beside(), Self.elsewhere())
        }
        try await edit.reseal("seal", nothing: Self.nothing, terminal) { try $0.key ?? make(terminal) }
    }

    private func make(_ terminal: Terminal) throws -> SealingKey {
        if let path = seal.keyFile(terminal) {
            if !edit.isDry, ((try? PrivateFile.read(path)) ?? nil) == nil {
                do {
                    try PrivateFile.create(path, SealingKey.makeFile(), mode: 0o400, makesFolder: true)
                } catch {
                    throw CommandFailure(at: path, error.phrase)
                }
                terminal.warn(Self.made(["path": path]))
            }
            return try SealOptions.read(path)
        }
        guard let first = try seal.passphrase(terminal, mayAsk: false) else {
            let first = try seal.passphrase(terminal, mayAsk: true)
            let second = try SealOptions.ask(Self.again, terminal)
            guard let first, first == second else { throw CommandFailure(at: "seal", Self.differ()) }
            return try Self.key(first)
        }
        return try Self.key(first)
    }

    private static func key(_ passphrase: Secret) throws -> SealingKey {
        do {
            return try SealingKey.passphrase(passphrase, .make())
        } catch {
            throw CommandFailure(at: "seal", error.phrase)
        }
    }
}

/// `comfygate secrets unseal`: raw tokens stand open again.
struct SecretsUnseal: Command {
    static let declaration = CommandDeclaration(
        "unseal",
        Message(
            "secrets.unseal.summary", en: "Decrypt the raw tokens in the source of truth",
            fr: "Déchiffre les jetons bruts de la source de vérité"),
        SealOptions.all + SecretsEdit.all, examples: ["secrets unseal"])

    fileprivate static let nothing = Message(
        "unseal.nothing", en: "No token is sealed; nothing was written.",
        fr: "Aucun jeton n’est scellé ; rien n’a été écrit.")

    private let edit: SecretsEdit

    init(_ arguments: ParsedArguments) throws(UsageError) { edit = try SecretsEdit(arguments) }

    func run(_ terminal: Terminal) async throws {
        try await edit.reseal("unseal", nothing: Self.nothing, terminal) { _ in nil }
    }
}
