internal import Basics
internal import CommandLineKit
internal import Glibc
internal import Secrets

/// One change of a project's secrets, from the lock to the words about it; what the writing commands have in common.
struct SecretsEdit: Sendable {
    private static let dryRun = Flag("dry-run", SecretsMessages.dryRun)
    private static let noBackup = Flag("no-backup", SecretsMessages.noBackup)
    /// What every command takes that writes.
    static let writing: [any Parameter] = [noBackup] + BackupOptions.making + GateLink.all
    static let all: [any Parameter] = [SecretsOptions.root, dryRun] + writing

    let root: String
    let backups: BackupOptions
    private let keepsBackup: Bool
    private let seal: SealOptions
    private let gate: GateLink
    let isDry: Bool
    /// Told what a change has written; then nothing of it is printed as data.
    var onWritten: (@Sendable (SecretsChange) -> Void)?

    init(_ arguments: ParsedArguments) throws(UsageError) {
        try self.init(arguments, isDry: arguments.has(Self.dryRun))
    }

    /// For a command that changes secrets beside other work.
    init(_ arguments: ParsedArguments, root: String? = nil, isDry: Bool) throws(UsageError) {
        if let root { self.root = root } else { self.root = try SecretsOptions.root(of: arguments) }
        backups = try BackupOptions(arguments)
        seal = try SealOptions(arguments)
        gate = try GateLink(arguments)
        keepsBackup = !arguments.has(Self.noBackup)
        self.isDry = isDry
    }

    /// A project as it is found.
    struct Opened {
        /// Nil when nothing is to be written.
        let project: SecretsProject?
        let tree: ProjectTree
        /// Its tokens open, when something that opens them was at hand.
        let file: CredentialFile
        /// Seals them again.
        let key: SealingKey?
        /// The gate that is told, if somebody has named one.
        let gate: GateLink.Open?

        func close() async { await gate?.close() }
    }

    /// Makes the source of truth what `make` says, and every location equal to it.
    ///
    /// - Parameters:
    ///   - action: One word for the log and the backup's name.
    ///   - begins: May make a source of truth where there is none.
    ///   - wantsTokens: Asks for what opens a sealed one; otherwise it stays closed when nothing is at hand.
    ///   - make: The new source of truth from the present one, and what a search of the folder has found: files with secrets
    ///     lose the rights of others, and what is off beside the locations is told.
    /// - Throws: `ExitFailure` when a location refuses, or when something is still off afterwards; all has been said then.
    func run(
        _ terminal: Terminal, _ action: String, begins: Bool, wantsTokens: Bool = true,
        _ make: (CredentialFile, ProjectTree, _ found: inout [Finding]) throws -> CredentialFile
    ) async throws {
        let opened = try await open(terminal, begins: begins, wantsTokens: wantsTokens)
        do {
            var found: [Finding] = []
            var file = try make(opened.file, opened.tree, &found)
            for credential in file.credentials where credential.previous != nil {
                file.set(credential.forgettingOld(now: .now()))
            }
            let exposed = found.filter { $0.what == .secret }.map(\.path)
            let written = try await change(to: file, opened, exposed: exposed, action: action, terminal)
            if !isDry { try judge(written.file, opened.tree, found: found, terminal) }
        } catch {
            await opened.close()
            throw error
        }
        await opened.close()
    }

    /// For a command that may begin: nothing is made in a folder without a source of truth when no token was named.
    func mayBegin(_ name: String, _ token: TokenOptions, _ terminal: Terminal) throws {
        guard try !token.isGiven(terminal) && SecretsOptions.fileIfAny(in: ProjectTree(root: root)) == nil else {
            return
        }
        throw CommandFailure(
            at: CredentialFile.path, SecretsMessages.noToken(["name": name]), SecretsMessages.noTokenRemedy())
    }

