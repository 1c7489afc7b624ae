internal import CBench
internal import CLinux
internal import Glibc
internal import Loop

/// Why a measurement could not be made, in words for the person at the terminal.
struct BenchError: Error {
    let message: String
    init(_ message: String) { self.message = message }
}

/// Monotonic time in nanoseconds.
enum Clock {
    static func now() -> UInt64 { gate_monotonic_nanoseconds() }
    /// Sleeps, but not through a signal that ends the run.
    static func sleep(milliseconds: UInt32) throws(BenchError) {
        try Interruption.check()
        usleep(milliseconds * 1_000)
        try Interruption.check()
    }
}

/// Ctrl-C, SIGTERM, and the alarm that limits the whole run.
enum Interruption {
    static func check() throws(BenchError) {
        switch bench_caught() {
        case 0: return
        case SIGALRM: throw BenchError("the time for the whole run is over")
        default: throw BenchError("interrupted")
        }
    }
}

enum Files {
    static func read(_ path: String) -> [UInt8]? {
        let descriptor = unsafe gate_open(path, O_RDONLY, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return count < 0 ? nil : bytes }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    static func text(_ path: String) -> String? { read(path).map { String(decoding: $0, as: UTF8.self) } }

    static func write(_ text: String, to path: String) throws(BenchError) { try write(Array(text.utf8), to: path) }

    static func write(_ bytes: [UInt8], to path: String) throws(BenchError) {
        let descriptor = unsafe gate_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw BenchError("\(path) cannot be written: errno \(errno)") }
        defer { close(descriptor) }
        var start = 0
        while start < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress?.advanced(by: start), $0.count - start)
            }
            guard count > 0 else { throw BenchError("\(path) cannot be written: errno \(errno)") }
            start += count
        }
    }

    static func makeFolder(_ path: String) throws(BenchError) {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw BenchError("\(path) cannot be made: errno \(errno)")
        }
    }

    /// A new folder below `TMPDIR` or `/tmp`.
    static func makeTemporaryFolder() throws(BenchError) -> String {
        let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        let path = "\(base)/gatebench-\(getpid())"
        try makeFolder(path)
        return path
    }

    /// Takes a folder away with everything in it; follows no links.
    static func remove(_ path: String) {
        if unsafe unlink(path) == 0 { return }
        for name in folderNames(at: path).names { remove("\(path)/\(name)") }
        _ = unsafe rmdir(path)
    }

    /// In bytes; nil when there is no such file.
    static func size(_ path: String) -> Int? {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else { return nil }
        return Int(facts.st_size)
    }

    static func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

    /// Where a program of the `PATH` is.
    static func program(_ name: String) -> String? {
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? ""
        for folder in path.split(separator: ":") + ["/usr/sbin", "/usr/bin"] {
            if isExecutable("\(folder)/\(name)") { return "\(folder)/\(name)" }
        }
        return nil
    }
}
