public import Basics
internal import CLinux
internal import Glibc
internal import Loop

/// An asset that is being read; it stays readable when it is removed meanwhile.
public struct AssetReader: Sendable {
    /// Bytes.
    public var size: Int { file.size }
    private let file: ReadFile
    private let lane: AssetLane

    init(_ file: ReadFile, _ lane: AssetLane) { (self.file, self.lane) = (file, lane) }

    /// A part; shorter than `count` only at the end, empty behind it.
    public func read(at offset: Int, count: Int) async throws(GateError) -> [UInt8] {
        try await lane.run { [file] () throws(GateError) in try file.read(at: offset, count: count) }
    }

    /// The open file itself, for a process that is to read it; it stays this reader's.
    public func withDescriptor<Result>(_ body: (Int32) throws(GateError) -> Result) throws(GateError) -> Result {
        try file.withDescriptor(body)
    }
}

/// A regular file open for reading. Every method blocks.
final class ReadFile: Sendable {
    let size: Int
    private let descriptor: Int32

    init(_ path: String) throws(GateError) {
        // Without O_NONBLOCK the open of a pipe would wait for a writer.
        let descriptor = unsafe gate_open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0)
        guard descriptor >= 0 else {
            let number = gate_errno()
            guard number == ENOENT || number == ELOOP else { throw AssetFailure.error("open \(path)", number) }
            throw AssetFailure.missing
        }
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw AssetFailure.missing
        }
        (self.descriptor, size) = (descriptor, Int(facts.st_size))
    }

    deinit { close(descriptor) }

    func withDescriptor<Result>(_ body: (Int32) throws(GateError) -> Result) throws(GateError) -> Result {
        try body(descriptor)
    }

    func read(at offset: Int, count: Int) throws(GateError) -> [UInt8] {
        let (bytes, number) = readBytes(of: descriptor, at: Int64(offset), count: count)
        guard number == 0 else { throw AssetFailure.error("read an asset", number) }
        return bytes
    }
}

/// A lane whose work fails with `GateError` only.
struct AssetLane: Sendable {
    let lane: Lane

    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws(GateError) -> Result
    ) async throws(GateError) -> Result {
        do {
            return try await lane.run(body)
        } catch {
            throw error as? GateError ?? AssetFailure.error("\(error)", EIO)
        }
    }

    /// Work nobody waits for; a full lane drops it.
    func submit(_ body: @escaping @Sendable () -> Void) { lane.submit(body) }
}
