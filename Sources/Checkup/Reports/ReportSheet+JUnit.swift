internal import Basics

extension ReportSheet {
    /// What Jenkins and GitLab read: a suite for each area, a case for each check.
    ///
    /// A notice passes, as it does with the exit code, and is told in the case's output.
    var junit: String {
        var out = Markup("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
        let places = ReportPlaces(survey)
        // Without the zone, which some readers refuse: it is UTC.
        let moment = String(time.rfc3339.prefix(19))
        let cases = report.outcomes.map { $0.case }
        out.element(
            "testsuites",
            [
                "name": "comfygate check", "tests": "\(cases.count)", "failures": "\(cases.count { $0 == .failed })",
                "errors": "0", "skipped": "\(cases.count { $0 == .skipped })", "time": "0",
            ]
        ) { out in
            out.lineEnd()
            for area in Area.allCases {
                let own = report.outcomes.filter { $0.check.area == area }
                guard !own.isEmpty else { continue }
                out.element(
                    "testsuite",
                    [
                        "name": text(area.phrase), "tests": "\(own.count)",
                        "failures": "\(own.count { $0.case == .failed })", "errors": "0",
                        "skipped": "\(own.count { $0.case == .skipped })", "time": "0", "timestamp": moment,
                    ]
                ) { out in
                    out.lineEnd()
                    for outcome in own { write(outcome, places, to: &out) }
                }
                out.lineEnd()
            }
        }
        return out.text + "\n"
    }

    private func write(_ outcome: Outcome, _ places: ReportPlaces, to out: inout Markup) {
        var faults: [Fault] = []
        if case .faulty(let found) = outcome.state { faults = found.sorted { $0.place < $1.place } }
        out.element(
            "testcase",
            [
                "classname": outcome.check.id, "name": text(outcome.check.title), "time": "0",
                "file": faults.lazy.compactMap { places.place(of: $0).path }.first,
            ]
        ) { out in
            switch outcome.state {
            case .holds: break
            case .nothing: out.element("skipped")
            case .unseen(let reason): out.element("skipped", ["message": text(reason)])
            case .faulty where outcome.case == .passed: out.element("system-out", words: told(faults))
            case .faulty:
                out.element(
                    "failure",
                    [
                        "message": faults.map(\.place).joined(separator: ", "),
                        "type": outcome.check.severity.rawValue,
                    ], words: told(faults))
            }
        }
        out.lineEnd()
    }

    private func told(_ faults: [Fault]) -> String {
        faults.map { "\($0.place): \(text($0.evidence))\n→ \(text($0.remedy))" }.joined(separator: "\n\n")
    }
}

extension Outcome {
    fileprivate enum Case { case passed, failed, skipped }

    fileprivate var `case`: Case {
        switch state {
        case .holds: .passed
        case .unseen, .nothing: .skipped
        case .faulty: check.severity == .notice ? .passed : .failed
        }
    }
}
