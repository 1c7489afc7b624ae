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

    private var known: [Fault.Name]

    /// - Parameter known: What was wrong at the last look.
    init(_ known: [Fault.Name]) { self.known = known }

    /// The lines of what is new, and of what is gone.
    mutating func lines(_ report: CheckReport, at time: Timestamp, _ terminal: Terminal) -> (
        came: [Phrase], went: [Phrase]
    ) {
        let names = report.faults.map(\.name)
        let (before, now) = (Set(known), Set(names))
        let moment = String(time.rfc3339.prefix(19)) + "Z"
        let came = report.faults.filter { !before.contains($0.name) }.map { fault in
            Self.came([
                "time": moment, "severity": terminal.text(fault.severity.phrase), "check": fault.check,
                "place": fault.place, "evidence": Self.bare(terminal.text(fault.evidence)),
                "remedy": terminal.text(fault.remedy),
            ])
        }
        let went = known.filter { !now.contains($0) }.map { name in
            Self.went(["time": moment, "check": name.check, "place": name.place])
        }
        known = names
        return (came, went)
    }

    /// Some evidence is a sentence of its own already.
    private static func bare(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }
}
