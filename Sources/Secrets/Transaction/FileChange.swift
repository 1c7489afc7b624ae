public import Basics

/// One file of a transaction: what it holds now, and what it shall hold.
public struct FileChange: Sendable {
    public enum Now: Sendable, Hashable {
        case absent
        /// SHA-256 of the whole file.
        case digest(Digest32)

        public static func content(_ bytes: [UInt8]) -> Now { .digest(.sha256(bytes)) }
    }

    public enum Replacement: Sendable, Hashable {
        case content([UInt8])
        case deletion
    }

    /// What becomes of the permissions of a file that is there.
    public enum Permissions: Sendable, Hashable {
        case keep
        /// It loses those that `mode` has not, and gets none.
        case narrow
        /// It gets those of `mode`: when an earlier change is taken back.
        case set
    }

    /// Below the transaction's root: relative to it, or absolute and beginning with it. Links are followed as long as they
    /// stay below the root.
    public let path: String
    /// What the plan was made from; the change stops when the file holds anything else.
    public let now: Now
    public let replacement: Replacement
    /// For a file that is made, and what `permissions` is about.
    public let mode: UInt32
    public let permissions: Permissions
    /// Keeps the inode, for a file that is bind-mounted by itself: a rename would leave the container on the old one.
    public let inPlace: Bool

    public init(
        _ path: String, now: Now, replacement: Replacement, mode: UInt32 = 0o600,
        permissions: Permissions = .keep, inPlace: Bool = false
    ) {
        (self.path, self.now, self.replacement, self.inPlace) = (path, now, replacement, inPlace)
        (self.mode, self.permissions) = (mode, permissions)
    }
}

/// The bytes are mostly secrets.
extension FileChange: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "FileChange(\(path), <redacted>)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["path": path, "inPlace": inPlace]) }
}

/// How much one transaction may hold; the bytes are kept in memory, old and new.
public struct TransactionLimits: Sendable, Hashable {
    /// Files of one transaction; each keeps at most one descriptor open, that of its folder.
    public var changes = 256
    /// Bytes of one file, old or new.
    public var fileBytes = 1 << 20
    /// Bytes of all files together, old and new.
    public var totalBytes = 16 << 20

    public init() {}
}

/// What a transaction that has been made leaves to say.
public struct TransactionOutcome: Sendable, Hashable {
    /// The files that were written, made or deleted, relative to the root, links resolved; those that held the new content
    /// before are not among them.
    public var changed: [String] = []
    public var warnings: [TransactionWarning] = []
}

/// Something to tell people once; nothing of it stopped the change.
public struct TransactionWarning: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// Once for each file system: owner and mode of its files are not what they are set to.
        case modesNotKept
        /// Temporary files could not be removed; the next recovery does.
        case unfinishedCleanup
    }

    public let kind: Kind
    /// Names the place and the remedy.
    public let message: String
}

/// What a recovery found and did.
public struct RecoveryReport: Sendable, Hashable {
    public enum Result: Sendable, Hashable {
        /// No transaction was half done.
        case nothing
        /// The files are as before the transaction.
        case undone
        /// The transaction had been committed: the files are as it wanted them.
        case finished
    }

    /// A file that somebody else has changed since, or whose copy is gone: it was left alone.
    public struct Conflict: Sendable, Hashable {
        /// Relative to the root.
        public let path: String
        /// The file with the content from before the transaction, if there is one; for people to compare and remove.
        public let keptCopy: String?
        /// Names the file and the remedy.
        public let message: String
    }

    public var result: Result
    /// The files of the transaction, relative to the root.
    public var paths: [String] = []
    public var conflicts: [Conflict] = []
}
