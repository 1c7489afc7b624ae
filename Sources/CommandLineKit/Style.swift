/// Colours, or none: the sixteen that every terminal has, by ECMA-48 sequences.
public struct Style: Sendable, Hashable {
    public let isColoured: Bool

    public init(isColoured: Bool) { self.isColoured = isColoured }
    public static let plain = Style(isColoured: false)

    /// Colours only on a terminal that can show them and when nobody asked for none (no-color.org: any non-empty value).
    public init(isTerminal: Bool, environment: [String: String]) {
        let refused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        self.init(isColoured: isTerminal && !refused && environment["TERM"] != "dumb")
    }

    public func bold(_ text: String) -> String { wrap(text, "1") }
    public func dim(_ text: String) -> String { wrap(text, "2") }
    public func red(_ text: String) -> String { wrap(text, "31") }
    public func green(_ text: String) -> String { wrap(text, "32") }
    public func yellow(_ text: String) -> String { wrap(text, "33") }

    /// The reset stands before a line end, so that no colour runs into the next line.
    private func wrap(_ text: String, _ code: String) -> String {
        guard isColoured, !text.isEmpty else { return text }
        let ending = text.hasSuffix("\n") ? "\n" : ""
        return "\u{1B}[\(code)m" + text.dropLast(ending.count) + "\u{1B}[0m" + ending
    }
}
