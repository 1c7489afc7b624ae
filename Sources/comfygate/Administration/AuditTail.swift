internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate audit tail`.
struct AuditTail: AdminCommand {
    private static let limit = Option<Int>(
        "limit", or: 100, Message("audit.tail.limit", en: "How many, at most 1000", fr: "Combien, 1000 au plus"))

    static let declaration = CommandDeclaration(
        "tail",
        Message("audit.tail.summary", en: "Show the newest records of changes", fr: "Montre les derniers changements"),
        [limit] + AdminOptions.all,
        examples: ["audit tail", "audit tail --limit 20 --json"])

    let options: AdminOptions
    private let limit: Int

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        limit = try arguments.require(Self.limit)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        terminal.put(
            try await admin.ask(.get, ["audit"], query: [("limit", String(limit))]), list: "records",
            [
                ("NUMBER", "sequence", false), ("TIME", "time", false), ("WHO", "actor", true),
                ("WHAT", "action", false),
                ("SUBJECT", "subject", true), ("DETAIL", "detail", true),
            ])
    }
}
