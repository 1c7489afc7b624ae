internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate jobs list`.
struct JobsList: AdminCommand {
    private static let account = Option<String>("account", JobMessages.onlyAccount)
    private static let state = Option<String>(
        "state",
        Message(
            "jobs.list.state", en: "Only these, such as failed, or open and ended",
            fr: "Ceux-ci seulement, par exemple failed, ou open et ended"))
    private static let limit = Option<Int>(
        "limit", or: 100, Message("jobs.list.limit", en: "How many, at most 1000", fr: "Combien, 1000 au plus"))
    private static let before = Option<Int>(
        "before",
        Message(
            "jobs.list.before", en: "Only older ones than this number", fr: "Les plus anciens que ce numéro seulement"))

    private static let since = Option<String>(
        "since",
        Message(
            "jobs.list.since", en: "Only those submitted on this day or later, such as 2026-11-01",
            fr: "Ceux envoyés ce jour-là ou plus tard seulement, par exemple 2026-11-01"))

    static let declaration = CommandDeclaration(
        "list",
        Message(
            "jobs.list.summary", en: "List the jobs of all accounts",
            fr: "Donne la liste des jobs de tous les comptes"),
        [account, state, since, limit, before] + AdminOptions.all,
        examples: ["jobs list", "jobs list --state open", "jobs list --account alice --state failed --json"])

    let options: AdminOptions
    private let account: String?
    private let state: String?
    private let limit: Int
    private let before: Int?
    private let since: String?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        account = try arguments.get(Self.account)
        state = try arguments.get(Self.state)
        limit = try arguments.require(Self.limit)
        before = try arguments.get(Self.before)
        since = try arguments.get(Self.since)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        var query = [(name: "limit", value: String(limit))]
        if let account { query.append(("account", account)) }
        if let state { query.append(("state", state)) }
        if let since { query.append(("since", since)) }
        if let before { query.append(("before", String(before))) }
        terminal.put(
            try await admin.ask(.get, ["jobs"], query: query), list: "jobs",
            [
                ("NUMBER", "number", false), ("ACCOUNT", "account", true), ("STATE", "state", false),
                ("PHASE", "phase", false), ("SUBMITTED", "submitted", false), ("ENDED", "ended", false),
                ("FAILURE", "failure", true), ("ID", "id", true),
            ])
    }
}
