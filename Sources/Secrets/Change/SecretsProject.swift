public import Basics

/// A project's folder whose secrets are about to change: locked for this process, and a change that was stopped earlier is
/// ended. Blocks; one at a time.
public final class SecretsProject {
    /// Journal, copies and lock, below the root.
    public static let state = ".secrets/.journal"

    public let root: String
    /// What the folder holds; nothing outside it is read.
    public let tree: ProjectTree
    /// What opening it had to undo or finish.
    public let recovery: RecoveryReport
    private let transaction: FileTransaction

    /// - Parameters:
    ///   - root: The project's folder.
    ///   - tracked: As `ProjectTree` takes it.
    /// - Throws: `in_use` while another process changes the same files; what `FileTransaction` throws.
    public init(root: String, tracked: Set<String> = []) throws(GateError) {
        self.root = root
        tree = try ProjectTree(root: root, tracked: tracked)
        transaction = try FileTransaction(root: root, state: "\(root)/\(Self.state)", limits: Self.limits)
        recovery = try transaction.recover()
    }

    /// Room for some thousand services.
    private static let limits: TransactionLimits = {
        var limits = TransactionLimits()
        limits.changes = 4_096
        limits.totalBytes = 64 << 20
        return limits
    }()

    /// All of it or nothing; see `FileTransaction.run`.
    ///
    /// An earlier change of this process may stand and have left temporary files behind: they go first, for whoever takes a
    /// rotation back must not be refused.
    public func run(_ changes: [FileChange]) throws(GateError) -> TransactionOutcome {
        _ = try transaction.recover()
        let outcome = try transaction.run(changes)
        closeFolder()
        return outcome
    }

    /// Keeps others from listing the source of truth's folder; where that fails an audit tells.
    public func closeFolder() {
        guard var walk = try? PathWalk(root: root), let folder = try? walk.folder(at: ".secrets"),
            let facts = try? folder.descriptor.facts(as: ".secrets"), facts.permissions & 0o077 != 0
        else { return }
        try? folder.descriptor.setMode(facts.permissions & 0o700, as: ".secrets")
    }
}
