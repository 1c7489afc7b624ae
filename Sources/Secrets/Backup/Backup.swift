public import Basics

/// Files as they were at one time, and why they were kept.
///
/// As an archive its first member is `BACKUP.json`: `{"version": 1, "root": …, "reason": …, "time": …, "files": [{"path":
/// …, "mode": "0600"}]}`, then the files in this order. No value of theirs stands in it.
public struct Backup: Sendable, Hashable {
    static let manifestName = "BACKUP.json"
    private static let version = 1

    /// The project's folder, for people.
    public let root: String
    public let reason: BackupReason
    public let time: Timestamp
    public let files: [TarArchive.Member]

    public init(root: String, reason: BackupReason, time: Timestamp, files: [TarArchive.Member]) {
        (self.root, self.reason, self.time, self.files) = (root, reason, time, files)
    }

    /// - Throws: `archive`, for paths that no archive holds, `BACKUP.json` itself among them.
    func archived() throws(BackupError) -> [UInt8] {
        let manifest: JSON = [
            "version": JSON(Self.version), "root": JSON(root), "reason": JSON(reason.text),
            "time": JSON(time.rfc3339), "files": .array(files.map(Self.entry)),
        ]
        let first = TarArchive.Member(
            path: Self.manifestName, mode: 0o600, modified: max(0, time.seconds),
            bytes: Array(manifest.pretty().utf8) + [0x0A])
        do throws(TarError) {
            return try TarArchive([first] + files).bytes
        } catch {
            throw .archive(error)
        }
    }

    /// - Parameter name: Says reason and time; the archive must agree.
    /// - Throws: `archive`, `manifest`, `unknownVersion`.
    init(reading bytes: [UInt8], name: BackupName) throws(BackupError) {
        let archive: TarArchive
        do throws(TarError) {
            archive = try TarArchive(reading: bytes)
        } catch {
            throw .archive(error)
        }
        guard let first = archive.members.first, first.path == Self.manifestName,
            let manifest = try? JSON(parsing: first.bytes), let version = manifest["version"]?.int
        else { throw .manifest }
        guard version == Self.version else { throw version > Self.version ? .unknownVersion : .manifest }
        let files = Array(archive.members.dropFirst())
        guard let root = manifest["root"]?.string, manifest["reason"]?.string == name.reason.text,
            manifest["time"]?.string == name.time.rfc3339, manifest["files"] == .array(files.map(Self.entry))
        else { throw .manifest }
        self.init(root: root, reason: name.reason, time: name.time, files: files)
    }

    private static func entry(_ file: TarArchive.Member) -> JSON {
        let octal = String(file.mode, radix: 8)
        return [
            "path": JSON(file.path), "mode": JSON(String(repeating: "0", count: max(0, 4 - octal.count)) + octal),
        ]
    }
}
