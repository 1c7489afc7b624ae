public import Basics

/// What a report can be written as; the ending of a file's name decides.
public enum ReportForm: String, Sendable, Hashable, CaseIterable {
    /// For programs; `docs/check.schema.json` describes it.
    case json
    /// For a ticket, a wiki, a comment: GitHub's flavour.
    case markdown = "md"
    /// For Jenkins and GitLab: JUnit's results.
    case junit = "xml"
    /// For GitHub's code scanning and editors: SARIF 2.1.0.
    case sarif
    /// For people: one page that needs nothing else, on a screen and on paper.
    case html

    /// By what stands behind the last dot, in either case; nil for any other ending.
    public init?(path: String) {
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard let dot = name.lastIndex(of: ".") else { return nil }
        self.init(rawValue: name[name.index(after: dot)...].lowercased())
    }

    /// `.json, .md, .xml, .sarif, .html`
    public static var endings: String { allCases.map { "." + $0.rawValue }.joined(separator: ", ") }
}

/// A report with all that a file of it tells: it is read elsewhere and later, without the terminal that it came from.
public struct ReportSheet: Sendable {
    public let report: CheckReport
    public let survey: Survey
    public let language: Language
    /// Of the program.
    public let version: String
    public let time: Timestamp

    public init(_ report: CheckReport, of survey: Survey, in language: Language, version: String, time: Timestamp) {
        (self.report, self.survey, self.language) = (report, survey, language)
        (self.version, self.time) = (version, time)
    }

    /// The whole file, in UTF-8 with LF.
    public func text(_ form: ReportForm) -> String {
        switch form {
        case .json: json.pretty() + "\n"
        case .markdown: markdown
        case .junit: junit
        case .sarif: sarif.pretty() + "\n"
        case .html: html
        }
    }

    func text(_ phrase: Phrase) -> String { phrase.text(in: language) }
    func text(_ message: Message) -> String { message.text(in: language) }

    /// `2026-11-22 09:46 UTC`
    var minute: String {
        let text = time.rfc3339
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5) + " UTC"
    }

    /// One line over everything.
    var verdict: String {
        text(report.verdict)
    }

    /// The same as a heading.
    var heading: String { verdict.hasSuffix(".") ? String(verdict.dropLast()) : verdict }

    /// Evidence as a sentence of its own: checks write it to stand behind a place and a colon.
    static func sentence(_ text: String) -> String {
        var text = text
        // A name, a path or a variable keeps its spelling.
        let word = text.prefix { $0 != " " }
        if word.count < text.count, word.allSatisfy({ $0.isLetter && $0.isLowercase }) {
            text = text.prefix(1).uppercased() + text.dropFirst()
        }
        if let last = text.last, !".!?…".contains(last) { text += "." }
        return text
    }

    /// `error`, `ok`, or why nothing of it was judged: it could not be seen, or is not there.
    func state(of line: CheckReport.Line) -> String {
        text(line.statePhrase)
    }
}

extension CheckReport {
    /// How much is wrong; a notice is worth knowing, and nothing is wrong with it.
    public var verdict: Phrase {
        let count = faults.count { $0.severity > .notice }
        return count == 0 ? ReportMessages.fine() : ReportMessages.count(count: count)
    }
}

extension CheckReport.Line {
    /// The worst fault, `ok`, or why nothing was judged.
    public var statePhrase: Phrase {
        guard holding + faulty > 0 else { return unseen > 0 ? ReportMessages.notSeen() : ReportMessages.notThere() }
        return worst?.phrase ?? ReportMessages.ok()
    }
}
