internal import Basics
internal import CommandLineKit
internal import Loop
internal import Secrets

/// `comfygate secrets validate`: the source of truth is sound, and every consumer lets in the right credential only.
struct SecretsValidate: Command {
    private static let offline = Flag(
        "offline",
        Message(
            "secrets.validate.offline", en: "Look at the files only and ask nobody",
            fr: "Regarder les fichiers seulement, sans interroger personne"))

    static let declaration = CommandDeclaration(
        "validate",
        Message(
            "secrets.validate.summary", en: "Check the files, and ask every consumer with a right and a wrong token",
            fr: "Vérifie les fichiers, et interroge chaque consommateur avec un bon et un mauvais jeton"),
        discussion: Message(
            "secrets.validate.discussion",
            en:
                "Each consumer of the source of truth is asked with the right credential (200 is expected), a wrong one and "
                + "none (401 or 403). A 400 or 200 without the right one means that it is open to everybody.",
            fr:
                "Chaque consommateur de la source de vérité est interrogé avec le bon secret (200 attendu), un mauvais et "
                + "aucun (401 ou 403). Un 400 ou 200 sans le bon signifie qu’il est ouvert à tous."),
        [SecretsOptions.root, offline] + SealOptions.all, examples: ["secrets validate", "secrets validate --json"])

    private static let fine = Message(
        "secrets.validate.fine", en: "Everything holds what it should, and lets in who should come in.",
        fr: "Tout contient ce qu’il doit, et n’admet que qui doit entrer.")
    private static let filesOff = Message(
        "secrets.validate.files_off",
        en: (
            one: "1 location is off: see `comfygate secrets audit`.",
            other: "{count} locations are off: see `comfygate secrets audit`."
        ),
        fr: (
            one: "{count} emplacement à revoir : voyez `comfygate secrets audit`.",
            other: "{count} emplacements à revoir : voyez `comfygate secrets audit`."
        ))
    private static let nobody = Message(
        "secrets.validate.nobody",
        en: "No consumer is listed in the source of truth, so nobody was asked: add `consumers`.",
        fr:
            "Aucun consommateur ne figure dans la source de vérité, donc personne n’a été interrogé : ajoutez `consumers`."
    )
    private static let noValue = Message(
        "secrets.validate.no_value", en: "The source of truth has no such value for it, or it is sealed.",
        fr: "La source de vérité n’a pas de telle valeur pour lui, ou elle est scellée.")
    private static let filesFine = Message(
        "secrets.validate.files_fine", en: "Every location holds what it should.",
        fr: "Chaque emplacement contient ce qu’il doit.")
    static let messages = [fine, filesFine, filesOff, nobody, noValue]

    private let root: String
    private let isOffline: Bool
    private let seal: SealOptions

    init(_ arguments: ParsedArguments) throws(UsageError) {
        root = try SecretsOptions.root(of: arguments)
        isOffline = arguments.has(Self.offline)
        seal = try SealOptions(arguments)
    }

    private struct Line {
        let credential: String
        let consumer: Consumer
        /// Nil when the source of truth has no value to ask with.
        let verdict: ConsumerVerdict?
    }

    func run(_ terminal: Terminal) async throws {
        let tree = try ProjectTree(root: root, tracked: GitFacts.tracked(below: root) ?? [])
        let closed = try SecretsOptions.file(in: tree, root)
        let file = try seal.open(closed, must: false, terminal).file
        var audit = Audit(tree)
        let off = audit.rows(of: file).count { !$0.isOK }
        let lines = isOffline ? [] : await ask(file)
        terminal.put(json(lines, off: off, terminal)) {
            guard !lines.isEmpty else { return "" }
            let width = terminal.outputIsTerminal ? terminal.width : nil
            return table(lines, terminal).render(width: width, style: terminal.style)
        }
        for line in lines where line.verdict?.isGuarded != true && !terminal.options.json {
            terminal.report(CommandFailure(at: line.consumer.name, line.verdict?.phrase ?? Self.noValue()))
        }
        if off > 0 { terminal.warn(Self.filesOff(count: off)) }
        if lines.isEmpty, !isOffline { terminal.say(Self.nobody()) }
        guard off == 0, lines.allSatisfy({ $0.verdict?.isGuarded == true }) else { throw ExitFailure() }
        terminal.say(lines.isEmpty ? Self.filesFine() : Self.fine())
    }

    private func ask(_ file: CredentialFile) async -> [Line] {
        let loop = EventLoop("validate")
        defer { loop.stop() }
        var lines: [Line] = []
        for credential in file.credentials {
            for consumer in credential.consumers where consumer.url != nil {
                let value = consumer.value == .hash ? credential.bcryptHash : credential.rawToken
                var verdict: ConsumerVerdict?
                if let value { verdict = await ConsumerProbe(consumer, bearer: value).ask(on: loop) }
                lines.append(Line(credential: credential.name, consumer: consumer, verdict: verdict))
            }
        }
        return lines
    }

    private func table(_ lines: [Line], _ terminal: Terminal) -> Table {
        var table = Table([
            terminal.column(SecretsHeads.credential), terminal.column(SecretsHeads.consumer),
            terminal.column(SecretsHeads.url, canShrink: true), terminal.column(SecretsHeads.verdict),
        ])
        for line in lines {
            table.append([
                line.credential, line.consumer.name, line.consumer.url ?? "-",
                line.verdict.map { terminal.text($0.label) } ?? "-",
            ])
        }
        return table
    }

    private func json(_ lines: [Line], off: Int, _ terminal: Terminal) -> JSON {
        [
            "locations_off": JSON(off),
            "consumers": .array(
                lines.map { line in
                    [
                        "credential": JSON(line.credential), "name": JSON(line.consumer.name),
                        "url": line.consumer.url.map { JSON($0) } ?? .null,
                        "verdict": JSON(line.verdict?.code ?? "no_value"),
                        "reason": JSON(terminal.text(line.verdict?.phrase ?? Self.noValue())),
                    ]
                }),
        ]
    }
}
