import Basics
import Glibc
import TestSupport
import Testing

@testable import Secrets

struct BackupRulesTests {
    private static let now = Timestamp(year: 2026, month: 11, day: 21, hour: 12)

    private static func name(daysAgo: Int, _ reason: String = "sync") throws -> BackupName {
        let reason = try #require(BackupReason(reason))
        return BackupName(time: now.advanced(bySeconds: -Int64(daysAgo) * 86_400), reason: reason)
    }

    @Test("Names have one spelling, and say nothing but time and reason")
    func names() throws {
        for text in [
            "20261121T161231.123Z-sync.tar.age", "19700101T000000.000Z-a.tar.age",
            "20240229T235959.999Z-before-restore-of-all-abc.tar.age".replacing("-of-all-abc", with: ""),
        ] { #expect(BackupName(parsing: text)?.text == text, "\(text)") }
        for text in [
            "", "20261121T161231.123Z-sync.tar", "20261121T161231.123Z-.tar.age", "20261121T161231.123Z-Sync.tar.age",
            "20261121T161231.123Z-a1.tar.age", "20261121t161231.123Z-sync.tar.age", "20261121T161231,123Z-sync.tar.age",
            "20260229T161231.123Z-sync.tar.age", "20261301T161231.123Z-sync.tar.age",
            "20261100T161231.123Z-sync.tar.age",
            "20261121T241231.123Z-sync.tar.age", "20261121T166031.123Z-sync.tar.age",
            "20261121T161260.123Z-sync.tar.age",
            "2026112１T161231.123Z-sync.tar.age", "20261121T161231.123Z_sync.tar.age",
            "20261121T161231.123Z-a.tar.age.new",
            "20261121T161231.123Z-\(String(repeating: "a", count: 25)).tar.age",
        ] { #expect(BackupName(parsing: text) == nil, "\(text)") }
        for (text, isOne) in [
            ("a", true), (String(repeating: "a", count: 23), true), (String(repeating: "a", count: 24), true),
            (String(repeating: "a", count: 25), false), ("", false), ("a b", false), ("A", false), ("a.b", false),
            ("é", false),
        ] { #expect((BackupReason(text) != nil) == isOne, "\(text)") }
    }

    @Test("A backup goes only when it is beyond the count and older than the age; the newest never")
    func retention() throws {
        // Days ago, count, days, and which go.
        let cases: [([Int], Int, Int, [Int])] = [
            ([], 1, 1, []), ([0], 0, 0, []), ([100], 0, 0, []), ([100, 200], 0, 0, [200]), ([100, 200], 1, 0, [200]),
            ([100, 200], 2, 0, []), ([1, 2, 3, 4], 2, 0, [4, 3]), ([1, 2, 3, 4], 2, 3, [4]),
            ([1, 2, 3, 4], 2, 2, [4, 3]),
            ([1, 2, 3, 4], 2, 4, []), ([4, 1, 3, 2], 3, 1, [4]), ([1, 2, 3], -5, -5, [3, 2]), ([0, 0, 0], 1, 0, []),
            ([89, 90, 91], 1, 90, [91]), ([1, 200_000], 1, Int.max, []),
        ]
        for (ages, count, days, gone) in cases {
            let names = try ages.map { try Self.name(daysAgo: $0) }
            let expected = try gone.map { try Self.name(daysAgo: $0) }
            #expect(
                BackupRetention(count: count, days: days).expired(names, at: Self.now) == expected, "\(ages) \(count)")
        }
        let usual = BackupRetention()
        for count in [49, 50, 51] {
            let names = try (0..<count).map { try Self.name(daysAgo: 91 + $0) }
            #expect(usual.expired(names, at: Self.now).count == max(0, count - 50))
        }
    }

    @Test("Backups lie outside the project, apart from what opens them")
    func places() throws {
        let plain = try BackupPlaces(environment: ["HOME": "/home/me"], root: "/srv/genai")
        // SHA-256 of "/srv/genai".
        let mark = Hex.encode(Array(Digest.sha256(Array("/srv/genai".utf8)).prefix(4)))
        #expect(plain.folder == "/home/me/.local/state/comfygate/backups/genai-\(mark)")
        #expect(plain.identity == "/home/me/.config/comfygate/backup.identity")
        let moved = try BackupPlaces(
            environment: ["HOME": "/home/me", "XDG_STATE_HOME": "/state/", "XDG_CONFIG_HOME": "relative"],
            root: "/srv/genai")
        #expect(moved.folder == "/state/comfygate/backups/genai-\(mark)")
        #expect(moved.identity == plain.identity)
        let names: [(String, String)] = [
            ("/", "root-"), ("/srv/Été d'ici", "__t___d_ici-"), ("/a/.b", ".b-"),
            ("/\(String(repeating: "n", count: 100))", String(repeating: "n", count: 64) + "-"),
        ]
        for (root, name) in names {
            let folder = try BackupPlaces(environment: ["HOME": "/h"], root: root).folder
            #expect(folder.split(separator: "/").last?.dropLast(8) == name[...], "\(folder)")
        }
        let two = try ["/a/x", "/b/x"].map { try BackupPlaces(environment: ["HOME": "/h"], root: $0).folder }
        #expect(two[0] != two[1])
        #expect(throws: BackupError.noHome("XDG_STATE_HOME")) { try BackupPlaces(environment: [:], root: "/a") }
        #expect(throws: BackupError.noHome("XDG_CONFIG_HOME")) {
            try BackupPlaces(environment: ["XDG_STATE_HOME": "/s", "HOME": ""], root: "/a")
        }
    }

    @Test("A folder in a Git work tree is found, be it there yet or not, and be it reached by a link")
    func workTrees() throws {
        let place = TemporaryFolder()
        for folder in ["tree", "tree/.git", "tree/a", "module", "free"] { unsafe mkdir(place.path(folder), 0o700) }
        place.file("module/.git", Array("gitdir: elsewhere\n".utf8))
        unsafe symlink(place.path("tree/a"), place.path("free/link"))
        let real = try #require(unsafe realpath(place.path, nil).map { unsafe String(cString: $0) })
        let cases: [(String, String?)] = [
            ("tree", "tree"), ("tree/a", "tree"), ("tree/a/not/there", "tree"), ("tree/.git", "tree"),
            ("module", "module"),
            ("module/x", "module"), ("free", nil), ("free/not/there", nil), ("free/link", "tree"),
            ("free/link/x", "tree"),
        ]
        for (path, tree) in cases {
            #expect(WorkTree.holding(place.path(path)) == tree.map { "\(real)/\($0)" }, "\(path)")
        }
        #expect(WorkTree.holding("/not-there-\(UUID())") == nil)
    }

    @Test("What differs is told by paths and keys, never by values")
    func difference() {
        func member(_ path: String, _ text: String) -> TarArchive.Member {
            TarArchive.Member(path: path, mode: 0o600, modified: 0, bytes: Array(text.utf8))
        }
        func now(_ text: String) -> FileFacts.Content { .bytes(Array(text.utf8)) }
        let old = "# old\nA=1\nB='two'\nC=3\n"
        let backup = [
            member("same", "x"), member(".env", old), member("comment/.env", old), member("token", "x"),
            member("gone", "x"),
            member("huge", "x"), member("new/.env", "A=1"),
        ]
        let difference = BackupDifference(
            backup: backup,
            now: [
                "same": now("x"), ".env": now("A=1\nB=two\nC=4\nD=5\n"), "comment/.env": now("# new\n" + old),
                "token": now("y"),
                "huge": .tooLarge(limit: 9), "extra": now(""), "never": .missing, "gone": .missing,
            ])
        let expected: [(String, BackupDifference.State, [String])] = [
            (".env", .different, ["C", "D"]), ("comment/.env", .different, []), ("extra", .notInBackup, []),
            ("gone", .missingNow, []), ("huge", .unreadable(AuditMessages.tooLarge(["limit": "9"])), []),
            ("new/.env", .missingNow, []), ("same", .same, []), ("token", .different, []),
        ]
        #expect(difference.entries.map(\.path) == expected.map(\.0))
        #expect(difference.entries.map(\.state) == expected.map(\.1))
        #expect(difference.entries.map(\.keys) == expected.map(\.2))
        #expect(!difference.isEmpty)
        #expect(BackupDifference(backup: [member("same", "x")], now: ["same": now("x")]).isEmpty)
    }
}
