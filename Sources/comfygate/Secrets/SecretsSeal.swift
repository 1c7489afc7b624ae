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
    static let messages = [again, differ, made]

    private let edit: SecretsEdit
    private let seal: SealOptions

    init(_ arguments: ParsedArguments) throws(UsageError) {
        edit = try SecretsEdit(arguments)
        seal = try SealOptions(arguments)
    }

    func run(_ terminal: Terminal) async throws {
        let opened = try await edit.open(terminal, begins: false)
        let key = try opened.key ?? make(terminal)
        let change = try edit.plan(opened.file, opened, key: key, terminal)
        try await edit.commit(change, opened, action: "seal", terminal)
        await opened.close()
    }

    private func make(_ terminal: Terminal) throws -> SealingKey {
        if let path = seal.keyFile(terminal) {
            if !edit.isDry, ((try? PrivateFile.read(path)) ?? nil) == nil {
                do {
                    try PrivateFile.create(path, SealingKey.makeFile(), mode: 0o400, makesFolder: true)
                } catch {
                    throw CommandFailure(at: path, Phrase(verbatim: error.message))
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

    private let edit: SecretsEdit

    init(_ arguments: ParsedArguments) throws(UsageError) { edit = try SecretsEdit(arguments) }

    func run(_ terminal: Terminal) async throws {
        let opened = try await edit.open(terminal, begins: false)
        let change = try edit.plan(opened.file, opened, key: nil, terminal)
        try await edit.commit(change, opened, action: "unseal", terminal)
        await opened.close()
    }
}
