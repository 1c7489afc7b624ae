public import Basics
internal import CLinux
internal import Glibc

/// Changes many files below one folder, all of them or none, whatever happens meanwhile.
///
/// 1. The plan is compared with what the files hold; the journal is written whole.
/// 2. What a file shall hold is drafted beside it, with its owner, mode, ACL and attributes; for a file that keeps its
///    inode, old and new content are copied into the state folder. All of it is synced, then the journal says `applying`.
/// 3. Each draft changes places with its file (`RENAME_EXCHANGE`; elsewhere a link or copy is put aside first); a file with
///    several names, one that belongs to another user, and one that is marked so, is written in place.
/// 4. Files and folders are synced, every file is read again by its path. Then the journal is renamed to `committed`: the
///    commit point. Before it everything is undone, after it only temporary files are left to remove.
/// 5. The temporary files go, then the journal.
///
/// What stops in the middle is ended by ``recover()`` with the next start. Blocks: to be called where that may be, from one
/// thread at a time. Holds an exclusive lock as long as it lives.
public final class FileTransaction {
    private let root: String
    private let state: StateFolder
    private let limits: TransactionLimits
    /// Stands in for fstatfs(2) in tests.
    private let fileSystem: (Int32) -> Int64

    /// - Parameters:
    ///   - root: No file outside this folder is touched.
    ///   - state: A folder of its own for journal, copies and lock, made with mode 0700; best below the root. Everybody who
    ///     changes the same files must name the same one.
    /// - Throws: `in_use`, naming the process that holds the lock; `location_…` when a folder cannot be used.
    public convenience init(
        root: String, state: String, limits: TransactionLimits = TransactionLimits()
    ) throws(GateError) {
        try self.init(root: root, state: state, limits: limits) { gate_file_system_of($0) }
    }

    init(
        root: String, state: String, limits: TransactionLimits = TransactionLimits(),
        fileSystem: @escaping (Int32) -> Int64
    ) throws(GateError) {
        do {
            _ = try PathWalk(root: root)
        } catch {
            throw error.error()
        }
        self.root = root
        self.state = try StateFolder(state)
        (self.limits, self.fileSystem) = (limits, fileSystem)
    }

    /// Whether a transaction was stopped half-way; then ``recover()`` comes first.
    public var needsRecovery: Bool {
        get throws(GateError) {
            do { return try state.phase() != nil } catch { throw error.error() }
        }
    }

    /// What a file holds now, found by the same rules as a change of it; nil when there is none. For making a plan under
    /// the lock.
    public func content(of path: String) throws(GateError) -> [UInt8]? {
        do {
            var walk = try PathWalk(root: root)
            let place = try walk.find(path)
            return try place.folder.read(place.name, limit: limits.fileBytes)
        } catch {
            throw error.error()
        }
    }

    /// Makes all changes, or none.
    ///
    /// - Throws: Naming the file and the remedy, never content. `change_unfinished` when what had been done could not be
    ///   undone now, or before ``recover()`` has ended an earlier transaction; after every other error all is as before,
    ///   but for files that the message names because somebody else has changed them meanwhile.
    public func run(_ changes: [FileChange]) throws(GateError) -> TransactionOutcome {
        if try needsRecovery {
            throw GateError(
                .changeUnfinished, from: .gateway, FileMessages.halfWay(),
                detail: Phrase(verbatim: state.folder.path))
        }
        let plan: TransactionPlan
        do {
            // Whatever lies here belongs to no transaction.
            try state.close(nil)
            plan = try TransactionPlan(changes, walk: PathWalk(root: root), limits: limits, fileSystem: fileSystem)
        } catch {
            throw error.error()
        }
        guard !plan.items.isEmpty else { return TransactionOutcome() }
        var run = TransactionRun(state: state, plan: plan, limit: limits.fileBytes, fileSystem: fileSystem)
        return try run.run(root: root)
    }

    /// Ends a transaction that was stopped: undoes it, or removes what a finished one has left. Can itself be stopped and
    /// called again.
    ///
    /// - Throws: `change_unfinished` when a file cannot be brought back now; all others are then as before, and the next
    ///   call goes on. `journal_damaged` when nobody can know.
    public func recover() throws(GateError) -> RecoveryReport {
        let phase: JournalPhase
        do {
            guard let found = try state.phase() else {
                try state.close(nil)
                return RecoveryReport(result: .nothing)
            }
            phase = found
        } catch {
            throw error.error(FileMessages.noRecovery)
        }
        let journal = try state.journal(phase)
        do {
            var settlement = Settlement(
                state: state, journal: journal, walk: try PathWalk(root: root), limit: limits.fileBytes)
            let conflicts = try settlement.settle(phase)
            return RecoveryReport(
                result: phase == .committed ? .finished : .undone, paths: journal.entries.map(\.path),
                conflicts: conflicts)
        } catch {
            throw Self.unfinished(error)
        }
    }

    /// Removes temporary files from folders, for the case that the state folder was lost while they were in use; otherwise
    /// the journal names them all, and ``recover()`` removes them.
    ///
    /// - Parameter folders: Relative to the root; "." is the root itself.
    /// - Returns: The files removed.
    /// - Throws: `change_unfinished` while there is a journal.
    public func sweep(_ folders: [String]) throws(GateError) -> [String] {
        guard try !needsRecovery else {
            throw GateError(
                .changeUnfinished, from: .gateway, "A change was stopped half-way: recover it first.",
                detail: state.folder.path)
        }
        var removed: [String] = []
        do {
            var walk = try PathWalk(root: root)
            for folder in folders {
                let folder = try walk.find(folder + "/" + TemporaryName.prefix, judgesFile: false).folder
                for name in try folder.names() where TemporaryName.isTemporary(name) {
                    try folder.remove(name)
                    removed.append(folder.display(name))
                }
                try folder.sync(as: folder.name)
            }
        } catch {
            throw error.error(FileMessages.otherTemporaries)
        }
        return removed.sorted()
    }

    static func unfinished(_ failure: FileFailure, after cause: FileFailure? = nil) -> GateError {
        let error = failure.error(FileMessages.partlyUndone)
        let phrase = cause.map { $0.error(nil).phrase + error.phrase } ?? error.phrase
        return GateError(.changeUnfinished, from: .gateway, phrase, detail: error.detailPhrase)
    }
}
