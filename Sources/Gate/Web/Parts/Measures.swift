internal import Basics

/// Times, sizes and parts as people write them.
extension PageContext {
    /// `1.5 MB`, in French `1,5 Mo`.
    func bytes(_ count: Int) -> String {
        let text = ByteCount(bytes: count).rounded
        guard language == .french else { return text }
        return String(text.map { $0 == "." ? "," : $0 == "B" ? "o" : $0 })
    }

    /// `40 ms`, `2.5 s`, `2 min 5 s`, `3 h 20 min`.
    func span(milliseconds: Int64) -> String {
        let milliseconds = max(0, milliseconds)
        let seconds = milliseconds / 1_000
        switch seconds {
        case ..<1: return "\(milliseconds) ms"
        case ..<60:
            let tenths = milliseconds / 100
            return "\(tenths / 10)\(language == .french ? "," : ".")\(tenths % 10) s"
        case ..<3_600: return "\(seconds / 60) min \(seconds % 60) s"
        default: return "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
        }
    }

    func span(from start: Timestamp?, to end: Timestamp?) -> String? {
        guard let start, let end else { return nil }
        return span(milliseconds: end.milliseconds - start.milliseconds)
    }

    func percent(_ part: Double) -> String { "\(Int(part * 100))\(language == .french ? "\u{00A0}" : "")%" }

    /// A link of a list that is cut into pages.
    func pageLink(_ path: WebPath, _ query: [(FieldName, String)], _ words: Message, _ relation: StaticString) -> HTML {
        Tag.a(.href(link(path, query)), .rel(relation)) { self(words) }
    }
}
