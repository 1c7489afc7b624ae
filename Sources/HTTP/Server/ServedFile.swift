public import Basics
internal import CLinux
internal import Glibc
public import Loop
public import Wire

/// A regular file, open for sending; what it says of itself was measured once, when it was opened.
public final class ServedFile: Sendable {
    /// Bytes.
    public let size: Int64
    public let modified: Timestamp
    /// Made from size and time of change, unless the owner knows better.
    public let tag: EntityTag?
    private let descriptor: Int32

    /// Opens a file; blocks, so call it on a lane.
    ///
    /// - Parameters:
    ///   - path: Symbolic links are not followed in its last part.
    ///   - tag: The validator of the content, such as its hash.
    /// - Throws: `notFound` when there is no regular file; `invalidArgument` when it cannot be read.
    public convenience init(opening path: String, tag: EntityTag? = nil) throws(GateError) {
        // Without O_NONBLOCK the open of a pipe would wait for a writer.
        let descriptor = unsafe gate_open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0)
        guard descriptor >= 0 else {
            let error = gate_errno()
            guard error == ENOENT || error == ENOTDIR || error == ELOOP else {
                throw GateError(
                    .invalidArgument, from: .gateway, "The file cannot be read.", detail: systemMessage(error))
            }
            throw GateError(.notFound, from: .client, "There is no such file.")
        }
        try self.init(adopting: descriptor, tag: tag)
    }

    /// Takes over an open descriptor, also when it throws.
    public init(adopting descriptor: Int32, tag: EntityTag? = nil) throws(GateError) {
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw GateError(.notFound, from: .client, "There is no such file.")
        }
        self.descriptor = descriptor
        size = Int64(facts.st_size)
        modified = Timestamp(seconds: Int64(facts.st_mtim.tv_sec))
        let stamp = UInt64(bitPattern: Int64(facts.st_mtim.tv_sec &* 1_000_000_000 &+ facts.st_mtim.tv_nsec))
        self.tag = tag ?? EntityTag("\(String(size, radix: 16))-\(String(stamp, radix: 16))")
    }

    deinit { close(descriptor) }

    /// Whether a part can go straight to a socket without waiting for the disk.
    func isCached(at offset: Int64, count: Int) -> Bool { FileRelay.isCached(descriptor, at: offset, count: count) }

    func relay(at offset: Int64, count: Int, to sink: Stream) -> FileRelay? {
        FileRelay(descriptor, at: offset, count: count, to: sink)
    }

    /// Reads a part; blocks. Shorter than `count` only when the file has shrunk.
    func read(at offset: Int64, count: Int) throws(GateError) -> [UInt8] {
        let (bytes, error) = readBytes(of: descriptor, at: offset, count: count)
        guard error == 0 else {
            throw GateError(.invalidArgument, from: .gateway, "The file cannot be read.", detail: systemMessage(error))
        }
        return bytes
    }
}

extension Exchange {
    /// Bytes of a file that are in memory at a time for one answer, beside the connection's output buffer.
    public static let fileWindow = 262_144

    /// Answers GET and HEAD with a file or the part that was asked for: 200, 206, 304, 412 or 416.
    ///
    /// - Parameters:
    ///   - fields: Content-Type and what else belongs to the file; validators and ranges are added here.
    ///   - lane: Where the file is read, unless the kernel has it in memory and can send it by itself.
    /// - Throws: 503 when the lane is full before the answer began; afterwards the connection ends.
    public func sendFile(_ file: ServedFile, _ fields: Fields = [:], lane: Lane) async throws(HTTPError) {
        var fields = fields
        if let tag = file.tag { fields["ETag"] = tag.description }
        fields["Last-Modified"] = HTTPDate.format(file.modified)
        fields["Accept-Ranges"] = "bytes"
        let isRead = request.method == .get || request.method == .head
        switch request.preconditions.evaluate(exists: true, tag: file.tag, modified: file.modified, isRead: isRead) {
        case .notModified: return try await respond(.notModified, fields)
        case .failed: return try await respond(.preconditionFailed, fields)
        case .proceed: break
        }
        var range = RangeRequest.whole
        if request.method == .get, request.fields.all("Range").count == 1 {
            range = RangeRequest.evaluate(
                range: request.fields["Range"], ifRange: request.fields["If-Range"], size: file.size, tag: file.tag,
                modified: file.modified)
        }
        if let text = range.contentRange(size: file.size) { fields["Content-Range"] = text }
        switch range {
        case .unsatisfiable: try await respond(.rangeNotSatisfiable, fields)
        case .whole: try await stream(file, 0, file.size, .ok, fields, lane)
        case .part(let offset, let length): try await stream(file, offset, length, .partialContent, fields, lane)
        }
    }

    private func stream(
        _ file: ServedFile, _ start: Int64, _ length: Int64, _ status: Status, _ fields: Fields, _ lane: Lane
    ) async throws(HTTPError) {
        var offset = start
        let end = start + length
        if request.method == .head {
            try startResponse(status, fields, contentLength: Int(length))
            return try finish()
        }
        // The first part is read before the head is sent, so that a full lane or a bad disk is still an answer.
        var part = try await nextPart(file, offset, end, lane)
        try startResponse(status, fields, contentLength: Int(length))
        while offset < end {
            switch part {
            case .bytes(let bytes):
                guard !bytes.isEmpty else { throw Self.shortened }
                try await write(bytes)
                offset += Int64(bytes.count)
            case .cached: offset += Int64(try await relay(file, at: offset, count: Int(end - offset)))
            }
            part = try await nextPart(file, offset, end, lane)
        }
        try finish()
    }

    private static let shortened = HTTPError(.internalServerError, "The file has become shorter.")

    private enum Part {
        case bytes([UInt8])
        /// The kernel has them and can send them by itself.
        case cached
    }

    private func nextPart(
        _ file: ServedFile, _ offset: Int64, _ end: Int64, _ lane: Lane
    ) async throws(HTTPError) -> Part {
        guard offset < end else { return .bytes([]) }
        let count = Int(end - offset)
        if count >= FileRelay.threshold, maySendFiles, file.isCached(at: offset, count: count) { return .cached }
        return .bytes(try await window(file, offset, end, lane))
    }

    private func window(
        _ file: ServedFile, _ offset: Int64, _ end: Int64, _ lane: Lane
    ) async throws(HTTPError) -> [UInt8] {
        let count = Int(min(Int64(Self.fileWindow), end - offset))
        do {
            return try await lane.run { try file.read(at: offset, count: count) }
        } catch {
            guard let error = error as? GateError, error.code == .overloaded else {
                throw HTTPError(.internalServerError, "The file could not be read.")
            }
            throw HTTPError(.serviceUnavailable, error.message)
        }
    }
}

extension Request {
    /// The conditional fields of this request.
    public var preconditions: Preconditions {
        func joined(_ name: String) -> String? {
            let values = fields.all(name)
            return values.isEmpty ? nil : values.joined(separator: ", ")
        }
        return Preconditions(
            ifMatch: joined("If-Match"), ifNoneMatch: joined("If-None-Match"),
            ifModifiedSince: joined("If-Modified-Since"), ifUnmodifiedSince: joined("If-Unmodified-Since"))
    }
}
