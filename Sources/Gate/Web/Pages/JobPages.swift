internal import Basics
internal import Store

/// A job as operators see it.
struct JobRow: Sendable, Hashable {
    var number: Int
    var id: String
    var account: String
    /// Nil for a word this page does not know.
    var state: JobState?
    var phase: String?
    var submitted: Timestamp?
    var started: Timestamp?
    var ended: Timestamp?
    var cancelRequested: Timestamp?
    var expires: Timestamp?
    var tries = 0
    var workflow: String?
    var signature = ""
    var bytes = 0
    /// A code, and a sentence.
    var failure: String?
    var message: String?
    var retryOf: String?

    /// From an answer of the interface for administration.
    init(_ json: JSON) {
        func time(_ name: String) -> Timestamp? { json[name]?.string.flatMap { Timestamp(rfc3339: $0) } }
        number = json["number"]?.int ?? 0
        id = json["id"]?.string ?? ""
        account = json["account"]?.string ?? ""
        state = json["state"]?.string.flatMap { JobState(rawValue: $0) }
        phase = json["phase"]?.string
        (submitted, started, ended) = (time("submitted"), time("started"), time("ended"))
        (cancelRequested, expires) = (time("cancel_requested"), time("expires"))
        tries = json["tries"]?.int ?? 0
        workflow = json["workflow"]?.string
        signature = json["signature"]?.string ?? ""
        bytes = json["bytes"]?.int ?? 0
        (failure, message) = (json["failure"]?.string, json["message"]?.string)
        retryOf = json["retry_of"]?.string
    }

    var isOpen: Bool { state.map { !$0.isFinal } ?? false }
}

extension PageContext {
    func state(_ job: JobRow) -> HTML {
        let words: [String: Message] = [
            "dispatching": JobWords.dispatching, "running": JobWords.running, "finishing": JobWords.finishing,
            "canceling": JobWords.canceling, "unknown": JobWords.unknown,
        ]
        guard let state = job.state else { return .text("–") }
        let text = self(job.phase.flatMap { words[$0] } ?? Self.words(of: state))
        switch state {
        case .succeeded: return Tag.span(.class("badge ok")) { text }
        case .failed, .expired: return Tag.span(.class("badge warn")) { text }
        default: return Tag.span(.class("badge")) { text }
        }
    }

    static func words(of state: JobState) -> Message {
        switch state {
        case .queued: JobWords.queued
        case .dispatched: JobWords.dispatched
        case .succeeded: JobWords.succeeded
        case .failed: JobWords.failed
        case .canceled: JobWords.canceled
        case .withdrawn: JobWords.withdrawn
        case .expired: JobWords.expired
        }
    }

    /// A code of an error.
    func code(_ text: String?) -> HTML {
        guard let text else { return .text("–") }
        return Tag.code { HTML.typed(text) }
    }

    func jobsLink(of account: String) -> HTML {
        Tag.a(.href(link(.jobs, [(.account, account)]))) { HTML.typed(account) }
    }
}

/// Jobs of all accounts, a part of them at a time.
struct JobsPage: WebPage {
    /// As it was typed.
    struct Filter: Sendable, Hashable {
        var state = ""
        var account = ""
        var since = ""

        var isEmpty: Bool { state.isEmpty && account.isEmpty && since.isEmpty }
        var query: [(FieldName, String)] {
            [(.state, state), (.account, account), (.since, since)].filter { !$0.1.isEmpty }
        }
    }

    /// Rows of one page.
    static let rowsPerPage = 50

    var jobs: [JobRow] = []
    /// Of the account that is asked for, or of all.
    var counts: [JobState: Int] = [:]
    var filter = Filter()
    /// Whether newer ones than these are left out, and the number behind which older ones are.
    var isLater = false
    var next: Int?
    /// Where people run workflows.
    var gate = ""
    var problems: [FormProblem] = []

