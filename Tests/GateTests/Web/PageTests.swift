import Basics
import Foundation
import Store
import Testing
import TestSupport
import Wire

@testable import Gate

struct PageTests {
    static let names = PageGallery().all.map(\.name)

    @Test func everyPageHasItsOwnName() { #expect(Set(Self.names).count == Self.names.count) }

    @Test(arguments: PageTests.names, Language.allCases)
    func everyPageIsWellFormed(name: String, language: Language) throws {
        let gallery = PageGallery()
        let entry = try #require(gallery.all.first { $0.name == name })
        for isChosen in [false, true] {
            let context = gallery.context(entry, language: language, isChosen: isChosen, formToken: "f0rm")
            let checker = HTMLChecker(entry.page.html(context))
            #expect(checker.faults == [])
            #expect(checker.all("html").first?["lang"] == language.rawValue)
        }
    }

    @Test(arguments: PageTests.names)
    func everyPostingFormHasTheFormTokenAndKeepsTheLanguage(name: String) throws {
        let gallery = PageGallery()
        let entry = try #require(gallery.all.first { $0.name == name })
        let context = gallery.context(entry, language: .french, isChosen: true, formToken: "f0rm")
        let checker = HTMLChecker(entry.page.html(context))
        let posts = checker.all("form").filter { $0["method"] == "post" }
        #expect(
            checker.all("input").filter { $0["name"] == "form_token" && $0["value"] == "f0rm" }.count == posts.count)
        for form in posts { #expect(form["action"]?.contains("lang=fr") == true) }
        for link in checker.all("a") {
            guard let place = link["href"], place.hasPrefix("/") else { continue }
            #expect(place.contains("lang=fr") || link["hreflang"] == "en", "\(place)")
        }
    }

    @Test(arguments: PageTests.names)
    func formsLeadToPagesThatTheRouterKnows(name: String) throws {
        let gallery = PageGallery()
        let entry = try #require(gallery.all.first { $0.name == name })
        for form in HTMLChecker(entry.page.html(gallery.context(entry))).all("form") {
            let segments = try #require(form["action"]).split(separator: "/").map(String.init)
            #expect(segments.first == "comfy")
            #expect(WebPath(Array(segments.dropFirst()), on: entry.surface) != nil)
        }
    }

    // MARK: Hostile texts

    static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onfocus='alert(1)' autofocus='",
        "</title></option></pre><svg/onload=alert(1)>", "javascript:alert(1)", "\u{202E}gnp.exe\u{2066}\u{200F}",
        "a\0b\r\nSet-Cookie: x=y\u{85}\u{9B}", "&lt;b&gt;&#60;&amp", "{name} {count} \u{E000}0\u{E000}",
        "--> ]]> <!-- ",
        "\u{10FFFF}\u{FFFE}\u{FEFF}", "e\u{301}\u{1F469}\u{200D}\u{1F680}", "`${1+1}`<%= %>", "//evil.example\\..",
    ]

    /// What the pages are made of when every text in them is harmless.
    private static let skeletons = Dictionary(
        uniqueKeysWithValues: PageGallery(text: "plain words").all.map { entry in
            (entry.name, HTMLChecker(entry.page.html(PageGallery(text: "plain words").context(entry))).skeleton)
        })

    private func expectUnchanged(by text: String, language: Language) {
        let gallery = PageGallery(text: text)
        for entry in gallery.all {
            let checker = HTMLChecker(entry.page.html(gallery.context(entry, language: language)))
            #expect(checker.faults == [], "\(entry.name)")
            #expect(checker.skeleton == Self.skeletons[entry.name], "\(entry.name)")
        }
    }

    @Test(arguments: PageTests.hostile, Language.allCases)
    func noTextChangesThePage(text: String, language: Language) { expectUnchanged(by: text, language: language) }

