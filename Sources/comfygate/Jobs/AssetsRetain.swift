internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate assets retain`.
struct AssetsRetain: AdminCommand {
    private static let dryRun = Flag("dry-run", JobMessages.dryRun)
    private static let account = Option<String>("account", JobMessages.onlyAccount)

    static let declaration = CommandDeclaration(
        "retain",
        Message(
            "assets.retain.summary", en: "Let go now what the policies no longer keep",
            fr: "Laisse partir maintenant ce que les règles ne gardent plus"),
        [dryRun, account] + AdminOptions.all,
        examples: ["assets retain --dry-run", "assets retain --account alice"])

    let options: AdminOptions
    private let isTrial: Bool
    private let account: String?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        isTrial = arguments.has(Self.dryRun)
        account = try arguments.get(Self.account)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        var body: JSONObject = ["dry_run": .bool(isTrial)]
        body["account"] = account.map { .string($0) }
        let answer = try await admin.ask(.post, ["files", "retention"], .object(body))
        terminal.put(answer) { "" }
        let words: KeyValuePairs = [
            "count": answer["files"]?.cell ?? "", "bytes": "\(ByteCount(bytes: answer["bytes"]?.int ?? 0))",
            "jobs": answer["jobs"]?.cell ?? "",
        ]
        terminal.say(isTrial ? JobMessages.wouldRetain(words) : JobMessages.retained(words))
    }
}
