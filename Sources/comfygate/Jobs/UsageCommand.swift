internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate usage`.
struct UsageCommand: AdminCommand {
    private static let by = Option<UsageKey>(
        "by", Message("usage.by", en: "What the sums are of", fr: "Ce sur quoi portent les sommes"))
    private static let since = Option<String>(
        "since",
        Message(
            "usage.since", en: "The first day, such as 2026-11-01; this month without it",
            fr: "Le premier jour, par exemple 2026-11-01 ; ce mois-ci sinon"))
    private static let until = Option<String>(
        "until", Message("usage.until", en: "The last day; today without it", fr: "Le dernier jour ; aujourd’hui sinon")
    )
    private static let account = Option<String>("account", JobMessages.onlyAccount)

    static let declaration = CommandDeclaration(
        "usage",
        Message(
            "usage.usage.summary", en: "Show what jobs came to: GPU-seconds and bytes",
            fr: "Montre ce que les jobs ont pris : secondes de GPU et octets"),
        [by, since, until, account] + AdminOptions.all,
        examples: ["usage", "usage --by workflow --since 2026-11-01", "usage --by day --account alice --json"])

    let options: AdminOptions
    private let by: UsageKey
    private let since: String?
    private let until: String?
    private let account: String?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        by = try arguments.get(Self.by) ?? .account
        since = try arguments.get(Self.since)
        until = try arguments.get(Self.until)
        account = try arguments.get(Self.account)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        var query = [(name: "by", value: by.rawValue)]
        if let since { query.append(("since", since)) }
        if let until { query.append(("until", until)) }
        if let account { query.append(("account", account)) }
        terminal.put(
            try await admin.ask(.get, ["usage"], query: query), list: "usage",
            [
                (by.rawValue.uppercased(), "name", true), ("JOBS", "jobs", false), ("FAILED", "failed", false),
                ("GPU SECONDS", "gpu_seconds", false), ("BYTES", "bytes", false),
            ])
    }
}

enum UsageKey: String, Choice { case account, team, workflow, day }
