internal import Basics
internal import Checkup
internal import CommandLineKit

/// Tells what has changed since the last look, a line for each fault that came or went.
struct CheckWatch {
    private static let came = Message(
        "check.watch.came", en: "{time} {severity} {check} {place}: {evidence}. {remedy}",
        fr: "{time} {severity} {check} {place} : {evidence}. {remedy}")
    private static let went = Message(
        "check.watch.went", en: "{time} over: {check} {place}", fr: "{time} fini : {check} {place}")
    static let messages = [came, went]

    /// What makes a fault the same one: its evidence may count upwards.
    private struct Name: Hashable {
        let check: String
        let place: String

        init(_ fault: Fault) { (check, place) = (fault.check, fault.place) }
    }

    private var known: [Fault]

    init(_ report: CheckReport) { known = report.faults }

    /// The lines of what is new, and of what is gone.
    mutating func lines(_ report: CheckReport, at time: Timestamp, _ terminal: Terminal) -> (
        came: [Phrase], went: [Phrase]
    ) {
        let (before, now) = (Set(known.map(Name.init)), Set(report.faults.map(Name.init)))
        let moment = String(time.rfc3339.prefix(19))
        let came = report.faults.filter { !before.contains(Name($0)) }.map { fault in
            Self.came([
                "time": moment, "severity": terminal.text(fault.severity.phrase), "check": fault.check,
                "place": fault.place, "evidence": terminal.text(fault.evidence), "remedy": terminal.text(fault.remedy),
            ])
        }
        let went = known.filter { !now.contains(Name($0)) }.map { fault in
            Self.went(["time": moment, "check": fault.check, "place": fault.place])
        }
        known = report.faults
        return (came, went)
    }
}
