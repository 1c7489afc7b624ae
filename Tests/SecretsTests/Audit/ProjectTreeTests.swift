import Basics
import Glibc
import TestSupport
import Testing

@testable import Secrets

/// A project's folder as an audit sees it.
struct ProjectTreeTests {
    @Test("Wildcards stand for names, not for hidden ones, and ** for folders")
    func wildcards() throws {
        let folder = TemporaryFolder()
        for path in [
            "a/.env", "a/x.json", "services/qwen/.env", "services/video/.env", "services/video/deep/.env",
            "services/readme", ".hidden/.env", "b/.env.generated",
        ] {
            Self.write("K=v\n", to: path, in: folder)
        }
        let tree = try ProjectTree(root: folder.path)
        let cases: [(String, [String])] = [
            ("services/*/.env", ["services/qwen/.env", "services/video/.env"]),
            ("services/?????/.env", ["services/video/.env"]),
            ("**/.env", ["a/.env", "services/qwen/.env", "services/video/.env", "services/video/deep/.env"]),
            ("services/**/.env", ["services/qwen/.env", "services/video/.env", "services/video/deep/.env"]),
            ("*/.env*", ["a/.env", "b/.env.generated"]), ("*/*.json", ["a/x.json"]), ("*/none", []),
            ("none", ["none"]), ("a/.env", ["a/.env"]), ("services/*", ["services/readme"]),
            ("a/**", ["a/x.json"]),
        ]
        for (pattern, expected) in cases { #expect(tree.expand(pattern) == expected, "\(pattern)") }
    }

    private static func write(_ text: String, to path: String, in folder: TemporaryFolder) {
        var made = folder.path
        for part in path.split(separator: "/").dropLast() {
            made += "/\(part)"
            #expect(unsafe mkdir(made, 0o755) == 0 || errno == EEXIST)
        }
        _ = folder.file(path, text.utf8)
    }

    @Test("Facts say what is there, and nothing outside is looked at")
    func facts() throws {
        let folder = TemporaryFolder()
        let outside = TemporaryFolder()
        Self.write("x", to: "secret", in: outside)
        Self.write("value\n", to: "plain", in: folder)
        Self.write(String(repeating: "x", count: ProjectTree.fileLimit + 1), to: "large", in: folder)
        #expect(unsafe chmod(folder.path + "/plain", 0o640) == 0)
        #expect(unsafe symlink(outside.path + "/secret", folder.path + "/away") == 0)
        #expect(unsafe symlink("plain", folder.path + "/link") == 0)
        #expect(unsafe symlink(outside.path, folder.path + "/folder") == 0)
        #expect(unsafe symlink("loop", folder.path + "/loop") == 0)
        let tree = try ProjectTree(root: folder.path, tracked: ["plain"])
        var plain = FileFacts(.bytes(Array("value\n".utf8)), mode: 0o640, isTracked: true)
        plain.inode = tree.facts(of: "plain").inode
        #expect(plain.inode != nil && tree.facts(of: "none").inode == nil)
        #expect(tree.facts(of: "plain") == plain)
        #expect(tree.facts(of: "link") == plain)
        #expect(tree.facts(of: "none").content == .missing)
        #expect(tree.facts(of: "none/deeper").content == .missing)
        #expect(tree.facts(of: "plain/deeper").content == .missing)
        #expect(tree.facts(of: "away").content == .outside)
        #expect(tree.facts(of: "folder/secret").content == .outside)
        #expect(tree.facts(of: "folder/..").content == .outside)
        #expect(tree.facts(of: "large").content == .tooLarge(limit: ProjectTree.fileLimit))
        #expect(tree.expand("folder/*") == [])
        for path in ["loop", "."] {
            guard case .unreadable = tree.facts(of: path).content else {
                Issue.record("\(path): \(tree.facts(of: path).content)")
                continue
            }
        }
        #expect(throws: GateError.self) { try ProjectTree(root: folder.path + "/none") }
    }

    @Test(
        "A pattern of one name",
        arguments: [
            ("*", "a", true), ("*", ".a", false), (".*", ".a", true), ("a*c", "abc", true), ("a*c", "ac", true),
            ("a*c", "abd", false), ("*.env", "x.env", true), ("?", "", false), ("??", "ab", true),
            ("*a*b*", "xaybz", true),
            ("*a*b*", "xbya", false), ("a", "a", true), ("", "", true),
        ])
    func names(pattern: String, name: String, matches: Bool) {
        #expect(NamePattern(pattern).matches(name) == matches)
    }

    @Test("A pattern of many stars ends soon")
    func stars() {
        #expect(!NamePattern(String(repeating: "*a", count: 200)).matches(String(repeating: "a", count: 199)))
    }
}