    func title(_ say: PageContext) -> String { say(JobWords.title) }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        say.searchForm(.jobs, .class("search")) {
            say.select(.state, say(JobWords.state), choices(say), problems: problems)
            say.field(
                FormField(.account, say(JobWords.account), value: filter.account, isRequired: false, maximum: 64),
                problems: problems)
            say.field(
                FormField(.since, say(JobWords.since), type: .date, value: filter.since, isRequired: false),
                problems: problems)
            Tag.div(.class("actions")) { Tag.button(.submit, .class("quiet")) { say(JobWords.filter) } }
        }
        tally(say)
        if !jobs.isEmpty { list(say) } else if problems.isEmpty { nothing(say) }
        if isLater || next != nil {
            Tag.nav(.class("pager"), .label(say(JobWords.pages))) {
                if isLater { say.pageLink(.jobs, filter.query, JobWords.newest, "prev") }
                if let next {
                    say.pageLink(.jobs, filter.query + [(.before, String(next))], JobWords.older, "next")
                }
            }
        }
        Tag.p { Tag.a(.href(say.link(.quarantine))) { say(JobWords.quarantineLink) } }
    }

    private func choices(_ say: PageContext) -> [PageContext.Choice] {
        let words: [(String, Message)] =
            [("", JobWords.everything), ("open", JobWords.open), ("ended", JobWords.ended)]
            + JobState.allCases.map { ($0.rawValue, PageContext.words(of: $0)) }
        return words.map { .init(value: $0.0, text: say($0.1), isSelected: $0.0 == filter.state) }
    }

    private func tally(_ say: PageContext) -> HTML? {
        let shown = JobState.allCases.filter { counts[$0] ?? 0 > 0 }
        guard !shown.isEmpty else { return nil }
        let account = filter.query.filter { $0.0 == .account }
        return Tag.ul(.class("tally"), .label(say(JobWords.counts))) {
            for state in shown {
                Tag.li {
                    Tag.a(.href(say.link(.jobs, [(.state, state.rawValue)] + account))) {
                        say(
                            UsageWords.line,
                            ["what": say(PageContext.words(of: state)), "amount": String(counts[state] ?? 0)])
                    }
                }
            }
        }
    }

    @HTMLBuilder private func nothing(_ say: PageContext) -> HTML {
        if filter.isEmpty, !isLater {
            Tag.p { say.rich(JobWords.noneYet, ["address": Tag.code { HTML.typed(gate) }]) }
        } else {
            Tag.p {
                "\(say(JobWords.noneFits)) "
                Tag.a(.href(say.link(.jobs))) { say(JobWords.showAll) }
            }
        }
    }

    private func list(_ say: PageContext) -> HTML {
        say.table(
            say(JobWords.list),
            [
                .init(title: say(JobWords.number), isShort: true), .init(title: say(JobWords.account)),
                .init(title: say(JobWords.state), isShort: true), .init(title: say(JobWords.submitted), isShort: true),
                .init(title: say(JobWords.ran), isShort: true), .init(title: say(JobWords.failure)),
            ],
            jobs.map { job in
                [
                    Tag.a(.class("row-link"), .href(say.link(.job(job.number)))) {
                        say(JobWords.one, ["number": String(job.number)])
                    },
                    .typed(job.account), say.state(job), job.submitted.map { say.distance($0) } ?? .text("–"),
                    .text(say.span(from: job.started, to: job.ended) ?? "–"), say.code(job.failure),
                ]
            })
    }
}

/// One job: why it is where it is, what became of it, and what can be done.
struct JobDetailPage: WebPage {
    struct Attempt: Sendable, Hashable {
        let worker: String
        let began: Timestamp?
        let ended: Timestamp?
        let outcome: String?
    }

    struct File: Sendable, Hashable {
        let place: String
        let name: String
        let size: Int

        init(_ json: JSON) {
            let folders = [json["type"]?.string, json["subfolder"]?.string].compactMap(\.self)
            place = folders.filter { !$0.isEmpty }.joined(separator: "/")
            name = json["name"]?.string ?? ""
            size = json["size"]?.int ?? 0
        }
    }

    let job: JobRow
    var reasons: [Phrase] = []
    var isQuarantined = false
    var attempts: [Attempt] = []
    var files: [File] = []
    var problems: [FormProblem] = []
    var notice: Notice?

