internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate secrets set NAME`: a credential's token, description and locations; then everything is made equal to it.
struct SecretsSet: Command {
    private static let name = Positional<String>("name", SecretsMessages.name)
    private static let description = Option<String>(
        "description",
        placeholder: "TEXT",
        Message("secrets.set.description", en: "What it is for", fr: "À quoi il sert"))
    private static let location = Option<String>(
        "location", placeholder: "PATH[:KEY=VALUE]", isRepeatable: true,
        Message(
            "secrets.set.location",
            en:
                "Adds a place: a path, and for one value in a file its key and raw or hash, as .env:COMFYUI_API_TOKEN=hash",
            fr: "Ajoute une place : un chemin, et pour une valeur dans un fichier sa clé et raw ou hash, comme "
                + ".env:COMFYUI_API_TOKEN=hash"))

    static let declaration = CommandDeclaration(
        "set",
        Message(
            "secrets.set.summary", en: "Add a credential or change it, and write it everywhere",
            fr: "Ajoute ou change un secret, et l’écrit partout"),
        [name] + TokenOptions.all + [description, location] + SealOptions.all + SecretsEdit.all,
        examples: [
            "secrets set forge --generate --location services/forge/.env:FORGE_API_TOKEN=raw",
            "secrets set default --token-file token.txt",
        ])

    private let edit: SecretsEdit
    private let token: TokenOptions
    private let name: String
    private let description: String?
    private let locations: [LocationRule]

    init(_ arguments: ParsedArguments) throws(UsageError) {
        edit = try SecretsEdit(arguments)
        token = try TokenOptions(arguments)
        name = try SecretsOptions.name(arguments.require(Self.name))
        description = try arguments.get(Self.description)
        var locations: [LocationRule] = []
        for text in try arguments.all(Self.location) {
            do {
                locations.append(try LocationRule(parsing: text))
            } catch {
                throw UsageError(error.phrase)
            }
        }
        self.locations = locations
    }

    func run(_ terminal: Terminal) async throws {
        try edit.mayBegin(name, token, terminal)
        try await edit.run(terminal, "set", begins: true) { file, tree, _ in
            var file = file
            var credential = file[name] ?? Credential(name: name, rawToken: nil)
            if let description { credential.description = description }
            credential.locations += locations.filter { !credential.locations.contains($0) }
            // Without a new token the present one: a location may want a hash of it now.
            guard let given = try token.read(tree, terminal) ?? credential.rawToken.map({ .token($0) }) else {
                throw CommandFailure(
                    at: CredentialFile.path, SecretsMessages.noToken(["name": name]), SecretsMessages.noTokenRemedy())
            }
            credential = try SecretsUnify.taking(given, credential, tree, terminal)
            file.set(credential)
            return file
        }
    }
}
