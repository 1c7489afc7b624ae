/// A piece of a page.
///
/// Every text in it is escaped where it is written, and no case holds ready markup: a name cannot become an element.
/// `Tag` and `Attribute` are closed lists without scripts, frames, styles and event handlers.
indirect enum HTML: Sendable, Hashable {
    case text(String)
    case element(Tag, [Attribute], [HTML])
    case group([HTML])

    static let empty = HTML.group([])

    /// Text that somebody typed: isolated, so that its direction does not turn the words around it.
    static func typed(_ text: String) -> HTML { .element(.bdi, [], [.text(text)]) }
}

/// The elements our pages are made of.
enum Tag: String, Sendable, Hashable, CaseIterable {
    case html, head, meta, title, link, body
    case header, nav, main, footer, section, div, span, p, a, ul, ol, li, dl, dt, dd, h1, h2, h3
    case form, fieldset, legend, label, input, select, option, button, details, summary
    case table, caption, thead, tbody, tr, th, td
    case strong, em, bdi, code, pre, time, img, hr, meter

    /// Has neither content nor an end tag. Source: HTML, "Void elements".
    var isVoid: Bool {
        switch self {
        case .meta, .link, .input, .img, .hr: true
        default: false
        }
    }

    func callAsFunction(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .empty }) -> HTML {
        .element(self, attributes.compactMap(\.self), [content()])
    }
}

/// Lines of a builder become neighbours; a `String` among them is text.
@resultBuilder
enum HTMLBuilder {
    static func buildExpression(_ piece: HTML) -> HTML { piece }
    static func buildExpression(_ text: String) -> HTML { .text(text) }
    static func buildExpression(_ piece: HTML?) -> HTML { piece ?? .empty }
    static func buildBlock(_ pieces: HTML...) -> HTML { pieces.count == 1 ? pieces[0] : .group(pieces) }
    static func buildOptional(_ piece: HTML?) -> HTML { piece ?? .empty }
    static func buildEither(first piece: HTML) -> HTML { piece }
    static func buildEither(second piece: HTML) -> HTML { piece }
    static func buildArray(_ pieces: [HTML]) -> HTML { .group(pieces) }
}
