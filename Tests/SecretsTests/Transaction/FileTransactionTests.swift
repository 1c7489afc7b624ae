import Basics
import CLinux
import Glibc
import TestSupport
import Testing

@testable import Secrets

struct FileTransactionTests {
    @Test func everyKindOfChangeIsMade() throws {
        let tree = TransactionTree(["a": "one", "b/c": "two", "b/token": "three", "gone": "four"])
        let inode = tree.facts("b/token").st_ino
        let outcome = try tree.transaction().run([
            tree.replace("a", "one", "ONE and more"), tree.replace("b/c", "two", ""),
            tree.replace("b/token", "three", "3", inPlace: true), tree.create("b/new", "five", mode: 0o640),
            tree.delete("gone", "four"),
        ])
        #expect(outcome.changed == ["a", "b/c", "b/token", "b/new", "gone"])
        #expect(outcome.warnings.isEmpty)
        #expect(tree.files == ["a", "b/c", "b/token", "b/new"])
        #expect(tree.text("a") == "ONE and more")
        #expect(tree.text("b/c") == "")
        #expect(tree.text("b/token") == "3")
        #expect(tree.text("b/new") == "five")
        #expect(tree.facts("b/token").st_ino == inode)
        #expect(tree.facts("b/new").permissions == 0o640)
        #expect(tree.facts(".secrets/.journal").permissions == 0o700)
        #expect(tree.facts(".secrets/.journal/lock").permissions == 0o600)
    }

    @Test func ownerModeAndAttributesStay() throws {
        let tree = TransactionTree(["a": "one"])
        let path = tree.folder.path("a")
        if geteuid() == 0 { unsafe chown(path, 4_321, 4_322) }
        unsafe chmod(path, 0o640)
        let file = Descriptor(unsafe gate_open(path, O_RDWR, 0))
        // POSIX ACL, version 2 (acl(5), linux/posix_acl_xattr.h): owner rw, user 1234 r, group r, mask r, others none.
        let everybody: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        let acl: [UInt8] =
            [2, 0, 0, 0] + [1, 0, 6, 0] + everybody + [2, 0, 4, 0, 0xD2, 4, 0, 0] + [4, 0, 4, 0] + everybody
            + [0x10, 0, 4, 0] + everybody + [0x20, 0, 0, 0] + everybody
        let hasACL = unsafe gate_xattr_set(file.number, "system.posix_acl_access", acl, acl.count) == 0
        let hasUser = unsafe gate_xattr_set(file.number, "user.comfygate", [7], 1) == 0
        let before = try FileMetadata(of: file, as: "a")
        #expect(before.attributes.count == (hasACL ? 1 : 0) + (hasUser ? 1 : 0))
        _ = try tree.transaction().run([tree.replace("a", "one", "two")])
        #expect(tree.text("a") == "two")
        #expect(try FileMetadata(of: Descriptor(unsafe gate_open(path, O_RDONLY, 0)), as: "a") == before)
    }

    /// A folder's default ACL would open a private file to others.
    @Test func aDefaultACLDoesNotComeToTheFile() throws {
        let tree = TransactionTree(["d/a": "one"])
        let folder = Descriptor(unsafe gate_open(tree.folder.path("d"), O_RDONLY | O_DIRECTORY, 0))
        let everybody: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        let acl: [UInt8] =
            [2, 0, 0, 0] + [1, 0, 7, 0] + everybody + [2, 0, 7, 0, 0xD2, 4, 0, 0] + [4, 0, 5, 0] + everybody
            + [0x10, 0, 7, 0] + everybody + [0x20, 0, 5, 0] + everybody
        guard unsafe gate_xattr_set(folder.number, "system.posix_acl_default", acl, acl.count) == 0 else {
            try Test.cancel("the file system has no ACLs")
        }
        _ = try tree.transaction().run([tree.replace("d/a", "one", "two")])
        let file = Descriptor(unsafe gate_open(tree.folder.path("d/a"), O_RDONLY, 0))
        let metadata = try FileMetadata(of: file, as: "d/a")
        #expect(metadata.attributes.isEmpty)
        #expect(metadata.mode == 0o600)
    }

    @Test func aFileWithSeveralNamesKeepsThem() throws {
        let tree = TransactionTree(["a": "one"])
        unsafe link(tree.folder.path("a"), tree.folder.path("b"))
        _ = try tree.transaction().run([tree.replace("a", "one", "two")])
        #expect(tree.text("b") == "two")
        #expect(tree.facts("a").st_ino == tree.facts("b").st_ino)
    }

