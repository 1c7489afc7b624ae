internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate session revoke`.
struct SessionRevoke: AdminCommand {
    private static let label = Positional<String>(
        "label", isRequired: false,
        Message("session.revoke.label", en: "The session, as session list shows it", fr: "La session"))
    private static let account = Option<String>(
        "all-of", placeholder: "NAME",
        Message("session.revoke.all_of", en: "End all sessions of this account", fr: "Termine celles de ce compte"))
    private static let choose = Message(
        "session.revoke.choose", en: "name one session, or an account with --all-of",
        fr: "indiquez une session, ou un compte avec --all-of")
    static let messages = [choose]

    static let declaration = CommandDeclaration(
        "revoke",
        Message(
            "session.revoke.summary", en: "End one browser session, or all of an account",
            fr: "Termine une session de navigateur, ou toutes celles d’un compte"),
        [label, account] + AdminOptions.all,
        examples: ["session revoke 0123456789abcdef", "session revoke --all-of alice"])

    let options: AdminOptions
    private let label: String?
    private let account: String?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        label = try arguments.get(Self.label)
        account = try arguments.get(Self.account)
        guard (label == nil) != (account == nil) else { throw UsageError(Self.choose()) }
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let answer =
            if let account {
                try await admin.ask(.delete, ["sessions"], query: [("account", account)])
            } else {
                try await admin.ask(.delete, ["sessions", label ?? ""])
            }
        terminal.put(answer) { "" }
        terminal.say(AdminMessages.revoked(["name": label ?? account ?? ""]))
    }
}
