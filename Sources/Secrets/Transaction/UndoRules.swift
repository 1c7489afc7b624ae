internal import Basics

/// What to do with one file of a transaction that must not stand. Only facts come in, so that every case is a line of a
/// table in the tests.
enum UndoRules {
    /// What a target holds.
    enum Found: CaseIterable {
        /// What it held before; for a file that was made: nothing.
        case old
        /// What the transaction gives it; for a file that was deleted: nothing.
        case new
        /// Only in place: some bytes of the one and some of the other.
        case torn
        /// Somebody else's work.
        case foreign
    }

    /// What was put aside for the case of undoing.
    enum Aside: CaseIterable {
        case none
        case old
        /// What somebody else wrote before the file was put aside.
        case foreign
    }

    enum Action: Hashable {
        case nothing
        /// What was put aside comes back.
        case putBack
        /// The file that was made goes.
        case remove
        /// A conflict: the target stays as it is, and what was put aside is kept for people.
        case leave
    }

    /// - Parameter hasDraft: Whether the new content still waits beside the target, which therefore has not been touched.
    static func action(
        _ kind: TransactionJournal.Entry.Kind, target: Found, aside: Aside, hasDraft: Bool
    ) -> Action {
        switch (kind, target) {
        // Permissions come back by themselves; content that was not written is nobody's business.
        case (_, .old), (.mode, _): .nothing
        case (.create, .new): hasDraft ? .nothing : .remove
        case (.create, _): hasDraft ? .nothing : .leave
        case (.replace, _) where hasDraft: .nothing
        case (.replace, .new): aside == .none ? .leave : .putBack
        case (.replace, _): .leave
        // The rename that deletes is the one that puts aside.
        case (.delete, _) where aside == .none: .nothing
        case (.delete, .new): .putBack
        case (.delete, _): .leave
        // In place the copies lie in the state folder, where nobody else writes.
        case (.inPlace, .new), (.inPlace, .torn): aside == .old ? .putBack : .leave
        case (.inPlace, .foreign): .leave
        }
    }

    /// What a target holds.
    ///
    /// - Parameters:
    ///   - content: Nil when there is no file.
    ///   - old: Only in place: the copy of what it held, if it is there; `new` likewise.
    static func found(
        _ content: [UInt8]?, _ entry: TransactionJournal.Entry, old: [UInt8]? = nil, new: [UInt8]? = nil
    ) -> Found {
        let digest = content.map { Digest32.sha256($0) }
        if digest == entry.old { return .old }
        if digest == entry.new { return .new }
        if entry.kind == .inPlace, let content, let old, let new, isTorn(content, old: old, new: new) { return .torn }
        return .foreign
    }

    /// Whether writing `new` over `old` from the beginning, stopped anywhere, can have left these bytes.
    ///
    /// Blocks reach a disk in any order, and the end of a grown file may read as zero after a power cut.
    static func isTorn(_ found: [UInt8], old: [UInt8], new: [UInt8]) -> Bool {
        guard (min(old.count, new.count)...max(old.count, new.count)).contains(found.count) else { return false }
        return found.indices.allSatisfy { index in
            (index < new.count && found[index] == new[index]) || (index < old.count && found[index] == old[index])
                || (index >= old.count && found[index] == 0)
        }
    }
}
