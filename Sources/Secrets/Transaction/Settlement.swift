internal import Basics
internal import Glibc

/// Brings the files of a journal back, or removes what a finished transaction has left.
///
/// Each step can be stopped anywhere and done again: it looks at what is there, never at what it did before.
struct Settlement {
    let state: StateFolder
    let journal: TransactionJournal
    var walk: PathWalk
    /// Bytes of a target; a larger one is somebody else's.
    let limit: Int

    /// Bytes of a copy: beyond what any transaction may have been allowed to hold.
    static let copyLimit = 1 << 30

    private typealias Entry = TransactionJournal.Entry

    /// Ends the transaction in the phase it stands in.
    ///
    /// - Parameter attempted: How many entries may have been touched, from the first.
    /// - Returns: The files that could not be brought back because somebody else has changed them.
    /// - Throws: The first failure, when all that can be brought back has been; the journal is still there then.
    mutating func settle(_ phase: JournalPhase, attempted: Int? = nil) throws(FileFailure) -> [RecoveryReport.Conflict]
    {
        var conflicts: [RecoveryReport.Conflict] = []
        var phase = phase
        if phase == .applying {
            conflicts = try undo(attempted ?? journal.entries.count)
            // From here on a change of these files is nobody's business.
            try state.advance(from: .applying, to: .untouched)
            phase = .untouched
        }
        try clean()
        try state.close(phase)
        return conflicts
    }

    // MARK: Undoing

    private mutating func undo(_ attempted: Int) throws(FileFailure) -> [RecoveryReport.Conflict] {
        var conflicts: [RecoveryReport.Conflict] = []
        var failure: FileFailure?
        var touched: [Folder] = []
        // Backwards, for the sake of those who watch.
        for index in journal.entries.indices.prefix(attempted).reversed() {
            do {
                let folder = try undo(index, &conflicts)
                if !touched.contains(where: { $0.path == folder.path }) { touched.append(folder) }
            } catch {
                failure = failure ?? error
            }
        }
        for folder in touched {
            do { try folder.sync(as: folder.name) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
        return conflicts.reversed()
    }

    private mutating func undo(
        _ index: Int, _ conflicts: inout [RecoveryReport.Conflict]
    ) throws(FileFailure) -> Folder {
        let entry = journal.entries[index]
        let place = try walk.find(entry.path, judgesFile: false)
        let folder = place.folder
        let new = TemporaryName.new(journal.transaction, index)
        let old = TemporaryName.old(journal.transaction, index)
        if entry.kind == .inPlace {
            let copy = state.copy(old, entry.old)
            let content = try read(place)
            let found = UndoRules.found(content, entry, old: copy, new: state.copy(new, entry.new))
            switch UndoRules.action(.inPlace, target: found, aside: copy == nil ? .none : .old, hasDraft: false) {
            case .nothing, .remove: break
            case .putBack:
                try folder.open(place.name, O_RDWR | O_NONBLOCK, as: entry.path).overwrite(copy ?? [], as: entry.path)
            case .leave: conflicts.append(try conflict(index, copy))
            }
        }
        // Behind the content: whoever may not read the new one never can.
        if let modes = entry.modes { try restore(modes, place, as: entry.path) }
        guard entry.kind.isBeside else { return folder }
        let draft = try folder.read(new, limit: Self.copyLimit, as: entry.path)
        let hasDraft = draft.map { Digest32.sha256($0) == entry.new } ?? false
        var aside = try folder.read(old, limit: Self.copyLimit, as: entry.path)
        let asideName = aside == nil ? new : old
        if aside == nil, !hasDraft { aside = draft }
        let asideState: UndoRules.Aside =
            aside.map { Digest32.sha256($0) == entry.old ? .old : .foreign } ?? .none
        let found = UndoRules.found(try read(place), entry)
        switch UndoRules.action(entry.kind, target: found, aside: asideState, hasDraft: hasDraft) {
        case .nothing: break
        case .putBack: try folder.rename(asideName, to: place.name, as: entry.path)
        case .remove: try folder.remove(place.name)
        case .leave: conflicts.append(try conflict(index, aside))
        }
        return folder
    }

    /// Only where the permissions are still those that the transaction gave.
    private func restore(
        _ modes: TransactionJournal.Entry.Modes, _ place: PathWalk.Place, as path: String
    ) throws(FileFailure) {
        guard let facts = try place.folder.entry(place.name, as: path), facts.isPlainFile,
            facts.permissions == UInt32(modes.new)
        else { return }
        let file = try place.folder.open(place.name, O_RDONLY | O_NONBLOCK, as: path)
        try file.setMode(UInt32(modes.old), as: path)
        try file.sync(as: path)
    }

    /// What the target holds, nil when there is none; what is no plain file or too large is foreign and stands for itself.
    private func read(_ place: PathWalk.Place) throws(FileFailure) -> [UInt8]? {
        do {
            return try place.folder.read(place.name, limit: limit)
        } catch {
            switch error.cause {
            // No digest of the journal can be that of these bytes: none but this process knows them.
            case .notAFile, .tooLarge: return RandomBytes.make(32)
            default: throw error
            }
        }
    }

    private func conflict(_ index: Int, _ copy: [UInt8]?) throws(FileFailure) -> RecoveryReport.Conflict {
        let path = journal.entries[index].path
        guard let copy else {
            return RecoveryReport.Conflict(
                path: path, keptCopy: nil,
                message:
                    "\(path) has been changed or its copy removed by somebody else; it was left as it is: compare it "
                    + "with a backup.")
        }
        let name = TemporaryName.kept(journal.transaction, index)
        // An earlier recovery may have been stopped while it wrote.
        try state.folder.remove(name)
        try state.write(name, copy)
        try state.sync()
        let kept = state.folder.display(name)
        return RecoveryReport.Conflict(
            path: path, keptCopy: kept,
            message:
                "\(path) has been changed by somebody else and was left as it is: compare it with \(kept), which holds "
                + "what it was before the change, and remove that copy.")
    }

    // MARK: Cleaning

    /// Removes the temporary files beside the targets. A folder that is gone has taken them along.
    private mutating func clean() throws(FileFailure) {
        var failure: FileFailure?
        var touched: [Folder] = []
        for (index, entry) in journal.entries.enumerated() where entry.kind.isBeside {
            do {
                let folder = try walk.find(entry.path, judgesFile: false).folder
                try folder.remove(TemporaryName.new(journal.transaction, index), as: entry.path)
                try folder.remove(TemporaryName.old(journal.transaction, index), as: entry.path)
                if !touched.contains(where: { $0.path == folder.path }) { touched.append(folder) }
            } catch {
                if error.code == ENOENT || error.code == ENOTDIR { continue }
                failure = failure ?? error
            }
        }
        for folder in touched {
            do { try folder.sync(as: folder.name) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }
}
