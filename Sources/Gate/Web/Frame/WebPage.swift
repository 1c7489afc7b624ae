internal import Basics
internal import Store
internal import Wire

/// A page as a value: what it shows goes in, HTML comes out.
protocol WebPage: Sendable {
    func title(_ say: PageContext) -> String
    func content(_ say: PageContext) -> HTML
    var layout: PageLayout { get }
    /// What was wrong with the form that was sent; listed above the content, and its title says "Error".
    var problems: [FormProblem] { get }
    /// What has just been done.
    var notice: Notice? { get }
    /// Asks for itself again after this time.
    var refreshSeconds: Int? { get }
}

enum PageLayout: Sendable {
    /// One small form or message, in the middle of the window.
    case card
    case full
}

extension WebPage {
    var layout: PageLayout { .full }
    var problems: [FormProblem] { [] }
    var notice: Notice? { nil }
    var refreshSeconds: Int? { nil }

    /// The whole document in UTF-8.
    func body(_ say: PageContext) -> [UInt8] { Array(html(say).utf8) }

    func html(_ say: PageContext) -> String { PageFrame(say).document(self) }
}

/// What stands around each page's content.
struct PageFrame {
    private let say: PageContext

    init(_ say: PageContext) { self.say = say }

    func document(_ page: some WebPage) -> String {
        Tag.html(.lang(say.language)) {
            head(page)
            Tag.body(page.layout == .card ? .class("card-page") : nil) {
                Tag.a(.class("skip"), .href(Link(to: Self.main))) { say(FrameWords.skip) }
                header(page)
                Tag.main(.id(Self.main), .focusable) {
                    problems(page)
                    if let notice = page.notice {
                        Tag.p(.class("notice good"), .role("status")) { say(notice.message) }
                    }
                    Tag.h1 { page.title(say) }
                    page.content(say)
                }
                footer
            }
        }.document
    }

    private static let main = ElementID("main")

    private func head(_ page: some WebPage) -> HTML {
        let title = "\(page.title(say)) – ComfyGate"
        return Tag.head {
            Tag.meta(.utf8)
            Tag.meta(.meta("viewport"), .content("width=device-width, initial-scale=1"))
            Tag.meta(.meta("color-scheme"), .content("light dark"))
            Tag.meta(.meta("robots"), .content("noindex"))
            if let seconds = page.refreshSeconds { HTML.element(.meta, Attribute.refresh(seconds: seconds), []) }
            Tag.title { page.problems.isEmpty ? title : say(FrameWords.errorTitle, ["title": title]) }
            Tag.link(.rel("stylesheet"), .href(WebFile.style.link(say)))
            Tag.link(.rel("icon"), .mediaType("image/svg+xml"), .href(WebFile.logo.link(say)))
        }
    }

    private func header(_ page: some WebPage) -> HTML {
        Tag.header {
            Tag.div(.class("brand")) {
                Tag.img(.src(WebFile.logo.link(say)), .alt(""), .width(32), .height(32))
                Tag.span { say.surface == .gate ? "ComfyGate" : say(FrameWords.console) }
            }
            if page.layout == .full, let viewer = say.viewer {
                Tag.nav(.label(say(FrameWords.navigation))) {
                    Tag.ul { for entry in Self.entries(for: viewer.role) { item(entry.path, say(entry.words)) } }
                }
                logout(viewer)
            }
        }
    }

    private func item(_ path: WebPath, _ words: String) -> HTML {
        let own = say.basePath + path.segments(on: say.surface)
        let isHere = say.place.map { $0.segments.starts(with: own) } ?? false
        return Tag.li { Tag.a(.href(say.link(path)), isHere ? .currentPage : nil) { words } }
    }

    private func logout(_ viewer: PageContext.Viewer) -> HTML {
        say.form(to: .logout, .class("logout")) {
            Tag.span(.class("who")) { HTML.typed(viewer.name) }
            Tag.button(.submit, .class("quiet")) { say(FrameWords.logout) }
        }
    }

    private static func entries(for role: Role) -> [(path: WebPath, words: Message)] {
        var entries: [(WebPath, Message)] = [(.account, FrameWords.account)]
        if role >= .operator {
            entries += [(.status, FrameWords.status), (.jobs, FrameWords.jobs), (.usage, FrameWords.usage)]
        }
        if role >= .admin {
            entries += [
                (.files, FrameWords.files),
                (.people, FrameWords.people), (.invitations, FrameWords.invitations), (.teams, FrameWords.teams),
                (.audit, FrameWords.audit),
            ]
        }
        return entries
    }

    /// Takes the focus, so that it is read out first; each entry leads to its field.
    private func problems(_ page: some WebPage) -> HTML? {
        guard !page.problems.isEmpty else { return nil }
        let heading = ElementID("problems-title")
        return Tag.div(.class("notice bad"), .role("alert"), .labelled(by: heading), .focusable, .autofocus) {
            if page.problems.count == 1 {
                Tag.h2(.id(heading)) { link(page.problems[0]) }
            } else {
                Tag.h2(.id(heading)) { say(FrameWords.problems, count: page.problems.count) }
                Tag.ul { for problem in page.problems { Tag.li { link(problem) } } }
            }
        }
    }

    private func link(_ problem: FormProblem) -> HTML {
        let text = say.text(problem.phrase)
        guard let field = problem.field else { return .text(text) }
        return Tag.a(.href(Link(to: field.id))) { text }
    }

    private var footer: HTML {
        Tag.footer {
            let links = Language.allCases.filter { $0 != say.language }.compactMap { language in
                say.link(in: language).map { (language, $0) }
            }
            for (language, link) in links {
                Tag.a(.href(link), .hreflang(language), .lang(language), .rel("alternate")) { language.ownName }
            }
        }
    }
}

extension Language {
    /// What its speakers call it.
    var ownName: String {
        switch self {
        case .english: "English"
        case .french: "Français"
        }
    }
}
