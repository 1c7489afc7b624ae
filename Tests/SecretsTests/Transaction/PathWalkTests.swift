import Glibc
import TestSupport
import Testing

@testable import Secrets

struct PathWalkTests {
    private let outer = TemporaryFolder()
    private var root: String { outer.path("root") }

    init() {
        for name in ["root", "root/a", "root/a/b", "outside"] { unsafe mkdir(outer.path(name), 0o700) }
        outer.file("root/a/b/file", [1])
        outer.file("outside/file", [1])
        unsafe symlink("a/b", outer.path("root/inner"))
        unsafe symlink("../../a/b/file", outer.path("root/a/b/itself"))
        unsafe symlink("\(root)/a/b/file", outer.path("root/absolute"))
        unsafe symlink(outer.path("outside/file"), outer.path("root/away"))
        unsafe symlink("../outside", outer.path("root/up"))
        unsafe symlink("a/../../root/a/b/file", outer.path("root/aroundTheRoot"))
        unsafe symlink("loop", outer.path("root/loop"))
        unsafe symlink("a/b/nobody", outer.path("root/dangling"))
        unsafe mkfifo(outer.path("root/pipe"), 0o600)
    }

    @Test(arguments: [
        ("a/b/file", "a/b/file"), ("./a//b/./file", "a/b/file"), ("a/../a/b/file", "a/b/file"),
        ("inner/file", "a/b/file"), ("a/b/itself", "a/b/file"), ("absolute", "a/b/file"), ("a/b/nobody", "a/b/nobody"),
        ("dangling", "a/b/nobody"), ("nobody", "nobody"),
    ]) func pathsBelowTheRootAreFound(path: String, place: String) throws {
        var walk = try PathWalk(root: root)
        #expect(try walk.find(path).path == place)
        #expect(try walk.find("\(root)/\(path)").path == place)
    }

    @Test(
        arguments: [
            ("../outside/file", .outsideRoot), ("a/../../root/a/b/file", .outsideRoot), ("/etc/passwd", .outsideRoot),
            ("away", .outsideRoot), ("up/file", .outsideRoot), ("aroundTheRoot", .outsideRoot), ("loop", .linkLoop),
            ("", .badPath), ("a\nb", .badPath), ("a\0b", .badPath), ("a", .notAFile), ("inner", .notAFile),
            ("a/..", .notAFile), ("pipe", .notAFile), (".", .notAFile), ("/", .outsideRoot),
            ("nobody/file", .system(ENOENT, call: "open")), ("a/b/file/c", .system(ENOTDIR, call: "open")),
        ] as [(String, FileFailure.Cause)]) func everythingElseIsRefused(path: String, cause: FileFailure.Cause) throws
    {
        var walk = try PathWalk(root: root)
        let failure = #expect(throws: FileFailure.self) { _ = try walk.find(path) }
        #expect(failure?.cause == cause)
    }

    @Test func theLinkLimitHolds() throws {
        for number in 1...41 {
            unsafe symlink(number == 1 ? "a/b/file" : "chain\(number - 1)", outer.path("root/chain\(number)"))
        }
        var walk = try PathWalk(root: root)
        #expect(try walk.find("chain39").path == "a/b/file")
        #expect(try walk.find("chain40").path == "a/b/file")
        #expect(throws: FileFailure("chain41", .linkLoop)) { try walk.find("chain41") }
    }

    @Test func thePathLimitHolds() throws {
        var walk = try PathWalk(root: root)
        func path(_ count: Int) -> String {
            String(repeating: "./", count: count / 2 - 4) + String(repeating: "x", count: 8 + count % 2)
        }
        for count in [4_095, 4_096] { #expect(try walk.find(path(count)).folder.path.isEmpty) }
        #expect(throws: FileFailure.self) { try walk.find(path(4_097)) }
    }

    /// A folder that is exchanged for a link after it was opened is not entered again by its name.
    @Test func aFolderIsHeldByItsDescriptor() throws {
        var walk = try PathWalk(root: root)
        let place = try walk.find("a/b/file")
        unsafe rename(outer.path("root/a/b"), outer.path("root/a/moved"))
        unsafe symlink("../../outside", outer.path("root/a/b"))
        #expect(try place.folder.read("file", limit: 10) == [1])
        #expect(throws: FileFailure("a/b/file", .outsideRoot)) { try walk.find("a/b/file") }
    }
}
