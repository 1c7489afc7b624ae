internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate jobs release`.
struct JobsRelease: AdminCommand {
    private static let signature = Positional<String>(
        "signature",
        Message(
            "jobs.release.signature", en: "The signature or its beginning, as `jobs quarantine` shows it",
            fr: "La signature ou son début, comme dans `jobs quarantine`"))

    static let declaration = CommandDeclaration(
        "release",
        Message(
            "jobs.release.summary", en: "Let a quarantined graph run again",
            fr: "Laisse un graphe en quarantaine s’exécuter de nouveau"),
        [signature] + AdminOptions.all,
        examples: ["jobs release 5e2a81c0"])

    let options: AdminOptions
    private let signature: String

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        signature = try arguments.require(Self.signature)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let done = try await admin.ask(.delete, ["quarantine", signature])
        terminal.put(done) { "" }
        terminal.say(JobMessages.released())
    }
}
