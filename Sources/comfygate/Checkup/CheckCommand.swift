internal import Basics
internal import Checkup
internal import CommandLineKit
internal import Loop
internal import Secrets
internal import Stack
internal import Wire
internal import YAML

/// `comfygate check`: what is wrong with an installation, and what helps. Changes nothing.
struct CheckCommand: Command {
    static let declaration = CommandDeclaration(
        "check",
        Message(
            "check.summary", en: "See what is wrong with an installation",
            fr: "Voit ce qui ne va pas dans une installation"),
        discussion: Message(
            "check.discussion",
            en:
                "Looks at the project's folder, the containers and their engine, the cards and this machine, and changes nothing. "
                + "What could not be seen is told. Exit code: 0 nothing worse than a notice, 3 a warning, 4 an error, "
                + "5 something critical.",
            fr:
                "Examine le dossier du projet, les conteneurs et leur moteur, les cartes et cette machine, sans rien changer. "
                + "Ce qui n’a pu être vu est dit. Code de sortie : 0 rien de pire qu’une remarque, 3 un avertissement, "
                + "4 une erreur, 5 un point critique."),
        SurveyOptions.all + [
            own, only, severity, output, fix, changes, noHistory, watching,
            rounds,
            schedule,
        ],
        examples: [
            "check", "check --root /srv/genai", "check --only gpu,port.public --json",
            "check -o report.html -o report.sarif", "check --schedule 03:30 -o /srv/reports/check.html",
        ])

    static let only = Option<String>(
        "only", placeholder: "AREA,ID",
        Message("check.only", en: "Only these areas or checks", fr: "Seulement ces domaines ou contrôles"))
    static let own = Option<FilePath>(
        "checks", placeholder: "FILE",
        Message(
            "check.own_file", en: "Checks of your own, as docs/check.md describes them",
            fr: "Vos propres contrôles, comme docs/check.md les décrit"))
    private static let severity = Option<String>(
        "severity", placeholder: "LEVEL", completion: .words(Severity.allCases.map(\.rawValue)),
        Message(
            "check.severity", en: "Tell of this and worse: notice, warning, error, critical",
            fr: "Dire ceci et pire : notice, warning, error, critical"))
    static let output = Option<FilePath>(
        "output", short: "o", placeholder: "FILE", isRepeatable: true,
        Message(
            "check.output",
            en: "Write the report to a file, too; its ending is one of .json, .md, .xml (JUnit), .sarif, .html",
            fr: "Écrire aussi le rapport dans un fichier ; il finit par .json, .md, .xml (JUnit), .sarif ou .html"))

    static let fix = Flag(
        "fix",
        Message(
            "check.fix", en: "Mend what can be mended without harm, then look again",
            fr: "Répare ce qui peut l’être sans dommage, puis regarde de nouveau"))
    private static let watching = Option<Duration>(
        "watch", placeholder: "SPAN",
        Message(
            "check.watch", en: "Look again this often, and tell what came and what went",
            fr: "Regarde de nouveau à cet intervalle, et dit ce qui apparaît et disparaît"))
    private static let rounds = Option<Int>(
        "looks", placeholder: "N",
        Message("check.looks", en: "End the watch after so many looks", fr: "Arrête la veille après tant de regards"))
    private static let changes = Flag(
        "changes",
        Message(
            "check.changes", en: "Tell only what came and what went since the last check",
            fr: "Dit seulement ce qui est apparu et disparu depuis le dernier contrôle"))
    private static let watchJSON = Message(
        "check.watch_json", en: "--watch tells lines and makes no JSON document.",
        fr: "--watch donne des lignes et aucun document JSON.")
    private static let looksWithoutWatch = Message(
        "check.looks_without_watch", en: "--looks counts the looks of --watch, from 1.",
        fr: "--looks compte les regards de --watch, à partir de 1.")
    private static let changesWithoutHistory = Message(
        "check.changes_without_history", en: "--changes compares with the last check, which --no-history leaves out.",
        fr: "--changes compare avec le dernier contrôle, que --no-history écarte.")
    private static let noHistory = Flag(
        "no-history",
        Message(
            "check.no_history", en: "Keep no score, and compare with none",
            fr: "Ne garde aucune note, et ne compare avec aucune"))
    private static let nothing = Message(
        "check.nothing", en: "Nothing of it can be mended without a person.",
        fr: "Rien de cela ne peut être réparé sans une personne.")
    private static let mended = Message(
        "check.mended", en: (one: "1 thing was mended.", other: "{count} things were mended."),
        fr: (one: "{count} point réparé.", other: "{count} points réparés."))