    /// Makes tokens of the gate where locations want them, plans and commits. Tokens of a change that does not happen are
    /// revoked.
    ///
    /// - Parameter before: Called with the plan before anything is written.
    func change(
        to file: CredentialFile, _ opened: Opened, exposed: [String] = [], action: String, _ terminal: Terminal,
        before: (SecretsChange) -> Void = { _ in }
    ) async throws -> SecretsChange {
        let wanted = file.tokensWanted(from: opened.tree)
        var tokens: GateLink.Tokens = [:]
        if isDry {
            // What would be made is not known yet, only where.
            for rule in wanted { tokens[SyncPlan.TokenPlace(rule)] = ("-", RawToken.make()) }
        } else if let gate = opened.gate, !wanted.isEmpty {
            tokens = try await GateLink.make(wanted, gate, terminal)
        }
        let change: SecretsChange
        do {
            change = try plan(
                file.noting(tokens), opened, tokens: tokens.mapValues(\.token), exposed: exposed, key: opened.key,
                terminal)
            before(change)
            try await commit(change, opened, action: action, terminal)
        } catch {
            if !isDry, let gate = opened.gate { await GateLink.revoke(tokens, gate) }
            throw error
        }
        if !isDry, let gate = opened.gate { await GateLink.revokeOlder(wanted, tokens, gate, terminal) }
        return change
    }

    /// Seals the source of truth, or opens it for good; locations stay as they are, and one that is off is only told.
    ///
    /// - Parameter key: Asked once the source of truth is open; nil leaves it open.
    func reseal(_ action: String, nothing: Message, _ terminal: Terminal, key: (Opened) throws -> SealingKey?)
        async throws
    {
        let opened = try await open(terminal, begins: false)
        do {
            let change = try plan(opened.file, opened, key: key(opened), writesLocations: false, terminal)
            try await commit(change, opened, action: action, nothing: nothing, terminal)
            if !isDry { _ = isRight(change.file, opened.tree, terminal) }
        } catch {
            await opened.close()
            throw error
        }
        await opened.close()
    }

    func open(_ terminal: Terminal, begins: Bool, wantsTokens: Bool = true) async throws -> Opened {
        // Nothing is made in a folder that is not the right one: not even a lock.
        if !begins { _ = try SecretsOptions.file(in: ProjectTree(root: root), root) }
        let gate = isDry ? nil : try await gate.open(terminal)
        do {
            let (project, tree) = try lock(terminal)
            let file = try begins ? SecretsOptions.fileIfAny(in: tree) : SecretsOptions.file(in: tree, root)
            let (open, key) = try seal.open(file ?? CredentialFile(), must: wantsTokens, terminal)
            return Opened(project: project, tree: tree, file: open, key: key, gate: gate)
        } catch {
            await gate?.close()
            throw error
        }
    }

    /// Keeps others from changing the same files; an earlier change that was stopped is ended. Only looks in a dry run.
    func lock(_ terminal: Terminal) throws -> (SecretsProject?, ProjectTree) {
        let tracked = GitFacts.tracked(below: root) ?? []
        if isDry { return (nil, try ProjectTree(root: root, tracked: tracked)) }
        let project = try SecretsProject(root: root, tracked: tracked)
        Self.report(project.recovery, terminal)
        return (project, project.tree)
    }

    /// - Throws: `ExitFailure` when a location refuses; all has been said then.
    func plan(
        _ file: CredentialFile, _ opened: Opened, tokens: [SyncPlan.TokenPlace: Secret] = [:], exposed: [String] = [],
        key: SealingKey?, writesLocations: Bool = true, _ terminal: Terminal
    ) throws -> SecretsChange {
        let change: SecretsChange
        do {
            change = try SecretsChange(
                file, from: opened.tree, tokens: tokens, exposed: exposed, key: key, writesLocations: writesLocations)
        } catch {
            throw CommandFailure(at: CredentialFile.path, error.phrase)
        }
        guard change.plan.refusals.isEmpty else {
            for refusal in change.plan.refusals {
                let place = refusal.path + (refusal.key.map { ":\($0)" } ?? "")
                terminal.report(CommandFailure(at: place, refusal.reason))
            }
            terminal.say(SecretsMessages.refused())
            throw ExitFailure()
        }
        return change
    }

