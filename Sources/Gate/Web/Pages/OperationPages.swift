internal import Basics
internal import Store
internal import Wire

/// The newest audit records.
struct AuditPage: WebPage {
    struct Row: Sendable, Hashable {
        let sequence: Int
        let time: Timestamp
        let actor: String
        let action: String
        let subject: String
        /// JSON text; cut for display.
        let detail: String

        init(sequence: Int, time: Timestamp, actor: String, action: String, subject: String, detail: String) {
            (self.sequence, self.time, self.actor) = (sequence, time, actor)
            (self.action, self.subject, self.detail) = (action, subject, detail)
        }

        init(_ record: AuditRecord) {
            self.init(
                sequence: record.sequence, time: record.time, actor: record.actor, action: record.action,
                subject: record.subject, detail: record.detail)
        }
    }

    /// Newest first.
    var rows: [Row]
    var head: AuditHead
    /// Nil when nobody has looked.
    var verdict: AuditVerdict?
    var limit = 100

    static let limits = [100, 300, 1_000]
    /// Characters of one record's details; the command line shows all.
    static let detailLimit = 500

    func title(_ say: PageContext) -> String { say(AuditWords.title) }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        if let verdict { self.verdict(say, verdict) }
        Tag.p { say(AuditWords.lead) }
        say.searchForm(.audit, .class("search")) {
            say.select(
                .limit, say(AuditWords.entries),
                Self.limits.map { .init(value: String($0), text: String($0), isSelected: $0 == limit) })
            Tag.div(.class("actions")) { Tag.button(.submit, .class("quiet")) { say(AuditWords.show) } }
        }
        if rows.isEmpty { Tag.p(.class("muted")) { say(AuditWords.none) } } else { list(say) }
        Tag.section {
            Tag.p(.class("hint")) { say(AuditWords.head) }
            say.copyable(head.description, label: say(AuditWords.title))
        }
    }

    private func list(_ say: PageContext) -> HTML {
        say.table(
            say(AuditWords.list),
            [
                .init(title: say(AuditWords.number), isShort: true), .init(title: say(AuditWords.time), isShort: true),
                .init(title: say(AuditWords.actor)), .init(title: say(AuditWords.action), isShort: true),
                .init(title: say(AuditWords.subject)), .init(title: say(AuditWords.detail)),
            ],
            rows.map { row in
                let detail =
                    row.detail.count > Self.detailLimit ? row.detail.prefix(Self.detailLimit) + "…" : row.detail[...]
                return [
                    .text(String(row.sequence)), say.moment(row.time), .typed(row.actor),
                    Tag.code { HTML.typed(row.action) }, .typed(row.subject),
                    detail.isEmpty || detail == "{}" ? .text("–") : Tag.code { HTML.typed(String(detail)) },
                ]
            }, limit: Self.limits.last ?? PageContext.rowLimit)
    }

    private func verdict(_ say: PageContext, _ verdict: AuditVerdict) -> HTML {
        switch verdict {
        case .intact: Tag.p(.class("notice good")) { say(AuditWords.intact) }
        case .altered(let number), .replaced(let number):
            Tag.p(.class("notice bad"), .role("alert")) { say(AuditWords.altered, ["number": String(number)]) }
        case .missing(let number):
            Tag.p(.class("notice bad"), .role("alert")) { say(AuditWords.missing, ["number": String(number)]) }
        case .cut(let count, _):
            Tag.p(.class("notice bad"), .role("alert")) { say(AuditWords.missing, ["number": String(count + 1)]) }
        }
    }
}

/// How the gate and its worker are.
struct StatusPage: WebPage {
    struct Worker: Sendable, Hashable {
        enum State: Sendable, Hashable {
            case up, unknown
            /// In words, without an address.
            case down(reason: Phrase)
        }

        var address: String
        var state: State
        /// ComfyUI's and Python's own words, `/system_stats`.
        var version: String?
        var python: String?
        var devices: [String] = []
        var running: Int?
        var pending: Int?
        var asked: Timestamp?
        /// Since when it is in its state.
        var since: Timestamp?
        /// Addresses at which anybody reaches the worker without the gate.
        var reachableAt: [String] = []
    }

