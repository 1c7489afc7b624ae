internal import Basics
internal import CommandLineKit

/// A CSV file (RFC 4180) whose first row names inputs and each other row is one run.
struct RunTable: Sendable, Hashable {
    let names: [String]
    let rows: [[String]]

    /// Bytes of a file that is read.
    static let limit = 16 << 20

    /// - Throws: With the file and the row that cannot be read.
    init(parsing bytes: [UInt8], path: String) throws(CommandFailure) {
        var rest = bytes[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        var rows: [[String]] = []
        var row: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var wasQuoted = false
        func endRow() {
            // An empty line is no row.
            if row.count == 1, row[0].isEmpty, !wasQuoted { row = [] }
            if !row.isEmpty { rows.append(row) }
            row = []
        }
        func endCell() {
            row.append(String(decoding: cell, as: UTF8.self))
            cell = []
        }
        var at = rest.startIndex
        while at < rest.endIndex {
            let byte = rest[at]
            at += 1
            if isQuoted {
                if byte == UInt8(ascii: "\"") {
                    if at < rest.endIndex, rest[at] == UInt8(ascii: "\"") {
                        cell.append(byte)
                        at += 1
                    } else {
                        isQuoted = false
                    }
                } else {
                    cell.append(byte)
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\"") where cell.isEmpty:
                isQuoted = true
                wasQuoted = true
            case UInt8(ascii: ","): endCell()
            case 0x0A:
                if cell.last == 0x0D { cell.removeLast() }
                endCell()
                endRow()
                wasQuoted = false
            default: cell.append(byte)
            }
        }
        guard !isQuoted else { throw CommandFailure(at: path, RunMessages.openQuote()) }
        if !cell.isEmpty || !row.isEmpty {
            if cell.last == 0x0D { cell.removeLast() }
            endCell()
            endRow()
        }
        guard let first = rows.first, rows.count > 1 else {
            throw CommandFailure(at: path, RunMessages.emptyTable(), RunMessages.emptyTableRemedy())
        }
        for (index, row) in rows.enumerated() where row.count != first.count {
            throw CommandFailure(
                at: path,
                RunMessages.badTable([
                    "row": "\(index + 1)", "count": "\(row.count)", "expected": "\(first.count)",
                ]))
        }
        (names, self.rows) = (first, Array(rows.dropFirst()))
    }
}