    func title(_ say: PageContext) -> String { say(JobWords.one, ["number": String(job.number)]) }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        say.facts(facts(say))
        if !reasons.isEmpty {
            Tag.section {
                Tag.h2 { say(JobWords.why) }
                Tag.ul { for reason in reasons { Tag.li { say.text(reason) } } }
            }
        }
        Tag.section {
            Tag.h2 { say(JobWords.actions) }
            actions(say)
        }
        Tag.section {
            Tag.h2 { say(JobWords.tries) }
            if attempts.isEmpty { Tag.p(.class("muted")) { say(JobWords.noTries) } } else { tries(say) }
        }
        Tag.section {
            Tag.h2 { say(JobWords.files) }
            if files.isEmpty { Tag.p(.class("muted")) { say(JobWords.noFiles) } } else { list(say) }
        }
        Tag.p { Tag.a(.href(say.link(.jobs))) { say(JobWords.toList) } }
    }

    private func facts(_ say: PageContext) -> [(String, HTML)] {
        var facts: [(String, HTML)] = [
            (say(JobWords.account), say.jobsLink(of: job.account)), (say(JobWords.state), say.state(job)),
        ]
        if job.failure != nil { facts.append((say(JobWords.failure), say.code(job.failure))) }
        for (words, time) in [
            (JobWords.submitted, job.submitted), (JobWords.started, job.started), (JobWords.finished, job.ended),
            (JobWords.cancelAsked, job.cancelRequested), (JobWords.expires, job.expires),
        ] {
            if let time { facts.append((say(words), say.moment(time))) }
        }
        let begin = job.started ?? (job.state == .queued ? say.now : job.ended)
        for (words, span) in [
            (JobWords.waited, say.span(from: job.submitted, to: begin)),
            (JobWords.ran, say.span(from: job.started, to: job.ended ?? say.now)),
        ] {
            if let span { facts.append((say(words), .text(span))) }
        }
        facts.append((say(JobWords.id), Tag.code { HTML.typed(job.id) }))
        if let old = job.retryOf { facts.append((say(JobWords.repeats), Tag.code { HTML.typed(old) })) }
        if let workflow = job.workflow { facts.append((say(JobWords.workflow), .typed(workflow))) }
        facts.append((say(JobWords.signature), Tag.code { HTML.typed(String(job.signature.prefix(16))) }))
        facts.append((say(JobWords.size), .text(say.bytes(job.bytes))))
        return facts
    }

    @HTMLBuilder private func actions(_ say: PageContext) -> HTML {
        let name = title(say)
        if job.state == .queued {
            Tag.p(.class("hint")) { say(JobWords.moveHint) }
            Tag.p {
                say.action(JobWords.first, .changeJob(job.number, .first), about: name)
                " "
                say.action(JobWords.last, .changeJob(job.number, .last), about: name)
            }
        }
        if job.isOpen {
            let pieces: KeyValuePairs<String, HTML> = [
                "number": .text(String(job.number)), "account": .typed(job.account),
            ]
            say.confirmed(
                JobWords.cancel, .changeJob(job.number, .cancel), because: say.rich(JobWords.cancelBecause, pieces),
                JobWords.cancelButton)
        } else {
            Tag.p(.class("hint")) { say(JobWords.retryHint) }
            Tag.p { say.action(JobWords.retry, .changeJob(job.number, .retry), about: name) }
        }
        if isQuarantined, let signature = Hex.decode(job.signature).flatMap({ Digest32($0) }) {
            say.confirmed(
                JobWords.release, .releaseGraph(signature), because: .text(say(JobWords.releaseBecause)),
                JobWords.releaseButton)
        }
    }

    private func tries(_ say: PageContext) -> HTML {
        say.table(
            say(JobWords.oldestFirst),
            [
                .init(title: say(StatusWords.worker)), .init(title: say(JobWords.started), isShort: true),
                .init(title: say(JobWords.ran), isShort: true), .init(title: say(JobWords.outcome)),
            ],
            attempts.map { attempt in
                [
                    .typed(attempt.worker), attempt.began.map { say.moment($0) } ?? .text("–"),
                    .text(say.span(from: attempt.began, to: attempt.ended) ?? "–"),
                    attempt.outcome.map { say.code($0) } ?? .text(say(JobWords.underWay)),
                ]
            })
    }

    private func list(_ say: PageContext) -> HTML {
        say.table(
            say(JobWords.byName),
            [
                .init(title: say(FileWords.name)), .init(title: say(FileWords.folder), isShort: true),
                .init(title: say(FileWords.size), isShort: true),
            ],
            files.map { [.typed($0.name), .typed($0.place), .text(say.bytes($0.size))] })
    }
}

/// Graphs under which workers stopped.
struct QuarantinePage: WebPage {
    struct Row: Sendable, Hashable {
        let signature: Digest32
        let deaths: Int
        let isHeld: Bool
        let last: Timestamp?
        let account: String
    }

    var graphs: [Row] = []
    var problems: [FormProblem] = []
    var notice: Notice?

    func title(_ say: PageContext) -> String { say(JobWords.quarantine) }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        Tag.p { say(JobWords.quarantineLead) }
        if graphs.isEmpty { Tag.p(.class("muted")) { say(JobWords.quarantineNone) } } else { list(say) }
        Tag.p { Tag.a(.href(say.link(.jobs))) { say(JobWords.toList) } }
    }

    private func list(_ say: PageContext) -> HTML {
        say.table(
            say(JobWords.quarantineLink),
            [
                .init(title: say(JobWords.signature), isShort: true), .init(title: say(JobWords.deaths), isShort: true),
                .init(title: say(JobWords.state), isShort: true), .init(title: say(JobWords.lastDeath), isShort: true),
                .init(title: say(JobWords.account)), .init(title: say(FormWords.action)),
            ],
            graphs.map { graph in
                [
                    Tag.code { String(graph.signature.description.prefix(12)) }, .text(String(graph.deaths)),
                    graph.isHeld
                        ? say.badge(say(JobWords.held), isWarning: true) : .text(say(JobWords.free)),
                    graph.last.map { say.distance($0) } ?? .text("–"), say.jobsLink(of: graph.account),
                    say.confirmed(
                        JobWords.release, .releaseGraph(graph.signature), because: .text(say(JobWords.releaseBecause)),
                        JobWords.releaseButton),
                ]
            })
    }
}