    enum Warning: Sendable, Hashable {
        case plainHTTP, noPublicURL, diskLow
        /// The ComfyUI-Login hash counts until then.
        case migration(until: Timestamp)
    }

    var worker: Worker?
    var warnings: [Warning] = []
    var version: String
    var started: Timestamp
    var addresses: [String] = []
    var connections: Int?
    var accounts: Int?
    var sessions: Int?

    /// Devices and the like that a worker may name; it is not trusted.
    static let listLimit = 16

    var refreshSeconds: Int? {
        if case .down? = worker?.state { 30 } else { nil }
    }

    func title(_ say: PageContext) -> String { say(StatusWords.title) }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        for address in (worker?.reachableAt ?? []).prefix(Self.listLimit) {
            Tag.p(.class("notice bad"), .role("alert")) {
                say.rich(StatusWords.around, ["address": Tag.code { HTML.typed(address) }])
            }
        }
        for warning in warnings { Tag.p(.class("notice warn")) { words(say, warning) } }
        Tag.section {
            Tag.h2 { say(StatusWords.worker) }
            if let worker {
                say.facts(facts(say, worker))
            } else {
                Tag.p(.class("notice warn")) { say(StatusWords.noWorker) }
            }
        }
        Tag.section {
            Tag.h2 { say(StatusWords.gate) }
            say.facts(ownFacts(say))
        }
    }

    private func words(_ say: PageContext, _ warning: Warning) -> HTML {
        switch warning {
        case .plainHTTP: .text(say(StatusWords.plain))
        case .noPublicURL: .text(say(StatusWords.noPublicURL))
        case .diskLow: .text(say(StatusWords.diskLow))
        case .migration(let end): say.rich(StatusWords.migration, ["end": say.day(end)])
        }
    }

    private func facts(_ say: PageContext, _ worker: Worker) -> [(String, HTML)] {
        var facts: [(String, HTML)] = []
        switch worker.state {
        case .up: facts.append((say(StatusWords.state), Tag.span(.class("badge ok")) { say(StatusWords.up) }))
        case .unknown: facts.append((say(StatusWords.state), .text(say(StatusWords.unknown))))
        case .down(let reason):
            facts.append((say(StatusWords.state), Tag.span(.class("badge warn")) { say(StatusWords.down) }))
            facts.append((say(StatusWords.reason), .text(say.text(reason))))
        }
        facts.append((say(StatusWords.address), Tag.code { HTML.typed(worker.address) }))
        if let version = worker.version { facts.append(("ComfyUI", .typed(version))) }
        if let python = worker.python { facts.append((say(StatusWords.python), .typed(python))) }
        if !worker.devices.isEmpty {
            let devices = worker.devices.prefix(Self.listLimit)
            facts.append(
                (say(StatusWords.devices), Tag.ul { for device in devices { Tag.li { HTML.typed(device) } } }))
        }
        if let running = worker.running, let pending = worker.pending {
            let text = say(StatusWords.queueText, ["running": String(running), "pending": String(pending)])
            facts.append((say(StatusWords.queue), .text(text)))
        }
        if let since = worker.since { facts.append((say(StatusWords.since), say.distance(since))) }
        if let asked = worker.asked { facts.append((say(StatusWords.asked), say.distance(asked))) }
        return facts
    }

    private func ownFacts(_ say: PageContext) -> [(String, HTML)] {
        var facts: [(String, HTML)] = [
            (say(StatusWords.version), .text(version)), (say(StatusWords.started), say.distance(started)),
        ]
        if !addresses.isEmpty {
            facts.append(
                (
                    say(StatusWords.addresses),
                    Tag.ul { for address in addresses.prefix(Self.listLimit) { Tag.li { HTML.typed(address) } } }
                ))
        }
        for (words, number) in [
            (StatusWords.connections, connections), (StatusWords.accounts, accounts), (StatusWords.sessions, sessions),
        ] {
            if let number { facts.append((say(words), .text(String(number)))) }
        }
        return facts
    }
}
