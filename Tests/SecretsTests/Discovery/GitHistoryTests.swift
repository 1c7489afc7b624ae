import Basics
import Glibc
import TestSupport
import Testing

@testable import Secrets

/// What Git keeps of secrets.
struct GitHistoryTests {
    private static func git(_ folder: TemporaryFolder, _ words: String...) -> String {
        let options = ["-C", folder.path, "-c", "user.name=Test", "-c", "user.email=test@localhost"]
        return ProgramRun.output("/usr/bin/git", options + ["-c", "commit.gpgsign=false"] + words)
    }

    private static func commit(_ folder: TemporaryFolder) {
        _ = git(folder, "add", "-A")
        _ = git(folder, "commit", "-q", "-m", "change")
    }

    private static func exposures(_ folder: TemporaryFolder, below root: String? = nil) throws -> [String: [String]] {
        let root = root ?? folder.path
        let found = try Discovery(
            of: root, listed: nil, tracked: GitFacts.tracked(below: root) ?? [], readsHistory: true)
        #expect(found.knowsHistory)
        return Dictionary(
            uniqueKeysWithValues: found.findings.map {
                ("\($0.path) \($0.key ?? "-")", $0.exposures.map { $0.label.text(in: .english) })
            })
    }

    @Test("A committed value is burnt, even where the file is gone from the index or was called otherwise")
    func burnt() throws {
        let folder = DiscoveryTests.folder(["a/.env": "A_TOKEN=t0ken-of-mine-1\nB_TOKEN=t0ken-of-mine-2\n"])
        _ = Self.git(folder, "init", "-q")
        #expect(try Self.exposures(folder) == ["a/.env A_TOKEN": [], "a/.env B_TOKEN": []])
        Self.commit(folder)
        let both = ["tracked by Git", "burnt: in 1 commit"]
        #expect(try Self.exposures(folder) == ["a/.env A_TOKEN": both, "a/.env B_TOKEN": both])
        folder.file("a/.env", "A_TOKEN=t0ken-of-mine-1\nB_TOKEN=t0ken-of-mine-3\n".utf8)
        Self.commit(folder)
        // A new value that is not committed is not burnt, though its file is tracked.
        folder.file("a/.env", "A_TOKEN=t0ken-of-mine-1\nB_TOKEN=t0ken-of-mine-4\n".utf8)
        #expect(
            try Self.exposures(folder) == [
                "a/.env A_TOKEN": ["tracked by Git", "burnt: in 2 commits"], "a/.env B_TOKEN": ["tracked by Git"],
            ])
        _ = Self.git(folder, "rm", "-q", "--cached", "a/.env")
        _ = Self.git(folder, "commit", "-q", "-m", "forget")
        folder.file("b.token", "t0ken-of-mine-2\n".utf8)
        #expect(
            try Self.exposures(folder) == [
                "a/.env A_TOKEN": ["burnt: in 2 commits"], "a/.env B_TOKEN": [], "b.token -": ["burnt: in 1 commit"],
            ])
        // Seen from a folder below the work tree.
        #expect(try Self.exposures(folder, below: folder.path("a"))[".env A_TOKEN"] == ["burnt: in 2 commits"])
    }

    @Test("Other branches and stashes are history, too")
    func branches() throws {
        let folder = DiscoveryTests.folder(["README": "x"])
        _ = Self.git(folder, "init", "-q")
        Self.commit(folder)
        _ = Self.git(folder, "checkout", "-q", "-b", "other")
        folder.file("x.token", "t0ken-of-mine-1".utf8)
        Self.commit(folder)
        _ = Self.git(folder, "checkout", "-q", "-")
        folder.file("x.token", "t0ken-of-mine-1".utf8)
        folder.file("y.env", "Y_TOKEN=t0ken-of-mine-5\n".utf8)
        _ = Self.git(folder, "add", "y.env")
        _ = Self.git(folder, "stash", "-q")
        folder.file("y.env", "Y_TOKEN=t0ken-of-mine-5\n".utf8)
        let found = try Self.exposures(folder)
        #expect(found["x.token -"] == ["burnt: in 1 commit"])
        #expect(found["y.env Y_TOKEN"]?.last?.hasPrefix("burnt: in ") == true)
    }

    @Test("Where not every old version can be read, a file in the history makes its values suspicious")
    func limits() throws {
        let folder = DiscoveryTests.folder([".env": "A_TOKEN=t0ken-of-mine-1\n"])
        _ = Self.git(folder, "init", "-q")
        Self.commit(folder)
        let value = DotenvValue(Array("t0ken-of-mine-1".utf8))
        func history(_ change: (inout GitHistory.Limits) -> Void) throws -> (whole: Bool, holding: Int, file: Int) {
            var limits = GitHistory.Limits()
            change(&limits)
            let history = try #require(GitHistory(of: [".env"], below: folder.path, limits: limits))
            return (history.isComplete, history.commits(holding: [(value, ".env")])[0], history.commits(of: ".env"))
        }
        #expect(try history { _ in } == (true, 1, 1))
        #expect(try history { $0.blobBytes = 24 } == (true, 1, 1))
        #expect(try history { $0.blobBytes = 23 } == (false, 0, 1))
        #expect(try history { $0.allBytes = 23 } == (false, 0, 1))
        #expect(try history { $0.blobs = 0 } == (false, 0, 1))
        var limits = GitHistory.Limits()
        limits.list = 8
        #expect(GitHistory(of: [".env"], below: folder.path, limits: limits) == nil)
        #expect(GitHistory(of: [".env"], below: "/", limits: limits) == nil)
    }

    @Test("A short word is looked for in the old versions of its own file only")
    func short() throws {
        let folder = DiscoveryTests.folder(["a.env": "A_PASSWORD=horses7\n", "b.env": "B_PASSWORD=horses78\n"])
        _ = Self.git(folder, "init", "-q")
        Self.commit(folder)
        let history = try #require(GitHistory(of: ["a.env", "b.env"], below: folder.path))
        func commits(_ value: String, _ path: String) -> Int {
            history.commits(holding: [(DotenvValue(Array(value.utf8)), path)])[0]
        }
        #expect(commits("horses7", "a.env") == 1)
        #expect(commits("horses7", "c.env") == 0)
        #expect(commits("horses78", "c.env") == 1)
        #expect(commits("hor", "a.env") == 0)
        #expect(commits("horses79", "a.env") == 0)
        // Values that begin alike, one inside the other, at the end and twice.
        let values = [
            "B_PASSWORD=horses78", "B_PASSWORD=horses7", "B_PASSWORD=horses79", "PASSWORD", "PASSWORD", "horses78\n",
        ]
        let counts = history.commits(holding: values.map { (DotenvValue(Array($0.utf8)), "c.env") })
        #expect(counts == [1, 1, 0, 1, 1, 1])
    }

    @Test("Nothing that a repository's configuration names is run")
    func harmless() throws {
        let folder = DiscoveryTests.folder([".env": "A_TOKEN=t0ken-of-mine-1\n", ".gitattributes": "*.env diff=evil\n"])
        _ = Self.git(folder, "init", "-q")
        Self.commit(folder)
        let trap = "touch \(folder.path("sprung"))"
        for (key, value) in [
            ("core.fsmonitor", trap), ("core.pager", trap), ("pager.log", trap), ("diff.external", trap),
            ("diff.evil.textconv", trap), ("diff.evil.command", trap), ("gpg.program", folder.path("trap")),
            ("log.showSignature", "true"), ("core.sshCommand", trap), ("core.gitProxy", trap),
            ("remote.origin.url", "ssh://localhost/x"), ("remote.origin.promisor", "true"),
            ("remote.origin.uploadpack", trap), ("extensions.partialClone", "origin"),
            ("credential.helper", "!\(trap)"),
        ] {
            #expect(Self.git(folder, "config", key, value) == "")
        }
        #expect(try Self.exposures(folder) == [".env A_TOKEN": ["tracked by Git", "burnt: in 1 commit"]])
        #expect(!folder.names.contains("sprung"))
        // An old version that a partial clone would fetch is missing, and stays so.
        let blob = Self.git(folder, "rev-parse", "HEAD:.env").prefix(40)
        let object = folder.path(".git/objects/\(blob.prefix(2))/\(blob.dropFirst(2))")
        #expect(unsafe unlink(object) == 0)
        #expect(try Self.exposures(folder) == [".env A_TOKEN": ["tracked by Git", "perhaps burnt: 1 commit"]])
        #expect(!folder.names.contains("sprung"))
    }

    @Test("Answers of Git that are cut or of another form are no trouble")
    func parsing() {
        func changes(_ text: String) -> [String] {
            GitHistory.parse(Array(text.utf8)).map { "\($0.0) \($0.1.path) \($0.1.blob ?? "-")" }
        }
        let log =
            "\u{2}c1\0\n:100644 000000 aa 00 D\0a b\0\u{2}c2\0\n:000000 100644 00 aa A\0a b\0:000000 120000 00 bb A\0l\0"
        #expect(changes(log) == ["0 a b -", "1 a b aa", "1 l -"])
        for length in 0..<log.utf8.count { _ = changes(String(decoding: log.utf8.prefix(length), as: UTF8.self)) }
        #expect(changes("") == [])
        func batch(_ text: String) -> [String: String] {
            GitHistory.batch(Array(text.utf8)).mapValues { String(decoding: $0, as: UTF8.self) }
        }
        let two = "aa blob 3\nx\ny\nbb blob 0\n\ncc missing\ndd blob 2\nok\n"
        #expect(batch(two) == ["aa": "x\ny", "bb": "", "dd": "ok"])
        for length in 0..<two.utf8.count { _ = batch(String(decoding: two.utf8.prefix(length), as: UTF8.self)) }
        #expect(batch("aa blob 99\nx\n") == [:])
        #expect(batch("aa blob -1\nx\n") == [:])
    }
}
