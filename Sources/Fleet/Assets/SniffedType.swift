internal import Basics
internal import Wire

/// What bytes are, by the bytes alone: the media type of an asset.
///
/// `InlineMedia` knows what a browser may show. Text that a browser would run or style (HTML, SVG, XML) is told from
/// plain text here, by how it begins. A name says nothing: the same bytes are one asset, whatever people call them.
public enum SniffedType {
    public static let unknown = "application/octet-stream"
    public static let html = "text/html"
    public static let svg = "image/svg+xml"
    public static let xml = "application/xml"

    /// - Parameters:
    ///   - bytes: the beginning of the content, best `InlineMedia.prefixBytes` of it.
    ///   - isComplete: there is no more.
    public static func of(_ bytes: Span<UInt8>, isComplete: Bool) -> String {
        guard let media = InlineMedia(sniffing: bytes, isComplete: isComplete) else { return unknown }
        guard media == .plainText else { return media.rawValue }
        return markup(bytes, isComplete: isComplete) ?? media.rawValue
    }

    /// Names of elements a page may begin with. Source: WHATWG MIME Sniffing, section 7.1.
    private static let pageElements: Set<String> = [
        "html", "head", "body", "script", "iframe", "style", "title", "table", "font", "div", "h1", "a", "b", "br",
        "p",
        "meta", "link", "base", "img", "form", "template", "object", "embed", "frameset", "noscript",
    ]

    /// What begins as markup; nil for any other text.
    private static func markup(_ bytes: Span<UInt8>, isComplete: Bool) -> String? {
        var place = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
        var found: String?
        while true {
            while place < bytes.count, bytes[place] <= 0x20 { place += 1 }
            // What begins behind the bytes that are here, or is cut by their end, could be anything.
            guard isComplete || place + 16 <= bytes.count else { return found ?? html }
            guard place < bytes.count else { return found }
            guard bytes[place] == UInt8(ascii: "<") else { return found }
            let (end, kind) = piece(bytes, place + 1)
            switch kind {
            case .comment: found = found ?? html
            case .declaration: found = xml
            case .documentType(let name): found = name == "html" ? html : name == "svg" ? svg : found ?? xml
            case .element(let name):
                if name == "svg" || name.hasSuffix(":svg") { return svg }
                if name == "html" { return html }
                return found ?? (pageElements.contains(name) ? html : nil)
            case .other: return found
            }
            guard let end else { return found }
            place = end
        }
    }

    private enum Piece {
        case comment
        /// `<?xml`, and other instructions.
        case declaration
        case documentType(String)
        case element(String)
        case other
    }

    /// What begins behind `<`, and the place behind it; nil when its end is not in sight.
    private static func piece(_ bytes: Span<UInt8>, _ start: Int) -> (end: Int?, Piece) {
        if text(bytes, start, 3) == "!--" { return (end(bytes, start + 3, "-->"), .comment) }
        if text(bytes, start, 1) == "?" { return (end(bytes, start + 1, ">"), .declaration) }
        if text(bytes, start, 8) == "!doctype" {
            var place = start + 8
            while place < bytes.count, bytes[place] <= 0x20 { place += 1 }
            return (end(bytes, place, ">"), .documentType(name(bytes, place)))
        }
        let name = name(bytes, start)
        return (nil, name.isEmpty ? .other : .element(name))
    }

    /// Letters, digits and what else stands in names, ASCII letters in lower case.
    private static func name(_ bytes: Span<UInt8>, _ start: Int) -> String {
        var end = start
        while end < bytes.count, end - start < 64 {
            let byte = bytes[end]
            let isName =
                Octet.lowered(byte) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x3A || byte == 0x2D || byte == 0x5F
            guard isName else { break }
            end += 1
        }
        return text(bytes, start, end - start)
    }

    private static func text(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> String {
        let end = min(bytes.count, start + count)
        var out: [UInt8] = []
        for place in start..<max(start, end) { out.append(Octet.lowered(bytes[place])) }
        return String(decoding: out, as: UTF8.self)
    }

    private static func end(_ bytes: Span<UInt8>, _ start: Int, _ mark: String) -> Int? {
        let count = mark.utf8.count
        var place = start
        while place + count <= bytes.count {
            if text(bytes, place, count) == mark { return place + count }
            place += 1
        }
        return nil
    }
}
