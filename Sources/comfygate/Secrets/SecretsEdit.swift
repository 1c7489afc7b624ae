internal import Basics
internal import CommandLineKit
internal import Secrets

/// One change of a project's secrets, from the lock to the words about it; what the writing commands have in common.
struct SecretsEdit: Sendable {
    private static let dryRun = Flag("dry-run", SecretsMessages.dryRun)
    static let all: [any Parameter] = [SecretsOptions.root, dryRun]

    let root: String
    private let isDry: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        root = try SecretsOptions.root(of: arguments)
        isDry = arguments.has(Self.dryRun)
    }

    /// Makes the source of truth what `make` says, and every location equal to it.
    ///
    /// - Parameters:
    ///   - begins: May make a source of truth where there is none.
    ///   - make: The new source of truth from the present one.
    /// - Throws: `ExitFailure` when a location refuses, or when something is still off afterwards; all has been said then.
    func run(
        _ terminal: Terminal, begins: Bool, _ make: (CredentialFile, ProjectTree) throws -> CredentialFile
    ) throws {
        // Nothing is made in a folder that is not the right one: not even a lock.
        if !begins { _ = try SecretsOptions.file(in: ProjectTree(root: root), root) }
        let tracked = GitFacts.tracked(below: root) ?? []
        let project = isDry ? nil : try SecretsProject(root: root, tracked: tracked)
        if let project { report(project.recovery, terminal) }
        let tree = try project?.tree ?? ProjectTree(root: root, tracked: tracked)
        let old = try begins ? SecretsOptions.fileIfAny(in: tree) : SecretsOptions.file(in: tree, root)
        let change = SecretsChange(try make(old ?? CredentialFile(), tree), from: tree)
        guard change.plan.refusals.isEmpty else {
            for refusal in change.plan.refusals {
                let place = refusal.path + (refusal.key.map { ":\($0)" } ?? "")
                terminal.report(CommandFailure(at: place, refusal.reason))
            }
            terminal.say(SecretsMessages.refused())
            throw ExitFailure()
        }
        guard let project else { return show(change, [], terminal) }
        let outcome = try project.run(change.changes)
        show(change, outcome.changed, terminal)
        for warning in outcome.warnings { terminal.warn(Phrase(verbatim: warning.message)) }
        try judge(change.file, tree, terminal)
    }

    private func report(_ recovery: RecoveryReport, _ terminal: Terminal) {
        let paths = recovery.paths.joined(separator: ", ")
        switch recovery.result {
        case .nothing: break
        case .undone: terminal.warn(SecretsMessages.undone(["paths": paths]))
        case .finished: terminal.warn(SecretsMessages.finished(["paths": paths]))
        }
        for conflict in recovery.conflicts { terminal.warn(Phrase(verbatim: conflict.message)) }
    }

    private func show(_ change: SecretsChange, _ changed: [String], _ terminal: Terminal) {
        terminal.put(SecretsTable(change).table(terminal), json: SecretsTable(change).json(isDry: isDry))
        if change.isEmpty {
            terminal.say(SecretsMessages.nothingToDo())
        } else if isDry {
            terminal.say(SecretsMessages.wouldChange(count: change.changes.count))
        } else {
            terminal.say(SecretsMessages.changed(count: changed.count))
            if !change.plan.steps.isEmpty { terminal.say(SecretsMessages.recreate()) }
        }
    }

    /// Reads everything again: what was written is what an audit calls right.
    private func judge(_ file: CredentialFile, _ tree: ProjectTree, _ terminal: Terminal) throws {
        var audit = Audit(tree)
        let count = audit.rows(of: file).count { row in
            // What Git knows is no fault of the values; rotating and forgetting is another command's work.
            row.states.contains { $0 != .ok && $0 != .tracked }
        }
        guard count > 0 else { return }
        terminal.say(SecretsMessages.stillOff(count: count))
        throw ExitFailure()
    }
}

/// What a change does, for people and for programs.
struct SecretsTable {
    private let change: SecretsChange

    init(_ change: SecretsChange) { self.change = change }

    func table(_ terminal: Terminal) -> Table {
        var table = Table([
            .init("CREDENTIAL"), .init("LOCATION", canShrink: true), .init("KEY"), .init("HOLDS"), .init("CHANGE"),
        ])
        if change.writesSource {
            table.append(["-", CredentialFile.path, "-", "-", terminal.text(SecretsMessages.written)])
        }
        for step in change.plan.steps {
            let word = step.isNew ? SecretsMessages.added : SecretsMessages.set
            table.append([step.credential, step.path, step.key ?? "-", step.value.rawValue, terminal.text(word)])
        }
        for narrowing in change.plan.narrowings {
            let (old, new) = ("0" + String(narrowing.mode, radix: 8), "0" + String(narrowing.mode & 0o600, radix: 8))
            table.append([
                "-", narrowing.path, "-", "-", terminal.text(SecretsMessages.narrowed(["old": old, "new": new])),
            ])
        }
        return table
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
            "narrowed": .array(change.plan.narrowings.map { JSON($0.path) }),
        ]
    }
}
