internal import Basics
internal import Glibc
internal import Loop

/// A file that a run left here.
public struct StoredFile: Sendable, Hashable {
    public let path: String
    public let byteCount: Int
}

/// A file on its way into a folder; without `keep` it is gone with its last reference.
final class PartFile: Sendable {
    private let folder: String
    private let name: String
    private let path: String
    private let descriptor: Int32
    /// It has its name, or is gone.
    private let isSettled = Locked(false)

    /// - Parameter name: As a server sent it: what could lead out of the folder or hide the file is replaced.
    init(folder: String, name: String) throws(ComfyClientError) {
        self.folder = folder.hasSuffix("/") && folder != "/" ? String(folder.dropLast()) : folder
        self.name = FileNames.safe(name)
        try Self.makeFolder(self.folder)
        path =
            "\(self.folder)/\(self.name.utf8.count > 200 ? "file" : self.name).\(Hex.encode(RandomBytes.make(3))).part"
        descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit {
        close(descriptor)
        discard()
    }

    /// Removes what has not been kept; once is enough.
    func discard() {
        let isDone = isSettled.withLock { isSettled in
            defer { isSettled = true }
            return isSettled
        }
        if !isDone { _ = unsafe unlink(path) }
    }

    func write(_ bytes: [UInt8]) throws(ComfyClientError) {
        let error = writeBytes(bytes, to: descriptor)
        guard error == 0 else { throw .storage(path: path, reason: systemMessage(error)) }
    }

    /// Gives the file its name, or the first `-1`, `-2` … that is free.
    ///
    /// - Throws: Also when the disk has fewer bytes than were written.
    func keep(byteCount: Int) throws(ComfyClientError) -> StoredFile {
        var status = stat()
        guard fsync(descriptor) == 0, unsafe fstat(descriptor, &status) == 0 else { throw Self.failure(path) }
        guard Int(status.st_size) == byteCount else {
            throw .storage(path: path, reason: "\(status.st_size) of \(byteCount) bytes were stored")
        }
        for number in 0...FileNames.maximumNumber {
            let final = "\(folder)/\(FileNames.numbered(name, number))"
            // A link, unlike a rename, never takes the place of another file.
            if unsafe link(path, final) == 0 {
                _ = unsafe unlink(path)
                isSettled.withLock { $0 = true }
                return StoredFile(path: final, byteCount: byteCount)
            }
            if errno == EEXIST { continue }
            if try reserve(final) {
                isSettled.withLock { $0 = true }
                return StoredFile(path: final, byteCount: byteCount)
            }
        }
        throw .storage(path: "\(folder)/\(name)", reason: "every number behind this name is taken")
    }

    /// For file systems without links: takes the name with an empty file first, then renames over it.
    private func reserve(_ final: String) throws(ComfyClientError) -> Bool {
        let placeholder = unsafe Glibc.open(final, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard placeholder >= 0 else {
            if errno == EEXIST { return false }
            throw Self.failure(final)
        }
        close(placeholder)
        guard unsafe rename(path, final) == 0 else {
            let failure = Self.failure(final)
            _ = unsafe unlink(final)
            throw failure
        }
        return true
    }

    private static func makeFolder(_ path: String) throws(ComfyClientError) {
        var status = stat()
        if unsafe stat(path, &status) == 0 { return }
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex { try makeFolder(String(path[..<slash])) }
        guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure(path) }
    }

    private static func failure(_ path: String) -> ComfyClientError {
        .storage(path: path, reason: unsafe String(cString: strerror(errno)))
    }
}

/// Names for files whose names somebody else chose.
enum FileNames {
    static let maximumNumber = 9_999

    /// The last part of a path, without control characters, leading dots and trailing dots or spaces; at most 240 bytes.
    static func safe(_ name: String) -> String {
        let base = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? ""
        var text = String.UnicodeScalarView()
        for scalar in base.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            text.append(isControl || ":*?\"<>|".unicodeScalars.contains(scalar) ? "_" : scalar)
        }
        var safe = String(text.drop { $0 == "." || $0 == " " })
        while let last = safe.last, last == "." || last == " " { safe.removeLast() }
        while safe.utf8.count > 240 { safe.remove(at: stem(safe).index(before: stem(safe).endIndex)) }
        return safe.isEmpty ? "file" : safe
    }

    /// `a.png`, `a-1.png`, `a-2.png` …
    static func numbered(_ name: String, _ number: Int) -> String {
        guard number > 0 else { return name }
        let stem = stem(name)
        return stem + "-\(number)" + name[stem.endIndex...]
    }

    /// What stands before the last dot, the whole of a name without one.
    private static func stem(_ name: String) -> Substring {
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex, name.utf8.count - name[..<dot].utf8.count <= 16
        else { return name[...] }
        return name[..<dot]
    }
}
