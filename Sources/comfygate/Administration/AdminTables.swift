internal import Basics
internal import CommandLineKit

/// Tables made of the lists that the surface answers with.
extension Terminal {
    /// - Parameter columns: Title, member, and whether the column may be cut.
    func put(_ answer: JSON, list name: String, _ columns: [(title: String, member: String, canShrink: Bool)]) {
        var table = Table(columns.map { .init($0.title, canShrink: $0.canShrink) })
        for item in answer[name]?.array ?? [] {
            table.append(columns.map { item[$0.member]?.cell ?? "" })
        }
        put(table, json: answer)
    }
}

extension JSON {
    /// For one place in a table.
    var cell: String {
        switch self {
        case .null: return "-"
        case .bool(let flag): return flag ? "yes" : "no"
        case .number(let number): return number.literal
        case .string(let text): return text.isMoment ? text.moment : text
        case .array(let items): return items.isEmpty ? "-" : items.map(\.cell).joined(separator: ",")
        case .object: return String(decoding: encoded(), as: UTF8.self)
        }
    }
}

extension String {
    fileprivate var isMoment: Bool { utf8.count == 24 && hasSuffix("Z") && dropFirst(10).hasPrefix("T") }

    /// `2026-11-21 03:42` for `2026-11-21T03:42:53.120Z`.
    var moment: String { prefix(10) + " " + dropFirst(11).prefix(5) }
    var day: String { String(prefix(10)) }
}
