internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate account add NAME`: a person with a password, or a machine with none.
struct AccountAdd: AdminCommand {
    private static let name = Positional<String>("name", AdminMessages.name)
    private static let role = Option<RoleChoice>("role", or: .user, AdminMessages.role)
    private static let team = Option<String>("team", isRepeatable: true, AdminMessages.teams)
    private static let machine = Flag(
        "machine",
        Message(
            "account.add.machine", en: "For a program: no password, tokens only",
            fr: "Pour un programme : pas de mot de passe, des jetons seulement"))

    static let declaration = CommandDeclaration(
        "add",
        Message("account.add.summary", en: "Add an account", fr: "Ajoute un compte"),
        [name, role, team, machine] + PasswordOptions.all + AdminOptions.all,
        examples: [
            "account add alice --role admin", "account add bob --password-file password.txt",
            "account add render-farm --machine",
        ])
    static let mayBegin = true

    let options: AdminOptions
    private let name: String
    private let role: RoleChoice
    private let teams: [String]
    private let isMachine: Bool
    private let passwords: PasswordOptions
    private var password: Secret?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        name = try arguments.require(Self.name)
        role = try arguments.require(Self.role)
        teams = try arguments.all(Self.team)
        isMachine = arguments.has(Self.machine)
        passwords = try PasswordOptions(arguments)
    }

    mutating func prepare(_ terminal: Terminal) throws {
        if !isMachine { password = try passwords.read(for: name, terminal) }
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        var body: JSONObject = [
            "name": .string(name), "role": .string(role.rawValue), "kind": isMachine ? "machine" : "person",
            "teams": .array(teams.map { .string($0) }),
        ]
        if let password {
            body["password"] = .string(password.reveal())
            body["must_change_password"] = .bool(passwords.mustChange)
        }
        let account = try await admin.ask(.post, ["accounts"], .object(body))
        terminal.put(account) { "" }
        terminal.say(AdminMessages.added(["name": name, "role": role.rawValue]))
    }
}
