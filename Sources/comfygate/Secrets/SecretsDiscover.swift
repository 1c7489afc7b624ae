internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate secrets discover`: every secret in the project's folder, who else has it, and where it belongs.
struct SecretsDiscover: Command {
    static let declaration = CommandDeclaration(
        "discover",
        Message(
            "secrets.discover.summary", en: "Search the folder for secrets and for places that lack one",
            fr: "Cherche dans le dossier les secrets et les places où il en manque"),
        discussion: Message(
            "secrets.discover.discussion",
            en:
                "Reads and changes nothing. Secrets are told by name, form and entropy, and shown as their first "
                + "characters and a fingerprint; equal ones look equal within one search. Exit code 1: others can read "
                + "a secret, it stands in Git's history, or that could not be read.",
            fr:
                "Lit et ne change rien. Les secrets se reconnaissent au nom, à la forme et à l’entropie ; ils sont "
                + "montrés par leurs premiers caractères et une empreinte, la même pour des valeurs égales d’une même "
                + "recherche. Code 1 : d’autres peuvent lire un secret, il figure dans l’historique Git, ou celui-ci est "
                + "illisible."),
        [SecretsOptions.root], examples: ["secrets discover", "secrets discover --root /srv/genai --json"])

    private static let none = Message(
        "secrets.discover.none", en: "No secrets were found.", fr: "Aucun secret n’a été trouvé.")
    private static let found = Message(
        "secrets.discover.found",
        en: (one: "1 secret was found", other: "{count} secrets were found"),
        fr: (one: "{count} secret trouvé", other: "{count} secrets trouvés"))
    private static let open = Message(
        "secrets.discover.open",
        en: (one: "1 can be read by others or could be", other: "{count} can be read by others or could be"),
        fr: (one: "{count} est ou fut lisible par d’autres", other: "{count} sont ou furent lisibles par d’autres"))
    private static let unlisted = Message(
        "secrets.discover.unlisted",
        en: (one: "1 place is not in the source of truth", other: "{count} places are not in the source of truth"),
        fr: (one: "{count} place manque à la source de vérité", other: "{count} places manquent à la source de vérité"))
    private static let noHistory = Message(
        "secrets.discover.no_history",
        en:
            "Git's history could not be read: no git, no answer in time, or another owner's folder. A secret may be burnt all the same: ask `git log` in the folder.",
        fr:
            "L’historique Git n’a pas pu être lu : pas de git, pas de réponse à temps, ou le dossier d’un autre. Un secret peut y figurer : essayez `git log` dans le dossier."
    )
    private static let noWorkTree = Message(
        "secrets.discover.no_work_tree", en: "Git's history was not read: the folder lies in no work tree.",
        fr: "L’historique Git n’a pas été lu : le dossier n’est dans aucun arbre de travail.")
    static let cut = Message(
        "secrets.discover.cut", en: "Not everything was searched: a folder is too large, or cannot be read.",
        fr: "Tout n’a pas été parcouru : un dossier est trop grand, ou illisible.")
    static let messages = [none, found, open, unlisted, noHistory, noWorkTree, cut]

    private let root: String

    init(_ arguments: ParsedArguments) throws(UsageError) { root = try SecretsOptions.root(of: arguments) }

    func run(_ terminal: Terminal) throws {
        let tracked = GitFacts.tracked(below: root)
        let tree = try ProjectTree(root: root, tracked: tracked ?? [])
        let file = try SecretsOptions.fileIfAny(in: tree)
        let discovery = try Discovery(of: root, listed: file, tracked: tracked ?? [], readsHistory: tracked != nil)
        let report = report(discovery.findings, terminal)
        terminal.put(json(discovery, terminal)) { report.render(terminal) }
        if !terminal.options.json { report.sayRemarks(terminal) }
        // Without a work tree there is no history to be in.
        let lacksHistory = !discovery.knowsHistory && WorkTree.holding(root) != nil
        if lacksHistory {
            terminal.warn(Self.noHistory())
        } else if !discovery.knowsHistory {
            terminal.say(Self.noWorkTree())
        }
        if !discovery.isComplete { terminal.warn(Self.cut()) }
        terminal.say(Phrase(verbatim: summary(discovery, terminal)))
        if discovery.isExposed || lacksHistory { throw ExitFailure() }
    }

    private func summary(_ discovery: Discovery, _ terminal: Terminal) -> String {
        let secrets = discovery.findings.count { $0.what == .secret }
        let open = discovery.findings.count(where: \.isExposed)
        let unlisted = discovery.proposals.count
        var parts: [String] = []
        if secrets > 0 { parts.append(terminal.text(Self.found(count: secrets))) }
        if open > 0 { parts.append(terminal.text(Self.open(count: open))) }
        if unlisted > 0 { parts.append(terminal.text(Self.unlisted(count: unlisted))) }
        return parts.isEmpty ? terminal.text(Self.none) : parts.joined(separator: SecretsReport.and(terminal)) + "."
    }

    private func report(_ findings: [Finding], _ terminal: Terminal) -> SecretsReport {
        var report = SecretsReport([
            terminal.column(SecretsHeads.key, canShrink: true), terminal.column(SecretsHeads.value),
            terminal.column(SecretsHeads.toldBy, canShrink: true), terminal.column(SecretsHeads.credential),
            terminal.column(SecretsHeads.state, canShrink: true),
        ])
        for finding in findings {
            // What is true of the file stands behind its path, the worst of a value first.
            let ofFile = finding.exposures.filter(\.isOfFile).map { terminal.text($0.label) }
            report.head(finding.path, ofFile.joined(separator: SecretsReport.and(terminal)))
            let states = finding.exposures.filter { !$0.isOfFile }.map(\.label) + [finding.label]
            report.append(
                [
                    finding.key ?? "-", finding.shown ?? "-",
                    finding.evidence.map { terminal.text($0.label) }.joined(separator: ", "),
                    finding.proposal?.credential ?? "-",
                    states.map { terminal.text($0) }.joined(separator: SecretsReport.and(terminal)),
                ], in: finding.path)
            for reason in [finding.reason].compactMap(\.self) + finding.exposures.map(\.reason) {
                report.explain(terminal.text(reason), in: finding.path)
            }
        }
        return report
    }

    private func json(_ discovery: Discovery, _ terminal: Terminal) -> JSON {
        [
            "complete": .bool(discovery.isComplete), "history": .bool(discovery.knowsHistory),
            "findings": .array(discovery.findings.map { json($0, terminal) }),
        ]
    }

    private func json(_ finding: Finding, _ terminal: Terminal) -> JSON {
        func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
        return [
            "path": .string(finding.path), "kind": .string(finding.kind.rawValue), "key": text(finding.key),
            "what": .string(finding.what.rawValue), "told_by": .array(finding.evidence.map { .string($0.code) }),
            "shown": text(finding.shown), "needed_by": text(finding.neededBy), "listed": .bool(finding.isListed),
            "exposures": .array(
                finding.exposures.map { exposure in
                    ["exposure": .string(exposure.code), "reason": .string(terminal.text(exposure.reason))]
                }),
            "proposal": finding.proposal.map { proposal in
                [
                    "credential": .string(proposal.credential), "path": .string(proposal.rule.path),
                    "kind": .string(proposal.rule.kind.rawValue), "key": text(proposal.rule.key),
                    "value": text(proposal.rule.value?.rawValue), "in_place": .bool(proposal.rule.inPlace),
                ]
            } ?? .null,
        ]
    }
}
