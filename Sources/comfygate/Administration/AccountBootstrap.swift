internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate account bootstrap`: the secret alone on standard output; the one before is worth nothing.
struct AccountBootstrap: AdminCommand {

    static let declaration = CommandDeclaration(
        "bootstrap",
        Message(
            "account.bootstrap.summary", en: "Make a secret for the first administrator",
            fr: "Crée un secret pour le premier administrateur"),
        AdminOptions.all,
        examples: ["account bootstrap"])
    static let mayBegin = true

    let options: AdminOptions

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)

    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let answer = try await admin.ask(.post, ["bootstrap"])
        terminal.put(answer) { (answer["secret"]?.string ?? "") + "\n" }
        terminal.say(AdminMessages.goodUntil(["time": answer["expires"]?.string?.moment ?? ""]))
    }
}
