internal import Basics
internal import CommandLineKit
internal import Secrets

/// `comfygate secrets watch`: tells when a location goes off, or puts it right.
struct SecretsWatch: Command {
    private static let repair = Flag(
        "repair",
        Message(
            "watch.repair", en: "Put right what goes off, as `secrets sync` does", fr: "Corriger, comme `secrets sync`")
    )
    private static let interval = Option<Duration>(
        "interval", or: .seconds(60),
        Message(
            "watch.interval", en: "Look this often where the file system tells nothing",
            fr: "Regarder aussi souvent là où le système de fichiers ne dit rien"))
    private static let looks = Option<Int>(
        "looks", placeholder: "COUNT",
        Message("watch.looks", en: "End after so many looks", fr: "Finir après tant de regards"))

    static let declaration = CommandDeclaration(
        "watch",
        Message(
            "secrets.watch.summary", en: "Tell, or repair, when a location goes off",
            fr: "Signale, ou corrige, un emplacement qui change"),
        discussion: Message(
            "secrets.watch.discussion",
            en: "With --json one line of JSON an event: off, ok, repaired, failed, polled.",
            fr: "Avec --json une ligne de JSON par évènement : off, ok, repaired, failed, polled."),
        [repair, interval, looks, SecretsOptions.root] + SealOptions.all + BackupOptions.all
            + GateLink.all,
        examples: ["secrets watch", "secrets watch --repair --root /srv/genai"])

    private static let polled = Message(
        "watch.polled",
        en:
            "Some folders lie where the kernel tells of no change (a Windows drive, a share): they are looked at every {span}.",
        fr:
            "Certains dossiers sont là où le noyau ne signale rien (un lecteur Windows, un partage) : on les regarde toutes les {span}."
    )
    private static let off = Message(
        "watch.off", en: "{time} {place}: {states}", fr: "{time} {place} : {states}")
    private static let fine = Message(
        "watch.fine", en: "{time} {place}: ok again", fr: "{time} {place} : de nouveau ok")
    private static let fewLooks = Message(
        "watch.few_looks", en: "--looks counts from 1.", fr: "--looks compte à partir de 1.")
    static let messages = [polled, off, fine, fewLooks]

    /// Rounds of 200 ms that a change is given to end: another program may write into the folder all the time.
    private static let settlingRounds = 10

    private let root: String
    private let arguments: ParsedArguments
    private let repairs: Bool
    private let interval: Duration
    private let looks: Int?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        self.arguments = arguments
        root = try SecretsOptions.root(of: arguments)
        repairs = arguments.has(Self.repair)
        interval = try arguments.require(Self.interval)
        looks = try arguments.get(Self.looks)
        if let looks, looks < 1 { throw UsageError(Self.fewLooks()) }
    }

    func run(_ terminal: Terminal) async throws {
        let watch = FolderWatch()
        var rows: [AuditRow] = []
        var left = looks
        var saysPolled = true
        var isJudged = false
        while left != 0 {
            left = left.map { $0 - 1 }
            let found = await look(rows, terminal)
            isJudged = found != nil
            if let found { rows = found }
            watch.add(folders(rows))
            if watch.polls, saysPolled {
                Self.tell("polled", ["interval": JSON(interval.spelled)], terminal)
                terminal.warn(Self.polled(["span": interval.spelled]))
                saysPolled = false
            }
            if left == 0 { break }
            let span = Int(max(1, interval.components.seconds)) * 1_000
            // Several files are often written one after the other.
            if watch.wait(milliseconds: span) {
                for _ in 0..<Self.settlingRounds where !watch.wait(milliseconds: 200) { break }
            }
        }
        if !isJudged || rows.contains(where: { !$0.isOK }) { throw ExitFailure() }
    }

    /// - Returns: Nil when it could not be judged, which has been said.
    private func look(_ before: [AuditRow], _ terminal: Terminal) async -> [AuditRow]? {
        do {
            var rows = try audit()
            // What could not be put right is told once, and tried again when something has changed.
            if repairs, Drift(from: before, to: rows).appeared.contains(where: \.isRepairable) {
                do {
                    var edit = try SecretsEdit(arguments, isDry: false)
                    if terminal.options.json {
                        edit.onWritten = { change in
                            Self.tell("repaired", ["files": .array(change.changes.map { JSON($0.path) })], terminal)
                        }
                    }
                    try await edit.run(
                        terminal, "watch", begins: false, wantsTokens: false
                    ) { file, _, _ in file }
                } catch is ExitFailure {
                    // `SecretsEdit` has said why.
                }
                rows = try audit()
            }
            let drift = Drift(from: before, to: rows)
            let time = Timestamp.now().rfc3339
            for row in drift.appeared where terminal.options.json {
                tellRow("off", row, ["states": .array(row.states.map { JSON($0.code) })], terminal)
            }
            for row in drift.appeared where !terminal.options.json {
                let states = row.states.map { terminal.text($0.label) }.joined(separator: SecretsReport.and(terminal))
                terminal.warn(Self.off(["time": time, "place": row.place, "states": states]))
            }
            for row in drift.gone where rows.contains(where: { $0.place == row.place && $0.isOK }) {
                if terminal.options.json {
                    tellRow("ok", row, [:], terminal)
                } else {
                    terminal.say(Self.fine(["time": time, "place": row.place]))
                }
            }
            return rows
        } catch let failure as CommandFailure {
            fail(failure, terminal)
        } catch let error as GateError {
            fail(CommandFailure(at: root, error.phrase), terminal)
        } catch {
            fail(CommandFailure(at: root, Phrase(verbatim: "\(error)")), terminal)
        }
        return nil
    }

    private func fail(_ failure: CommandFailure, _ terminal: Terminal) {
        terminal.report(failure)
        Self.tell(
            "failed", ["place": JSON(failure.place), "reason": JSON(terminal.text(failure.what))], terminal)
    }

    private func tellRow(_ event: String, _ row: AuditRow, _ more: JSONObject, _ terminal: Terminal) {
        var members: JSONObject = [
            "credential": row.credential.map { JSON($0) } ?? .null, "path": JSON(row.path),
            "key": row.key.map { JSON($0) } ?? .null,
        ]
        for name in more.keys { members[name] = more[name] }
        Self.tell(event, members, terminal)
    }

    /// One line, which whoever reads the stream has at once; nothing without `--json`.
    private static func tell(_ event: String, _ members: JSONObject, _ terminal: Terminal) {
        guard terminal.options.json else { return }
        var line: JSONObject = ["time": JSON(Timestamp.now().rfc3339), "event": JSON(event)]
        for name in members.keys { line[name] = members[name] }
        terminal.put(verbatim: String(decoding: JSON.object(line).encoded(), as: UTF8.self) + "\n")
    }

    private func audit() throws -> [AuditRow] {
        let tree = try ProjectTree(root: root, tracked: GitFacts.tracked(below: root) ?? [])
        var audit = Audit(tree)
        return audit.rows(of: try SecretsOptions.file(in: tree, root))
    }

    private func folders(_ rows: [AuditRow]) -> Set<String> {
        Set(
            rows.map { row in
                let parts = row.path.split(separator: "/").dropLast()
                return parts.isEmpty ? root : root + "/" + parts.joined(separator: "/")
            } + [root + "/.secrets"])
    }
}

extension AuditRow {
    fileprivate var place: String { path + (key.map { ":\($0)" } ?? "") }

    /// A sync may put it right; what Git knows it cannot take back.
    fileprivate var isRepairable: Bool { states.contains { $0 != .ok && $0 != .tracked } }
}
