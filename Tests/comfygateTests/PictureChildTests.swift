import Basics
import CommandLineKit
import Glibc
import Loop
import TestSupport
import Testing

@testable import comfygate

/// The built program as the process that makes pictures: no test program stands in for it here.
struct PictureChildTests {
    /// One red pixel, half transparent.
    private static let picture: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8,
        6,
        0, 0, 0, 0x1F, 0x15, 0xC4, 0x89, 0, 0, 0, 0x0D, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0xF8, 0xCF, 0xC0,
        0xD0, 0, 0, 4, 0x81, 1, 0x80, 0x2C, 0x55, 0xCE, 0xB0, 0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60,
        0x82,
    ]

    private func run(_ words: [String], _ input: [UInt8]) throws -> ChildProcess.Result {
        let folder = TemporaryFolder()
        let file = unsafe open(folder.file("in", input), O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var child = ChildProcess(BuiltProducts.folder + "/comfygate", ["picture-child"] + words)
        child.environment = [:]
        child.standardInput = file
        return try child.run()
    }

    @Test("The program makes pictures when it is started for that", arguments: ["colors", "alpha"])
    func makes(task: String) throws {
        let result = try run([task], Self.picture)
        #expect(result.end == .exited(0) && result.errors.isEmpty)
        #expect(result.output.starts(with: Self.picture.prefix(16)))
        #expect(try run([task], Array("no picture".utf8)).end == .exited(10))
        #expect(try run([task], Array(Self.picture.dropLast(30))).end == .exited(11))
        #expect(try run(["preview", "webp", "75", "all"], Self.picture).output.starts(with: Array("RIFF".utf8)))
    }

    @Test("People are not told of it")
    func hidden() async {
        let (output, error) = (MemorySink(), MemorySink())
        _ = await ComfyGateCommand.program.run(["--help"], environment: [:], output: output, error: error)
        #expect(output.text.contains("serve") && !output.text.contains("picture-child"))
    }
}
