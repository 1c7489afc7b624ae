public import Basics
internal import CLinux
internal import Glibc

/// Who changed which files when: one JSON object a line in `.secrets/changes.log`, mode 0600. Holds no value.
public struct ChangeLog: Sendable {
    public static let path = ".secrets/changes.log"
    /// Bytes; a longer file becomes `changes.log.1`, and the one before it goes.
    static let limit = 1 << 20

    public struct Entry: Sendable, Hashable {
        public let time: Timestamp
        /// The command, such as `unify`.
        public let action: String
        /// The system's number of the user.
        public let user: UInt32
        public let files: [String]
        /// The backup of what was there before.
        public let backup: String?

        public init(time: Timestamp, action: String, user: UInt32, files: [String], backup: String?) {
            (self.time, self.action, self.user, self.files, self.backup) = (time, action, user, files, backup)
        }

        var line: [UInt8] {
            let json: JSON = [
                "time": JSON(time.rfc3339), "action": JSON(action), "user": JSON(Int(user)),
                "files": .array(files.map { JSON($0) }), "backup": backup.map { JSON($0) } ?? .null,
            ]
            return json.encoded() + [0x0A]
        }

        init?(_ line: some Sequence<UInt8>) {
            guard let json = try? JSON(parsing: Array(line)),
                let time = json["time"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
                let action = json["action"]?.string
            else { return nil }
            self.init(
                time: time, action: action, user: UInt32(clamping: json["user"]?.int ?? 0),
                files: json["files"]?.array?.compactMap(\.string) ?? [], backup: json["backup"]?.string)
        }
    }

    private let root: String

    /// - Parameter root: The project's folder.
    public init(root: String) { self.root = root }

    /// On the disk when this returns.
    ///
    /// - Throws: `location_…`, naming the file.
    public func add(_ entry: Entry) throws(GateError) {
        do throws(FileFailure) {
            var walk = try PathWalk(root: root)
            let place = try walk.find(Self.path)
            let (folder, name) = (place.folder, place.name)
            if let facts = try folder.entry(name), facts.st_size > Self.limit {
                try folder.rename(name, to: name + ".1", as: Self.path)
            }
            let flags = O_WRONLY | O_CREAT | O_APPEND
            let opened = unsafe gate_open_at(folder.descriptor.number, name, flags, 0o600)
            guard opened >= 0 else { throw .last(Self.path, "open", gate_errno()) }
            let file = Descriptor(opened)
            let line = entry.line
            // One call: two processes' lines do not mix.
            guard unsafe write(opened, line, line.count) == line.count else { throw .last(Self.path, "write") }
            try file.sync(as: Self.path)
        } catch {
            throw error.error(FileMessages.changeDone)
        }
    }

    /// The newest first; lines that are none are passed over.
    public func entries() throws(GateError) -> [Entry] {
        do throws(FileFailure) {
            var walk = try PathWalk(root: root)
            let place = try walk.find(Self.path)
            let bytes = try place.folder.read(place.name, limit: 4 * Self.limit) ?? []
            return bytes.split(separator: 0x0A).compactMap { Entry($0) }.reversed()
        } catch {
            if error.code == ENOENT { return [] }
            throw error.error(FileMessages.unread)
        }
    }
}
