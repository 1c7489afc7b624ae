internal import Basics

extension ReportSheet {
    /// GitHub's flavour: a table with a line for each area, then what is wrong, the worst first.
    var markdown: String {
        var lines = ["# " + Self.escaped(heading), ""]
        lines.append("\(Self.code(survey.root)) · \(minute) · ComfyGate \(Self.escaped(version))")
        lines += ["", survey.lines.map { "* " + Self.escaped(text($0)) }.joined(separator: "\n"), ""]
        let heads = [
            ReportMessages.area, ReportMessages.state, ReportMessages.score, ReportMessages.held,
        ]
        lines.append("| " + heads.map { Self.escaped(text($0)) }.joined(separator: " | ") + " |")
        lines.append("|---|---|---:|---:|")
        for line in report.lines {
            let cells = [
                Self.escaped(text(line.area.phrase)), Self.escaped(state(of: line)), line.scoreText,
                "\(line.holding)/\(line.holding + line.faulty)",
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        for severity in Severity.allCases.reversed() {
            let groups = report.groups.filter { $0.check.severity == severity }
            guard !groups.isEmpty else { continue }
            let count = groups.reduce(0) { $0 + $1.faults.count }
            lines += ["", "## " + Self.escaped(text(ReportMessages.tally(severity, count: count)))]
            for group in groups { lines += [""] + paragraph(of: group) }
        }
        let unseen = report.unseen
        if !unseen.isEmpty {
            lines += ["", "## " + Self.escaped(text(ReportMessages.unseenTitle)), ""]
            lines += unseen.map { reason, checks in
                "* \(Self.words(Self.sentence(text(reason)))) \(Self.escaped(text(ReportMessages.kept(count: checks))))"
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func paragraph(of group: CheckReport.Group) -> [String] {
        var lines = ["### ✗ \(Self.words(text(group.check.title))) (\(Self.code(group.check.id)))", ""]
        let evidence = group.evidence(in: language)
        let remedy = group.remedy(in: language)
        for part in group.parts(in: language) {
            if part.evidence == nil, part.remedy == nil {
                lines += part.places.map { "* " + Self.code($0) }
                continue
            }
            let names = part.places.map(Self.code).joined(separator: ", ")
            lines.append("* " + names + (part.evidence.map { ": " + Self.words($0) } ?? ""))
            if let remedy = part.remedy { lines.append("  * → " + Self.words(remedy)) }
        }
        if let evidence { lines += ["", Self.words(Self.sentence(evidence))] }
        if let remedy { lines += ["", "→ " + Self.words(remedy)] }
        return lines
    }

    /// A sentence with its code told apart.
    private static func words(_ text: String) -> String {
        WordPiece.pieces(of: text).map { $0.isCode ? code($0.text) : escaped($0.text) }.joined()
    }

    /// Text that is nothing but text: neither markup, nor an element, nor the end of a table's cell.
    static func escaped(_ text: String) -> String {
        // By scalars: a sign with an accent on it is one letter to Swift, and a sign to Markdown.
        let scalars = Array(MarkupEscape.line(text).unicodeScalars)
        var out = ""
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            // Names somebody, or a ticket; a backslash does not help.
            case "@": out += "&#64;"
            case "\\", "`", "*", "_", "[", "]", "|", "~", "#", "!", "$": out += "\\\(scalar)"
            // An address becomes a link by itself.
            case ":" where scalars[(index + 1)...].starts(with: "//".unicodeScalars),
                "." where scalars[..<index].suffix(3).elementsEqual("www".unicodeScalars):
                out += "\\\(scalar)"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Text as code, behind a fence that is longer than any in it. Not for tables, where `|` ends a cell even in code.
    static func code(_ text: String) -> String {
        let line = MarkupEscape.line(text)
        guard !line.isEmpty else { return "" }
        let bytes = line.utf8
        let longest = bytes.split { $0 != UInt8(ascii: "`") }.map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: longest + 1)
        // One blank at each end is not shown, and keeps backticks apart from the fence.
        let isBare = longest == 0 && bytes.first != UInt8(ascii: " ") && bytes.last != UInt8(ascii: " ")
        return isBare ? fence + line + fence : "\(fence) \(line) \(fence)"
    }
}
