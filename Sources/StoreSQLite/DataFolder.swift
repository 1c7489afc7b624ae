internal import Basics
internal import CLinux
internal import Glibc
internal import Store

/// Which file systems cannot keep a database's promises: their locks, shared memory or syncs are not the kernel's own.
enum FileSystemRule {
    /// The magic numbers of statfs(2) and linux/magic.h.
    private static let unfit: [Int64: String] = [
        0x0102_1997: "9p (a Windows drive under WSL, or a shared folder of a virtual machine)",
        0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB2", 0x517B: "SMB", 0x6969: "NFS",
        0x6573_5546: "FUSE (a shared folder of Docker Desktop, sshfs, or drvfs)",
        0x786F_4256: "vboxsf (a shared folder of VirtualBox)", 0xBACB_ACBC: "vmhgfs (a shared folder of VMware)",
        0x5346_414F: "AFS", 0x00C3_6400: "Ceph",
    ]

    /// The name of an unfit file system; nil when the store may live there.
    static func unfitName(ofMagic magic: Int64) -> String? { unfit[magic] }

    static func refusal(path: String, fileSystem: String) -> GateError {
        GateError(
            .unsupportedFileSystem, from: .gateway,
            "\(path) lies on \(fileSystem), which can lose acknowledged data: move `data` to a folder of the Linux "
                + "system's own disk, or to a Docker volume.")
    }
}

/// The folder with the store's files, locked for this process.
///
/// The lock is `flock` on `comfygate.lock`: it goes with the process, however that ends, and is never inherited.
@safe final class DataFolder: Sendable {
    let path: String
    private let lock: Int32

    var database: String { path + "/comfygate.db" }

    /// Makes the folder if need be (0700), judges its file system, and takes the lock.
    ///
    /// - Parameter fileSystem: Stands in for statfs(2) in tests.
    /// - Throws: `unsupportedFileSystem`; `inUse`, naming the other process; `storeReadOnly` or `storeIO`.
    init(path: String, fileSystem: (String) -> Int64 = { unsafe gate_file_system($0) }) throws(GateError) {
        self.path = path
        try Self.make(path)
        if let name = FileSystemRule.unfitName(ofMagic: fileSystem(path)) {
            throw FileSystemRule.refusal(path: path, fileSystem: name)
        }
        let file = path + "/comfygate.lock"
        let descriptor = unsafe gate_open(file, O_RDWR | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw Self.failure("open \(file)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = gate_errno()
            let holder = Self.text(of: descriptor)
            close(descriptor)
            guard code == EWOULDBLOCK else { throw Self.failure("lock \(file)", code) }
            throw GateError(
                .inUse, from: .gateway,
                "The data folder is in use by process \(holder): stop it, or choose another folder.", detail: path)
        }
        lock = descriptor
        ftruncate(lock, 0)
        let pid = Array("\(getpid())\n".utf8)
        _ = unsafe pwrite(lock, pid, pid.count, 0)
    }

    deinit {
        // Told apart from the close: a child that is just being started holds a copy of the descriptor until it has begun.
        _ = flock(lock, LOCK_UN)
        close(lock)
    }

    /// Makes an empty file with mode 0600 unless it is there, and narrows a wider mode.
    func prepare(_ file: String) throws(GateError) {
        let descriptor = unsafe gate_open(file, O_RDWR | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw Self.failure("open \(file)") }
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else { throw Self.failure("chmod \(file)") }
        try sync()
    }

    /// Reads a small file whole; nil when there is none.
    func read(_ file: String, limit: Int) throws(GateError) -> [UInt8]? {
        let descriptor = unsafe gate_open(file, O_RDONLY, 0)
        if descriptor < 0, gate_errno() == ENOENT { return nil }
        guard descriptor >= 0 else { throw Self.failure("open \(file)") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = unsafe pread(descriptor, &bytes, limit, 0)
        guard count >= 0 else { throw Self.failure("read \(file)") }
        return Array(bytes.prefix(count))
    }

    /// Writes a new file with mode 0600, synced with its folder before this returns; never replaces one.
    func create(_ file: String, _ bytes: [UInt8]) throws(GateError) {
        // Written aside and linked into place, so that a crash leaves the whole file or none.
        let draft = file + ".new"
        unsafe unlink(draft)
        let descriptor = unsafe gate_open(draft, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw Self.failure("create \(draft)") }
        defer { close(descriptor) }
        guard unsafe write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw Self.failure("write \(draft)")
        }
        guard unsafe link(draft, file) == 0 else { throw Self.failure("link \(file)") }
        unsafe unlink(draft)
        try sync()
    }

    private func sync() throws(GateError) {
        let folder = unsafe gate_open(path, O_RDONLY | O_DIRECTORY, 0)
        guard folder >= 0 else { throw Self.failure("open \(path)") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw Self.failure("sync \(path)") }
    }

    private static func make(_ path: String) throws(GateError) {
        var parts = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            parts += parts.isEmpty && !path.hasPrefix("/") ? String(part) : "/\(part)"
            if unsafe mkdir(parts, 0o700) != 0, gate_errno() != EEXIST { throw failure("make \(parts)") }
        }
        guard unsafe chmod(path, 0o700) == 0 else { throw failure("chmod \(path)") }
    }

    private static func text(of descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = unsafe pread(descriptor, &bytes, 32, 0)
        let digits = bytes.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
        return digits.isEmpty ? "unknown" : String(decoding: digits, as: UTF8.self)
    }

    private static func failure(_ what: String, _ code: Int32 = gate_errno()) -> GateError {
        let detail = unsafe "\(what): \(String(cString: strerror(code)))"
        switch code {
        case ENOSPC, EDQUOT:
            return GateError(
                .storeFull, from: .gateway, "The gate's disk is full; free space on it and try again.", detail: detail)
        case EACCES, EPERM, EROFS:
            return GateError(
                .storeReadOnly, from: .gateway, "The data folder cannot be written; check its owner and its disk.",
                detail: detail)
        default:
            return GateError(
                .storeIO, from: .gateway, "The data folder does not work; check its path and its disk.", detail: detail)
        }
    }
}
