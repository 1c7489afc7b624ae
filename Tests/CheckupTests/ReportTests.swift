import Basics
import Foundation
import FoundationXML
import Stack
import TestSupport
import Testing

@testable import Checkup

/// Reports as files: each form is whole whatever stands in it, and says all that is wrong.
struct ReportTests {
    static let time = Timestamp(year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5)
    static let hostile = [
        "<script>alert(1)</script>", "a | b", "]]>", "--> <!-- x", "\"'\"' onload=\"x", "`` ` ```", "é œ « Ça » – 漢 🎨",
        "\u{0}\u{1B}[31m\u{8}\u{FFFE}\u{202E}", "line\nline\r\nline\u{2028}line", "[a](http://evil.example)", "{0} {1}",
        "&lt; &#60; &", "C:\\x\\y", "# @you *b* _i_ ~s~ $x$ <b>", "%2e%2e/..", "é: KEY", ": ", "a: b: c", " blank ",
        "\u{301}", "``\u{301}`\u{301}",
    ]

    static func fault(_ check: Check, _ place: String, evidence: String? = nil) -> Fault {
        Fault(
            check: check.id, area: check.area, severity: check.severity, place: place,
            evidence: evidence.map { Phrase(verbatim: $0) } ?? Phrase(verbatim: "it is so"),
            remedy: evidence.map { Phrase(verbatim: $0) } ?? Phrase(verbatim: "do `that`"))
    }

    /// One check of each severity with all these places, one that could not see, and the rest that hold.
    static func report(_ places: [String], says: Bool = false) -> CheckReport {
        let faulty: [Check] = [.unseenCards, .rootUser, .placeholder, .emptyKey]
        return CheckReport(
            CheckList.all.map { check in
                if faulty.contains(where: { $0.id == check.id }) {
                    return Outcome(
                        check: check,
                        state: .faulty(places.map { fault(check, $0, evidence: says ? $0 : nil) }))
                }
                guard check.id == "disk.low" else { return Outcome(check: check, state: .holds) }
                return Outcome(check: check, state: .unseen(Phrase(verbatim: says ? places.joined() : "it was dark")))
            })
    }

    static func sheet(
        _ report: CheckReport, _ survey: Survey = CheckTests.healthy(), in language: Language = .english
    ) -> ReportSheet {
        ReportSheet(report, of: survey, in: language, version: "1.2.3", time: time)
    }

    @Test("The ending of a name decides the form")
    func endings() {
        #expect(ReportForm(path: "a/report.JSON") == .json)
        #expect(ReportForm(path: "report.tar.md") == .markdown)
        #expect(ReportForm(path: "/tmp/report.xml") == .junit)
        #expect(ReportForm(path: "report.sarif") == .sarif)
        #expect(ReportForm(path: "report.html") == .html)
        for path in ["", "-", "report", "report.", "report.txt", "a.html/report", "report.html/", "html"] {
            #expect(ReportForm(path: path) == nil, "\(path)")
        }
        #expect(ReportForm.endings == ".json, .md, .xml, .sarif, .html")
    }

    @Test("Every form is text that ends with one line end, without carriage returns", arguments: ReportForm.allCases)
    func lines(form: ReportForm) {
        let text = Self.sheet(Self.report(Self.hostile, says: true)).text(form)
        #expect(text.utf8.last == 0x0A && text.utf8.dropLast().last != 0x0A)
        #expect(!text.utf8.contains { $0 < 0x20 && $0 != 0x0A || $0 == 0x7F })
    }

    // MARK: - JSON

    @Test("JSON holds every fault as it is, and says what it is, of what and when")
    func json() throws {
        let report = Self.report(Self.hostile, says: true)
        let json = try JSON(parsing: Array(Self.sheet(report).text(.json).utf8))
        #expect(json["schema"] == "comfygate-check-1")
        #expect(json["version"] == "1.2.3")
        #expect(json["time"] == "2026-01-02T03:04:05.000Z")
        let faults = try #require(json["faults"]?.array)
        #expect(faults.compactMap { $0["place"]?.string } == report.faults.map(\.place))
        #expect(faults.compactMap { $0["evidence"]?.string } == report.faults.map { $0.evidence.text(in: .english) })
        #expect(faults.count == 4 * Self.hostile.count)
    }

    // MARK: - Markup

    @Test("What stands in a report changes no element of it", arguments: [ReportForm.html, .junit])
    func skeleton(form: ReportForm) throws {
        let plain = Self.skeleton(Self.sheet(Self.report(Array(repeating: "x", count: Self.hostile.count))).text(form))
        #expect(plain.count > 100)
        #expect(Self.skeleton(Self.sheet(Self.report(Self.hostile)).text(form)) == plain)
        var dice = SeededGenerator(seed: 7)
        for _ in 0..<100 {
            let places = Self.hostile.map { _ in Self.anyText(&dice) }
            let text = Self.sheet(Self.report(places)).text(form)
            #expect(Self.skeleton(text) == plain, "\(places)")
        }
    }

