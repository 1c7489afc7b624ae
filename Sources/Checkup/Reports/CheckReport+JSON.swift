public import Basics

extension CheckReport {
    /// For programs; members may be added in any release.
    public func json(of survey: Survey, in language: Language) -> JSON {
        [
            "seen": survey.json(),
            "worst": worst.map { .string($0.rawValue) } ?? .null,
            "areas": .array(
                lines.map { line in
                    [
                        "area": .string(line.area.rawValue), "holding": .init(line.holding),
                        "faulty": .init(line.faulty),
                        "unseen": .init(line.unseen), "score": line.score.map { .init($0) } ?? .null,
                        "worst": line.worst.map { .string($0.rawValue) } ?? .null,
                        "trend": line.trend.map { .init($0) } ?? .null,
                    ]
                }),
            "faults": .array(
                faults.map { fault in
                    [
                        "check": .string(fault.check), "area": .string(fault.area.rawValue),
                        "severity": .string(fault.severity.rawValue), "place": .string(fault.place),
                        "evidence": .string(fault.evidence.text(in: language)),
                        "remedy": .string(fault.remedy.text(in: language)),
                    ]
                }),
            "unseen": .array(
                unseen.map { reason, checks in
                    ["reason": .string(reason.text(in: language)), "checks": .init(checks)]
                }),
        ]
    }
}
