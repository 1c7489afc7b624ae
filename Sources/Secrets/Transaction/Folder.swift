internal import CLinux
internal import Glibc
internal import Loop

/// A descriptor that is closed with its last reference.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }
}

/// A folder by its descriptor: nobody can put another in its place between two calls.
struct Folder: Sendable {
    let descriptor: Descriptor
    /// For messages: relative to the root, "" for the root itself; or the path of the state folder.
    let path: String

    private var number: Int32 { descriptor.number }

    /// Of the folder itself, in a message.
    var name: String { path.isEmpty ? "The root folder" : path }

    func display(_ name: String) -> String { path.isEmpty ? name : "\(path)/\(name)" }

    /// The entry itself, be it a link; nil when there is none.
    func entry(_ name: String, as path: String? = nil) throws(FileFailure) -> stat? {
        var facts = stat()
        if unsafe fstatat(number, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 { return facts }
        guard errno == ENOENT else { throw .last(path ?? display(name), "stat") }
        return nil
    }

    func open(_ name: String, _ flags: Int32, as path: String? = nil) throws(FileFailure) -> Descriptor {
        let opened = unsafe gate_open_at(number, name, flags, 0)
        guard opened >= 0 else { throw .last(path ?? display(name), "open") }
        return Descriptor(opened)
    }

    /// A new file with mode 0600.
    ///
    /// - Parameter path: The file to name in a failure, when this is only its draft.
    func create(_ name: String, for path: String? = nil) throws(FileFailure) -> Descriptor {
        let opened = unsafe gate_open_at(number, name, O_RDWR | O_CREAT | O_EXCL, 0o600)
        guard opened >= 0 else { throw .last(path ?? display(name), "create") }
        return Descriptor(opened)
    }

    /// The whole file; nil when there is none.
    ///
    /// - Parameter path: The file to name in a failure, when this is only its draft or copy.
    /// - Throws: `notAFile` for anything but a plain file, `tooLarge` beyond `limit` bytes.
    func read(_ name: String, limit: Int, as path: String? = nil) throws(FileFailure) -> [UInt8]? {
        let path = path ?? display(name)
        guard let facts = try entry(name, as: path) else { return nil }
        guard facts.isPlainFile else { throw FileFailure(path, .notAFile) }
        // Whatever takes the file's place now is not waited for.
        let opened = unsafe gate_open_at(number, name, O_RDONLY | O_NONBLOCK, 0)
        if opened < 0, errno == ENOENT { return nil }
        guard opened >= 0 else { throw .last(path, "open") }
        return try Descriptor(opened).read(limit: limit, as: path)
    }

    func rename(_ name: String, to other: String, flags: Int = 0, as path: String) throws(FileFailure) {
        guard unsafe gate_rename_at(number, name, other, UInt32(flags)) == 0 else { throw .last(path, "rename") }
    }

    func link(_ name: String, to other: String, as path: String) throws(FileFailure) {
        guard unsafe linkat(number, name, number, other, 0) == 0 else { throw .last(path, "link") }
    }

    /// No such file is no error.
    func remove(_ name: String, as path: String? = nil) throws(FileFailure) {
        guard unsafe unlinkat(number, name, 0) == 0 || errno == ENOENT else {
            throw .last(path ?? display(name), "unlink")
        }
    }

    /// The names in it have reached the disk when this returns.
    func sync(as path: String) throws(FileFailure) { try descriptor.sync(as: path, folder: true) }

    func names() throws(FileFailure) -> [String] {
        let (names, error) = folderNames(descriptor.number)
        guard error == 0 else { throw FileFailure(path, .system(error, call: "list")) }
        return names
    }
}

extension Descriptor {
    func facts(as path: String) throws(FileFailure) -> stat {
        var facts = stat()
        guard unsafe fstat(number, &facts) == 0 else { throw .last(path, "stat") }
        return facts
    }

    /// From the beginning to the end.
    ///
    /// - Parameter known: What was asked for already.
    func read(limit: Int, as path: String, _ known: stat? = nil) throws(FileFailure) -> [UInt8] {
        let facts = if let known { known } else { try facts(as: path) }
        guard facts.isPlainFile else { throw FileFailure(path, .notAFile) }
        guard facts.st_size <= limit else { throw FileFailure(path, .tooLarge(limit: limit)) }
        var bytes = [UInt8](repeating: 0, count: Int(facts.st_size) + 1)
        var count = 0
        while true {
            // One byte more than the size: the file may grow while it is read.
            if count == bytes.count { bytes += [UInt8](repeating: 0, count: bytes.count) }
            let room = bytes.count - count
            let got = unsafe bytes.withUnsafeMutableBytes {
                unsafe pread(number, $0.baseAddress?.advanced(by: count), room, off_t(count))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw .last(path, "read") }
            count += got
            guard count <= limit else { throw FileFailure(path, .tooLarge(limit: limit)) }
            // All that there was, and there was room for more.
            if got == 0 || count == facts.st_size && got < room { break }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Writes from the beginning over what is there; what lies behind stays.
    func write(_ bytes: [UInt8], as path: String) throws(FileFailure) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe pwrite(number, $0.baseAddress?.advanced(by: done), bytes.count - done, off_t(done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .last(path, "write", count == 0 ? EIO : errno) }
            done += count
        }
    }

    /// Content and size of the same inode; the caller has a copy, for this can stop half-way.
    func overwrite(_ bytes: [UInt8], as path: String) throws(FileFailure) {
        let size = try facts(as: path).st_size
        // A full disk is told before a byte is changed, where the file system can.
        if bytes.count > size, gate_reserve(number, Int64(bytes.count)) != 0, errno != EOPNOTSUPP, errno != ENOSYS {
            throw .last(path, "allocate")
        }
        try write(bytes, as: path)
        guard ftruncate(number, off_t(bytes.count)) == 0 else { throw .last(path, "truncate") }
        try sync(as: path)
    }

    func setMode(_ mode: UInt32, as path: String) throws(FileFailure) {
        guard fchmod(number, mode) == 0 else { throw .last(path, "change the mode") }
    }

    /// - Parameter folder: Some shared folders cannot sync a folder, and say so; a file must.
    func sync(as path: String, folder: Bool = false) throws(FileFailure) {
        while fsync(number) != 0 {
            if errno == EINTR { continue }
            if folder, errno == EINVAL || errno == ENOTSUP { return }
            throw .last(path, "sync")
        }
    }
}

extension stat {
    var isPlainFile: Bool { st_mode & S_IFMT == S_IFREG }
    var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
    var isLink: Bool { st_mode & S_IFMT == S_IFLNK }
    /// Permissions with set-id and sticky bits.
    var permissions: UInt32 { st_mode & 0o7777 }
}
