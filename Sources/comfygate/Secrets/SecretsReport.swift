internal import Basics
internal import CommandLineKit

/// Rows about places in files, as people read them: each file once, with what was found in it below.
struct SecretsReport {
    private var table: Table
    private var paths: [String] = []
    /// Files without a row.
    private var bare: [String] = []
    private var heads: [String: String] = [:]
    /// The words in their order, and the files that each is about.
    private var remarks: [String] = []
    private var places: [String: Set<String>] = [:]

    init(_ columns: [Table.Column]) { table = Table(columns) }

    mutating func append(_ cells: [String], in path: String) {
        table.append(cells)
        paths.append(path)
    }

    /// A file of which only its head is said.
    mutating func mention(_ path: String) { bare.append(path) }

    /// What is said of a whole file, behind its path.
    mutating func head(_ path: String, _ text: String) {
        if !text.isEmpty { heads[path] = text }
    }

    /// Why something is off and what helps; the same words about many files are said once.
    mutating func explain(_ text: String, in path: String) {
        if places[text] == nil { remarks.append(text) }
        places[text, default: []].insert(path)
    }

    func render(_ terminal: Terminal) -> String {
        let indent = "  "
        let width = terminal.outputIsTerminal ? terminal.width - indent.count : nil
        var lines = table.render(width: width, style: terminal.style).split(separator: "\n").map(String.init)
        func title(_ path: String) -> String {
            terminal.style.bold(path.visibleControls) + (heads[path].map { "  \($0)" } ?? "") + "\n"
        }
        let titles = bare.map(title).joined()
        guard !paths.isEmpty else { return titles }
        var text = indent + lines.removeFirst() + "\n"
        var last: String?
        for (line, path) in zip(lines, paths) {
            if path != last { text += title(path) }
            last = path
            text += indent + line + "\n"
        }
        return text + titles
    }

    func sayRemarks(_ terminal: Terminal) {
        for text in remarks {
            let paths = places[text] ?? []
            let place = paths.count == 1 ? paths.first ?? "" : terminal.text(Self.files(count: paths.count))
            terminal.say(Phrase(verbatim: "\(place): \(text)"))
        }
    }

    /// Between words of one cell.
    static func and(_ terminal: Terminal) -> String { terminal.language == .french ? " ; " : "; " }

    private static let files = Message(
        "secrets.files", en: (one: "1 file", other: "{count} files"),
        fr: (one: "{count} fichier", other: "{count} fichiers"))
    static let messages = [files]
}
