public import Basics
internal import CLinux
internal import Glibc

/// A file by itself that holds a key: outside the project's folder, found by its whole path.
public struct PrivateFile: Sendable {
    public let bytes: [UInt8]
    /// Permission bits; nil where the file system keeps none.
    public let mode: UInt16?

    /// Reads a key's file. Links are followed: people keep their configuration elsewhere.
    ///
    /// - Parameter limit: Bytes.
    /// - Returns: Nil when there is none.
    /// - Throws: `location_…`, naming the file.
    public static func read(_ path: String, limit: Int = 65_536) throws(GateError) -> PrivateFile? {
        do throws(FileFailure) {
            guard PathWalk.isSound(path) else { throw FileFailure("The path", .badPath) }
            guard let real = unsafe realpath(path, nil) else {
                if errno == ENOENT { return nil }
                throw .last(path, "resolve")
            }
            defer { unsafe free(real) }
            // A pipe in the file's place is not waited for.
            let opened = unsafe gate_open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0)
            guard opened >= 0 else { throw .last(path, "open") }
            let file = Descriptor(opened)
            let bytes = try file.read(limit: limit, as: path)
            let keepsModes = FileSystemKind(magic: gate_file_system_of(opened)) == nil
            return PrivateFile(
                bytes: bytes, mode: keepsModes ? UInt16(try file.facts(as: path).permissions & 0o777) : nil)
        } catch {
            throw error.error(FileMessages.unread)
        }
    }

    /// Makes a key's file, whole and on the disk or not at all; one that is there is never replaced.
    ///
    /// - Parameters:
    ///   - mode: Permission bits.
    ///   - makesFolder: Makes the folder with mode 0700, and those above it; without it the folder must be there.
    /// - Throws: `already_exists`, `location_…`, naming the file.
    public static func create(
        _ path: String, _ content: Secret, mode: UInt16, makesFolder: Bool = false
    ) throws(GateError) {
        do throws(FileFailure) {
            guard PathWalk.isSound(path), let name = path.split(separator: "/").last, !path.hasSuffix("/") else {
                throw FileFailure("The path", .badPath)
            }
            let above = String(path.dropLast(name.count + 1))
            let parent = above.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : above
            let folder: Folder
            if makesFolder {
                folder = try Folder(makingPrivate: parent, followsLink: true)
            } else {
                guard let existing = try Folder(existing: parent) else {
                    throw FileFailure(path, .system(ENOENT, call: "open"))
                }
                folder = existing
            }
            try folder.add(String(name), Array(content.reveal().utf8), mode: UInt32(mode))
        } catch {
            guard error.code != EEXIST else {
                throw GateError(
                    .alreadyExists, from: .gateway, FileMessages.keyThere(["path": path]))
            }
            throw error.error()
        }
    }
}

/// The bytes are a key.
extension PrivateFile: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "PrivateFile(<redacted>)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
