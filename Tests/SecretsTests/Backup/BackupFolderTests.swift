import Basics
import Glibc
import TestSupport
import Testing

@testable import Secrets

struct BackupFolderTests {
    private static let identity = AgeIdentity.make()
    private static let time = Timestamp(year: 2026, month: 11, day: 21, hour: 16, minute: 12, second: 31)
        .advanced(byMilliseconds: 123)

    private static func reason(_ text: String = "sync") throws -> BackupReason { try #require(BackupReason(text)) }

    private static let files = [
        TarArchive.Member(path: ".env", mode: 0o600, modified: 1_763_740_800, bytes: Array("A=secret-value\n".utf8)),
        TarArchive.Member(path: "services/qwen/.env", mode: 0o644, modified: 0, bytes: []),
    ]

    private static func write(
        _ folder: BackupFolder, _ time: Timestamp = time, _ files: [TarArchive.Member] = files
    ) throws -> BackupName {
        try folder.write(files, root: "/srv/genai", reason: reason(), at: time, recipients: [identity.recipient])
    }

    private static func mode(_ path: String) -> UInt32 {
        var facts = stat()
        unsafe lstat(path, &facts)
        return facts.permissions
    }

    private static func refusal(_ body: () throws(BackupError) -> Void) -> BackupError? {
        do throws(BackupError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test("A backup is read as it was written, by its identity alone, and nobody else may look")
    func roundTrip() throws {
        let place = TemporaryFolder()
        let folder = BackupFolder(path: place.path("state/backups/genai"))
        #expect(try folder.list() == [])
        let name = try Self.write(folder)
        #expect(name.text == "20261121T161231.123Z-sync.tar.age")
        #expect(try folder.list() == [name])
        #expect(Self.mode(folder.path) == 0o700)
        #expect(Self.mode("\(folder.path)/\(name.text)") == 0o600)
        let backup = try folder.read(name, identities: [Self.identity])
        #expect(
            backup == Backup(root: "/srv/genai", reason: try Self.reason(), time: Self.time, files: Self.files))
        #expect(
            Self.refusal { () throws(BackupError) in _ = try folder.read(name, identities: [.make()]) }
                == .seal(.noMatch))
        #expect(!"\(backup)".contains("secret-value"))
    }

    @Test("Backups of the same millisecond have names of their own, the newest first")
    func collisions() throws {
        let place = TemporaryFolder()
        let folder = BackupFolder(path: place.path)
        let names = try (0..<3).map { _ in try Self.write(folder) }
        #expect(names.map(\.time.milliseconds) == (0..<3).map { Self.time.milliseconds + $0 })
        let old = try Self.write(folder, Self.time.advanced(bySeconds: -86_400))
        // What is no backup is passed over, a draft that a crash left among it.
        place.file(".comfygate-0123456789abcdef-0.new", [])
        place.file("20261121T161231.123Z-Sync.tar.age", [])
        #expect(try folder.list() == names.reversed() + [old])
        for name in names + [old] {
            #expect(try folder.read(name, identities: [Self.identity]).time == name.time)
        }
        try folder.remove([old, names[1]])
        try folder.remove([old])
        #expect(try folder.list() == [names[2], names[0]])
        #expect(
            Self.refusal { () throws(BackupError) in _ = try folder.read(old, identities: [Self.identity]) }
                == .notFound(old.text))
    }

    @Test("The folder may be a link to another disk")
    func link() throws {
        let place = TemporaryFolder()
        unsafe mkdir(place.path("disk"), 0o755)
        unsafe symlink(place.path("disk"), place.path("link"))
        let folder = BackupFolder(path: place.path("link"))
        let name = try Self.write(folder)
        #expect(try BackupFolder(path: place.path("disk")).list() == [name])
        #expect(Self.mode(place.path("disk")) == 0o700)
        #expect(try folder.read(name, identities: [Self.identity]).files == Self.files)
    }

