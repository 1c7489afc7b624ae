internal import Basics
internal import Store
internal import Wire

/// What every page needs to know besides its own content.
struct PageContext: Sendable {
    /// Who is logged in.
    struct Viewer: Sendable, Hashable {
        let name: String
        let role: Role
    }

    /// The page as it was asked for, for links to itself in another language; only for GET.
    struct Place: Sendable, Hashable {
        /// Decoded, from the root, base path included.
        let segments: [String]
        let query: Query
    }

    var language: Language
    /// By `?lang=`; such a choice stays in every link and form.
    var isLanguageChosen = false
    var dates: DateStyle
    var surface: Surface
    /// Decoded segments, none at the root.
    var basePath: [String]
    var now: Timestamp
    var viewer: Viewer?
    var place: Place?
    /// A second line of defence beside the check of Origin: sent with every form when there is one.
    var formToken: String?

    init(
        surface: Surface, basePath: [String] = [], now: Timestamp, acceptLanguage: String? = nil,
        query: Query = Query(), viewer: Viewer? = nil, place: Place? = nil, formToken: String? = nil
    ) {
        let chosen = query[FieldName.language.rawValue].flatMap { Language(rawValue: $0) }
        let asked = AcceptHeaders.language(acceptLanguage, offered: Language.allCases.map(\.rawValue))
        language = chosen ?? asked.flatMap { Language(rawValue: $0) } ?? .english
        isLanguageChosen = chosen != nil
        dates = DateStyle(language, acceptLanguage: acceptLanguage)
        (self.surface, self.basePath, self.now, self.viewer) = (surface, basePath, now, viewer)
        (self.place, self.formToken) = (place, formToken)
    }

    // MARK: Words

    func callAsFunction(
        _ message: Message, _ arguments: KeyValuePairs<String, String> = [:], count: Int? = nil
    ) -> String {
        text(message(arguments, count: count))
    }

    func text(_ phrase: Phrase) -> String {
        language == .french ? FrenchSpacing.applied(to: phrase.text(in: .french)) : phrase.text(in: language)
    }

    /// A sentence with pieces of page in it: names in isolation, code, links.
    func rich(_ message: Message, _ pieces: KeyValuePairs<String, HTML>, count: Int? = nil) -> HTML {
        var arguments: [String: String] = [:]
        // Private characters stand for the pieces while the sentence is put together; no catalogue holds any.
        for (index, piece) in pieces.enumerated() { arguments[piece.key] = "\u{E000}\(index)\u{E000}" }
        let parts = text(Phrase(message, arguments, count: count)).split(
            separator: "\u{E000}", omittingEmptySubsequences: false)
        let all = Array(pieces)
        return .group(
            parts.enumerated().map { place, part in
                guard place % 2 == 1, let index = Int(part), all.indices.contains(index) else {
                    return .text(String(part))
                }
                return all[index].value
            })
    }

    // MARK: Links

    func link(_ path: WebPath, _ query: [(FieldName, String)] = []) -> Link {
        Link(path: basePath + path.segments(on: surface), query: self.query(query))
    }

    /// The editor, or the console's first page.
    var home: Link { surface == .gate ? Link(path: basePath, query: query([])) : link(.account) }

    /// Where to send the browser after a form, so that it reads in the same language.
    func location(_ path: WebPath, done notice: Notice? = nil) -> String {
        link(path, notice.map { [(.done, $0.rawValue)] } ?? []).text
    }

    private func query(_ pairs: [(FieldName, String)]) -> Query {
        var query = Query()
        for (name, value) in pairs { query.append(name.rawValue, value) }
        if isLanguageChosen { query.append(FieldName.language.rawValue, language.rawValue) }
        return query
    }

    /// This page in another language; nil where it cannot be asked for again.
    func link(in language: Language) -> Link? {
        guard let place else { return nil }
        // A credential must not travel on, nor a notice be shown twice.
        var query = place.query.removing([FieldName.language.rawValue, FieldName.done.rawValue, "token"])
        query.append(FieldName.language.rawValue, language.rawValue)
        return Link(path: place.segments, query: query)
    }
}

/// French puts a space that never breaks in front of double punctuation and inside guillemets.
enum FrenchSpacing {
    static func applied(to text: String) -> String {
        var out = ""
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let before = index > 0 ? scalars[index - 1] : "\n"
            let after = index + 1 < scalars.count ? scalars[index + 1] : "\n"
            if scalar == " ", [";", "!", "?"].contains(after) {
                out.unicodeScalars.append("\u{202F}")
            } else if scalar == " ", before == "«" || [":", "»"].contains(after) {
                out.unicodeScalars.append("\u{00A0}")
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
