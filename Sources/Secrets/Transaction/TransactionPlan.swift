internal import Basics
internal import Glibc

/// The changes, compared with what is there, as the journal will tell them. Touches nothing.
struct TransactionPlan {
    struct Item {
        let entry: TransactionJournal.Entry
        let place: PathWalk.Place
        let old: [UInt8]?
        let new: [UInt8]?
        /// That of a file that is made, or the narrower one of a file that stays; nil keeps what is there.
        let mode: UInt32?
    }

    let items: [Item]
    let walk: PathWalk

    /// - Parameter fileSystem: As fstatfs(2) tells it of a descriptor.
    init(
        _ changes: [FileChange], walk: PathWalk, limits: TransactionLimits, fileSystem: (Int32) -> Int64
    ) throws(FileFailure) {
        var walk = walk
        guard changes.count <= limits.changes else {
            throw FileFailure("A change of \(changes.count) files", .tooMany(limit: limits.changes))
        }
        var items: [Item] = []
        var seen: Set<String> = []
        var inodes: Set<[UInt64]> = []
        var total = 0
        for change in changes {
            let place = try walk.find(change.path)
            guard seen.insert(place.path).inserted else { throw FileFailure(place.path, .twice) }
            guard !TemporaryName.isTemporary(place.name) else { throw FileFailure(place.path, .badPath) }
            let facts = try place.folder.entry(place.name)
            if let facts {
                guard inodes.insert([UInt64(facts.st_dev), UInt64(facts.st_ino)]).inserted else {
                    throw FileFailure(place.path, .twice)
                }
            }
            let setsMode =
                change.permissions != .keep && FileSystemKind(magic: fileSystem(place.folder.descriptor.number)) == nil
            guard let item = try Self.item(change, place, facts, limit: limits.fileBytes, setsMode: setsMode) else {
                continue
            }
            total += (item.old?.count ?? 0) + (item.new?.count ?? 0)
            guard total <= limits.totalBytes else {
                throw FileFailure(place.path, .tooMuch(limit: limits.totalBytes))
            }
            items.append(item)
        }
        (self.items, self.walk) = (items, walk)
    }

    /// Nil when the file holds already what it shall.
    private static func item(
        _ change: FileChange, _ place: PathWalk.Place, _ facts: stat?, limit: Int, setsMode: Bool
    ) throws(FileFailure) -> Item? {
        let old = try place.folder.read(place.name, limit: limit)
        let now = old.map { Digest32.sha256($0) }
        let isExpected =
            switch change.now {
            case .absent: now == nil
            case .digest(let digest): now == digest
            }
        guard isExpected else { throw FileFailure(place.path, .changed) }
        let new: [UInt8]? =
            switch change.replacement {
            case .content(let bytes): bytes
            case .deletion: nil
            }
        if let new, new.count > limit { throw FileFailure(place.path, .tooLarge(limit: limit)) }
        var modes: TransactionJournal.Entry.Modes?
        if setsMode, let facts, new != nil {
            let old = facts.permissions
            let mode = change.permissions == .narrow ? old & (change.mode | ~0o777) : old & ~0o777 | change.mode & 0o777
            if mode != old { modes = .init(old: UInt16(old), new: UInt16(mode)) }
        }
        if old == new, modes == nil { return nil }
        let kind = old == new ? .mode : try kind(change, place, facts, exists: old != nil)
        let entry = TransactionJournal.Entry(
            kind: kind, old: now, new: new.map { .sha256($0) }, modes: kind.isBeside ? nil : modes, path: place.path)
        let mode = kind == .create ? change.mode : modes.map { UInt32($0.new) }
        return Item(entry: entry, place: place, old: old, new: new, mode: mode)
    }

    private static func kind(
        _ change: FileChange, _ place: PathWalk.Place, _ facts: stat?, exists: Bool
    ) throws(FileFailure) -> TransactionJournal.Entry.Kind {
        guard exists, let facts else { return .create }
        // A rename would not ask: but whoever made a file read-only meant it.
        guard facts.permissions & 0o222 != 0 else { throw FileFailure(place.path, .readOnly) }
        guard unsafe faccessat(place.folder.descriptor.number, place.name, W_OK, AT_EACCESS) == 0 else {
            throw .last(place.path, "access")
        }
        if change.replacement == .deletion {
            // Whoever has it mounted would keep it.
            guard !change.inPlace else { throw FileFailure(place.path, .deletionInPlace) }
            return .delete
        }
        // Other names of the same file, and an owner that only root can give, are kept only by the inode.
        let mustStay = facts.st_nlink > 1 || (geteuid() != 0 && facts.st_uid != geteuid())
        return change.inPlace || mustStay ? .inPlace : .replace
    }
}
