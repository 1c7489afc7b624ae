internal import Basics
internal import CommandLineKit
internal import Secrets

/// What a rebuild would do, for people and for programs; no secret stands in it whole.
struct EnvRebuildReport {
    /// As typed.
    let file: String
    let place: ProjectPlace
    let rebuild: EnvRebuild
    let difference: EnvDifference
    let isChanged: Bool
    /// Credentials of the source of truth that are not right themselves.
    let unsound: [String]

    private var toFill: [String] { difference.rows.filter { $0.origin == .nobody }.map(\.key) }

    func show(_ terminal: Terminal) {
        let rows = difference.rows.filter { $0.change != .same || $0.origin == .nobody }
        if !rows.isEmpty { terminal.put(table(rows, terminal), json: .null) }
        let same = difference.rows.count - rows.count
        if same > 0 { terminal.say(EnvWords.same(count: same)) }
        for name in unsound { terminal.say(EnvWords.unsound(["name": name])) }
        switch rebuild.base {
        case .current: break
        case .example: terminal.say(rebuild.isReplaced ? EnvWords.tornExample() : EnvWords.fromExample())
        case .nothing: terminal.say(rebuild.isReplaced ? EnvWords.tornNothing() : EnvWords.fromNothing())
        }
        if !rebuild.silenced.isEmpty {
            let lines = rebuild.silenced.map(String.init).joined(separator: ", ")
            terminal.say(EnvWords.silenced(["lines": lines]))
        }
        if !rebuild.untouched.isEmpty {
            terminal.warn(EnvWords.untouched(["keys": rebuild.untouched.joined(separator: ", ")]))
        }
        if !toFill.isEmpty { terminal.warn(EnvWords.toFill(["keys": toFill.joined(separator: ", ")])) }
    }

    private func table(_ rows: [EnvDifference.Row], _ terminal: Terminal) -> Table {
        var table = Table([
            terminal.column(SecretsHeads.key), terminal.column(SecretsHeads.change),
            terminal.column(SecretsHeads.now, canShrink: true), terminal.column(SecretsHeads.then, canShrink: true),
            terminal.column(SecretsHeads.from, canShrink: true),
        ])
        let empty = terminal.text(EnvWords.empty)
        func shown(_ value: String?) -> String { value.map { $0.isEmpty ? empty : $0 } ?? "-" }
        for row in rows {
            table.append([
                row.key, terminal.text(EnvWords.change(row.change)), shown(row.before), shown(row.after),
                row.origin.map { name($0, terminal) } ?? "-",
            ])
        }
        return table
    }

    private func name(_ origin: EnvRebuild.Origin, _ terminal: Terminal) -> String {
        switch origin {
        case .truth: terminal.text(EnvWords.originTruth)
        case .current: terminal.text(EnvWords.originCurrent)
        case .example: terminal.text(EnvWords.originExample)
        case .nobody: terminal.text(EnvWords.originNobody)
        case .source(let name): name
        }
    }

    func json(isWritten: Bool, copy: String?) -> JSON {
        [
            "file": JSON(place.path), "root": JSON(place.root), "changed": JSON(isChanged), "written": JSON(isWritten),
            "base": JSON(rebuild.base.rawValue), "torn_copy": copy.map { JSON($0) } ?? .null,
            "silenced_lines": .array(rebuild.silenced.map { JSON($0) }),
            "not_placed": .array(rebuild.untouched.map { JSON($0) }),
            "to_fill": .array(toFill.map { JSON($0) }), "source_unsound": .array(unsound.map { JSON($0) }),
            "keys": .array(
                difference.rows.map { row in
                    [
                        "key": JSON(row.key), "change": JSON(row.change.rawValue),
                        "before": row.before.map { JSON($0) } ?? .null, "after": row.after.map { JSON($0) } ?? .null,
                        "from": row.origin.map { JSON(code($0)) } ?? .null,
                        "source": row.origin.flatMap(source).map { JSON($0) } ?? .null,
                    ]
                }),
        ]
    }

    private func code(_ origin: EnvRebuild.Origin) -> String {
        switch origin {
        case .truth: "truth"
        case .current: "current"
        case .example: "example"
        case .nobody: "nobody"
        case .source: "source"
        }
    }

    private func source(_ origin: EnvRebuild.Origin) -> String? {
        if case .source(let name) = origin { name } else { nil }
    }
}
