internal import Basics
internal import Checkup
internal import CommandLineKit
internal import Glibc
internal import Loop

/// Has the system make a check by itself: by a timer of systemd, else by cron.
struct Timetable: Sendable {
    static let set = Message(
        "check.schedule.set", en: "The check is made by itself now, by {keeper}: {place}",
        fr: "Le contrôle se fait maintenant tout seul, par {keeper} : {place}")
    static let linger = Message(
        "check.schedule.linger",
        en:
            "A user's timers rest while nobody of that name is logged in; sudo loginctl enable-linger keeps them going.",
        fr:
            "Les minuteries d’un utilisateur s’arrêtent hors de ses sessions ; sudo loginctl enable-linger les maintient."
    )
    static let removed = Message(
        "check.schedule.removed", en: "The check is not made by itself any more.",
        fr: "Le contrôle ne se fait plus tout seul.")
    static let noneSet = Message(
        "check.schedule.none_set",
        en: "No such check was made by itself: crontab -l and systemctl list-timers show others.",
        fr:
            "Aucun contrôle de ce genre ne se faisait tout seul : crontab -l et systemctl list-timers montrent les autres."
    )
    private static let idle = Message(
        "check.schedule.idle",
        en: "cron does not seem to run here: nothing happens until it is started (service cron start).",
        fr: "cron ne semble pas tourner ici : rien n’arrive avant qu’il ne soit lancé (service cron start).")
    private static let none = Message(
        "check.schedule.none", en: "There is neither systemd nor cron here that could make a check by itself.",
        fr: "Il n’y a ici ni systemd ni cron pour faire un contrôle tout seul.")
    private static let noneRemedy = Message(
        "check.schedule.none.remedy",
        en:
            "Install cron, let Windows' Task Scheduler run wsl -e {command}, or keep comfygate check --watch 24h running.",
        fr:
            "Installez cron, faites lancer wsl -e {command} par le Planificateur de tâches de Windows, ou laissez tourner "
            + "comfygate check --watch 24h.")
    private static let refused = Message(
        "check.schedule.refused", en: "{program} fails: {words}", fr: "{program} échoue : {words}")
    private static let refusedRemedy = Message(
        "check.schedule.refused.remedy", en: "The check is not made by itself. Try the same command by hand.",
        fr: "Le contrôle ne se fait pas tout seul. Essayez la même commande à la main.")
    private static let tooLong = Message(
        "check.schedule.too_long", en: "The line would have {count} characters, and cron takes fewer than 1000.",
        fr: "La ligne aurait {count} caractères, et cron en accepte moins de 1000.")
    private static let tooLongRemedy = Message(
        "check.schedule.too_long.remedy",
        en: "Run this with a shorter PATH, or put the command into a script of your own.",
        fr: "Lancez ceci avec un PATH plus court, ou mettez la commande dans un script à vous.")
    private static let control = Message(
        "check.schedule.control", en: "A path or an option has a control character in it, which no timetable can hold.",
        fr: "Un chemin ou une option contient un caractère de contrôle, qu’aucune table ne peut contenir.")
    static let bad = Message(
        "check.schedule.bad", en: "--schedule: {value} is none of hourly, daily, weekly, off, or a time such as 03:30.",
        fr: "--schedule : {value} n’est pas hourly, daily, weekly, off, ou une heure comme 03:30.")
    static let messages = [
        set, linger, removed, noneSet, idle, none, noneRemedy, refused, refusedRemedy, tooLong, tooLongRemedy, control,
        bad,
    ]

    private static let place = "--schedule"
    /// cron's own limit is 998 bytes in Debian's.
    private static let longestLine = 990

    /// Who keeps the time.
    private enum Keeper { case system, user, cron }

    private let environment: [String: String]
    /// Of one installation and one choice of checks: `comfygate-check-genai-0f2c`.
    private let name: String

    /// - Parameter name: Tells this check from others that are made by themselves.
    init(_ name: String, environment: [String: String]) {
        (self.name, self.environment) = ("comfygate-check-\(name)", environment)
    }

