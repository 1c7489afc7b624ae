import ComfyAPI
import Foundation
import TestSupport
import Testing

@testable import Fleet

struct WorkerFilesTests {
    private static let token = String(repeating: "ab", count: 16)
    private static let input = "cg_" + String(repeating: "0f", count: 16)

    /// A worker's folder with an attempt's files, somebody else's, and a link out of it.
    private struct World {
        let folder = TemporaryFolder()
        let files: WorkerFiles

        init() throws {
            files = WorkerFiles(path: folder.path("comfy"))
            for name in [
                "output/\(token)/pic_00001_.png", "output/\(token)/a/b/deep.png", "output/mine/keep.png",
                "output/sub/sound.flac", "temp/ComfyUI_temp_x_00001_.png", "input/\(input).png", "input/example.png",
                "../other/precious",
            ] { try write(name) }
            for link in ["output/\(token)/link", "output/link"] {
                try FileManager.default.createSymbolicLink(
                    atPath: files.path + "/" + link, withDestinationPath: folder.path("other"))
            }
        }

        func write(_ name: String) throws {
            let url = URL(filePath: files.path + "/" + name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
        }

        func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: files.path + "/" + name) }
        var isPreciousThere: Bool { has("../other/precious") }
    }

    @Test func anAttemptsFolderGoesWithAllThatIsInItAndNothingElse() throws {
        let world = try World()
        #expect(world.files.remove(attempt: Self.token, []) == 0)
        #expect(!world.has("output/\(Self.token)"))
        #expect(world.has("output/mine/keep.png") && world.has("temp/ComfyUI_temp_x_00001_.png"))
        #expect(world.isPreciousThere, "a link is removed, not followed")
        #expect(world.files.remove(attempt: Self.token, []) == 0, "and again")
    }

    @Test func filesThatANodeNamedElsewhereGoToo() throws {
        let world = try World()
        let listed = [
            OutputFile(
                filename: "ComfyUI_temp_x_00001_.png", subfolder: "", type: "temp", node: "3", kind: "images"),
            OutputFile(filename: "sound.flac", subfolder: "sub", type: "output", node: "4", kind: "audio"),
            OutputFile(filename: "example.png", subfolder: "", type: "input", node: "5", kind: "images"),
        ]
        #expect(world.files.remove(attempt: Self.token, listed) == 0)
        #expect(!world.has("temp/ComfyUI_temp_x_00001_.png") && !world.has("output/sub/sound.flac"))
        #expect(world.has("input/example.png"), "inputs are not an attempt's")
    }

    @Test(arguments: [
        ("precious", "link"), ("precious", "../../other"), ("precious", ".."), ("..", ""), (".", "mine"), ("", "mine"),
        ("../mine/keep.png", "sub"), ("keep.png\0x", "mine"),
    ])
    func namesThatLeadElsewhereHitNothing(name: String, subfolder: String) throws {
        let world = try World()
        let file = OutputFile(filename: name, subfolder: subfolder, type: "output", node: "1", kind: "images")
        #expect(world.files.remove(attempt: "none", [file]) != 0)
        #expect(world.isPreciousThere && world.has("output/mine/keep.png"))
    }

    @Test func onlyInputsThatAGateSentAreFound() throws {
        let world = try World()
        for name in ["cg_short.png", "cg_\(String(repeating: "zz", count: 16)).png", "x" + Self.input] {
            try world.write("input/" + name)
        }
        #expect(world.files.sentInputs() == [Self.input + ".png"])
        #expect(world.files.remove(inputs: [Self.input + ".png", "gone.png"]) == 0)
        #expect(!world.has("input/\(Self.input).png") && world.has("input/example.png"))
    }

    @Test func aFolderThatIsNotThereIsSaid() {
        #expect(WorkerFiles(path: "/nowhere").remove(inputs: ["a"]) == ENOENT)
        #expect(WorkerFiles(path: "/nowhere").sentInputs() == [])
    }
}
