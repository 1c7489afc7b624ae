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
                "Reads and changes nothing. Places that the source of truth forgot are searched for, too. Secrets are "
                + "shown as their first characters and a fingerprint. Exit code 1: something is off.",
            fr:
                "Lit et ne change rien. Les places que la source de vérité oublie sont cherchées aussi. Les secrets "
                + "sont montrés par leurs premiers caractères et une empreinte. Code 1 : il y a à redire."),
        [SecretsOptions.root, listed], examples: ["secrets audit", "secrets audit --root /srv/genai --json"])

    private static let listed = Flag(
        "listed",
        Message(
            "secrets.audit.listed", en: "Look at the listed locations only",
            fr: "Ne regarde que les emplacements listés"))
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
    private let isListedOnly: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        root = try SecretsOptions.root(of: arguments)
        isListedOnly = arguments.has(Self.listed)
    }

    func run(_ terminal: Terminal) async throws {
        let tree = try ProjectTree(root: root)
        // Goes on beside all that does not need it.
        async let searched = isListedOnly ? nil : TreeSearch(of: root)
        let file = try SecretsOptions.file(in: tree, root)
        let tracked = GitFacts.tracked(below: root)
        tree.tracked = tracked ?? []
        var audit = Audit(tree)
        audit.verify(file)
        let discovery = try await searched.map { Discovery($0, in: tree, listed: file) }
        let rows = audit.rows(of: file, found: discovery?.findings ?? [])
        let report = terminal.options.json ? nil : report(rows, terminal)
        terminal.put(rows) { row, json in
            row.write(to: &json, in: terminal.language)
        } text: {
            report?.render(terminal) ?? ""
        }
        report?.sayRemarks(terminal)
        if tracked == nil { terminal.say(Self.noGit()) }
        if discovery?.isComplete == false { terminal.warn(SecretsDiscover.cut()) }
        let count = rows.count { !$0.isOK }
        terminal.say(count == 0 ? Self.fine() : Self.off(count: count))
        if count > 0 { throw ExitFailure() }
    }

    private func report(_ rows: [AuditRow], _ terminal: Terminal) -> SecretsReport {
        var report = SecretsReport([
            terminal.column(SecretsHeads.credential), terminal.column(SecretsHeads.key, canShrink: true),
            terminal.column(SecretsHeads.holds), terminal.column(SecretsHeads.value),
            terminal.column(SecretsHeads.state, canShrink: true),
        ])
        // Each file once: the order of the rows is that of the credentials.
        var order: [String: Int] = [:]
        for row in rows where order[row.path] == nil { order[row.path] = order.count }
        let sorted = rows.enumerated().sorted { left, right in
            (order[left.element.path] ?? 0, left.offset) < (order[right.element.path] ?? 0, right.offset)
        }
        for row in sorted.map(\.element) {
            // What is true of the file stands behind its path.
            let (ofFile, ofValue) = (row.states.filter(\.isOfFile), row.states.filter { !$0.isOfFile })
            report.head(row.path, Self.words(ofFile, terminal))
            let states = ofValue.isEmpty ? terminal.text(AuditRow.State.ok.label) : Self.words(ofValue, terminal)
            report.append(
                [row.credential ?? "-", row.key ?? "-", row.value?.rawValue ?? "-", row.shown ?? "-", states],
                in: row.path)
            for state in row.states {
                for line in state.reason(in: terminal.language)?.split(separator: "\n") ?? [] {
                    report.explain(String(line), in: row.path)
                }
            }
            for note in row.notes { report.explain(note.explanation(in: terminal.language), in: row.path) }
        }
        return report
    }

    private static func words(_ states: [AuditRow.State], _ terminal: Terminal) -> String {
        states.map { terminal.text($0.label) }.joined(separator: SecretsReport.and(terminal))
    }
}
