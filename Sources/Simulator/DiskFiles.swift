internal import Glibc
internal import Loop

/// Plain file access by POSIX calls; a path that cannot be used is nil or false, never an error to handle.
enum DiskFiles {
    struct Info {
        let size: Int
        let modified: UInt64
        let created: UInt64
        let isDirectory: Bool
    }

    static func info(_ path: String) -> Info? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        func nanoseconds(_ time: timespec) -> UInt64 { UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec) }
        return Info(
            size: Int(status.st_size), modified: nanoseconds(status.st_mtim), created: nanoseconds(status.st_ctim),
            isDirectory: status.st_mode & S_IFMT == S_IFDIR)
    }

    /// - Parameter limit: Larger files are nil.
    static func read(_ path: String, limit: Int) -> [UInt8]? {
        guard let info = info(path), !info.isDirectory, info.size <= limit else { return nil }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return unsafe [UInt8](unsafeUninitializedCapacity: info.size) { buffer, count in
            while count < info.size {
                let got = unsafe Glibc.read(descriptor, buffer.baseAddress.map { unsafe $0 + count }, info.size - count)
                guard got > 0 else { break }
                count += got
            }
        }
    }

    static func write(_ path: String, _ bytes: [UInt8]) -> Bool {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let put = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + done }, bytes.count - done)
            }
            guard put > 0 else { return false }
            done += put
        }
        return true
    }

    static func list(_ path: String) -> [String]? {
        let (names, error) = folderNames(at: path)
        return error == 0 ? names.sorted() : nil
    }

    static func makeDirectories(_ path: String) {
        var built = ""
        for part in path.split(separator: "/") {
            built += "/" + part
            _ = unsafe mkdir(built, 0o755)
        }
    }

    static func remove(_ path: String) -> Bool { unsafe unlink(path) == 0 }

    static func removeDirectory(_ path: String) -> Bool { unsafe rmdir(path) == 0 }

    static func move(_ from: String, _ to: String) -> Bool { unsafe rename(from, to) == 0 }

    static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// The folder of the running program.
    static var programDirectory: String? {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return nil }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
}