    private static let unknown = Message(
        "check.unknown",
        en: "--only: there is no area or check {name}; there are {names}, and the checks of docs/check.md.",
        fr: "--only : il n’y a ni domaine ni contrôle {name} ; il y a {names}, et les contrôles de docs/check.md.")
    private static let emptyOnly = Message(
        "check.empty_only", en: "--only: name areas or checks between the commas, such as gpu,port.public.",
        fr: "--only : nommez des domaines ou des contrôles entre les virgules, comme gpu,port.public.")
    private static let shortWatch = Message(
        "check.short_watch", en: "--watch: it looks at everything each time; give it a second at least, such as 5m.",
        fr: "--watch : tout est regardé à chaque fois ; donnez-lui au moins une seconde, comme 5m.")
    private static let badSeverity = Message(
        "check.bad_severity", en: "--severity: {value} is none of notice, warning, error, critical.",
        fr: "--severity : {value} n’est pas notice, warning, error ou critical.")
    static let messages =
        [
            unknown, emptyOnly, shortWatch, badSeverity, nothing, mended, watchJSON, looksWithoutWatch,
            changesWithoutHistory,
        ]
        + SurveyOptions.messages
        + ReportFile.messages
        + CheckWatch.messages
        + ReportText.messages
        + scheduleMessages
        + HistoryFile.messages
        + Timetable.messages

    private let options: SurveyOptions
    private let ownFile: String?
    private let only: [String]?
    private let least: Severity
    private let isFixing: Bool
    private let isForgetful: Bool
    private let tellsChanges: Bool
    /// Nil makes the check now.
    private let appointment: Appointment?
    /// Between two looks; nil looks once.
    private let span: Duration?
    private let looks: Int?
    private let files: [ReportFile]

    init(_ arguments: ParsedArguments) throws(UsageError) {
        options = try SurveyOptions(arguments)
        ownFile = try arguments.get(Self.own)?.text
        only = try arguments.get(Self.only)?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let level = try arguments.get(Self.severity) ?? Severity.notice.rawValue
        guard let least = Severity(rawValue: level) else { throw UsageError(Self.badSeverity(["value": level])) }
        self.least = least
        if let only, only.isEmpty || only.contains("") { throw UsageError(Self.emptyOnly()) }
        span = try arguments.get(Self.watching)
        if let span, span < .seconds(1) { throw UsageError(Self.shortWatch()) }
        looks = try arguments.get(Self.rounds)
        (isFixing, isForgetful) = (arguments.has(Self.fix), arguments.has(Self.noHistory))
        tellsChanges = arguments.has(Self.changes)
        var files: [ReportFile] = []
        for path in try arguments.all(Self.output) { files.append(try ReportFile(path)) }
        self.files = files
        appointment = try Self.appointment(arguments, options, files, least: least)
    }

    /// What is looked at: whoever looks at less has a history of that.
    private var choice: String {
        let names = only.map { $0.sorted().joined(separator: ",") } ?? ""
        return names.isEmpty && least == .notice ? "" : "\(names)\n\(least.rawValue)"
    }

    private func checks(_ own: [OwnCheck]) throws(UsageError) -> [Check] {
        let all = CheckList.all(and: own)
        guard let only else { return all }
        let families = Set(all.map(\.family))
        for name in only
        where Area(rawValue: name) == nil && !families.contains(name) && !all.contains(where: { $0.id == name }) {
            let known = Set(Area.allCases.map(\.rawValue)).union(families).sorted()
            throw UsageError(Self.unknown(["name": name, "names": known.joined(separator: ", ")]))
        }
        return all.filter { check in [check.id, check.area.rawValue, check.family].contains { only.contains($0) } }
    }

    /// - Throws: Naming the file and the line.
    private func ownChecks() throws -> [OwnCheck] {
        guard let ownFile else { return [] }
        let bytes: [UInt8]
        do {
            bytes = try FileBytes.read(ownFile, limit: YAMLReader.largest)
        } catch {
            throw CommandFailure(at: ownFile, Phrase(verbatim: error.reason))
        }
        do {
            return try OwnCheckFile.parse(bytes)
        } catch {
            throw CommandFailure(
                at: "\(ownFile):\(error.position.line):\(error.position.column)", error.phrase, OwnMessages.seeManual())
        }
    }

