internal import Basics
internal import CommandLineKit
internal import Gate

/// `comfygate config keys`: every key with type, default and meaning.
struct ConfigKeys: Command {
    private static let markdown = Flag(
        "markdown",
        Message("config.keys.markdown", en: "Print the table of the manual", fr: "Affiche le tableau du manuel"))

    static let declaration = CommandDeclaration(
        "keys",
        Message(
            "config.keys.summary", en: "List every key of the configuration",
            fr: "Donne toutes les clés de configuration"),
        [markdown])

    private let isMarkdown: Bool

    init(_ arguments: ParsedArguments) { isMarkdown = arguments.has(Self.markdown) }

    func run(_ terminal: Terminal) {
        if isMarkdown, !terminal.options.json { return terminal.put(verbatim: ConfigurationKeys.markdown) }
        var table = Table([
            .init("KEY"), .init("TYPE", canShrink: true), .init("DEFAULT"), .init("MEANING", canShrink: true),
        ])
        for row in ConfigurationKeys.rows {
            let fallback = row.fallback.split(separator: "`").joined()
            table.append([row.path, row.type, fallback, row.sentence])
        }
        let json = ConfigurationKeys.rows.map { row -> JSON in
            [
                "key": JSON(row.path), "type": JSON(row.type), "default": JSON(row.fallback), "unit": JSON(row.unit),
                "meaning": JSON(row.sentence),
            ]
        }
        terminal.put(table, json: .array(json))
    }
}