    /// Blocks.
    ///
    /// - Returns: What is said of it.
    func set(_ schedule: CheckSchedule, _ words: [String]) throws(CommandFailure) -> [Phrase] {
        let kept = [
            "DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "COMFYGATE_CONFIG", "PATH", "HOME",
            "XDG_STATE_HOME",
        ]
        var own = environment.filter { kept.contains($0.key) && !$0.value.isEmpty }
        // Windows' folders are long, and nothing in them is run.
        own["PATH"] = own["PATH"].map {
            $0.split(separator: ":").filter { !$0.hasPrefix("/mnt/") }.joined(separator: ":")
        }
        guard let command = ScheduledCommand(words, environment: own) else {
            throw CommandFailure(at: Self.place, Self.control())
        }
        guard let keeper = keeper() else {
            throw CommandFailure(
                at: Self.place, Self.none(), Self.noneRemedy(["command": words.joined(separator: " ")]))
        }
        if keeper == .cron {
            let line = Array(command.cronLine(schedule, mark: name).utf8)
            guard line.count < Self.longestLine else {
                throw CommandFailure(at: Self.place, Self.tooLong(["count": "\(line.count)"]), Self.tooLongRemedy())
            }
            try putCrontab { table in
                table.isEmpty || table.last == UInt8(ascii: "\n") ? table + line : table + [UInt8(ascii: "\n")] + line
            }
            let told = Self.set(["keeper": "cron", "place": "crontab -l"])
            return ["/run/crond.pid", "/run/cron.pid"].contains(where: isThere) ? [told] : [told, Self.idle()]
        }
        let folder = unitFolder(keeper)
        HistoryFile.makeFolders(folder.split(separator: "/"), mode: 0o755)
        let title = "ComfyGate: \(words.joined(separator: " "))"
        do throws(CommandFailure) {
            for (ending, text) in [
                ("service", command.service(title)), ("timer", ScheduledCommand.timer(title, schedule)),
            ] {
                let path = "\(folder)/\(name).\(ending)"
                let error = ReportFile.replace(path, with: Array(text.utf8))
                guard error == 0 else { throw CommandFailure(at: path, Phrase(verbatim: systemMessage(error))) }
            }
            try systemctl(keeper, "daemon-reload")
            try systemctl(keeper, "enable", "--now", "\(name).timer")
            // One that was on keeps its old time otherwise.
            try systemctl(keeper, "restart", "\(name).timer")
        } catch {
            removeUnits(from: folder)
            throw error
        }
        // It is made once, whoever made it before.
        _ = try? removeFromCrontab()
        let told = Self.set(["keeper": "systemd", "place": "\(folder)/\(name).timer"])
        return keeper == .user ? [told, Self.linger()] : [told]
    }

    /// Blocks. What is not there is no error.
    ///
    /// - Returns: Whether there was one.
    func remove() throws(CommandFailure) -> Bool {
        var wasThere = false
        for keeper in geteuid() == 0 ? [Keeper.system, .user] : [.user]
        where isThere("\(unitFolder(keeper))/\(name).timer") {
            wasThere = true
            try systemctl(keeper, "disable", "--now", "\(name).timer")
            removeUnits(from: unitFolder(keeper))
            try systemctl(keeper, "daemon-reload")
        }
        return try removeFromCrontab() || wasThere
    }

    private func removeUnits(from folder: String) {
        for ending in ["timer", "service"] { _ = unsafe unlink("\(folder)/\(name).\(ending)") }
    }

    /// - Returns: Whether there was a line to remove.
    private func removeFromCrontab() throws(CommandFailure) -> Bool {
        guard let table = try? crontab(), ScheduledCommand.crontab(table, without: name) != table else { return false }
        try putCrontab { $0 }
        return true
    }

    private func keeper() -> Keeper? {
        if geteuid() == 0, isThere("/run/systemd/system") { return .system }
        if let runtime = environment["XDG_RUNTIME_DIR"], isThere(runtime + "/systemd/private") { return .user }
        let folders = (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        return folders.contains { isThere("\($0)/crontab") } ? .cron : nil
    }

    // MARK: - systemd

    private func unitFolder(_ keeper: Keeper) -> String {
        if keeper == .system { return "/etc/systemd/system" }
        let home = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (home ?? (environment["HOME"] ?? "") + "/.config") + "/systemd/user"
    }

    private func systemctl(_ keeper: Keeper, _ words: String...) throws(CommandFailure) {
        try run("systemctl", (keeper == .user ? ["--user"] : []) + words)
    }

    // MARK: - cron

    /// Its bytes: whoever wrote the other lines need not have written UTF-8.
    private func crontab() throws(CommandFailure) -> [UInt8] {
        let result = try result("crontab", ["-l"])
        if result.isSuccess { return result.output }
        let words = String(decoding: result.errors, as: UTF8.self)
        // Any other failure may hide a table, which must not be written over.
        guard words.contains("no crontab for") else { throw refusal("crontab -l", words) }
        return []
    }

    /// Without the line of this check, then as `change` makes it.
    private func putCrontab(_ change: ([UInt8]) -> [UInt8]) throws(CommandFailure) {
        let table = change(ScheduledCommand.crontab(try crontab(), without: name))
        try run("crontab", ["-"], input: table)
    }

    // MARK: - Programs and files

    private func run(_ program: String, _ words: [String], input: [UInt8] = []) throws(CommandFailure) {
        let result = try result(program, words, input: input)
        guard !result.isSuccess else { return }
        throw refusal(
            ([program] + words).joined(separator: " "), String(decoding: result.errors, as: UTF8.self))
    }

    private func result(
        _ program: String, _ words: [String], input: [UInt8] = []
    ) throws(CommandFailure) -> ChildProcess.Result {
        do throws(ChildProcess.Failure) {
            return try ChildProcess(program, words).run(input: input)
        } catch {
            throw refusal(program, systemMessage(error.code))
        }
    }

    private func refusal(_ program: String, _ words: String) -> CommandFailure {
        let last = words.split(whereSeparator: \.isNewline).last.map(String.init) ?? "–"
        return CommandFailure(at: Self.place, Self.refused(["program": program, "words": last]), Self.refusedRemedy())
    }

    private func isThere(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
}