    @Test(arguments: 0..<24) func noRandomTextChangesThePage(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("<>&\"'=/\\ {}\u{202E}\u{200F}\0\r\n;#x3cscriptonload:-!?`«»é漢\u{E000}0".unicodeScalars)
        // Never blank, which the pages leave out, and never a host, for which one of them has a remedy.
        var text = "x "
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            text.unicodeScalars.append(alphabet.randomElement(using: &random) ?? "<")
        }
        expectUnchanged(by: text, language: .english)
    }

    @Test func whatWasTypedComesBackWithTheForm() {
        let name = "\u{202E}<b>&\"'\t\r\n\u{200F}é"
        let entry = PageGallery.Entry(name: "", surface: .gate, page: LoginPage(name: name))
        let checker = HTMLChecker(entry.page.html(PageGallery().context(entry)))
        #expect(
            checker.all("input").first { $0["name"] == "username" }?["value"]?.unicodeScalars.elementsEqual(
                name.unicodeScalars) == true)
    }

    // MARK: Secrets and rights

    @Test func theLoginPageNamesNobodyAndCarriesNoPassword() {
        let entry = PageGallery.Entry(name: "", surface: .gate, page: LoginPage(name: "maria", fault: .wrong))
        let checker = HTMLChecker(entry.page.html(PageGallery().context(entry)))
        #expect(checker.all("input").first { $0["name"] == "password" }?["value"] == nil)
        #expect(checker.all("title").first?.text.hasPrefix("Error: ") == true)
    }

    @Test(arguments: [
        (Role.user, ["/account"]), (.operator, ["/account", "/status", "/jobs", "/usage"]),
        (
            .admin,
            ["/account", "/status", "/jobs", "/usage", "/files", "/people", "/invitations", "/teams", "/audit"]
        ),
    ])
    func theConsoleShowsWhatTheRoleMayOpen(role: Role, paths: [String]) throws {
        let gallery = PageGallery()
        let entry = try #require(gallery.all.first { $0.name == "account" })
        let html = entry.page.html(gallery.context(entry, role: role))
        for path in ["/account", "/status", "/jobs", "/usage", "/files", "/people", "/invitations", "/teams", "/audit"]
        {
            #expect(html.contains("href=\"/comfy\(path)\"") == paths.contains(path))
        }
        #expect(html.contains("aria-current=\"page\">Account"))
    }

    @Test func aDuePasswordLeavesNothingElseToDo() throws {
        let gallery = PageGallery()
        let entry = try #require(gallery.all.first { $0.name == "account-due" })
        let checker = HTMLChecker(entry.page.html(gallery.context(entry)))
        #expect(
            checker.all("form").compactMap { $0["action"] } == ["/comfy/logout", "/comfy/account/password"])
    }

    @Test func administratorsDoNotShutThemselvesOut() throws {
        let gallery = PageGallery()
        let entry = try #require(gallery.all.first { $0.name == "person-own" })
        let actions = HTMLChecker(entry.page.html(gallery.context(entry))).all("form").compactMap { $0["action"] }
        #expect(actions == ["/comfy/logout"])
    }

    @Test func tokensGoOnlyAsFarAsTheRole() throws {
        var page = AccountPage(name: "x", role: .user)
        page.grantable = [.generate, .read]
        let entry = PageGallery.Entry(name: "", surface: .console, page: page, path: .account, isLoggedIn: true)
        let boxes = HTMLChecker(page.html(PageGallery().context(entry))).all("input").filter { $0["name"] == "scope" }
        #expect(boxes.compactMap { $0["value"] } == ["generate", "read"])
    }

    @Test(arguments: [49, 50, 51]) func theTokenFormGoesAtTheLimit(count: Int) {
        var page = AccountPage(name: "x", role: .user)
        page.grantable = [.read]
        page.tokens = (0..<count).map { _ in TokenRow(id: UUID(), label: "x", scopes: .read, created: PageGallery.now) }
        let entry = PageGallery.Entry(name: "", surface: .console, page: page, path: .account, isLoggedIn: true)
        let html = page.html(PageGallery().context(entry))
        #expect(html.contains("name=\"like_login\"") == (count < 50))
    }

    @Test(arguments: [199, 200, 201]) func longListsEndAtTheirLimit(count: Int) {
        let row = TeamsPage.Row(id: UUID(), name: "x", members: 0)
        let page = TeamsPage(teams: Array(repeating: row, count: count))
        let html = page.html(PageGallery().context(.init(name: "", surface: .console, page: page)))
        #expect(html.split(separator: "role=\"rowheader\"").count - 1 == min(count, 200))
        #expect(html.contains("1 more is not shown.") == (count > 200))
    }

    @Test(arguments: [499, 500, 501]) func longDetailsAreCut(count: Int) {
        let row = AuditPage.Row(
            sequence: 1, time: PageGallery.now, actor: "a", action: "b", subject: "c",
            detail: String(repeating: "x", count: count))
        let page = AuditPage(rows: [row], head: .empty)
        let html = page.html(PageGallery().context(.init(name: "", surface: .console, page: page)))
        #expect(html.contains("…") == (count > 500))
    }

    // MARK: Errors

    @Test(
        arguments: [
            ("worker_unreachable", 503, 10), ("worker_broken", 502, 10), ("overloaded", 503, 10),
            ("store_unavailable", 503, 30), ("worker_timeout", 504, nil), ("not_found", 404, nil),
            ("misdirected_request", 421, nil), ("foreign_origin", 403, nil), ("anything", 500, nil),
        ] as [(String, Int, Int?)])
    func onlyWhatPassesIsAskedAgain(code: String, status: Int, seconds: Int?) {
        var page = ErrorPage(Status(status), code: .init(rawValue: code), message: "Words.")
        #expect(page.refreshSeconds == seconds)
        let entry = PageGallery.Entry(name: "", surface: .gate, page: page)
        let html = page.html(PageGallery().context(entry))
        #expect(html.contains("http-equiv=\"refresh\"") == (seconds != nil))
        page.mayRepeat = false
        #expect(page.refreshSeconds == nil)
    }

    @Test func misdirectedVisitorsSeeTheRemedy() throws {
        let known = try #require(HTTPURL("https://comfy.example.org"))
        let page = ErrorPage(
            .misdirectedRequest, code: "misdirected_request", message: "", host: "box.local:8288", known: [known])
        let html = page.html(PageGallery().context(.init(name: "", surface: .gate, page: page)))
        #expect(html.contains("public_url:\n  - https://box.local:8288"))
        #expect(html.contains("href=\"https://comfy.example.org/\""))
    }

    @Test func aNewPasswordThatIsDueIsSaidSo() {
        let page = ErrorPage(.forbidden, code: .forbidden, message: "Choose a new password first, on the console.")
        #expect(page.cause == .passwordDue)
    }
}
