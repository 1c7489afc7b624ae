internal import CLinux
internal import Glibc
internal import Loop

/// Files below `/proc` and `/sys`, which say that they are empty and have to be read to know better.
enum KernelFile {
    /// Nil where the file is not there or may not be read.
    static func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

    /// The first megabyte; nil where the file is not there or may not be read.
    static func bytes(_ path: String) -> [UInt8]? {
        let descriptor = unsafe gate_open_at(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let (bytes, error) = readBytes(of: descriptor, at: 0, count: 1 << 20)
        return error == 0 ? bytes : nil
    }
}