    func run(_ terminal: Terminal) async throws {
        if span != nil, terminal.options.json { throw UsageError(Self.watchJSON()) }
        if let looks, span == nil || looks < 1 { throw UsageError(Self.looksWithoutWatch()) }
        if isForgetful, tellsChanges || appointment != nil { throw UsageError(Self.changesWithoutHistory()) }
        if span != nil, appointment != nil { throw UsageError(Self.watchSchedule()) }
        let file = HistoryFile(of: options.root, choice: choice, environment: terminal.environment)
        if let appointment {
            // What it will read has to be right today.
            _ = try checks(try ownChecks())
            return try appointment.keep(Timetable(file.name, environment: terminal.environment), terminal)
        }
        let own = try ownChecks()
        let checks = try checks(own)
        let loop = EventLoop("check")
        defer { loop.stop() }
        var surveyor = options.surveyor(terminal.environment)
        surveyor.own = own
        var (survey, report) = try await look(surveyor, checks, on: loop, terminal)
        var known: [Fault.Name] = []
        if !isForgetful {
            var history = file.read()
            (report.before, known) = (history.last, history.lastFaults ?? [])
            history.append(report, at: survey.time)
            do throws(CommandFailure) { try file.write(history) } catch { terminal.report(error, asWarning: true) }
        }
        let isWritten =
            tellsChanges
            ? tellChanges(report, since: known, survey, terminal) : tell(report, survey, terminal)
        if let span { try await watch(report, surveyor, checks, every: span, on: loop, terminal) }
        if !isWritten { throw ExitFailure() }
        if let code = report.worst?.exitCode, code != 0 { throw ExitFailure(code: code) }
    }

    /// Looks, mends where that is wanted, and looks again.
    private func look(
        _ surveyor: Surveyor, _ checks: [Check], on loop: EventLoop, isFirst: Bool = true, _ terminal: Terminal
    ) async throws -> (survey: Survey, report: CheckReport) {
        let survey = await surveyor.look(on: loop)
        let report = CheckReport(survey, checks: checks)
        guard isFixing else { return (survey, report.atLeast(least)) }
        let repair = Repair(report.atLeast(least), of: survey)
        guard !repair.isEmpty else {
            // Somebody who looks on has heard it at the first look.
            if isFirst { terminal.say(Self.nothing()) }
            return (survey, report.atLeast(least))
        }
        try repair.run()
        for phrase in repair.phrases { terminal.say(phrase) }
        let again = await surveyor.look(on: loop)
        let mended = CheckReport(again, checks: checks)
        terminal.say(Self.mended(count: max(0, report.faults.count - mended.faults.count)))
        return (again, mended.atLeast(least))
    }

    /// - Returns: Whether every file that was asked for is written.
    private func tell(_ report: CheckReport, _ survey: Survey, _ terminal: Terminal) -> Bool {
        for line in survey.lines { terminal.say(line) }
        terminal.put(report.json(of: survey, in: terminal.language)) { ReportText.render(report, terminal) }
        for (reason, checks) in report.unseen {
            terminal.say(ReportMessages.unseen(["reason": terminal.text(reason)], count: checks))
        }
        if survey.files.value?.isEmpty == true { terminal.say(ReportMessages.nothingHere(["root": survey.root])) }
        terminal.say(report.verdict)
        let notices = report.faults.count { $0.severity == .notice }
        if notices > 0 { terminal.say(ReportMessages.worthKnowing(count: notices)) }
        if report.faults.contains(where: { [.secrets, .login].contains($0.area) && $0.severity >= .error }) {
            terminal.say(ReportMessages.askDiagnose(["root": survey.rootOption]))
        }
        return write(report, survey, terminal)
    }

    /// Nothing where nothing has changed, so that cron has no reason to write a letter.
    private func tellChanges(
        _ report: CheckReport, since known: [Fault.Name], _ survey: Survey, _ terminal: Terminal
    ) -> Bool {
        var watch = CheckWatch(known)
        let (came, went) = watch.lines(report, at: survey.time, terminal)
        terminal.put(report.json(of: survey, in: terminal.language)) {
            (came + went).map { terminal.text($0).visibleControls + "\n" }.joined()
        }
        return write(report, survey, terminal)
    }

    private func write(_ report: CheckReport, _ survey: Survey, _ terminal: Terminal) -> Bool {
        let sheet = ReportSheet(
            report, of: survey, in: terminal.language, version: ComfyGateCommand.version, time: survey.time)
        // Every file is tried, whatever became of the one before it.
        return !files.map({ $0.write(sheet, terminal) }).contains(false)
    }

    /// Until it is interrupted, or as often as was asked for.
    private func watch(
        _ report: CheckReport, _ surveyor: Surveyor, _ checks: [Check], every span: Duration, on loop: EventLoop,
        _ terminal: Terminal
    ) async throws {
        var watch = CheckWatch(report.faults.map(\.name))
        var left = looks
        while left != 0 {
            left = left.map { $0 - 1 }
            try await Task.sleep(for: span)
            let (_, report) = try await look(surveyor, checks, on: loop, isFirst: false, terminal)
            let (came, went) = watch.lines(report, at: .now(), terminal)
            for phrase in came { terminal.warn(phrase) }
            for phrase in went { terminal.say(phrase) }
        }
    }
}
