internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate secrets audit`: every place where a worker's credential stands, compared with the source of truth.
struct SecretsAudit: Command {
    static let declaration = CommandDeclaration(
        "audit",
        Message(
            "secrets.audit.summary", en: "Compare every location with the source of truth",
            fr: "Compare chaque emplacement avec la source de vérité"),
        discussion: Message(
            "secrets.audit.discussion",
            en:
                "Reads and changes nothing. Secrets are shown as their first characters and a fingerprint. "
                + "Exit code 1: something is off.",
            fr:
                "Lit et ne change rien. Les secrets sont montrés par leurs premiers caractères et une empreinte. "
                + "Code 1 : il y a à redire."),
        [SecretsOptions.root], examples: ["secrets audit", "secrets audit --root /srv/genai --json"])

    private static let fine = Message(
        "secrets.audit.fine", en: "Every location holds what it should.",
        fr: "Chaque emplacement contient ce qu’il doit.")
    private static let off = Message(
        "secrets.audit.off", en: (one: "1 location is off.", other: "{count} locations are off."),
        fr: (one: "{count} emplacement à revoir.", other: "{count} emplacements à revoir."))
    private static let noGit = Message(
        "secrets.audit.no_git", en: "Whether Git tracks these files is not known: no work tree, or no git.",
        fr: "On ne sait pas si Git suit ces fichiers : pas d’arbre de travail, ou pas de git.")
    static let messages = [fine, off, noGit]

    private let root: String

    init(_ arguments: ParsedArguments) throws(UsageError) { root = try SecretsOptions.root(of: arguments) }

    func run(_ terminal: Terminal) throws {
        let tracked = GitFacts.tracked(below: root)
        let tree = try ProjectTree(root: root, tracked: tracked ?? [])
        let file = try SecretsOptions.file(in: tree, root)
        var audit = Audit(tree)
        let rows = audit.rows(of: file)
        terminal.put(table(rows, terminal), json: json(rows, terminal))
        if !terminal.options.json { explain(rows, terminal) }
        if tracked == nil { terminal.say(Self.noGit()) }
        let count = rows.count { !$0.isOK }
        terminal.say(count == 0 ? Self.fine() : Self.off(count: count))
        if count > 0 { throw ExitFailure() }
    }

    private func table(_ rows: [AuditRow], _ terminal: Terminal) -> Table {
        var table = Table([
            .init("CREDENTIAL"), .init("LOCATION", canShrink: true), .init("KEY"), .init("HOLDS"), .init("VALUE"),
            .init("STATE", canShrink: true),
        ])
        for row in rows {
            table.append([
                row.credential, row.path, row.key ?? "-", row.value?.rawValue ?? "-", row.shown ?? "-",
                row.states.map { terminal.text($0.label) }.joined(separator: "; "),
            ])
        }
        return table
    }

    /// Why, and what helps: once for each reason and file.
    private func explain(_ rows: [AuditRow], _ terminal: Terminal) {
        var said: Set<String> = []
        for row in rows {
            for state in row.states {
                guard let reason = state.reason(in: terminal.language) else { continue }
                for line in reason.split(separator: "\n") {
                    let text = "\(row.path): \(line)"
                    if said.insert(text).inserted { terminal.say(Phrase(verbatim: text)) }
                }
            }
        }
    }

    private func json(_ rows: [AuditRow], _ terminal: Terminal) -> JSON {
        .array(
            rows.map { row in
                [
                    "credential": JSON(row.credential), "path": JSON(row.path), "kind": JSON(row.kind.rawValue),
                    "key": row.key.map { JSON($0) } ?? .null, "holds": row.value.map { JSON($0.rawValue) } ?? .null,
                    "shown": row.shown.map { JSON($0) } ?? .null, "ok": JSON(row.isOK),
                    "states": .array(
                        row.states.map { state in
                            [
                                "state": JSON(state.code),
                                "reason": state.reason(in: terminal.language).map { JSON($0) } ?? .null,
                            ]
                        }),
                ]
            })
    }
}
