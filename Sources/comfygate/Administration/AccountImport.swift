internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate account import FILE`: all of a list or none; made-up passwords are shown this once.
struct AccountImport: AdminCommand {
    private static let file = Positional<FilePath>(
        "file",
        Message(
            "account.import.file", en: "A CSV file with the columns name, role, teams, password",
            fr: "Un fichier CSV avec les colonnes name, role, teams, password"))

    static let declaration = CommandDeclaration(
        "import",
        Message("account.import.summary", en: "Add the accounts of a list", fr: "Ajoute les comptes d’une liste"),
        discussion: Message(
            "account.import.discussion",
            en:
                "Passwords that are empty are made up, shown this once, and serve for one login. Roles are user, operator, admin; teams are separated by semicolons.",
            fr:
                "Les mots de passe vides sont inventés, affichés une seule fois, et servent à une connexion. Les rôles sont user, operator, admin ; les équipes sont séparées par des points-virgules."
        ),
        [file] + AdminOptions.all,
        examples: ["account import class.csv", "account import class.csv --json > passwords.json"])
    static let mayBegin = true

    let options: AdminOptions
    private let file: FilePath

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        file = try arguments.require(Self.file)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let csv = try TextFile.read(file.text, limit: 1 << 20)
        let answer = try await admin.ask(.post, ["accounts", "import"], ["csv": .string(csv)])
        terminal.put(
            answer, list: "accounts",
            [
                ("NAME", "name", false), ("ROLE", "role", false), ("TEAMS", "teams", true),
                ("PASSWORD", "password", false),
            ])
        terminal.say(AdminMessages.imported(count: answer["accounts"]?.array?.count ?? 0))
    }
}
