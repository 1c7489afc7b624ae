internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate jobs show`.
struct JobsShow: AdminCommand {
    static let declaration = CommandDeclaration(
        "show",
        Message(
            "jobs.show.summary", en: "Show a job, its tries and its files",
            fr: "Montre un job, ses essais et ses fichiers"),
        JobOptions.all,
        examples: ["jobs show 4711", "jobs show 4711 --json"])

    let job: JobOptions
    var options: AdminOptions { job.admin }

    init(_ arguments: ParsedArguments) throws(UsageError) {
        job = try JobOptions(arguments)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let found = try await admin.ask(.get, ["jobs", job.job], query: job.query)
        terminal.put(found) { Self.text(found) }
    }

    /// One member a line; lists below it.
    private static func text(_ found: JSON) -> String {
        var lines: [String] = []
        for member in found.object?.members ?? [] {
            switch member.value {
            case .null: continue
            case .array(let items):
                if items.isEmpty { continue }
                lines.append("\(member.key):")
                lines += items.map { item in
                    "  "
                        + (item.object?.members ?? []).filter { !$0.value.isNull }.map { "\($0.key) \($0.value.cell)" }
                        .joined(separator: "  ")
                }
            case let value: lines.append("\(member.key): \(value.cell)")
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
