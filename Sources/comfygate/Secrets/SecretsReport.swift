internal import Basics
internal import CommandLineKit

/// Rows about places in files, as people read them: each file once, with what was found in it below.
struct SecretsReport {
    private var table: Table
    private var paths: [String] = []
    private var remarks: [(text: String, path: String)] = []

    init(_ columns: [Table.Column]) { table = Table(columns) }

    mutating func append(_ cells: [String], in path: String) {
        table.append(cells)
        paths.append(path)
    }

    /// Why something is off and what helps; the same words about many files are said once.
    mutating func explain(_ text: String, in path: String) {
        if !remarks.contains(where: { $0 == (text, path) }) { remarks.append((text, path)) }
    }

    func render(_ terminal: Terminal) -> String {
        let indent = "  "
        let width = terminal.outputIsTerminal ? terminal.width - indent.count : nil
        var lines = table.render(width: width, style: terminal.style).split(separator: "\n").map(String.init)
        guard !paths.isEmpty else { return "" }
        var text = indent + lines.removeFirst() + "\n"
        var last: String?
        for (line, path) in zip(lines, paths) {
            if path != last { text += terminal.style.bold(path.visibleControls) + "\n" }
            last = path
            text += indent + line + "\n"
        }
        return text
    }

    func sayRemarks(_ terminal: Terminal) {
        var said: Set<String> = []
        for (text, path) in remarks where said.insert(text).inserted {
            let count = Set(remarks.filter { $0.text == text }.map(\.path)).count
            let place = count == 1 ? path : terminal.text(Self.files(count: count))
            terminal.say(Phrase(verbatim: "\(place): \(text)"))
        }
    }

    private static let files = Message(
        "secrets.files", en: (one: "1 file", other: "{count} files"),
        fr: (one: "{count} fichier", other: "{count} fichiers"))
    static let messages = [files]
}
