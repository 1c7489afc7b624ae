import Basics
import Glibc
import TestSupport
import Testing

@testable import Secrets

struct ChangeLogTests {
    private static func entry(_ action: String, _ count: Int = 1) -> ChangeLog.Entry {
        ChangeLog.Entry(
            time: Timestamp(milliseconds: 1_763_728_973_120), action: action, user: 1_000,
            files: (0..<count).map { "services/\($0)/.env" }, backup: "b.tar.age")
    }

    @Test("Entries are read back, the newest first, and others cannot read them")
    func readBack() throws {
        let folder = TemporaryFolder()
        let log = ChangeLog(root: folder.path)
        #expect(try log.entries() == [])
        unsafe mkdir(folder.path(".secrets"), 0o700)
        try log.add(Self.entry("unify"))
        try log.add(Self.entry("rotate", 3))
        #expect(try log.entries() == [Self.entry("rotate", 3), Self.entry("unify")])
        var facts = stat()
        unsafe stat(folder.path(ChangeLog.path), &facts)
        #expect(facts.permissions == 0o600)
    }

    @Test("A long log is begun anew, and the old one stays beside it")
    func rolled() throws {
        let folder = TemporaryFolder()
        unsafe mkdir(folder.path(".secrets"), 0o700)
        let log = ChangeLog(root: folder.path)
        for _ in 0..<3 { try log.add(Self.entry("sync", 30_000)) }
        #expect(try log.entries().count == 1)
        #expect(unsafe access(folder.path(ChangeLog.path + ".1"), F_OK) == 0)
    }

    @Test("A link in its place leads nowhere outside")
    func link() throws {
        let (folder, outside) = (TemporaryFolder(), TemporaryFolder())
        unsafe mkdir(folder.path(".secrets"), 0o700)
        unsafe symlink(outside.path("log"), folder.path(ChangeLog.path))
        #expect(throws: GateError.self) { try ChangeLog(root: folder.path).add(Self.entry("sync")) }
        #expect(unsafe access(outside.path("log"), F_OK) != 0)
    }
}