    @Test func aLinkStaysALink() throws {
        let tree = TransactionTree(["real/.env": "one"])
        unsafe symlink("real/.env", tree.folder.path("link"))
        let outcome = try tree.transaction().run([tree.replace("link", "one", "two")])
        #expect(outcome.changed == ["real/.env"])
        #expect(tree.facts("link").isLink)
        #expect(tree.text("real/.env") == "two")
    }

    @Test func whatIsAlreadySoIsLeftAlone() throws {
        let tree = TransactionTree(["a": "one"])
        let inode = tree.facts("a").st_ino
        #expect(try tree.transaction().run([tree.replace("a", "one", "one")]).changed.isEmpty)
        #expect(try tree.transaction().run([]).changed.isEmpty)
        #expect(tree.facts("a").st_ino == inode)
    }

    // MARK: What stops it

    private func expectRefusal(
        _ code: GateError.Code, naming path: String, of change: FileChange, in tree: TransactionTree,
        limits: TransactionLimits = TransactionLimits()
    ) {
        tree.write("first", "before")
        let files = tree.files
        let error = tree.run([tree.replace("first", "before", "after"), change], limits: limits)
        #expect(error?.code == code)
        #expect(error?.message.contains(path) == true, "\(error?.message ?? "no error")")
        #expect(error?.message.contains("S3CRET") == false)
        #expect(tree.text("first") == "before")
        #expect(tree.files == files)
    }

    @Test func aFileChangedSinceThePlanStopsIt() {
        let tree = TransactionTree(["a": "S3CRET two"])
        expectRefusal(.locationChanged, naming: "a", of: tree.replace("a", "S3CRET one", "S3CRET"), in: tree)
        expectRefusal(.locationChanged, naming: "a", of: tree.create("a", "S3CRET"), in: tree)
        expectRefusal(.locationChanged, naming: "none", of: tree.replace("none", "one", "two"), in: tree)
        expectRefusal(.locationChanged, naming: "none", of: tree.delete("none", "one"), in: tree)
    }

    @Test func aVanishedFolderStopsIt() {
        let tree = TransactionTree()
        expectRefusal(.locationMissing, naming: "gone/a", of: tree.create("gone/a", "S3CRET"), in: tree)
    }

    @Test func aReadOnlyFileStopsIt() {
        let tree = TransactionTree(["a": "one"])
        unsafe chmod(tree.folder.path("a"), 0o444)
        expectRefusal(.locationReadOnly, naming: "a", of: tree.replace("a", "one", "two"), in: tree)
        expectRefusal(.locationReadOnly, naming: "a", of: tree.delete("a", "one"), in: tree)
        expectRefusal(.locationReadOnly, naming: "a", of: tree.replace("a", "one", "two", inPlace: true), in: tree)
    }

    @Test func whatIsNoFileOfTheRootStopsIt() {
        let tree = TransactionTree(["d/a": "one"])
        unsafe symlink("/etc/passwd", tree.folder.path("away"))
        expectRefusal(.locationRefused, naming: "d", of: tree.create("d", "x"), in: tree)
        expectRefusal(.locationRefused, naming: "away", of: tree.create("away", "x"), in: tree)
        expectRefusal(.locationRefused, naming: "../x", of: tree.create("../x", "x"), in: tree)
        expectRefusal(.invalidArgument, naming: "no path", of: tree.create("a\u{1B}b", "x"), in: tree)
    }

    @Test func aFileNamedTwiceStopsIt() {
        let tree = TransactionTree(["a": "one"])
        unsafe link(tree.folder.path("a"), tree.folder.path("b"))
        unsafe symlink("first", tree.folder.path("c"))
        expectRefusal(.invalidArgument, naming: "first", of: tree.replace("c", "before", "x"), in: tree)
        #expect(tree.run([tree.replace("a", "one", "x"), tree.replace("b", "one", "y")])?.code == .invalidArgument)
    }

    @Test func aMountedFileIsNotDeleted() {
        let tree = TransactionTree(["a": "one"])
        let change = FileChange("a", now: .content(Array("one".utf8)), replacement: .deletion, inPlace: true)
        expectRefusal(.invalidArgument, naming: "a", of: change, in: tree)
    }

