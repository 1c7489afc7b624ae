internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate env check`: what is wrong with one dotenv file.
struct EnvCheckCommand: Command {
    static let declaration = CommandDeclaration(
        "check",
        Message(
            "env.check.summary", en: "Say what is wrong with a dotenv file", fr: "Dit ce qui ne va pas dans un .env"),
        discussion: Message(
            "env.check.discussion",
            en:
                "Finds keys that are missing, empty, doubled, placeholders, or of the wrong form, lines that programs "
                + "refuse, and values that they misread. Shows no value. Exit code 1: there is an error.",
            fr:
                "Trouve les clés absentes, vides, doubles, à remplir ou mal formées, les lignes que des programmes "
                + "refusent et les valeurs qu’ils lisent mal. Ne montre aucune valeur. Code 1 : il y a une erreur."),
        EnvOptions.all, examples: ["env check .env", "env check .env --schema env.schema.json --json"])

    private let options: EnvOptions

    init(_ arguments: ParsedArguments) throws(UsageError) { options = try EnvOptions(arguments) }

    func run(_ terminal: Terminal) throws {
        let place = try options.place()
        let schema = try options.schema()
        let tree = try ProjectTree(root: place.root, tracked: GitFacts.tracked(below: place.root) ?? [])
        let facts = tree.facts(of: place.path)
        guard let bytes = try EnvOptions.content(facts, options.file) else {
            let remedy = EnvWords.makeIt(["file": options.file])
            throw CommandFailure(at: options.file, EnvWords.notThere(), remedy)
        }
        let file: DotenvFile
        do throws(DotenvError) { file = try DotenvFile(bytes) } catch {
            throw CommandFailure(at: options.file, Phrase(verbatim: error.text(in: terminal.language)))
        }
        let truth = try options.truth(of: place, tree)
        let check = EnvCheck(file, facts: facts, truth: truth, schema: schema)
        terminal.put(json(check, place, terminal)) { lines(check, terminal) }
        terminal.say(summary(check, terminal))
        if check.hasErrors { throw ExitFailure() }
    }

    /// `FILE:LINE: error: KEY: words`, as compilers say it: editors jump there.
    private func lines(_ check: EnvCheck, _ terminal: Terminal) -> String {
        check.findings.map { finding in
            let place = ([options.file] + (finding.line.map { ["\($0)"] } ?? [])).joined(separator: ":")
            let word = terminal.text(EnvWords.severity(finding.severity))
            let shown =
                switch finding.severity {
                case .error: terminal.style.red(word)
                case .warning: terminal.style.yellow(word)
                case .note: word
                }
            let parts = [shown, finding.key, terminal.text(finding.phrase)].compactMap(\.self)
            return place.visibleControls + ": " + parts.joined(separator: ": ") + "\n"
        }.joined()
    }

    private func json(_ check: EnvCheck, _ place: ProjectPlace, _ terminal: Terminal) -> JSON {
        [
            "file": JSON(place.path), "root": JSON(place.root), "ok": JSON(!check.hasErrors),
            "findings": .array(
                check.findings.map { finding in
                    [
                        "code": JSON(finding.code.rawValue), "severity": JSON(finding.severity.rawValue),
                        "line": finding.line.map { JSON($0) } ?? .null,
                        "key": finding.key.map { JSON($0) } ?? .null, "text": JSON(terminal.text(finding.phrase)),
                    ]
                }),
        ]
    }

    private func summary(_ check: EnvCheck, _ terminal: Terminal) -> Phrase {
        func count(_ severity: EnvFinding.Severity) -> Int { check.findings.count { $0.severity == severity } }
        let (errors, warnings) = (count(.error), count(.warning))
        guard errors + warnings > 0 else { return EnvWords.fine() }
        return Phrase(
            verbatim: terminal.text(EnvWords.errors(count: errors)) + ", "
                + terminal.text(EnvWords.warnings(count: warnings)) + ".")
    }
}
