internal import Basics
internal import CLinux
internal import Glibc

/// One transaction on its way; see `FileTransaction` for the steps.
struct TransactionRun {
    private let state: StateFolder
    private let plan: TransactionPlan
    private let limit: Int
    private let fileSystem: (Int32) -> Int64
    private let journal: TransactionJournal
    private var outcome = TransactionOutcome()
    /// File systems that have been warned of.
    private var warned: Set<UInt64> = []
    /// Entries that may have been touched, from the first.
    private var attempted = 0

    init(state: StateFolder, plan: TransactionPlan, limit: Int, fileSystem: @escaping (Int32) -> Int64) {
        (self.state, self.plan, self.limit, self.fileSystem) = (state, plan, limit, fileSystem)
        let number = RandomBytes.make(8).reduce(0) { $0 << 8 | UInt64($1) }
        journal = TransactionJournal(transaction: number, entries: plan.items.map(\.entry))
    }

    mutating func run(root: String) throws(GateError) -> TransactionOutcome {
        do {
            try state.write(journal)
            try stage()
            try state.advance(from: .untouched, to: .applying)
            for index in plan.items.indices { try apply(index) }
            try syncFolders()
            try verify(PathWalk(root: root))
        } catch {
            throw undo(because: error)
        }
        do {
            try state.advance(from: .applying, to: .committed)
        } catch {
            throw retreat(because: error)
        }
        outcome.changed = plan.items.map(\.entry.path)
        do {
            var settlement = settlement
            _ = try settlement.settle(.committed)
        } catch {
            let message = error.error(FileMessages.cleanupLeft).message
            outcome.warnings.append(TransactionWarning(kind: .unfinishedCleanup, message: message))
        }
        return outcome
    }

    // MARK: Before the first change

    private mutating func stage() throws(FileFailure) {
        try warnOfState()
        for (index, item) in plan.items.enumerated() {
            switch item.entry.kind {
            case .delete, .mode: continue
            case .inPlace:
                try state.write(oldName(index), item.old ?? [])
                try state.write(newName(index), item.new ?? [])
            case .create: try draft(newName(index), item.new ?? [], FileMetadata(mode: item.mode ?? 0o600), for: item)
            case .replace:
                let target = try item.place.folder.open(item.place.name, O_RDONLY | O_NONBLOCK, as: item.entry.path)
                var metadata = try FileMetadata(of: target, as: item.entry.path)
                if let mode = item.mode { metadata.mode = mode }
                try draft(newName(index), item.new ?? [], metadata, for: item)
            }
        }
        try syncFolders()
        try state.sync()
    }

    /// A whole file beside the target, synced; its folder is not yet.
    private mutating func draft(
        _ name: String, _ bytes: [UInt8], _ metadata: FileMetadata, for item: TransactionPlan.Item
    ) throws(FileFailure) {
        let path = item.entry.path
        let file = try item.place.folder.create(name, for: path)
        try file.write(bytes, as: path)
        // Behind the content: writing takes set-id bits and capabilities away.
        let kind = FileSystemKind(magic: fileSystem(file.number))
        if try !metadata.apply(to: file, kind: kind, as: path), let kind {
            let device = UInt64(try file.facts(as: path).st_dev)
            if warned.insert(device).inserted { outcome.warnings.append(kind.warning(path: path)) }
        }
        try file.sync(as: path)
    }

    private mutating func warnOfState() throws(FileFailure) {
        let number = state.folder.descriptor.number
        guard let warning = try state.warning(fileSystem: fileSystem(number)) else { return }
        let device = UInt64(try state.folder.descriptor.facts(as: state.folder.path).st_dev)
        if warned.insert(device).inserted { outcome.warnings.append(warning) }
    }

    // MARK: The change

    private mutating func apply(_ index: Int) throws(FileFailure) {
        let item = plan.items[index]
        let (folder, name, path) = (item.place.folder, item.place.name, item.entry.path)
        let new = newName(index)
        let old = oldName(index)
        switch item.entry.kind {
        case .inPlace:
            let file = try openUnchanged(item)
            attempted = index + 1
            // First: nobody who could read the old content reads the new one.
            if let mode = item.mode { try file.setMode(mode, as: path) }
            try file.overwrite(item.new ?? [], as: path)
            return
        case .mode:
            try expect(item.entry.old, folder, name, as: path)
            let file = try folder.open(name, O_RDONLY | O_NONBLOCK, as: path)
            attempted = index + 1
            try file.setMode(item.mode ?? 0o600, as: path)
            try file.sync(as: path)
        case .replace:
            try expect(item.entry.old, folder, name, as: path)
            attempted = index + 1
            let aside = try exchange(new, with: item, old: old)
            // What lies aside now is what was there at the very moment of the exchange.
            try expect(item.entry.old, folder, aside, as: path)
        case .create:
            try expect(nil, folder, name, as: path)
            attempted = index + 1
            do {
                try folder.rename(new, to: name, flags: GATE_RENAME_NOREPLACE, as: path)
            } catch  where error.isUnsupported {
                try expect(nil, folder, name, as: path)
                try folder.rename(new, to: name, as: path)
            }
        case .delete:
            try expect(item.entry.old, folder, name, as: path)
            attempted = index + 1
            try folder.rename(name, to: old, as: path)
            try expect(item.entry.old, folder, old, as: path)
        }
    }

