internal import Basics
internal import CommandLineKit
internal import Wire

/// `comfygate audit verify`: exit code 1 when the trail was touched.
struct AuditVerify: AdminCommand {
    private static let head = Option<String>(
        "head", placeholder: "COUNT:MAC",
        Message(
            "audit.verify.head", en: "A head noted earlier, as the log shows it; finds a cut end",
            fr: "Une tête notée plus tôt, comme dans le journal ; révèle une fin coupée"))

    static let declaration = CommandDeclaration(
        "verify",
        Message(
            "audit.verify.summary", en: "Check that no record of a change was touched",
            fr: "Vérifie qu’aucun enregistrement n’a été touché"),
        [head] + AdminOptions.all,
        examples: ["audit verify"])

    let options: AdminOptions
    private let head: String?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try AdminOptions(arguments)
        head = try arguments.get(Self.head)
    }

    func work(_ admin: AdminConnection, _ terminal: Terminal) async throws {
        let answer = try await admin.ask(.get, ["audit", "verify"], query: head.map { [("head", $0)] } ?? [])
        terminal.put(answer) { (answer["head"]?.string ?? answer["verdict"]?.string ?? "") + "\n" }
        if answer["intact"]?.bool == true {
            return terminal.say(AdminMessages.intact(["head": answer["head"]?.string ?? ""]))
        }
        terminal.report(CommandFailure(at: "audit", Self.phrase(answer), AdminMessages.auditRemedy()))
        throw ExitFailure()
    }

    private static func phrase(_ answer: JSON) -> Phrase {
        func number(_ name: String) -> String { answer[name]?.int.map(String.init) ?? "?" }
        return switch answer["verdict"]?.string {
        case "altered": AdminMessages.altered(["sequence": number("sequence")])
        case "missing": AdminMessages.missing(["sequence": number("sequence")])
        case "cut": AdminMessages.cut(["count": number("count"), "expected": number("expected")])
        default: AdminMessages.replaced()
        }
    }
}
