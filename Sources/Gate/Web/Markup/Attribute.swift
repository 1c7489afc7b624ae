internal import Basics

/// One attribute of an element; made only by the functions below, so its name is one of theirs.
struct Attribute: Sendable, Hashable {
    enum Content: Sendable, Hashable {
        /// Present without a value.
        case flag
        /// Shown or spoken: characters that would mislead a reader are replaced.
        case words(String)
        /// Comes back to us with a form: kept as it is, whatever it holds.
        case kept(String)
        case link(Link)
    }

    let name: String
    let content: Content

    private init(_ name: String, _ content: Content) { (self.name, self.content) = (name, content) }
    private static func fixed(_ name: String, _ value: StaticString) -> Attribute {
        Attribute(name, .words("\(value)"))
    }

    // MARK: Places

    static func href(_ link: Link) -> Attribute { Attribute("href", .link(link)) }
    static func src(_ link: Link) -> Attribute { Attribute("src", .link(link)) }
    static func action(_ link: Link) -> Attribute { Attribute("action", .link(link)) }

    // MARK: Any element

    static func id(_ id: ElementID) -> Attribute { Attribute("id", .words(id.text)) }
    static func `class`(_ names: StaticString) -> Attribute { fixed("class", names) }
    static func lang(_ language: Language) -> Attribute { Attribute("lang", .words(language.rawValue)) }
    static func title(_ text: String) -> Attribute { Attribute("title", .words(text)) }
    static let directionAuto = fixed("dir", "auto")
    static let autofocus = Attribute("autofocus", .flag)
    /// Takes the focus when a link or `autofocus` leads here, not by the Tab key.
    static let focusable = fixed("tabindex", "-1")
    /// Reached by the Tab key, for what scrolls.
    static let tabStop = fixed("tabindex", "0")

    // MARK: Assistive technology

    static func role(_ role: StaticString) -> Attribute { fixed("role", role) }
    static func label(_ text: String) -> Attribute { Attribute("aria-label", .words(text)) }
    static func labelled(by id: ElementID) -> Attribute { Attribute("aria-labelledby", .words(id.text)) }
    /// Nil without ids.
    static func described(by ids: [ElementID]) -> Attribute? {
        ids.isEmpty ? nil : Attribute("aria-describedby", .words(ids.map(\.text).joined(separator: " ")))
    }
    static let currentPage = fixed("aria-current", "page")
    static let invalid = fixed("aria-invalid", "true")
    static let hidden = fixed("aria-hidden", "true")

    // MARK: Forms

    enum InputType: String { case text, password, hidden, checkbox, search, date }
    enum Autocomplete: String {
        case off, username
        case currentPassword = "current-password"
        case newPassword = "new-password"
    }

    static let post = fixed("method", "post")
    static let get = fixed("method", "get")
    static func type(_ type: InputType) -> Attribute { Attribute("type", .words(type.rawValue)) }
    static let submit = fixed("type", "submit")
    static func name(_ field: FieldName) -> Attribute { Attribute("name", .words(field.rawValue)) }
    static func value(_ text: String) -> Attribute { Attribute("value", .kept(text)) }
    static func `for`(_ id: ElementID) -> Attribute { Attribute("for", .words(id.text)) }
    static func autocomplete(_ kind: Autocomplete) -> Attribute { Attribute("autocomplete", .words(kind.rawValue)) }
    static func maxLength(_ count: Int) -> Attribute { Attribute("maxlength", .words(String(count))) }
    static let required = Attribute("required", .flag)
    static let checked = Attribute("checked", .flag)
    static let selected = Attribute("selected", .flag)
    static let skipsChecks = Attribute("formnovalidate", .flag)
    static let noCapitals = fixed("autocapitalize", "none")
    static let noSpelling = fixed("spellcheck", "false")

    // MARK: Others

    static func dateTime(_ time: Timestamp) -> Attribute { Attribute("datetime", .words(time.rfc3339)) }
    static let columnHead = fixed("scope", "col")
    static let rowHead = fixed("scope", "row")
    /// The column's name in front of a cell on narrow screens.
    static func column(_ text: String) -> Attribute { Attribute("data-column", .words(text)) }
    static func alt(_ text: String) -> Attribute { Attribute("alt", .words(text)) }
    /// How full something is, for `meter`: from 80 % on it is no longer good, and full is bad.
    static func meter(_ part: Double) -> [Attribute] {
        let scale =
            [("min", "0"), ("max", "100"), ("low", "80"), ("high", "99"), ("optimum", "0")] as [(String, StaticString)]
        return scale.map { fixed($0.0, $0.1) } + [Attribute("value", .words(String(Int(min(1, max(0, part)) * 100))))]
    }
    static func width(_ pixels: Int) -> Attribute { Attribute("width", .words(String(pixels))) }
    static func height(_ pixels: Int) -> Attribute { Attribute("height", .words(String(pixels))) }
    static func hreflang(_ language: Language) -> Attribute { Attribute("hreflang", .words(language.rawValue)) }
    static func rel(_ relation: StaticString) -> Attribute { fixed("rel", relation) }
    static func mediaType(_ type: StaticString) -> Attribute { fixed("type", type) }
    static let utf8 = fixed("charset", "utf-8")
    static func meta(_ name: StaticString) -> Attribute { fixed("name", name) }
    static func content(_ text: StaticString) -> Attribute { fixed("content", text) }
    static func refresh(seconds: Int) -> [Attribute] {
        [fixed("http-equiv", "refresh"), Attribute("content", .words(String(max(1, seconds))))]
    }
}

/// A place within a page; unique on it.
struct ElementID: Sendable, Hashable {
    let text: String

    init(_ text: StaticString) { self.text = "\(text)" }
    init(_ field: FieldName) { text = field.rawValue }
    private init(joined text: String) { self.text = text }

    /// The hint or the error that belongs to a field.
    func part(_ name: StaticString) -> ElementID { ElementID(joined: "\(text)-\(name)") }
    /// One of several alike.
    func numbered(_ index: Int) -> ElementID { ElementID(joined: "\(text)-\(index)") }
}
