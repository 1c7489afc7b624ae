internal import Basics
internal import CommandLineKit
internal import Gate
internal import Wire

/// `comfygate account invite`: the secret alone on standard output.
struct AccountInvite: AdminCommand {
    private static let role = Option<InvitedRole>("role", or: .user, AdminMessages.role)
    private static let team = Option<String>("team", AdminMessages.teams)
    private static let expires = Option<Duration>(
        "expires",
        Message(
            "account.invite.expires", en: "How long it is good; 7 days otherwise, 90 at most",
            fr: "Sa durée de validité ; sinon 7 jours, 90 au plus"))

    static let declaration = CommandDeclaration(
        "invite",
        Message(
            "account.invite.summary", en: "Make an invitation for one account", fr: "Crée une invitation pour un compte"
        ),
        [role, team, expires] + AdminOptions.all,
        examples: ["account invite --role user --team class-a --expires 14d"])

    let options: AdminOptions
    private let role: InvitedRole
    private let team: String?
    private let expires: Duration?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        role = try arguments.require(Self.role)
        team = try arguments.get(Self.team)
        expires = try arguments.get(Self.expires)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        var body: JSONObject = ["role": .string(role.rawValue)]
        if let team { body["team"] = .string(team) }
        if let expires { body["expires"] = .string(expires.spelled) }
        let answer = try await admin.ask(.post, ["invitations"], .object(body))
        terminal.put(answer) { (answer["secret"]?.string ?? "") + "\n" }
        let place = try options.configuration(terminal).invitationAddress
        terminal.say(AdminMessages.invited(["time": answer["expires"]?.string?.moment ?? "", "place": place]))
    }
}
