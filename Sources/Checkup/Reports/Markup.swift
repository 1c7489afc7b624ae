internal import Basics

/// Elements and text, for pages and XML alike; what comes from elsewhere is escaped here, once, and nowhere else.
struct Markup {
    private(set) var text: String

    /// - Parameter declaration: What stands in front of the first element.
    init(_ declaration: StaticString) { text = "\(declaration)\n" }

    /// - Parameter attributes: Those without a value are left out.
    mutating func element(
        _ tag: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:],
        _ content: (inout Markup) -> Void = { _ in }
    ) {
        open(tag, attributes)
        content(&self)
        text += "</\(tag)>"
    }

    /// An element with nothing in it but words.
    mutating func element(
        _ tag: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], words: String
    ) {
        element(tag, attributes) { $0.words(words) }
    }

    /// An element that HTML knows without an end.
    mutating func open(_ tag: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:]) {
        text += "<\(tag)"
        for (name, value) in attributes {
            guard let value else { continue }
            text += " \(name)=\""
            MarkupEscape.append(value, to: &text)
            text += "\""
        }
        text += ">"
    }

    mutating func words(_ words: String) { MarkupEscape.append(words, to: &text) }
    mutating func lineEnd() { text += "\n" }
    /// Markup of our own.
    mutating func verbatim(_ markup: StaticString) { text += "\(markup)" }
}
