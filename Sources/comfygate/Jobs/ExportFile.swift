internal import Basics
internal import CLinux
internal import CommandLineKit
internal import Glibc
internal import Loop

/// A new file of this machine; one that is there is never overwritten.
final class ExportFile: Sendable {
    let path: String
    private let descriptor: Int32

    init(creating path: String) throws {
        self.path = path
        descriptor = unsafe gate_open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else {
            guard gate_errno() == EEXIST else { throw Self.failure(path) }
            throw CommandFailure(at: path, JobMessages.fileExists(), JobMessages.otherName())
        }
    }

    func write(_ bytes: [UInt8]) throws {
        let error = writeBytes(bytes, to: descriptor)
        guard error == 0 else { throw Self.failure(path, error) }
    }

    /// Replaces bytes that were written.
    func write(_ bytes: [UInt8], at offset: Int) throws {
        guard unsafe pwrite(descriptor, bytes, bytes.count, off_t(offset)) == bytes.count else {
            throw Self.failure(path)
        }
    }

    /// Takes back all behind an offset.
    func cut(to offset: Int) throws {
        guard ftruncate(descriptor, off_t(offset)) == 0, lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
            throw Self.failure(path)
        }
    }

    func close() { _ = Glibc.close(descriptor) }
    func remove() { _ = unsafe unlink(path) }

    static func failure(_ path: String, _ error: Int32 = gate_errno()) -> CommandFailure {
        CommandFailure(at: path, Phrase(verbatim: systemMessage(error)))
    }
}

/// A folder that files are written into.
struct ExportFolder {
    let path: String

    init(_ path: String) { self.path = path }

    func make() throws {
        guard unsafe mkdir(path, 0o700) != 0, gate_errno() != EEXIST else { return }
        throw ExportFile.failure(path)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = try create(name)
        defer { file.close() }
        try file.write(bytes)
    }

    /// - Parameter name: Without its folders, whatever is in it.
    func create(_ name: String) throws -> ExportFile {
        let last = name.split(separator: "/").last.map(String.init) ?? "file"
        return try ExportFile(creating: "\(path)/\(last == ".." || last == "." ? "file" : last)")
    }
}
