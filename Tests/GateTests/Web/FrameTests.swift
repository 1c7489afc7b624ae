import Basics
import Store
import TestSupport
import Testing
import Wire

@testable import Gate

struct LinkTests {
    @Test(arguments: [
        (["a"], "/a"), ([], "/"), (["", "", "evil.example"], "/evil.example"), (["..", "a", "."], "/a"),
        (["a b", "c/d", "é?#"], "/a%20b/c%2Fd/%C3%A9%3F%23"), (["\\\\x", "\0"], "/%5C%5Cx/%00"),
    ])
    func pathsNeverLeaveTheOrigin(segments: [String], text: String) { #expect(Link(path: segments).text == text) }

    @Test func socketsAreNoLinks() { #expect(HTTPURL("unix:/run/x.sock").flatMap { Link($0) } == nil) }
}

struct NextPathTests {
    @Test(arguments: [
        nil, "", "x", "//evil.example", "///evil", "/\\evil.example", "\\evil", "https://evil.example",
        "/a\r\nSet-Cookie: x",
        "/\t/evil.example", "javascript:alert(1)", "/../x", "/a/../b", "/a//b", "/%00", "/%0d%0a", "/x#y", " /x",
        "/a b",
        "/%5Cevil", "*", "data:text/html,x",
    ])
    func whatIsNoPlaceHereIsRefused(text: String?) { #expect(LocalPath(text) == nil) }

    @Test(arguments: ["/", "/comfy/", "/login", "/?workflow=a%20b", "/api/view?filename=x.png&type=output", "/a%20b"])
    func placesHereAreKept(text: String) { #expect(LocalPath(text)?.text == text) }

    @Test(arguments: [2_047, 2_048, 2_049]) func lengthIsLimited(count: Int) {
        #expect((LocalPath("/" + String(repeating: "x", count: count - 1)) == nil) == (count > 2_048))
    }

    /// What a browser would make of it: tabs and line ends vanish, backslashes are slashes. Source: WHATWG URL.
    @Test(arguments: 0..<200) func noTextEscapesABrowser(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("//\\\\.:@?#%2f5cx\t\r\n\u{0}\u{3000}é ")
        for _ in 0..<200 {
            let text =
                "/"
                + String(
                    (0..<Int.random(in: 0...8, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "/"
                    })
            guard let path = LocalPath(text) else { continue }
            let seen = path.text.filter { !"\t\r\n".contains($0) }.map { $0 == "\\" ? "/" : $0 }
            #expect(seen.first == "/")
            #expect(seen.count == 1 || seen[1] != "/", "\(text)")
            #expect(path.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
            #expect(LocalPath(path.text) == path)
        }
    }
}

struct WebPathTests {
    private static let id = UUID(random: [UInt8](repeating: 0xAB, count: 16))

    static let console: [WebPath] =
        [
            .login, .logout, .style, .logo, .start, .account, .password, .tokens, .otherSessions, .revokeToken(id),
            .revokeSession("0f3a9c21b7d84e65"), .people, .person(id), .revokePersonToken(id, token: id), .invitations,
            .revokeInvitation(id), .teams, .renameTeam(id), .removeTeam(id), .audit, .status,
            .jobs, .job(4711), .quarantine, .releaseGraph(.sha256([1])), .usage, .files, .countFiles, .freeFiles,
        ] + WebPath.JobChange.allCases.map { .changeJob(1, $0) }
        + WebPath.PersonChange.allCases.map { .changePerson(id, $0) }

    @Test(arguments: console) func whatThePagesWriteTheRouterReads(path: WebPath) {
        #expect(WebPath(path.segments(on: .console), on: .console) == path)
    }

    @Test(arguments: [WebPath.login, .logout, .style, .logo, .invitation, .start])
    func theGateHasItsOwn(path: WebPath) { #expect(WebPath(path.segments(on: .gate), on: .gate) == path) }

    @Test(arguments: console.filter { ![.login, .logout, .style, .logo, .start].contains($0) })
    func theGateHasNoneOfTheConsoles(path: WebPath) { #expect(WebPath(path.segments(on: .console), on: .gate) == nil) }

    @Test(arguments: [
        [], ["x"], ["account", "x"], ["people", "x"], ["teams", "x", "remove"], ["account", "sessions", "a", "b"],
        ["teams", id.description, "delete"], ["people", id.description.uppercased()], ["login", ""],
        ["account", "tokens", id.description, "revoke", "x"], ["jobs", "+1"], ["jobs", "01"], ["jobs", "1", "x"],
        ["jobs", "quarantine", "AB", "release"], ["jobs", "x", "ab", "release"],
    ])
    func otherPathsAreNone(segments: [String]) { #expect(WebPath(segments, on: .console) == nil) }
}

struct PageContextTests {
    private func context(_ accept: String?, _ query: String = "", surface: Surface = .gate) throws -> PageContext {
        PageContext(
            surface: surface, basePath: ["comfy"], now: PageGallery.now, acceptLanguage: accept,
            query: try Query(query),
            place: .init(segments: ["comfy", "login"], query: try Query(query)))
    }

    @Test(arguments: [
        (nil, "", Language.english), ("fr-CA,fr;q=0.9,en;q=0.5", "", .french), ("de,fr;q=0.4,en;q=0.3", "", .french),
        ("de", "", .english), ("fr", "lang=en", .english), ("en", "lang=fr", .french), ("fr", "lang=xx", .french),
    ])
    func theLanguageIsTheReaders(accept: String?, query: String, language: Language) throws {
        let context = try context(accept, query)
        #expect(context.language == language)
        #expect(context.isLanguageChosen == (query.hasSuffix("en") || query.hasSuffix("fr")))
    }

    @Test func theOtherLanguageIsTheSamePageWithoutSecretsAndNotices() throws {
        let context = try context("en", "next=%2Fx&token=cg_1&lang=en&done=saved&lang=fr")
        #expect(context.link(in: .french)?.text == "/comfy/login?next=%2Fx&lang=fr")
    }

    @Test func aChosenLanguageGoesAlong() throws {
        #expect(try context("en", "lang=fr").location(.account, done: .saved) == "/comfy/account?done=saved&lang=fr")
        #expect(try context("fr").location(.account) == "/comfy/account")
    }

    @Test(arguments: [
        ("en-US,en;q=0.9", "March 1, 2026, 12:05 AM UTC", "March 1, 2026, 3:04 PM UTC"),
        ("en-GB,en-US", "1 March 2026, 00:05 UTC", "1 March 2026, 15:04 UTC"),
        (nil, "1 March 2026, 00:05 UTC", "1 March 2026, 15:04 UTC"),
        ("fr", "1er mars 2026 à 00:05 UTC", "1er mars 2026 à 15:04 UTC"),
    ])
    func datesAreInTheReadersForm(accept: String?, night: String, day: String) throws {
        let dates = try context(accept).dates
        #expect(dates.dateAndTime(Timestamp(year: 2026, month: 3, day: 1, minute: 5)) == night)
        #expect(dates.dateAndTime(Timestamp(year: 2026, month: 3, day: 1, hour: 15, minute: 4)) == day)
    }

    @Test(arguments: [
        (0, "just now"), (59, "just now"), (60, "1 minute ago"), (3_599, "59 minutes ago"), (3_600, "1 hour ago"),
        (86_399, "23 hours ago"), (86_400, "1 day ago"), (2_678_399, "30 days ago"), (2_678_400, "11 February 2026"),
        (-60, "in 1 minute"), (-7_200, "in 2 hours"), (-86_400 * 7, "in 7 days"),
    ])
    func distancesAreWords(seconds: Int, text: String) throws {
        #expect(try context("en").distance(PageGallery.now.advanced(bySeconds: Int64(-seconds))).plain == text)
    }

    @Test func piecesOfASentenceStandWhereTheyBelong() throws {
        let message = Message("x", en: "{b} and {a}, {b}", fr: "{b} et {a}, {b}")
        let text = try context("en").rich(message, ["a": .typed("{b}\u{E000}0\u{E000}"), "b": .text("B")]).plain
        #expect(text == "B and {b}\u{E000}0\u{E000}, B")
    }
}

struct PageFieldsTests {
    @Test func pagesMayLoadNothingButTheirOwnFiles() {
        let policy = PageFields.contentSecurityPolicy
        #expect(policy.hasPrefix("default-src 'none'; "))
        for word in ["unsafe", "script", "http", "*", "data:"] { #expect(!policy.contains(word)) }
        for rule in ["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"] {
            #expect(policy.contains(rule))
        }
        #expect(PageFields.all["Cache-Control"] == "no-store")
        #expect(PageFields.all["Referrer-Policy"] == "same-origin")
        #expect(PageFields.all["X-Content-Type-Options"] == "nosniff")
    }

    @Test(arguments: [WebFile.style, .logo].map(\.mediaType)) func filesAreFoundByPath(type: String) throws {
        let file = try #require(WebFile([.style, .logo].first { WebFile($0)?.mediaType == type } ?? .login))
        #expect(file.fields["Content-Type"] == type)
        #expect(!file.bytes.isEmpty)
        #expect(file.version.count == 12)
    }

    @Test func theStyleSheetLoadsNothing() {
        for word in ["url(", "@import", "@font-face", "expression"] { #expect(!StyleSheet.text.contains(word)) }
    }
}

/// Source: WCAG 2.2, success criteria 1.4.3 and 1.4.11.
struct ContrastTests {
    private static let schemes = StyleSheet.text.split(separator: ":root {").prefix(2).map { block in
        Dictionary(
            block.prefix { $0 != "}" }.matches(of: /--([a-z-]+): #([0-9a-f]{6})/).map { (String($0.1), String($0.2)) },
            uniquingKeysWith: { first, _ in first })
    }

    private func luminance(_ hex: String) -> Double {
        let value = Int(hex, radix: 16) ?? 0
        let parts = [value >> 16, value >> 8 & 255, value & 255].map { part -> Double in
            let share = Double(part) / 255
            // The power 2.4 by exp and log would need a library; squares between 2 and 3 bound it from below.
            return share <= 0.04045 ? share / 12.92 : power((share + 0.055) / 1.055)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    /// x to the power of 2.4 = x² · (x²)^(1/5), the fifth root by Newton.
    private func power(_ base: Double) -> Double {
        let square = base * base
        var root = 1.0
        for _ in 0..<60 { root -= (root * root * root * root * root - square) / (5 * root * root * root * root) }
        return square * root
    }

    @Test(arguments: [0, 1]) func everyTextIsReadable(scheme: Int) throws {
        let colours = Self.schemes[scheme]
        let pairs = [
            ("text", ["page", "sheet", "soft", "good-soft", "warn-soft", "bad-soft", "code"]),
            ("muted", ["page", "sheet"]),
            ("link", ["page", "sheet", "soft"]), ("on-accent", ["accent"]), ("bad", ["sheet", "bad-soft"]),
            ("sheet", ["bad"]), ("warn", ["warn-soft"]), ("good", ["good-soft"]),
        ]
        for (front, backs) in pairs {
            for back in backs { #expect(try contrast(colours, front, back) >= 4.5, "\(front) on \(back)") }
        }
        for (front, back) in [("edge", "sheet"), ("focus", "page"), ("focus", "sheet"), ("accent", "sheet")] {
            #expect(try contrast(colours, front, back) >= 3, "\(front) on \(back)")
        }
    }

    private func contrast(_ colours: [String: String], _ front: String, _ back: String) throws -> Double {
        let one = luminance(try #require(colours[front])), other = luminance(try #require(colours[back]))
        return (max(one, other) + 0.05) / (min(one, other) + 0.05)
    }
}

struct TokenSnippetsTests {
    @Test(arguments: [
        ("plain", "\"plain\""), ("a\"b\\c", #""a\"b\\c""#), ("é\n", #""\U000000e9\U0000000a""#),
        ("$2b$12$x", "\"$2b$12$x\""),
    ])
    func pythonLiteralsHoldAnyText(text: String, literal: String) { #expect(TokenSnippets.pythonText(text) == literal) }

    @Test(arguments: [("plain", "'plain'"), ("it's", #"'it'\''s'"#), ("$2b$12$x", "'$2b$12$x'"), ("", "''")])
    func shellWordsHoldAnyText(text: String, word: String) { #expect(TokenSnippets.shellText(text) == word) }

    @Test func theTokenStandsOnceInEach() throws {
        let url = try #require(HTTPURL("https://comfy.example.org/"))
        let snippets = TokenSnippets(token: Secret("cg_x"), gate: url, generates: true)
        for text in [snippets.python, snippets.requests, snippets.curl] {
            #expect(text.split(separator: "cg_x", omittingEmptySubsequences: false).count == 2)
            #expect(
                text.contains("https://comfy.example.org\"") || text.contains("https://comfy.example.org/api/queue'"))
        }
        let reading = TokenSnippets(token: Secret("cg_x"), gate: url, generates: false)
        #expect(!reading.python.contains("prompt"))
    }

    @Test func anInvitationsLinkLeadsToTheGate() throws {
        let url = try #require(HTTPURL("https://comfy.example.org/comfy"))
        let page = InvitationMadePage(
            gate: url, secret: Secret("ci_1+2"), expires: PageGallery.now, role: .user, team: nil)
        #expect(page.url == "https://comfy.example.org/comfy/gate/invitation?code=ci_1%2B2")
    }

    @Test(arguments: [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/18 Safari/605", "Safari on Mac"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari", "Chrome on Android"), ("curl/8.5", "curl"),
        ("", "Unknown browser"),
    ])
    func browsersHaveTheirEverydayNames(agent: String, name: String) {
        let context = PageContext(surface: .console, now: PageGallery.now)
        #expect(BrowserName(userAgent: agent).text(context) == name)
    }
}
