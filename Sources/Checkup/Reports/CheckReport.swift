public import Basics

/// What all checks came to.
public struct CheckReport: Sendable {
    /// What one area came to.
    public struct Line: Sendable {
        public let area: Area
        /// Of the area's checks: how many hold, how many do not, how many could not be judged.
        public let holding: Int
        public let faulty: Int
        public let unseen: Int
        /// The worst of its faults.
        public let worst: Severity?

        /// Of 100: every check that holds counts by how bad its fault would be. Nil where nothing could be judged.
        public let score: Int?
        /// By how much the score has risen since the last time; nil where there is nothing to compare with.
        public let trend: Int?

        /// `48 (+12)`, `48`, `–`.
        var scoreText: String {
            let text = score.map { "\($0)" } ?? "–"
            return trendMark.isEmpty ? text : "\(text) (\(trendMark))"
        }

        /// `+12`, `-5`, `=`; empty without a trend.
        public var trendMark: String { trend.map { $0 == 0 ? "=" : $0 > 0 ? "+\($0)" : "\($0)" } ?? "" }
    }

    public let outcomes: [Outcome]
    /// The scores of the last time; nil when there was none, or when only a part is told.
    public var before: [Area: Int]?

    public init(_ outcomes: [Outcome]) { self.outcomes = outcomes }

    public init(_ survey: Survey, checks: [Check] = CheckList.all) {
        let redaction = survey.redaction
        self.init(checks.map { $0.judge(survey, redaction) })
    }

    /// The worst first, then by check and place.
    public var faults: [Fault] {
        outcomes.flatMap { outcome in if case .faulty(let faults) = outcome.state { faults } else { [Fault]() } }
            .sorted { ($1.severity, $0.check, $0.place) < ($0.severity, $1.check, $1.place) }
    }

    public var worst: Severity? { faults.map(\.severity).max() }

    /// What could not be seen, each reason once, with how many checks it keeps from judging.
    public var unseen: [(reason: Phrase, checks: Int)] {
        var found: [(reason: Phrase, checks: Int)] = []
        for case .unseen(let reason) in outcomes.map(\.state) {
            if let index = found.firstIndex(where: { $0.reason == reason }) {
                found[index].checks += 1
            } else {
                found.append((reason, 1))
            }
        }
        return found
    }

    /// A line for each area that has a check, in the order of `Area`.
    public var lines: [Line] {
        Area.allCases.compactMap { area in
            let own = outcomes.filter { $0.check.area == area }
            guard !own.isEmpty else { return nil }
            var (holding, faulty, unseen) = (0, 0, 0)
            var (reached, possible) = (0, 0)
            var worst: Severity?
            for outcome in own {
                switch outcome.state {
                case .holds:
                    holding += 1
                    reached += outcome.check.severity.weight
                    possible += outcome.check.severity.weight
                case .faulty:
                    faulty += 1
                    possible += outcome.check.severity.weight
                    worst = max(worst ?? .notice, outcome.check.severity)
                case .unseen: unseen += 1
                case .nothing: break
                }
            }
            let score = possible == 0 ? nil : reached * 100 / possible
            let trend = score.flatMap { score in before?[area].map { score - $0 } }
            return Line(
                area: area, holding: holding, faulty: faulty, unseen: unseen, worst: worst, score: score, trend: trend)
        }
    }
}

extension Severity {
    /// Of its check in an area's score.
    fileprivate var weight: Int {
        switch self {
        case .notice: 1
        case .warning: 3
        case .error: 10
        case .critical: 20
        }
    }

    /// The exit code of a check that found it: 1 and 2 mean what they mean everywhere.
    public var exitCode: Int32 {
        switch self {
        case .notice: 0
        case .warning: 3
        case .error: 4
        case .critical: 5
        }
    }
}

extension CheckReport {
    /// Without the faults that are less bad.
    public func atLeast(_ least: Severity) -> CheckReport {
        CheckReport(outcomes.filter { $0.check.severity >= least })
    }
}