    /// The error of a run during whose staging `meddle` happens: after the plan, before the first change.
    private func run(
        _ changes: [FileChange], in tree: TransactionTree, meddle: @escaping () -> Void
    ) throws -> GateError? {
        var calls = 0
        let transaction = try FileTransaction(root: tree.folder.path, state: tree.state) { _ in
            calls += 1
            if calls == 2 { meddle() }
            return 0xEF53
        }
        do {
            _ = try transaction.run(changes)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [false, true]) func aFileChangedBetweenPlanAndWriteStopsIt(inPlace: Bool) throws {
        let tree = TransactionTree(["a": "one", "b": "two"])
        let error = try run(
            [tree.replace("a", "one", "ONE"), tree.replace("b", "two", "TWO", inPlace: inPlace)], in: tree
        ) {
            tree.write("b", "theirs")
        }
        #expect(error?.code == .locationChanged)
        #expect(error?.message.contains("b has changed") == true)
        #expect(tree.text("a") == "one")
        #expect(tree.text("b") == "theirs")
        #expect(tree.files == ["a", "b"])
    }

    @Test func aFileDeletedOrMadeMeanwhileStopsIt() throws {
        let tree = TransactionTree(["a": "one", "b": "two"])
        let changes = [tree.replace("a", "one", "ONE"), tree.delete("b", "two"), tree.create("c", "three")]
        let gone = try run(changes, in: tree) { unsafe unlink(tree.folder.path("b")) }
        #expect(gone?.code == .locationChanged)
        #expect(tree.text("a") == "one")
        #expect(tree.files == ["a"])
        tree.write("b", "two")
        let made = try run(changes, in: tree) { tree.write("c", "theirs") }
        #expect(made?.code == .locationChanged)
        #expect(tree.text("a") == "one")
        #expect(tree.text("b") == "two")
        #expect(tree.text("c") == "theirs")
        #expect(tree.files == ["a", "b", "c"])
    }

    @Test func aFolderThatVanishesMeanwhileStopsIt() throws {
        let tree = TransactionTree(["a": "one", "d/b": "two"])
        let error = try run([tree.replace("a", "one", "ONE"), tree.replace("d/b", "two", "TWO")], in: tree) {
            TemporaryFolder.remove(tree.folder.path("d"))
        }
        #expect(error?.message.contains("d/b") == true)
        #expect(error?.message.contains("Nothing was changed.") == true)
        #expect(tree.files == ["a"])
        #expect(tree.text("a") == "one")
    }

    /// What was written went with the folder, so the files are not where they are named.
    @Test func aFolderThatIsMovedMeanwhileStopsIt() throws {
        let tree = TransactionTree(["a": "one", "d/b": "two"])
        let error = try run([tree.replace("a", "one", "ONE"), tree.replace("d/b", "two", "TWO")], in: tree) {
            unsafe rename(tree.folder.path("d"), tree.folder.path("e"))
        }
        #expect(error?.code == .locationMissing)
        #expect(error?.message.contains("d/b") == true)
        #expect(tree.files == ["a", "e/b"])
        #expect(tree.text("a") == "one")
        #expect(tree.text("e/b") == "two")
    }

    @Test func aLinkPutInTheWayIsNotFollowed() throws {
        let tree = TransactionTree(["a": "one", "b": "two", "c": "two"])
        let error = try run(
            [tree.replace("a", "one", "ONE"), tree.replace("b", "two", "TWO", inPlace: true)], in: tree
        ) {
            unsafe unlink(tree.folder.path("b"))
            unsafe symlink("c", tree.folder.path("b"))
        }
        #expect(error?.code == .locationChanged)
        #expect(tree.text("a") == "one")
        #expect(tree.text("c") == "two")
    }

    @Test func thePlanIsMadeByTheSameRules() throws {
        let tree = TransactionTree(["d/a": "one"])
        unsafe symlink("d/a", tree.folder.path("link"))
        let transaction = try tree.transaction()
        #expect(try transaction.content(of: "link") == Array("one".utf8))
        #expect(try transaction.content(of: "none") == nil)
        #expect(throws: GateError.self) { try transaction.content(of: "../x") }
    }

    @Test func limitsHold() {
        var limits = TransactionLimits()
        (limits.changes, limits.fileBytes, limits.totalBytes) = (2, 8, 23)
        let tree = TransactionTree(["a": "8 bytes."])
        #expect(tree.run([tree.replace("a", "8 bytes.", "7 bytes")], limits: limits) == nil)
        #expect(tree.run([tree.replace("a", "7 bytes", "8 bytes!"), tree.create("b", "1")], limits: limits) == nil)
        expectRefusal(
            .locationRefused, naming: "a", of: tree.replace("a", "8 bytes!", "9 bytes.."), in: tree, limits: limits)
        tree.write("a", "9 bytes..")
        expectRefusal(.locationRefused, naming: "a", of: tree.replace("a", "9 bytes..", "x"), in: tree, limits: limits)
        let three = ["c", "d", "e"].map { tree.create($0, "") }
        #expect(tree.run(three, limits: limits)?.code == .invalidArgument)
        // Beside "before" and "after", 11 bytes.
        #expect(
            tree.run([tree.replace("first", "before", "after"), tree.create("f", "1234567")], limits: limits) == nil)
        tree.write("first", "before")
        tree.write("g", "12345")
        expectRefusal(
            .invalidArgument, naming: "g", of: tree.replace("g", "12345", "12345678"), in: tree, limits: limits)
        #expect(
            tree.run([tree.replace("first", "before", "after"), tree.replace("g", "12345", "1234567")], limits: limits)
                == nil)
    }

    @Test func aSecondRunIsLockedOut() throws {
        let tree = TransactionTree()
        let first = try tree.transaction()
        let error = #expect(throws: GateError.self) { _ = try tree.transaction() }
        #expect(error?.code == .inUse)
        #expect(error?.message.contains("process \(getpid())") == true)
        withExtendedLifetime(first) {}
    }

    @Test func theLockGoesWithTheTransaction() throws {
        let tree = TransactionTree()
        _ = try tree.transaction()
        _ = try tree.transaction()
    }

    @Test func aChangeSaysNothingOfItsContent() {
        let tree = TransactionTree()
        let change = tree.create("a", "S3CRET")
        var dumped = ""
        dump(change, to: &dumped)
        #expect(!"\(change) \(String(reflecting: change)) \(dumped)".contains("S3CRET"))
        #expect(!dumped.contains("83"))
    }

    @Test("Permissions get narrower with the content, without it, and never wider")
    func narrowed() throws {
        let tree = TransactionTree(["a": "one", "b": "two", "c": "three", "d": "four"])
        for (path, mode) in [("a", 0o644), ("b", 0o664), ("c", 0o666), ("d", 0o400)] as [(String, UInt32)] {
            unsafe chmod(tree.folder.path(path), mode)
        }
        func narrow(_ path: String, _ old: String, _ new: String, inPlace: Bool = false) -> FileChange {
            FileChange(
                path, now: .content(Array(old.utf8)), replacement: .content(Array(new.utf8)), permissions: .narrow,
                inPlace: inPlace)
        }
        let changes = [
            narrow("a", "one", "ONE"), narrow("b", "two", "TWO", inPlace: true), narrow("c", "three", "three"),
            narrow("d", "four", "four"),
        ]
        let inodes = [tree.facts("b").st_ino, tree.facts("c").st_ino]
        #expect(tree.run(changes + [tree.replace("none", "x", "y")])?.code == .locationChanged)
        #expect(["a", "b", "c", "d"].map { tree.facts($0).permissions } == [0o644, 0o664, 0o666, 0o400])
        let outcome = try tree.transaction().run(changes)
        #expect(outcome.changed == ["a", "b", "c"])
        #expect(["a", "b", "c", "d"].map { tree.facts($0).permissions } == [0o600, 0o600, 0o600, 0o400])
        #expect([tree.text("a"), tree.text("b"), tree.text("c")] == ["ONE", "TWO", "three"])
        #expect([tree.facts("b").st_ino, tree.facts("c").st_ino] == inodes)
    }

    @Test func modesThatAreNotKeptAreSaidOnce() throws {
        let kind = try #require(FileSystemKind(magic: 0x0102_1997))
        let warning = kind.warning(path: "qwen/.env")
        #expect(warning.kind == .modesNotKept)
        #expect(warning.message.contains("qwen/.env") && warning.message.contains("metadata"))
    }

    @Test(arguments: [0x0102_1997, 0xFF53_4D42, 0xFE53_4D42, 0x6969, 0x6573_5546] as [Int64])
    func sharedFileSystemsAreKnown(magic: Int64) { #expect(FileSystemKind(magic: magic) != nil) }

    @Test(arguments: [0xEF53, 0x0102_1994, 0x5846_5342, 0x9123_683E, 0x794C_7630] as [Int64])
    func ordinaryFileSystemsKeepModes(magic: Int64) { #expect(FileSystemKind(magic: magic) == nil) }
}