    /// Writes it, unless this is a dry run, and says what has been done.
    ///
    /// - Parameter nothing: The words where nothing is to be written.
    func commit(
        _ change: SecretsChange, _ opened: Opened, action: String,
        nothing: Message = SecretsMessages.nothingToDo, _ terminal: Terminal
    ) async throws {
        show(change, terminal)
        guard let project = opened.project else {
            return terminal.say(
                change.isEmpty
                    ? nothing() : SecretsMessages.wouldChange(count: change.changes.count))
        }
        guard !change.isEmpty else {
            project.closeFolder()
            return terminal.say(nothing())
        }
        try await write(change.changes, project, opened.gate, action: action, terminal)
        onWritten?(change)
        if !change.plan.steps.isEmpty { terminal.say(SecretsMessages.recreate()) }
    }

    /// Keeps what is there, then makes the changes: all of them, or none.
    func write(
        _ changes: [FileChange], _ project: SecretsProject, _ gate: GateLink.Open? = nil, action: String,
        _ terminal: Terminal
    ) async throws {
        var backup: String?
        if keepsBackup {
            let paths = [CredentialFile.path] + changes.map(\.path)
            backup = try backups.keep(paths, of: project.tree, root: root, reason: action, terminal)
        }
        let outcome = try make(changes, project, terminal)
        terminal.say(SecretsMessages.changed(count: outcome.changed.count))
        for warning in outcome.warnings { terminal.warn(Phrase(verbatim: warning.message)) }
        await note(action, outcome.changed, backup: backup, project, gate, terminal)
    }

    /// Makes the changes, all of them or none, and keeps what they have left: a lost source of truth comes back from it.
    func make(
        _ changes: [FileChange], _ project: SecretsProject, _ terminal: Terminal
    ) throws(GateError) -> TransactionOutcome {
        func source() -> CredentialFile? { (try? SecretsOptions.fileIfAny(in: project.tree)) ?? nil }
        let hadSource = source() != nil
        let outcome = try project.run(changes)
        guard keepsBackup, !outcome.changed.isEmpty else { return outcome }
        let locations = source()?.credentials.flatMap(\.locations).flatMap { project.tree.expand($0.path) } ?? []
        backups.keepLatest(
            [CredentialFile.path] + locations + outcome.changed, of: project.tree, hadSource: hadSource, root: root,
            terminal)
        return outcome
    }

    /// Writes down what has been done, here and in the gate's trail. The change stands, whatever becomes of the record.
    func note(
        _ action: String, _ files: [String], backup: String? = nil, _ project: SecretsProject, _ gate: GateLink.Open?,
        _ terminal: Terminal
    ) async {
        let entry = ChangeLog.Entry(time: .now(), action: action, user: geteuid(), files: files, backup: backup)
        do {
            try ChangeLog(root: root).add(entry)
        } catch {
            terminal.warn(error.phrase)
        }
        // A command that opens no gate for its work does so for the record alone.
        var told: GateLink.Open?
        do {
            if gate == nil { told = try await self.gate.open(terminal) }
        } catch {
            GateLink.warnUnrecorded(error, terminal)
        }
        if let gate = gate ?? told { await GateLink.record(entry, root: project.root, gate, terminal) }
        await told?.close()
    }

    private static func report(_ recovery: RecoveryReport, _ terminal: Terminal) {
        let paths = recovery.paths.joined(separator: ", ")
        switch recovery.result {
        case .nothing: break
        case .undone: terminal.warn(SecretsMessages.undone(["paths": paths]))
        case .finished: terminal.warn(SecretsMessages.finished(["paths": paths]))
        }
        for conflict in recovery.conflicts { terminal.warn(Phrase(verbatim: conflict.message)) }
    }

