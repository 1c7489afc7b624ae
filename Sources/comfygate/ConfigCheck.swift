internal import Basics
internal import CommandLineKit
internal import Gate

/// `comfygate config check`: every mistake at once, or the values in force and where they come from.
struct ConfigCheck: Command {
    static let declaration = CommandDeclaration(
        "check",
        Message(
            "config.check.summary", en: "Find every mistake in the configuration and show the values in force",
            fr: "Signale toutes les erreurs de configuration et montre les valeurs en vigueur"),
        discussion: Message(
            "config.check.discussion",
            en:
                "Values come from flags, else from COMFYGATE_ variables, else from the file, else they are the defaults.",
            fr: "Les valeurs viennent des options, sinon des variables COMFYGATE_, sinon du fichier, sinon des défauts."
        ),
        ConfigurationOptions.all,
        examples: ["config check --config comfygate.yaml", "config check --set loops=2 --json"])

    private static let valid = Message(
        "config.check.valid", en: "The configuration is valid.", fr: "La configuration est valide.")
    private static let invalid = Message(
        "config.check.invalid", en: (one: "1 mistake.", other: "{count} mistakes."),
        fr: (one: "{count} erreur.", other: "{count} erreurs."))
    private static let builtIn = Message("config.check.default", en: "default", fr: "défaut")
    static let messages = [valid, invalid, builtIn]

    private let options: ConfigurationOptions

    init(_ arguments: ParsedArguments) throws(UsageError) { options = try ConfigurationOptions(arguments) }

    func run(_ terminal: Terminal) throws {
        let report = options.load(terminal.environment)
        if terminal.options.json { terminal.put(json(report, terminal)) { "" } }
        report.report(to: terminal)
        guard report.problems.isEmpty else {
            terminal.say(Self.invalid(count: report.problems.count))
            throw ExitFailure()
        }
        if !terminal.options.json { terminal.put(table(report, terminal), json: .null) }
        terminal.say(Self.valid())
    }

    private func table(_ report: ConfigurationReport, _ terminal: Terminal) -> Table {
        var table = Table([.init("KEY"), .init("VALUE", canShrink: true), .init("FROM", canShrink: true)])
        for value in report.values where !value.texts.isEmpty {
            let origin = value.origin.place ?? terminal.text(Self.builtIn)
            table.append([value.key, value.texts.joined(separator: ", "), origin])
        }
        return table
    }

    private func json(_ report: ConfigurationReport, _ terminal: Terminal) -> JSON {
        func list(_ problems: [ConfigurationProblem]) -> JSON {
            .array(
                problems.map { problem in
                    [
                        "key": JSON(problem.key), "place": problem.origin.place.map { JSON($0) } ?? .null,
                        "message": JSON(terminal.text(problem.what)),
                        "remedy": problem.remedy.map { JSON(terminal.text($0)) } ?? .null,
                    ]
                })
        }
        let values = report.values.map { value in
            let member: JSON = [
                "value": .array(value.texts.map { JSON($0) }), "from": value.origin.place.map { JSON($0) } ?? .null,
            ]
            return (value.key, member)
        }
        return [
            "valid": JSON(report.problems.isEmpty), "problems": list(report.problems),
            "warnings": list(report.warnings), "values": .object(JSONObject(values)),
        ]
    }
}