    @Test("The archive begins with a BACKUP.json that holds no value")
    func manifest() throws {
        let backup = Backup(root: "/srv/genai", reason: try Self.reason(), time: Self.time, files: Self.files)
        let archive = try TarArchive(reading: try backup.archived())
        #expect(archive.members.map(\.path) == ["BACKUP.json", ".env", "services/qwen/.env"])
        let json = try JSON(parsing: archive.members[0].bytes)
        #expect(
            json == [
                "version": 1, "root": "/srv/genai", "reason": "sync", "time": "2026-11-21T16:12:31.123Z",
                "files": [["path": ".env", "mode": "0600"], ["path": "services/qwen/.env", "mode": "0644"]],
            ])
    }

    @Test("An archive that is no backup, another one's, or a newer program's, is told so")
    func foreign() throws {
        let name = BackupName(time: Self.time, reason: try Self.reason())
        func refusal(_ manifest: String?, files: [TarArchive.Member] = [], path: String = "BACKUP.json") throws
            -> BackupError?
        {
            let first = manifest.map {
                [TarArchive.Member(path: path, mode: 0o600, modified: 0, bytes: Array($0.utf8))]
            }
            let bytes = try TarArchive((first ?? []) + files).bytes
            return Self.refusal { () throws(BackupError) in _ = try Backup(reading: bytes, name: name) }
        }
        let right = #"{"version":1,"root":"r","reason":"sync","time":"2026-11-21T16:12:31.123Z","files":[]}"#
        #expect(try refusal(right) == nil)
        #expect(try refusal(nil) == .manifest)
        #expect(try refusal("{") == .manifest)
        #expect(try refusal(right, path: "x") == .manifest)
        #expect(try refusal(right, files: Self.files) == .manifest)
        #expect(try refusal(right.replacing("\"sync\"", with: "\"rotate\"")) == .manifest)
        #expect(try refusal(right.replacing(":1,", with: ":2,")) == .unknownVersion)
        #expect(
            Self.refusal { () throws(BackupError) in _ = try Backup(reading: [], name: name) }
                == .archive(TarError(.notTar)))
    }

    @Test("What cannot be written leaves no file behind")
    func failures() throws {
        let place = TemporaryFolder()
        let folder = BackupFolder(path: place.path)
        let bad = [TarArchive.Member(path: "../x", mode: 0o600, modified: 0, bytes: [])]
        let own = [TarArchive.Member(path: "BACKUP.json", mode: 0o600, modified: 0, bytes: [])]
        #expect(throws: BackupError.archive(TarError(.badPath, "../x"))) { try Self.write(folder, Self.time, bad) }
        #expect(throws: BackupError.archive(TarError(.twice, "BACKUP.json"))) { try Self.write(folder, Self.time, own) }
        let reason = try Self.reason()
        #expect(
            Self.refusal { () throws(BackupError) in
                try folder.write(Self.files, root: "r", reason: reason, at: Self.time, recipients: [])
            } == .seal(.noRecipient))
        #expect(place.names == [])
        let file = BackupFolder(path: place.file("file", []))
        guard case .file(let error) = Self.refusal({ () throws(BackupError) in _ = try file.list() }) else {
            Issue.record("a file was listed")
            return
        }
        #expect(error.message.contains(file.path))
    }

    @Test("A key's file is made once, with its mode, and read with it")
    func privateFiles() throws {
        let place = TemporaryFolder()
        let path = place.path("config/comfygate/backup.identity")
        #expect(try PrivateFile.read(path) == nil)
        #expect(throws: GateError.self) { try PrivateFile.create(path, Secret("x"), mode: 0o600) }
        try PrivateFile.create(path, Secret("key\n"), mode: 0o400, makesFolder: true)
        #expect(Self.mode(place.path("config/comfygate")) == 0o700)
        let file = try #require(try PrivateFile.read(path))
        #expect(file.bytes == Array("key\n".utf8))
        #expect(file.mode == 0o400)
        #expect(!"\(file)".contains("key"))
        do throws(GateError) {
            try PrivateFile.create(path, Secret("other"), mode: 0o600)
            Issue.record("replaced")
        } catch {
            #expect(error.code == .alreadyExists)
        }
        unsafe symlink(path, place.path("link"))
        #expect(try PrivateFile.read(place.path("link"))?.bytes == file.bytes)
        #expect(throws: GateError.self) { try PrivateFile.read(place.path) }
        #expect(throws: GateError.self) { try PrivateFile.read(path, limit: 3) }
        #expect(try PrivateFile.read(path, limit: 4) != nil)
    }
}