    private func show(_ change: SecretsChange, _ terminal: Terminal) {
        guard onWritten == nil else { return }
        terminal.put(SecretsTable(change).json(isDry: isDry)) { SecretsTable(change).table(terminal) }
    }

    /// Reads everything again: what was written is what an audit calls right.
    ///
    /// - Parameter found: Beside the locations, before the change.
    func judge(_ file: CredentialFile, _ tree: ProjectTree, found: [Finding] = [], _ terminal: Terminal) throws {
        guard isRight(file, tree, found: found, terminal) else { throw ExitFailure() }
    }

    /// Says it when something is off.
    private func isRight(
        _ file: CredentialFile, _ tree: ProjectTree, found: [Finding] = [], _ terminal: Terminal
    ) -> Bool {
        // What was taken in stands among the locations now.
        let beside = found.filter { finding in
            guard let proposal = finding.proposal else { return true }
            return file[proposal.credential]?.locations.contains(proposal.rule) != true
        }
        var audit = Audit(tree)
        let off = audit.rows(of: file, found: beside).map { row in
            // What Git knows is no fault of the values; rotating and forgetting is another command's work.
            (row: row, states: row.states.filter { $0 != .ok && $0 != .sealed && $0 != .tracked })
        }.filter { !$0.states.isEmpty }
        guard !off.isEmpty else { return true }
        for (row, states) in off {
            let place = row.path + (row.key.map { ":\($0)" } ?? "")
            let words = states.map { terminal.text($0.label) }.joined(separator: SecretsReport.and(terminal))
            terminal.report(CommandFailure(at: place, Phrase(verbatim: words)), asWarning: true)
        }
        terminal.say(SecretsMessages.stillOff(count: off.count))
        return false
    }
}

/// What a change does, for people and for programs.
struct SecretsTable {
    private let change: SecretsChange

    init(_ change: SecretsChange) { self.change = change }

    /// Each file once; nothing for no change.
    func table(_ terminal: Terminal) -> String {
        var report = SecretsReport([
            terminal.column(SecretsHeads.credential), terminal.column(SecretsHeads.key, canShrink: true),
            terminal.column(SecretsHeads.holds), terminal.column(SecretsHeads.change),
        ])
        if change.writesSource {
            report.append(["-", "-", "-", terminal.text(SecretsMessages.written)], in: CredentialFile.path)
        }
        for narrowing in change.narrowings {
            let (old, new) = ("0" + String(narrowing.mode, radix: 8), "0" + String(narrowing.mode & 0o600, radix: 8))
            report.head(narrowing.path, terminal.text(SecretsMessages.narrowed(["old": old, "new": new])))
        }
        // Each file once: the order of the steps is that of the credentials.
        let steps = change.plan.steps
        let order = Dictionary(steps.enumerated().map { ($1.path, $0) }) { first, _ in first }
        let sorted = steps.enumerated().sorted {
            (order[$0.element.path] ?? 0, $0.offset) < (order[$1.element.path] ?? 0, $1.offset)
        }
        for step in sorted.map(\.element) {
            let word = step.isNew ? SecretsMessages.added : SecretsMessages.set
            report.append(
                [step.credential, step.key ?? "-", step.value.rawValue, terminal.text(word)], in: step.path)
        }
        let written = Set(steps.map(\.path))
        for narrowing in change.narrowings where !written.contains(narrowing.path) { report.mention(narrowing.path) }
        return report.render(terminal)
    }

    func json(isDry: Bool) -> JSON {
        [
            "dry_run": JSON(isDry), "files": .array(change.changes.map { JSON($0.path) }),
            "steps": .array(
                change.plan.steps.map { step in
                    [
                        "credential": JSON(step.credential), "path": JSON(step.path),
                        "key": step.key.map { JSON($0) } ?? .null, "holds": JSON(step.value.rawValue),
                        "added": JSON(step.isNew),
                    ]
                }),
            "narrowed": .array(change.narrowings.map { JSON($0.path) }),
        ]
    }
}
