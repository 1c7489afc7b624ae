internal import Basics
internal import Checkup
internal import CommandLineKit
internal import Wire

/// `--schedule`: the same check, made by itself.
extension CheckCommand {
    static let schedule = Option<String>(
        "schedule", placeholder: "WHEN", completion: .words(["hourly", "daily", "weekly", "off"]),
        Message(
            "check.schedule",
            en:
                "Have systemd or cron make this check with --changes: hourly, daily, weekly, at a time such as 03:30, or off",
            fr:
                "Fait faire ce contrôle avec --changes par systemd ou cron : hourly, daily, weekly, à une heure comme 03:30, ou off"
        ))
    static let watchSchedule = Message(
        "check.watch_schedule", en: "Either --watch looks on, or --schedule has it done: not both.",
        fr: "Ou bien --watch continue de regarder, ou bien --schedule le fait faire : pas les deux.")
    private static let noQuery = Message(
        "check.no_query",
        en: "--schedule: an address is kept where others can read it; write {url} without what follows '?'.",
        fr: "--schedule : une adresse est gardée là où d’autres peuvent la lire ; écrivez {url} sans ce qui suit « ? »."
    )
    static let scheduleMessages = [watchSchedule, noQuery]

    struct Appointment: Sendable {
        /// Nil ends it.
        let schedule: CheckSchedule?
        /// The command, wherever it is run.
        let words: [String]

        /// Blocks.
        func keep(_ timetable: Timetable, _ terminal: Terminal) throws(CommandFailure) {
            guard let schedule else {
                return terminal.say(try timetable.remove() ? Timetable.removed() : Timetable.noneSet())
            }
            let words = words + ["--changes", "--quiet", "--lang", terminal.language.rawValue]
            for phrase in try timetable.set(schedule, words) { terminal.say(phrase) }
        }
    }

    /// - Parameter files: Reports; their folders must be there by now.
    /// - Returns: Nil where none is asked for.
    static func appointment(
        _ arguments: ParsedArguments, _ options: SurveyOptions, _ files: [ReportFile], least: Severity
    ) throws(UsageError) -> Appointment? {
        guard let when = try arguments.get(schedule) else { return nil }
        let schedule = CheckSchedule(when)
        guard schedule != nil || when == "off" else { throw UsageError(Timetable.bad(["value": when])) }
        // What stands in a crontab or a unit others may read.
        if let url = (options.workers + options.urls).first(where: { $0.place != "\($0)" }) {
            throw UsageError(noQuery(["url": url.place]))
        }
        for file in files where !SecretsOptions.isFolder(file.folder) {
            throw UsageError(SurveyOptions.noFolder(["option": "--output", "path": file.folder]))
        }
        return Appointment(schedule: schedule, words: try words(of: arguments, root: options.root, least: least))
    }

    /// The same command, wherever and whenever it is run.
    private static func words(
        of arguments: ParsedArguments, root: String, least: Severity
    ) throws(UsageError) -> [String] {
        var words = [HistoryFile.absolute("/proc/self/exe"), "check", "--root", HistoryFile.absolute(root)]
        for option in [SurveyOptions.worker, SurveyOptions.url] {
            for text in try arguments.all(option) { words += ["--\(option.declaration.name)", text] }
        }
        for option in [SurveyOptions.models, own, output] {
            for path in try arguments.all(option) { words += ["--\(option.declaration.name)", absolute(path.text)] }
        }
        if let only = try arguments.get(Self.only) { words += ["--only", only] }
        if least != .notice { words += ["--severity", least.rawValue] }
        if arguments.has(fix) { words.append("--fix") }
        return words
    }

    /// Of a file that need not be there yet.
    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : HistoryFile.absolute(".") + "/" + path
    }
}
