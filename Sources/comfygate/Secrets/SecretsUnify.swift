internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate secrets unify`: one credential, right, and the same everywhere.
struct SecretsUnify: Command {
    private static let listed = Flag(
        "listed",
        Message(
            "secrets.unify.listed", en: "Keep to the locations of the source of truth, and search for no others",
            fr: "S’en tenir aux emplacements de la source de vérité, sans en chercher d’autres"))
    private static let credential = Option<String>("credential", SecretsMessages.credential)

    static let declaration = CommandDeclaration(
        "unify",
        Message(
            "secrets.unify.summary", en: "Make the credential sound and write it everywhere",
            fr: "Rend le secret valable et l’écrit partout"),
        discussion: Message(
            "secrets.unify.discussion",
            en: "Takes the raw token of the source of truth, or the one that is given, makes its bcrypt hash where the "
                + "present one is not its hash, takes in the places that `secrets discover` finds, and writes both everywhere: to "
                + "all of them, or none.",
            fr: "Prend le jeton brut de la source de vérité, ou celui qui est donné, calcule son empreinte bcrypt si "
                + "l’actuelle n’est pas la sienne, ajoute les places que trouve `secrets discover`, et écrit les deux partout : "
                + "dans toutes, ou aucune."),
        TokenOptions.all + [credential, listed] + SealOptions.all + SecretsEdit.all,
        examples: [
            "secrets unify --dry-run", "secrets unify --generate", "secrets unify --from login/PASSWORD",
            "secrets unify --token-stdin < token.txt",
        ])

    private let edit: SecretsEdit
    private let token: TokenOptions
    private let name: String
    private let isListedOnly: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        edit = try SecretsEdit(arguments)
        token = try TokenOptions(arguments)
        name = try SecretsOptions.name(arguments.get(Self.credential))
        isListedOnly = arguments.has(Self.listed)
    }

    func run(_ terminal: Terminal) async throws {
        try edit.mayBegin(name, token, terminal)
        try await edit.run(terminal, "unify", begins: true) { file, tree, found in
            var file = file
            if !isListedOnly { try adopt(&file, &found, tree, terminal) }
            let given = try token.read(tree, terminal)
            for credential in file.credentials where credential.name != name {
                guard let token = credential.rawToken else { continue }
                file.set(try Self.holding(token, credential, tree))
            }
            let credential = file[name] ?? Credential(name: name, rawToken: nil, bcryptHash: nil)
            if let given {
                file.set(try Self.taking(given, credential, tree, terminal))
            } else if let token = credential.rawToken {
                file.set(try Self.holding(token, credential, tree))
            } else if credential.bcryptHash == nil || credential.wantsToken {
                throw CommandFailure(
                    at: CredentialFile.path, SecretsMessages.noToken(["name": name]), SecretsMessages.noTokenRemedy())
            }
            return file
        }
    }

    /// Takes in what was found, each place for the credential of its key.
    private func adopt(
        _ file: inout CredentialFile, _ found: inout [Finding], _ tree: ProjectTree, _ terminal: Terminal
    ) throws {
        let discovery = try Discovery(of: edit.root, listed: file, tracked: tree.tracked, readsHistory: false)
        if !discovery.isComplete { terminal.warn(SecretsDiscover.cut()) }
        found = discovery.findings
        for (owner, proposals) in Dictionary(grouping: discovery.proposals, by: \.credential).sorted(by: {
            $0.key < $1.key
        }) {
            var credential = file[owner] ?? Credential(name: owner, rawToken: nil)
            credential.locations += proposals.map(\.rule).filter { !credential.locations.contains($0) }
            if credential.rawToken == nil, credential.bcryptHash == nil, !credential.isSealed, owner != name {
                // Nobody says which one is right, unless all places agree.
                let tokens = discovery.tokens(of: owner)
                guard tokens.count == 1 else {
                    let places = proposals.map { $0.rule.path + ":" + ($0.rule.key ?? "") }.joined(separator: ", ")
                    if !tokens.isEmpty {
                        terminal.report(
                            CommandFailure(
                                at: owner, SecretsMessages.disagree(["places": places]),
                                SecretsMessages.disagreeRemedy(["name": owner])), asWarning: true)
                    }
                    continue
                }
                credential.rawToken = tokens[0]
            }
            file.set(credential)
        }
    }

    /// The credential with what came in.
    static func taking(
        _ given: TokenOptions.Given, _ credential: Credential, _ tree: ProjectTree, _ terminal: Terminal
    ) throws -> Credential {
        switch given {
        case .token(let token): return try holding(token, credential, tree)
        case .hash(let hash):
            let adopted = credential.adopting(hash: hash, now: .now(), verify: tree.verify)
            if credential.rawToken != nil, adopted.rawToken == nil { terminal.warn(SecretsMessages.rawDropped()) }
            return adopted
        }
    }

    static func holding(_ token: Secret, _ credential: Credential, _ tree: ProjectTree) throws -> Credential {
        do {
            return try credential.holding(token, now: .now(), verify: tree.verify)
        } catch {
            throw CommandFailure(at: credential.name, SecretsMessages.unfit())
        }
    }
}
