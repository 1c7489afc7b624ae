internal import Basics

/// What jobs came to in some days, and how near accounts are to their limits.
struct UsagePage: WebPage {
    struct Sum: Sendable, Hashable {
        let name: String
        var jobs: Int
        var failed: Int
        var seconds: Double
        var bytes: Int

        init(_ json: JSON) {
            self.init(
                json["name"]?.string ?? "", jobs: json["jobs"]?.int ?? 0, failed: json["failed"]?.int ?? 0,
                seconds: json["gpu_seconds"]?.double ?? 0, bytes: json["bytes"]?.int ?? 0)
        }

        init(_ name: String, jobs: Int, failed: Int, seconds: Double, bytes: Int) {
            (self.name, self.jobs, self.failed, self.seconds, self.bytes) = (name, jobs, failed, seconds, bytes)
        }
    }

    struct Limit: Sendable, Hashable {
        /// See `AccountUse.limits`.
        let name: String
        let used: Int
        let limit: Int
        var part: Double { limit > 0 ? Double(used) / Double(limit) : 1 }
    }

    struct Account: Sendable, Hashable {
        let name: String
        let policy: String
        let limits: [Limit]

        init(_ name: String, policy: String, _ limits: [Limit]) {
            (self.name, self.policy, self.limits) = (name, policy, limits)
        }

        init(_ json: JSON) {
            let limits = (json["limits"]?.array ?? []).map {
                Limit(name: $0["name"]?.string ?? "", used: $0["used"]?.int ?? 0, limit: $0["limit"]?.int ?? 0)
            }
            self.init(json["account"]?.string ?? "", policy: json["policy"]?.string ?? "", limits)
        }
    }

    enum Key: String, Sendable, Hashable, CaseIterable {
        case account, team, workflow, day

        var words: Message {
            switch self {
            case .account: UsageWords.account
            case .team: UsageWords.team
            case .workflow: UsageWords.workflow
            case .day: UsageWords.day
            }
        }
    }

    var key = Key.account
    /// Days such as 2026-11-01, as they were typed or as they hold.
    var since = ""
    var until = ""
    var account = ""
    var sums: [Sum] = []
    var accounts: [Account] = []
    var problems: [FormProblem] = []

    /// From this part on a limit counts as near.
    static let nearness = 0.8

    func title(_ say: PageContext) -> String { say(UsageWords.title) }

    @HTMLBuilder func content(_ say: PageContext) -> HTML {
        say.searchForm(.usage, .class("search")) {
            say.select(
                .by, say(UsageWords.by),
                Key.allCases.map { .init(value: $0.rawValue, text: say($0.words), isSelected: $0 == key) })
            for (name, words, value) in [
                (FieldName.since, UsageWords.since, since), (.until, UsageWords.until, until),
            ] {
                say.field(
                    FormField(name, say(words), type: .date, value: value, isRequired: false), problems: problems)
            }
            say.field(
                FormField(.account, say(UsageWords.only), value: account, isRequired: false, maximum: 64),
                problems: problems)
            Tag.div(.class("actions")) { Tag.button(.submit, .class("quiet")) { say(UsageWords.show) } }
        }
        if problems.isEmpty {
            if sums.isEmpty { Tag.p { say(UsageWords.none) } } else { list(say) }
            if key == .team { Tag.p(.class("hint")) { say(UsageWords.teamsHint) } }
            Tag.section {
                Tag.h2 { say(UsageWords.limits) }
                if accounts.isEmpty { Tag.p(.class("muted")) { say(UsageWords.noLimits) } } else { limits(say) }
            }
        }
    }

    private func list(_ say: PageContext) -> HTML {
        var rows = sums.map { sum in row(say, sum, name(say, sum.name)) }
        // Sums by team may count somebody twice, so they do not add up to anything.
        if sums.count > 1, key != .team {
            let all = sums.reduce(Sum("", jobs: 0, failed: 0, seconds: 0, bytes: 0)) { all, sum in
                Sum(
                    "", jobs: all.jobs + sum.jobs, failed: all.failed + sum.failed, seconds: all.seconds + sum.seconds,
                    bytes: all.bytes + sum.bytes)
            }
            rows.insert(row(say, all, .text(say(UsageWords.sum))), at: 0)
        }
        return say.table(
            say(UsageWords.list, ["since": since, "until": until]),
            [
                .init(title: say(key.words)), .init(title: say(UsageWords.jobs), isShort: true),
                .init(title: say(UsageWords.failed), isShort: true), .init(title: say(UsageWords.time), isShort: true),
                .init(title: say(UsageWords.bytes), isShort: true),
            ], rows)
    }

    private func row(_ say: PageContext, _ sum: Sum, _ name: HTML) -> [HTML] {
        [
            name, .text(String(sum.jobs)), .text(String(sum.failed)),
            .text(say.span(milliseconds: Int64(min(sum.seconds, 1e12) * 1_000))), .text(say.bytes(sum.bytes)),
        ]
    }

    private func name(_ say: PageContext, _ name: String) -> HTML {
        switch key {
        case .account: say.jobsLink(of: name)
        case .team where name == "-": .text(say(UsageWords.noTeam))
        default: .typed(name)
        }
    }

    private func limits(_ say: PageContext) -> HTML {
        say.table(
            say(UsageWords.limitsLead),
            [
                .init(title: say(UsageWords.account)), .init(title: say(UsageWords.policy)),
                .init(title: say(UsageWords.limit)),
            ],
            accounts.map { account in
                [
                    .typed(account.name), .typed(account.policy),
                    Tag.ul(.class("limits")) { for limit in account.limits { Tag.li { line(say, limit) } } },
                ]
            })
    }

    @HTMLBuilder private func line(_ say: PageContext, _ limit: Limit) -> HTML {
        let (words, isTime, isBytes) = Self.kind(of: limit.name)
        let text = { (count: Int) in
            isBytes ? say.bytes(count) : isTime ? say.span(milliseconds: Int64(count) * 1_000) : String(count)
        }
        let label = words.map { say($0) } ?? limit.name
        let amount = say(UsageWords.of, ["used": text(limit.used), "limit": text(limit.limit)])
        HTML.element(.meter, Attribute.meter(limit.part) + [.hidden], [])
        Tag.span { say(UsageWords.line, ["what": label, "amount": amount]) }
        if limit.part >= 1 {
            say.badge(say(UsageWords.reached), isWarning: true)
        } else if limit.part >= Self.nearness {
            say.badge(say(UsageWords.near), isWarning: true)
        }
    }

    private static func kind(of name: String) -> (words: Message?, isTime: Bool, isBytes: Bool) {
        switch name {
        case "waiting_jobs": (UsageWords.waitingJobs, false, false)
        case "waiting_bytes": (UsageWords.waitingBytes, false, true)
        case "day_jobs": (UsageWords.dayJobs, false, false)
        case "day_gpu_seconds": (UsageWords.dayTime, true, false)
        case "month_jobs": (UsageWords.monthJobs, false, false)
        case "month_gpu_seconds": (UsageWords.monthTime, true, false)
        case "stored_bytes": (UsageWords.stored, false, true)
        default: (nil, false, false)
        }
    }
}
