internal import Basics
internal import CLinux
internal import Glibc
internal import Loop
internal import Store

/// The system calls a change is made of; a test can come before each of them.
struct AssetCalls: Sendable {
    enum Call: Sendable, Hashable, CaseIterable { case create, write, syncFile, rename, syncFolder, remove }

    /// The error number that the call is to end with, without being made; 0 lets it be made.
    var before: @Sendable (_ call: Call, _ descriptor: Int32) -> Int32 = { _, _ in 0 }
    /// Bytes handed to one `write` at most.
    var mostBytes = 1 << 30
    /// Bytes after which a draft is synced while it is still written: the last sync of a large file would else hold a thread
    /// of the lane for as long as the disk needs for all of it.
    var syncBytes = 64 << 20
}

/// The files themselves; every method blocks, so all but `init` are called on a lane.
///
/// `ab/cdef…` holds the bytes with the BLAKE3 abcdef…, `drafts/<UUID>` what is still being written. The folder belongs to
/// this process alone, as the data folder is locked.
struct AssetFolder: Sendable {
    let path: String
    let calls: AssetCalls
    /// Held where a file goes into its place and where one is removed by its age, so that no commit falls between
    /// looking and removing. Only threads of the lane wait for it.
    private let placing = Locked(0)

    var drafts: String { path + "/drafts" }

    /// Makes what is missing of the folders.
    init(_ path: String, _ calls: AssetCalls) throws(GateError) {
        (self.path, self.calls) = (path, calls)
        try Self.make(path)
        try Self.make(drafts)
        // All of them now: a commit then has one folder to sync, its own.
        for number in 0...255 { try Self.make(path + "/" + Hex.encode([UInt8(number)])) }
        try sync(path)
    }

    private static func make(_ path: String) throws(GateError) {
        if unsafe mkdir(path, 0o700) != 0 {
            let number = gate_errno()
            guard number == EEXIST else { throw AssetFailure.error("make \(path)", number) }
        }
        var facts = stat()
        guard unsafe lstat(path, &facts) == 0 else { throw AssetFailure.error("look at \(path)", gate_errno()) }
        guard facts.st_mode & S_IFMT == S_IFDIR else { throw AssetFailure.error("look at \(path)", ENOTDIR) }
        if facts.st_mode & 0o777 != 0o700, unsafe chmod(path, 0o700) != 0 {
            throw AssetFailure.error("chmod \(path)", gate_errno())
        }
    }

    func folder(of hash: Digest32) -> String { path + "/" + hash.description.prefix(2) }

    func file(of hash: Digest32) -> String { "\(folder(of: hash))/\(hash.description.dropFirst(2))" }

    /// Makes a call until no signal interrupts it.
    private func call(
        _ kind: AssetCalls.Call, _ descriptor: Int32, _ what: @autoclosure () -> String, _ body: () -> Int
    ) throws(GateError) -> Int {
        while true {
            let fault = calls.before(kind, descriptor)
            let result = fault == 0 ? body() : -1
            if result >= 0 { return result }
            let number = fault == 0 ? gate_errno() : fault
            guard number == EINTR else { throw AssetFailure.error(what(), number) }
        }
    }

    private func alone<Result: Sendable>(_ body: () throws(GateError) -> Result) throws(GateError) -> Result {
        try placing.withLock { _ in Swift.Result(catching: body) }.get()
    }

    /// A new empty file below `drafts`.
    func create() throws(GateError) -> (path: String, descriptor: Int32) {
        let path = drafts + "/\(UUID())"
        let descriptor = try call(.create, -1, "create \(path)") {
            Int(unsafe gate_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600))
        }
        return (path, Int32(descriptor))
    }

    /// Writes all of it.
    func write(_ bytes: [UInt8], to descriptor: Int32) throws(GateError) {
        var done = 0
        while done < bytes.count {
            let count = min(bytes.count - done, calls.mostBytes)
            let from = done
            let written = try call(.write, descriptor, "write a draft") {
                unsafe bytes.withUnsafeBytes { buffer in
                    unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + from }, count)
                }
            }
            // A disk that takes nothing and says no reason would hold the thread for ever.
            guard written > 0 else { throw AssetFailure.error("write a draft", EIO) }
            done += written
        }
    }

    /// Has the disk take what has been written so far.
    func flush(_ descriptor: Int32) throws(GateError) {
        _ = try call(.syncFile, descriptor, "sync a draft") { Int(fdatasync(descriptor)) }
    }

    /// Puts a draft in its place, on the disk before this returns. The same bytes that lie there are replaced, which
    /// mends a damaged file and renews its age.
    func place(_ draft: String, _ descriptor: Int32, as hash: Digest32) throws(GateError) {
        futimens(descriptor, nil)
        _ = try call(.syncFile, descriptor, "sync \(draft)") { Int(fsync(descriptor)) }
        let target = file(of: hash)
        try alone { () throws(GateError) in
            _ = try call(.rename, descriptor, "rename \(draft)") { Int(unsafe rename(draft, target)) }
        }
        try sync(folder(of: hash))
    }

    /// Removes a file; false when there is none.
    func remove(_ path: String) throws(GateError) -> Bool {
        let fault = calls.before(.remove, -1)
        if fault == 0, unsafe unlink(path) == 0 { return true }
        let number = fault == 0 ? gate_errno() : fault
        guard number == ENOENT else { throw AssetFailure.error("remove \(path)", number) }
        return false
    }

    /// Removes a file that has been committed last before `time`; false when there is none so old.
    func remove(_ hash: Digest32, before time: Timestamp) throws(GateError) -> Bool {
        let path = file(of: hash)
        return try alone { () throws(GateError) in
            guard let (_, modified) = try facts(path), modified < time else { return false }
            return try remove(path)
        }
    }

    /// Size in bytes and time of the last commit; nil when there is no regular file.
    func facts(_ path: String) throws(GateError) -> (size: Int, modified: Timestamp)? {
        var facts = stat()
        guard unsafe lstat(path, &facts) == 0 else {
            let number = gate_errno()
            guard number == ENOENT else { throw AssetFailure.error("look at \(path)", number) }
            return nil
        }
        guard facts.st_mode & S_IFMT == S_IFREG else { return nil }
        let milliseconds = Int64(facts.st_mtim.tv_sec) * 1000 + Int64(facts.st_mtim.tv_nsec) / 1_000_000
        return (Int(facts.st_size), Timestamp(milliseconds: milliseconds))
    }

    /// Names in a folder, in no order.
    func names(_ path: String) throws(GateError) -> [String] {
        let folder = unsafe gate_open(path, O_RDONLY | O_DIRECTORY, 0)
        guard folder >= 0 else { throw AssetFailure.error("list \(path)", gate_errno()) }
        defer { close(folder) }
        let (names, error) = folderNames(folder)
        guard error == 0 else { throw AssetFailure.error("list \(path)", error) }
        return names
    }

    private func sync(_ path: String) throws(GateError) {
        let folder = unsafe gate_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0)
        guard folder >= 0 else { throw AssetFailure.error("open \(path)", gate_errno()) }
        defer { close(folder) }
        _ = try call(.syncFolder, folder, "sync \(path)") { Int(fsync(folder)) }
    }
}