    /// - Returns: The name under which the old file lies now.
    private mutating func exchange(
        _ new: String, with item: TransactionPlan.Item, old: String
    ) throws(FileFailure) -> String {
        let (folder, name, path) = (item.place.folder, item.place.name, item.entry.path)
        do {
            try folder.rename(new, to: name, flags: GATE_RENAME_EXCHANGE, as: path)
            return new
        } catch  where error.isUnsupported {
            // 9p, NFS, CIFS and some FUSE file systems: the old file is put aside by a second name, or as a copy.
            do {
                try folder.link(name, to: old, as: path)
            } catch {
                let target = try folder.open(name, O_RDONLY | O_NONBLOCK, as: path)
                try draft(old, item.old ?? [], FileMetadata(of: target, as: path), for: item)
            }
            try folder.sync(as: path)
            try expect(item.entry.old, folder, name, as: path)
            try folder.rename(new, to: name, as: path)
            return old
        }
    }

    private func openUnchanged(_ item: TransactionPlan.Item) throws(FileFailure) -> Descriptor {
        let path = item.entry.path
        let file: Descriptor
        do {
            file = try item.place.folder.open(item.place.name, O_RDWR | O_NONBLOCK, as: path)
        } catch  where error.code == ENOENT || error.code == ELOOP {
            throw FileFailure(path, .changed)
        }
        guard try file.read(limit: limit, as: path) == item.old else { throw FileFailure(path, .changed) }
        return file
    }

    private func expect(
        _ digest: Digest32?, _ folder: Folder, _ name: String, as path: String
    ) throws(FileFailure) {
        let content: [UInt8]?
        do {
            content = try folder.read(name, limit: limit, as: path)
        } catch {
            switch error.cause {
            case .notAFile, .tooLarge: throw FileFailure(path, .changed)
            default: throw error
            }
        }
        guard content.map({ Digest32.sha256($0) }) == digest else { throw FileFailure(path, .changed) }
    }

    private func syncFolders() throws(FileFailure) {
        var done: Set<String> = []
        for item in plan.items where done.insert(item.place.folder.path).inserted {
            try item.place.folder.sync(as: item.entry.path)
        }
    }

    /// By the paths, from the root: a folder may have been moved away with what was written into it.
    private func verify(_ walk: PathWalk) throws(FileFailure) {
        var walk = walk
        for item in plan.items {
            let place = try walk.find(item.entry.path)
            do {
                try expect(item.entry.new, place.folder, place.name, as: item.entry.path)
            } catch  where error.cause == .changed {
                throw FileFailure(item.entry.path, .verification)
            }
        }
    }

    // MARK: When it stops

    private var settlement: Settlement {
        Settlement(state: state, journal: journal, walk: plan.walk, limit: limit)
    }

    private func undo(because cause: FileFailure) -> GateError {
        do {
            guard let phase = try state.phase() else {
                try state.close(nil)
                return cause.error()
            }
            var settlement = settlement
            let conflicts = try settlement.settle(phase, attempted: attempted)
            guard !conflicts.isEmpty else { return cause.error() }
            return cause.error(
                FileMessages.othersAsBefore() + Phrase(verbatim: conflicts.map(\.message).joined(separator: " ")))
        } catch {
            return FileTransaction.unfinished(error, after: cause)
        }
    }

    /// The commit itself has failed. Once the journal bears the name, only a synced way back allows to undo: what a power
    /// cut leaves of the names must never be `committed` over files that are half undone.
    private func retreat(because cause: FileFailure) -> GateError {
        do {
            if try state.phase() == .committed { try state.advance(from: .committed, to: .applying) }
        } catch {
            return FileTransaction.unfinished(error, after: cause)
        }
        return undo(because: cause)
    }

    private func newName(_ index: Int) -> String { TemporaryName.new(journal.transaction, index) }
    private func oldName(_ index: Int) -> String { TemporaryName.old(journal.transaction, index) }
}

extension FileFailure {
    /// The file system knows no such rename (renameat2(2)).
    var isUnsupported: Bool { code == EINVAL || code == ENOSYS || code == ENOTSUP }
}
