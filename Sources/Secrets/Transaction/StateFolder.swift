internal import Basics
internal import CLinux
internal import Glibc

/// The folder of the journal, with mode 0700 and locked for this process; its files have mode 0600.
///
/// The lock is `flock` on `lock`: it goes with the process, however that ends.
struct StateFolder {
    let folder: Folder
    private let lock: Descriptor

    /// Makes the folder, and those above it, if need be.
    ///
    /// - Throws: `inUse`, naming the process that holds it.
    init(_ path: String) throws(GateError) {
        do {
            folder = try Folder(makingPrivate: path)
        } catch {
            throw error.error()
        }
        let name = folder.display("lock")
        let opened = unsafe gate_open_at(folder.descriptor.number, "lock", O_RDWR | O_CREAT, 0o600)
        guard opened >= 0 else { throw FileFailure.last(name, "open").error() }
        lock = Descriptor(opened)
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let code = gate_errno()
            guard code == EWOULDBLOCK else { throw FileFailure.last(name, "lock", code).error() }
            throw GateError(
                .inUse, from: .gateway, FileMessages.inUse(["process": "\(Self.holder(opened))"]),
                detail: Phrase(verbatim: path))
        }
        // Only words for the other's message: nothing depends on them.
        let pid = Array("\(getpid())\n".utf8)
        _ = unsafe pwrite(opened, pid, pid.count, 0)
        _ = ftruncate(opened, off_t(pid.count))
    }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        let digits = bytes.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
        return digits.isEmpty ? "unknown" : String(decoding: digits, as: UTF8.self)
    }

    /// Whether the folder's own mode is kept where it lies.
    func warning(fileSystem: Int64) throws(FileFailure) -> TransactionWarning? {
        let facts = try folder.descriptor.facts(as: folder.path)
        guard facts.permissions != 0o700 else { return nil }
        return FileSystemKind(magic: fileSystem)?.warning(path: folder.path)
    }

    // MARK: The journal

    /// Nil when no transaction is under way.
    func phase() throws(FileFailure) -> JournalPhase? {
        for phase in JournalPhase.allCases where try folder.entry(phase.rawValue) != nil { return phase }
        return nil
    }

    /// Puts a whole journal on the disk, or none.
    func write(_ journal: TransactionJournal) throws(FileFailure) {
        try folder.remove(JournalPhase.draft)
        try write(JournalPhase.draft, journal.encoded)
        try advance(from: JournalPhase.draft, to: .untouched)
    }

    func advance(from name: String, to phase: JournalPhase) throws(FileFailure) {
        try folder.rename(name, to: phase.rawValue, as: folder.display(phase.rawValue))
        try folder.sync(as: folder.display(phase.rawValue))
    }

    func advance(from before: JournalPhase, to phase: JournalPhase) throws(FileFailure) {
        try advance(from: before.rawValue, to: phase)
    }

    /// - Throws: `journalDamaged` when it cannot be read whole.
    func journal(_ phase: JournalPhase) throws(GateError) -> TransactionJournal {
        let bytes: [UInt8]
        do {
            bytes = try folder.read(phase.rawValue, limit: TransactionJournal.sizeLimit) ?? []
        } catch {
            throw error.error(FileMessages.staysAsItIs)
        }
        do {
            return try TransactionJournal(decoding: bytes)
        } catch {
            throw Self.damage(error, phase, folder.display(phase.rawValue))
        }
    }

    private static func damage(_ flaw: TransactionJournal.Flaw, _ phase: JournalPhase, _ path: String) -> GateError {
        if case .unknownVersion(let version) = flaw {
            return GateError(
                .journalDamaged, from: .gateway,
                FileMessages.newerJournal(["path": "\(path)", "version": "\(version)"]))
        }
        let state =
            switch phase {
            case .untouched: "no location had been changed"
            case .applying: "some locations may have been changed"
            case .committed: "all locations had been changed"
            }
        return GateError(
            .journalDamaged, from: .gateway,
            "The journal \(path) is damaged; \(state). Compare the locations with the files named "
                + "\(TemporaryName.prefix)… beside them, which hold the content before or after the change; then remove "
                + "these files and the journal.")
    }

    // MARK: Copies

    /// A new file, whole and synced; the folder is not yet.
    func write(_ name: String, _ bytes: [UInt8]) throws(FileFailure) {
        let file = try folder.create(name)
        try file.write(bytes, as: folder.display(name))
        try file.sync(as: folder.display(name))
    }

    /// Nil for a copy that is not there or cannot be one.
    func copy(_ name: String, _ digest: Digest32?) -> [UInt8]? {
        guard let bytes = try? folder.read(name, limit: Settlement.copyLimit), .sha256(bytes) == digest else {
            return nil
        }
        return bytes
    }

    func sync() throws(FileFailure) { try folder.sync(as: folder.path) }

    /// Removes the copies, then the journal: whatever is left without a journal belongs to no transaction.
    func close(_ phase: JournalPhase?) throws(FileFailure) {
        var removed = phase != nil
        for name in try folder.names() where name == JournalPhase.draft || TemporaryName.isTemporary(name) {
            try folder.remove(name)
            removed = true
        }
        guard removed else { return }
        try sync()
        guard let phase else { return }
        try folder.remove(phase.rawValue)
        try sync()
    }
}
