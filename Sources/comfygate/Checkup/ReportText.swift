internal import Basics
internal import Checkup
internal import CommandLineKit

/// A report as people read it in a terminal.
enum ReportText {
    private static let area = Message("check.head.area", en: "AREA", fr: "DOMAINE")
    private static let state = Message("check.head.state", en: "STATE", fr: "ÉTAT")
    private static let score = Message("check.head.score", en: "SCORE", fr: "NOTE")
    private static let trend = Message("check.head.trend", en: "TREND", fr: "ÉVOLUTION")
    private static let held = Message("check.head.held", en: "HOLD", fr: "TENUS")
    static let messages = [area, state, score, trend, held]

    /// A line for each area, then what is wrong, the worst first.
    static func render(_ report: CheckReport, _ terminal: Terminal) -> String {
        var table = Table([
            Table.Column(terminal.text(area)), Table.Column(terminal.text(state)),
            Table.Column(terminal.text(score), .right), Table.Column(terminal.text(trend), .right),
            Table.Column(terminal.text(held), .right),
        ])
        for line in report.lines {
            let judged = line.holding + line.faulty
            table.append([
                terminal.text(line.area.phrase),
                terminal.text(line.statePhrase),
                line.score.map { "\($0)" } ?? "–", line.trendMark, "\(line.holding)/\(judged)",
            ])
        }
        var text = table.render(width: terminal.outputIsTerminal ? terminal.width : nil, style: terminal.style)
        let style = terminal.style
        for group in report.groups {
            let severity = group.check.severity
            text += "\n" + colour(severity, style)(terminal.text(severity.phrase)) + "  " + group.check.id + "\n"
            let evidence = group.evidence(in: terminal.language)
            let remedy = group.remedy(in: terminal.language)
            for fault in group.faults {
                text += "  " + style.bold(fault.place.visibleControls)
                if evidence == nil { text += ": " + terminal.text(fault.evidence).visibleControls }
                text += "\n"
                if remedy == nil { text += "    → " + terminal.text(fault.remedy).visibleControls + "\n" }
            }
            if let evidence { text += "  " + evidence.visibleControls + "\n" }
            if let remedy { text += "  → " + remedy.visibleControls + "\n" }
        }
        return text
    }

    private static func colour(_ severity: Severity, _ style: Style) -> (String) -> String {
        switch severity {
        case .notice: style.dim
        case .warning: style.yellow
        case .error, .critical: style.red
        }
    }
}
