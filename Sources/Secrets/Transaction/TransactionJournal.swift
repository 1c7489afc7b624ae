internal import Basics

/// What a transaction is about to do, written whole before it does anything.
///
/// How far it has come is told by the file's name (`JournalPhase`), which a rename changes at once; so no record is ever
/// appended, and a journal that cannot be read whole is damaged.
///
/// Format, numbers big-endian: `CGTJ`, version (1 byte), transaction (8 bytes), count of entries (2 bytes); for each entry
/// a record; a record without payload as the end. A record is the payload's length (2 bytes), the payload, and the first
/// 16 bytes of SHA-256 over the check before it (for the first one: the 15 bytes of the head), the length and the payload:
/// no part can be missing, changed or moved unseen.
struct TransactionJournal: Hashable {
    struct Entry: Hashable {
        enum Kind: UInt8, CaseIterable {
            case replace = 1, create, delete, inPlace
            /// Only the permissions change.
            case mode

            /// Its temporary files lie beside the target.
            var isBeside: Bool { self != .inPlace && self != .mode }
        }

        /// Permissions of a file that keeps its inode, where they change.
        struct Modes: Hashable {
            let old: UInt16
            let new: UInt16
        }

        let kind: Kind
        /// Nil where there is no file.
        let old: Digest32?
        let new: Digest32?
        var modes: Modes?
        /// Relative to the root, without links.
        let path: String
    }

    enum Flaw: Error, Hashable {
        /// Ends too early.
        case torn
        case damaged
        case unknownVersion(UInt8)
    }

    static let version: UInt8 = 1
    /// Bytes; beyond what `TransactionLimits` and `PathWalk.pathLimit` can need.
    static let sizeLimit = 8 << 20

    /// In the names of all temporary files.
    let transaction: UInt64
    let entries: [Entry]

    var encoded: [UInt8] {
        var bytes = Array("CGTJ".utf8) + [Self.version]
        bytes.append(bigEndian: transaction)
        bytes.append(bigEndian: UInt16(entries.count))
        var check = bytes
        for payload in entries.map(\.encoded) + [[]] {
            var record: [UInt8] = []
            record.append(bigEndian: UInt16(payload.count))
            record += payload
            check = Self.check(check, record[...])
            bytes += record + check
        }
        return bytes
    }

    init(transaction: UInt64, entries: [Entry]) { (self.transaction, self.entries) = (transaction, entries) }

    init(decoding bytes: [UInt8]) throws(Flaw) {
        var rest = bytes[...]
        let magic = Array("CGTJ".utf8)
        guard zip(magic, rest).allSatisfy(==) else { throw .damaged }
        guard rest.count >= 15 else { throw .torn }
        var check = Array(rest.prefix(15))
        rest = rest.dropFirst(4)
        let version = rest.removeFirst()
        guard version == Self.version else { throw .unknownVersion(version) }
        transaction = rest.takeBigEndian(8)
        let count = rest.takeBigEndian(2)
        var entries: [Entry] = []
        while true {
            guard rest.count >= 2 else { throw .torn }
            let whole = rest
            let length = Int(rest.takeBigEndian(2))
            guard rest.count >= length + 16 else { throw .torn }
            check = Self.check(check, whole.prefix(2 + length))
            let payload = rest.prefix(length)
            rest = rest.dropFirst(length)
            guard rest.prefix(16).elementsEqual(check) else { throw .damaged }
            rest = rest.dropFirst(16)
            if length == 0 { break }
            guard let entry = Entry(payload) else { throw .damaged }
            entries.append(entry)
        }
        guard rest.isEmpty, entries.count == count else { throw .damaged }
        self.entries = entries
    }

    private static func check(_ before: [UInt8], _ record: ArraySlice<UInt8>) -> [UInt8] {
        Array(Digest32.sha256(before + record).bytes.prefix(16))
    }
}

extension TransactionJournal.Entry {
    /// Kind; 1 and 32 bytes, or 0, for the old and the new digest; 1 and 4 bytes, or 0, for the modes; the path.
    fileprivate var encoded: [UInt8] {
        var bytes = [kind.rawValue]
        for digest in [old, new] { bytes += digest.map { [1] + $0.bytes } ?? [0] }
        bytes.append(modes == nil ? 0 : 1)
        if let modes {
            bytes.append(bigEndian: modes.old)
            bytes.append(bigEndian: modes.new)
        }
        return bytes + Array(path.utf8)
    }

    fileprivate init?(_ payload: ArraySlice<UInt8>) {
        var rest = payload
        guard let kind = rest.popFirst().flatMap(Kind.init) else { return nil }
        var digests: [Digest32?] = []
        for _ in 0..<2 {
            switch rest.popFirst() {
            case 0: digests.append(nil)
            case 1:
                guard let digest = Digest32(Array(rest.prefix(32))) else { return nil }
                digests.append(digest)
                rest = rest.dropFirst(32)
            default: return nil
            }
        }
        var modes: Modes?
        switch rest.popFirst() {
        case 0: break
        case 1:
            guard rest.count >= 4 else { return nil }
            let old = UInt16(rest.takeBigEndian(2))
            modes = Modes(old: old, new: UInt16(rest.takeBigEndian(2)))
        default: return nil
        }
        guard modes == nil || !kind.isBeside, kind != .mode || modes != nil else { return nil }
        let path = String(decoding: rest, as: UTF8.self)
        guard PathWalk.isSound(path), Array(path.utf8) == Array(rest) else { return nil }
        guard (digests[0] == nil) == (kind == .create), (digests[1] == nil) == (kind == .delete) else { return nil }
        self.init(kind: kind, old: digests[0], new: digests[1], modes: modes, path: path)
    }
}

/// How far a transaction has come; each is one name of the journal.
enum JournalPhase: String, CaseIterable, Sendable {
    /// Drafts are made; no target has been touched, or all are as before again.
    case untouched = "journal"
    /// Targets are being changed.
    case applying = "journal.applying"
    /// The commit point is the rename to this name: all targets are changed, synced and verified.
    case committed = "journal.committed"

    /// The journal before it is whole.
    static let draft = "journal.draft"
}

/// The names of temporary files; none tells which file it stands for, or what is in it.
enum TemporaryName {
    static let prefix = ".comfygate-"

    /// Beside the target: what it shall hold; once they have been exchanged, what it held.
    static func new(_ transaction: UInt64, _ index: Int) -> String { name(transaction, index) + ".new" }
    /// Beside the target: what it held.
    static func old(_ transaction: UInt64, _ index: Int) -> String { name(transaction, index) + ".old" }
    /// In the state folder, for people: what a file held that somebody else has changed.
    static func kept(_ transaction: UInt64, _ index: Int) -> String {
        "kept-" + name(transaction, index).dropFirst(prefix.count)
    }

    private static func name(_ transaction: UInt64, _ index: Int) -> String {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: transaction)
        return "\(prefix)\(Hex.encode(bytes))-\(index)"
    }

    /// Whether a transaction made this name for a temporary file.
    static func isTemporary(_ name: String) -> Bool {
        guard name.hasPrefix(prefix), name.hasSuffix(".new") || name.hasSuffix(".old") else { return false }
        let parts = name.dropFirst(prefix.count).dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].utf8.count == 16 && Hex.decode(parts[0]) != nil
            && (1...5).contains(parts[1].utf8.count) && parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}

extension ArraySlice<UInt8> {
    /// The caller has seen that there are as many bytes.
    fileprivate mutating func takeBigEndian(_ count: Int) -> UInt64 {
        defer { self = dropFirst(count) }
        return prefix(count).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