    /// Tags with their attributes' names, in order; text and values are left away.
    static func skeleton(_ text: String) -> [String] {
        var tags: [String] = []
        var tag: String?
        var isQuoted = false
        for scalar in text.unicodeScalars {
            switch (scalar, tag) {
            case ("<", nil): tag = "<"
            case (">", let open?) where !isQuoted:
                tags.append(open + ">")
                tag = nil
            case ("\"", _?): isQuoted.toggle()
            case (_, _?) where !isQuoted: tag?.unicodeScalars.append(scalar)
            default: break
            }
        }
        return tags
    }

    static func anyText(_ dice: inout SeededGenerator) -> String {
        let signs = Array("<>&\"'`|[](){}\\/:;#@!=- \n\r\t.]]>é漢".unicodeScalars)
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 1...12, using: &dice) {
            if Bool.random(using: &dice) {
                text.append(signs[Int.random(in: 0..<signs.count, using: &dice)])
            } else if let scalar = Unicode.Scalar(UInt32.random(in: 0...0x10_FFFF, using: &dice)) {
                text.append(scalar)
            }
        }
        // What is one place twice is said once.
        return String(text) + "\(UInt64.random(in: 0 ... .max, using: &dice))"
    }

    @Test("The page has every fault, its remedies, its language, and nothing that runs or is loaded")
    func html() {
        let report = Self.report(Self.hostile, says: true)
        let page = Self.sheet(report, in: .french).text(.html)
        #expect(page.hasPrefix("<!doctype html>\n<html lang=\"fr\">"))
        #expect(page.contains("points critiques"))
        for fault in report.faults {
            var escaped = ""
            MarkupEscape.append(fault.place, to: &escaped)
            #expect(page.contains("<bdi>\(escaped)</bdi>"))
        }
        let names = Set(Self.skeleton(page).map { $0.prefix { $0 != " " && $0 != ">" } })
        for name in ["<script", "<link", "<img", "<iframe", "<object", "<form", "<base", "<image", "<use"] {
            #expect(!names.contains(Substring(name)))
        }
        #expect(!page.contains("src=") && !page.contains("url(") && !page.contains("@import"))
        let links = page.matches(of: /href="([^"]*)"/).map { String($0.1) }
        #expect(links == ["#critical", "#error", "#warning", "#notice"])
        for link in links { #expect(page.contains("id=\"\(link.dropFirst())\"")) }
    }

    @Test("A page without faults says so")
    func fine() {
        let survey = CheckTests.healthy()
        let page = Self.sheet(CheckReport(survey), survey).text(.html)
        #expect(page.contains("<h1>Nothing is wrong with what could be seen</h1>"))
        #expect(!page.contains("<article"))
        let lines = Self.sheet(CheckReport(survey), survey).text(.markdown)
        #expect(lines.hasPrefix("# Nothing is wrong with what could be seen\n") && !lines.contains("✗"))
    }

    // MARK: - JUnit

    final class Elements: NSObject, XMLParserDelegate {
        var found: [(name: String, attributes: [String: String], text: String)] = []
        private var open: [Int] = []

        func parser(
            _: XMLParser, didStartElement name: String, namespaceURI _: String?, qualifiedName _: String?,
            attributes: [String: String]
        ) {
            open.append(found.count)
            found.append((name, attributes, ""))
        }
        func parser(_: XMLParser, didEndElement _: String, namespaceURI _: String?, qualifiedName _: String?) {
            open.removeLast()
        }
        func parser(_: XMLParser, foundCharacters text: String) {
            if let last = open.last { found[last].text += text }
        }

        static func of(_ text: String) throws -> [(name: String, attributes: [String: String], text: String)] {
            let parser = XMLParser(data: Data(text.utf8))
            let elements = Elements()
            parser.delegate = elements
            try #require(parser.parse(), "\(String(describing: parser.parserError))")
            return elements.found
        }
    }

    @Test("JUnit's XML has a case for each check, and the counts are right; a notice passes")
    func junit() throws {
        let report = Self.report(Self.hostile, says: true)
        let found = try Elements.of(Self.sheet(report).text(.junit))
        let whole = try #require(found.first { $0.name == "testsuites" })
        #expect(whole.attributes["tests"] == "\(CheckList.all.count)")
        #expect(whole.attributes["failures"] == "3" && whole.attributes["skipped"] == "1")
        #expect(found.count { $0.name == "testcase" } == CheckList.all.count)
        #expect(found.count { $0.name == "failure" } == 3 && found.count { $0.name == "skipped" } == 1)
        #expect(
            Set(found.filter { $0.name == "failure" }.compactMap { $0.attributes["type"] }) == [
                "warning", "error", "critical",
            ])
        let suites = found.filter { $0.name == "testsuite" }
        for key in ["tests", "failures", "skipped"] {
            #expect(
                suites.compactMap { Int($0.attributes[key] ?? "") }.reduce(0, +) == Int(whole.attributes[key] ?? ""))
        }
        for told in found where told.name == "failure" || told.name == "system-out" {
            for place in Self.hostile {
                var escaped = ""
                MarkupEscape.append(place, to: &escaped)
                let words = try #require(try Elements.of("<a>\(escaped)</a>").first?.text)
                #expect(told.text.contains(words), "\(place)")
            }
        }
        #expect(found.count { $0.name == "system-out" } == 1)
    }

    // MARK: - SARIF

    @Test("SARIF has a rule for each check, and a result with a file and a line for each fault")
    func sarif() throws {
        let report = Self.report(Self.hostile, says: true)
        let json = try JSON(parsing: Array(Self.sheet(report).text(.sarif).utf8))
        #expect(json["version"] == "2.1.0")
        let run = try #require(json["runs"]?[0])
        let rules = try #require(run["tool"]?["driver"]?["rules"]?.array)
        #expect(rules.compactMap { $0["id"]?.string } == CheckList.all.map(\.id))
        for rule in rules {
            #expect(rule["help"]?["text"]?.string?.contains("{") == false, "\(rule)")
        }
        let results = try #require(run["results"]?.array)
        #expect(results.compactMap { $0["properties"]?["place"]?.string } == report.faults.map(\.place))
        let levels: [Severity: JSON] = [.notice: "note", .warning: "warning", .error: "error", .critical: "error"]
        for (result, fault) in zip(results, report.faults) {
            #expect(result["ruleId"] == .string(fault.check))
            #expect(rules[try #require(result["ruleIndex"]?.int)]["id"] == result["ruleId"])
            #expect(result["level"] == levels[fault.severity])
            let place = try #require(result["locations"]?[0]?["physicalLocation"])
            let reference = try #require(place["artifactLocation"]?["uri"]?.string)
            #expect(reference.wholeMatch(of: /(?:[A-Za-z0-9\-._~\/]|%[0-9A-F]{2})+/) != nil, "\(reference)")
            #expect((place["region"]?["startLine"]?.int ?? 0) > 0)
            let words = try #require(result["message"]?["text"]?.string)
            #expect(
                !words.replacing("\\](", with: "").contains("](")
                    && words.replacing("{{", with: "").firstMatch(of: /\{[0-9]/) == nil, "\(words)")
        }
        let prints = results.compactMap { $0["partialFingerprints"]?["comfygate/v1"]?.string }
        #expect(Set(prints).count == results.count)
        let twice = Self.sheet(Self.report(["x", "x"])).sarif["runs"]?[0]?["results"]?.array ?? []
        #expect(Set(twice.compactMap { $0["partialFingerprints"]?["comfygate/v1"]?.string }).count == 8)
        #expect(run["invocations"]?[0]?["toolExecutionNotifications"]?.array?.count == 1)
    }

    @Test("Places of files lead to the file; those of containers to the compose file")
    func places() {
        var survey = CheckTests.healthy()
        survey.containers[0].origin = .compose(file: "video/compose.yaml", service: "comfyui")
        var files = Survey.Files()
        files.scripts = ["odd: name/run.sh", "a b/.env"].map { Survey.Script(path: $0, container: "x", []) }
        survey.files = .seen(files)
        let places = ReportPlaces(survey)
        func place(_ check: Check, _ text: String) -> ReportPlace { places.place(of: Self.fault(check, text)) }
        #expect(place(.placeholder, "a b/.env: KEY") == .file(path: "a b/.env", key: "KEY", line: nil))
        #expect(place(.placeholder, "odd: name/run.sh") == .file(path: "odd: name/run.sh", key: nil, line: nil))
        #expect(place(.placeholder, "odd: name/run.sh: K") == .file(path: "odd: name/run.sh", key: "K", line: nil))
        #expect(place(.placeholder, "new.env: K") == .file(path: "new.env", key: "K", line: nil))
        #expect(place(.broken, "compose.yaml:12") == .file(path: "compose.yaml", key: nil, line: 12))
        #expect(place(.rootUser, "comfyui") == .container(name: "comfyui", file: "video/compose.yaml"))
        #expect(
            place(.silent, "comfyui (http://127.0.0.1:8188)") == .container(name: "comfyui", file: "video/compose.yaml")
        )
        #expect(place(.silent, "http://127.0.0.1:8188") == .other("http://127.0.0.1:8188"))
        #expect(place(.noTruth, "/srv/genai") == .other("/srv/genai"))
        #expect(place(.diskLow, "/") == .other("/"))
        #expect(
            place(.placeholder, "") == .other("") && place(.placeholder, ": ") == .file(path: ": ", key: nil, line: nil)
        )
        #expect(places.anchor == "video/compose.yaml")
        #expect(ReportSheet.reference("a b/é:#?%.env") == "a%20b/%C3%A9%3A%23%3F%25.env")
    }

    // MARK: - Markdown

    @Test("Markdown has a line for each area and every fault, and what it quotes is no markup")
    func markdown() {
        let report = Self.report(Self.hostile, says: true)
        let text = Self.sheet(report).text(.markdown)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count { $0.hasPrefix("| ") } == report.lines.count + 1)
        for line in lines where line.hasPrefix("|") { #expect(line.count { $0 == "|" } == 5) }
        for place in Self.hostile { #expect(text.contains(ReportSheet.code(place)), "\(place)") }
        #expect(lines.count { $0.hasPrefix("### ✗ ") } == 4)
        // Without what a backslash covers, nothing is left that means something.
        let escaped = ReportSheet.escaped("\\<b> `x` | @you #1 [a](b) http://x www.x *a* _b_ ~c~ !d")
        #expect(escaped.replacing(/\\./, with: "").firstMatch(of: /[<>`|@\[\]*_~!\\]|#(?![0-9])|:\/|www\./) == nil)
    }

    @Test("Text as Markdown's code ends where it is meant to")
    func fences() {
        var dice = SeededGenerator(seed: 3)
        let samples = Self.hostile + (0..<500).map { _ in Self.anyText(&dice) }
        for sample in samples {
            let code = ReportSheet.code(sample)
            let scalars = Array(code.unicodeScalars)
            let fence = scalars.prefix { $0 == "`" }
            #expect(!scalars.contains("\n") && scalars.suffix(fence.count) == fence)
            let inner = scalars.dropFirst(fence.count).dropLast(fence.count)
            // No run of backticks within is as long as the fence.
            #expect(!inner.split { $0 != "`" }.contains { $0.count == fence.count }, "\(code)")
            #expect(inner.first != "`" && inner.last != "`")
        }
    }

    // MARK: - Words

    @Test("Code is told apart where its backticks are in pairs")
    func pieces() {
        func piece(_ text: String, _ isCode: Bool) -> WordPiece { WordPiece(text: text, isCode: isCode) }
        #expect(WordPiece.pieces(of: "a `b` c") == [piece("a ", false), piece("b", true), piece(" c", false)])
        #expect(WordPiece.pieces(of: "`b`") == [piece("b", true)])
        for text in ["", "a ` c", "``", "a `` b", "` `", "`a` `"] {
            #expect(WordPiece.pieces(of: text).allSatisfy { !$0.isCode }, "\(text)")
            #expect(WordPiece.pieces(of: text).map(\.text).joined() == text)
        }
        #expect(ReportSheet.sentence("it runs as root") == "It runs as root.")
        #expect(ReportSheet.sentence("élan vital…") == "Élan vital…")
        for kept in ["API_KEY is empty.", "/a is b.", "x-y is.", "docker.sock is.", ""] {
            #expect(ReportSheet.sentence(kept) == kept)
        }
    }

    @Test("What is the same of several places is said once")
    func groups() throws {
        let check = Check.rootUser
        let report = CheckReport([
            Outcome(
                check: check,
                state: .faulty([
                    Self.fault(check, "c"), Self.fault(check, "a", evidence: "x"),
                    Self.fault(check, "b", evidence: "x"),
                ]))
        ])
        let group = try #require(report.groups.first)
        #expect(group.evidence(in: .english) == nil && group.remedy(in: .english) == nil)
        #expect(group.parts(in: .english).map(\.places) == [["a", "b"], ["c"]])
        #expect(Self.report(["a", "b"]).groups.map(\.check.severity) == [.critical, .error, .warning, .notice])
        #expect(
            Self.report(["a", "b"]).groups[0].parts(in: .english) == [
                .init(places: ["a", "b"], evidence: nil, remedy: nil)
            ])
    }

    @Test("No form has a secret, in either language", arguments: ReportForm.allCases)
    func secrets(form: ReportForm) {
        let token = "hf_" + String(repeating: "aB3", count: 11)
        var survey = CheckTests.healthy()
        survey.containers[0].environment.append(CheckTests.variable("HF_TOKEN", token))
        for language in Language.allCases {
            let text = Self.sheet(CheckReport(survey), survey, in: language).text(form)
            #expect(text.contains("container.secret_in_environment") && text.contains("HF") && !text.contains(token))
        }
    }
}
