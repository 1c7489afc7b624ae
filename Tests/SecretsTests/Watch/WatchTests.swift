import Basics
import Glibc
import TestSupport
import Testing

@testable import Secrets

struct WatchTests {
    private static func row(_ path: String, _ states: [AuditRow.State], shown: String? = nil) -> AuditRow {
        AuditRow("default", path, .tokenFile, value: .raw, states: states, shown: shown)
    }

    @Test("Drift is what is off now and was not, and what was off and is not")
    func drift() {
        let old = [Self.row("a", []), Self.row("b", [.different], shown: "x… 1"), Self.row("c", [.missing])]
        let new = [Self.row("a", [.missing]), Self.row("b", [.different], shown: "y… 2"), Self.row("c", [])]
        let drift = Drift(from: old, to: new)
        #expect(drift.appeared.map(\.path) == ["a", "b"])
        #expect(drift.gone.map(\.path) == ["b", "c"])
        #expect(Drift(from: new, to: new) == Drift(from: [], to: []))
    }

    @Test("A folder tells of every change in it, and one that is made later is found")
    func folders() throws {
        let folder = TemporaryFolder()
        let watch = FolderWatch()
        watch.add([folder.path, folder.path("later")])
        #expect(!watch.wait(milliseconds: 0))
        folder.file("a", Array("1".utf8))
        #expect(watch.wait(milliseconds: 60_000))
        unsafe mkdir(folder.path("later"), 0o700)
        #expect(watch.wait(milliseconds: 60_000))
        watch.add([folder.path("later")])
        folder.file("later/b", Array("1".utf8))
        #expect(watch.wait(milliseconds: 60_000))
        unsafe unlink(folder.path("later/b"))
        #expect(watch.wait(milliseconds: 60_000))
    }
}
