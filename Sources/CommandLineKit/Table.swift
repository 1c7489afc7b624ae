/// Rows under headings. Columns are separated by two spaces, which scripts can split at; `--json` is made for them.
public struct Table: Sendable, Hashable {
    public enum Alignment: Sendable, Hashable { case left, right }
    public struct Column: Sendable, Hashable {
        let title: String
        let alignment: Alignment
        /// May be cut with `…` when a terminal is too narrow.
        let canShrink: Bool
        public init(_ title: String, _ alignment: Alignment = .left, canShrink: Bool = false) {
            (self.title, self.alignment, self.canShrink) = (title, alignment, canShrink)
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    public init(_ columns: [Column]) { self.columns = columns }

    /// Missing cells are empty; control characters are made visible.
    public mutating func append(_ cells: [String]) {
        precondition(cells.count <= columns.count, "a row has more cells than the table has columns")
        let missing = [String](repeating: "", count: columns.count - cells.count)
        rows.append(cells.map(\.visibleControls) + missing)
    }

    /// - Parameter width: Columns of the terminal; nil (a file, a pipe) cuts nothing.
    public func render(width: Int? = nil, style: Style = .plain) -> String {
        var widths = columns.indices.map { index in
            rows.reduce(columns[index].title.displayWidth) { max($0, $1[index].displayWidth) }
        }
        if let width { shrink(&widths, to: width) }
        var text = line(columns.map(\.title), widths).map { style.bold($0) } ?? ""
        for row in rows { text += line(row, widths) ?? "" }
        return text
    }

    /// Takes columns one by one from the widest that may shrink; none gets narrower than its title or 8.
    private func shrink(_ widths: inout [Int], to limit: Int) {
        func least(_ index: Int) -> Int { max(8, columns[index].title.displayWidth) }
        var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - limit
        while excess > 0 {
            let candidates = widths.indices.filter { columns[$0].canShrink && widths[$0] > least($0) }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
            widths[widest] -= 1
            excess -= 1
        }
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String? {
        guard !cells.isEmpty else { return nil }
        let padded = cells.indices.map { index in
            cells[index].truncated(toWidth: widths[index])
                .padded(toWidth: widths[index], onTheLeft: columns[index].alignment == .right)
        }
        var line = padded.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }
}
