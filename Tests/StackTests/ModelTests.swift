import Foundation
import TestSupport
import Testing

@testable import Stack

struct ModelTests {
    /// A file of the format with one tensor of so many bytes.
    static func safetensors(_ count: Int, padding: Int = 0) -> [UInt8] {
        let header = Array(
            (#"{"__metadata__": {"format": "pt"}, "a": {"dtype": "U8", "shape": [\#(count)], "data_offsets": [0, \#(count)]}}"#
                + String(repeating: " ", count: padding)).utf8)
        var length = UInt64(header.count).littleEndian
        let bytes = unsafe withUnsafeBytes(of: &length) { unsafe Array($0) }
        return bytes + header + [UInt8](repeating: 7, count: count)
    }

    private func state(_ name: String, _ bytes: [UInt8]) -> ModelState? {
        ModelState.judge(name: name, size: bytes.count) { Array(bytes.prefix($0)) }
    }

    @Test("A whole file is whole, one that was cut anywhere is not")
    func cuts() {
        let whole = Self.safetensors(100, padding: 3)
        #expect(state("a.safetensors", whole) == .whole)
        #expect(state("A.SafeTensors", whole) == .whole)
        for count in 1..<whole.count {
            let state = state("a.safetensors", Array(whole.prefix(count)))
            guard case .truncated(let expected) = state else {
                Issue.record("cut at \(count): \(String(describing: state))")
                continue
            }
            #expect(expected <= whole.count && expected > count)
        }
    }

    @Test(
        "What is no model is told from one",
        arguments: [
            ("a.safetensors", "<!DOCTYPE html><html>", .webPage), ("a.gguf", "  \n<html>", .webPage),
            ("a.ckpt", "version https://git-lfs.github.com/spec/v1\n", .gitPointer), ("a.pt", "", .empty),
            ("a.safetensors", "\u{2}\0\0\0\0\0\0\0[]", .broken), ("a.gguf", "GGUF\u{3}\0", .whole),
            ("a.gguf", "GGML", .broken),
            ("a.pth", "PK\u{3}\u{4}", .whole), ("a.pth", "text", .broken), ("a.safetensors.part", "x", .unfinished),
            ("a.safetensors.aria2", "", .unfinished), ("notes.txt", "x", nil), ("a.bin", "x", nil),
        ] as [(String, String, ModelState?)])
    func kinds(name: String, text: String, expected: ModelState?) {
        #expect(state(name, Array(text.utf8)) == expected)
    }

    @Test("Whatever a header says, nothing breaks")
    func hostile() {
        for length in [0, 1, UInt64(1) << 33, .max] {
            var length = length.littleEndian
            let bytes = unsafe withUnsafeBytes(of: &length) { unsafe Array($0) }
            #expect(state("a.safetensors", bytes + Array("{}".utf8)) == .broken)
        }
        var generator = SystemRandomNumberGenerator()
        let sample = Self.safetensors(9)
        for _ in 0..<2_000 {
            var bytes = sample
            for _ in 0..<3 {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = state("a.safetensors", bytes)
        }
    }

    @Test("A folder is looked through, links to files with it, circles and pipes without harm")
    func folder() throws {
        let folder = TemporaryFolder()
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder.path + "/checkpoints/deep", withIntermediateDirectories: true)
        try Data(Self.safetensors(10)).write(to: URL(fileURLWithPath: folder.path + "/checkpoints/good.safetensors"))
        try Data(Self.safetensors(10).dropLast()).write(
            to: URL(fileURLWithPath: folder.path + "/checkpoints/deep/cut.sft"))
        try manager.createSymbolicLink(
            atPath: folder.path + "/linked.safetensors", withDestinationPath: "checkpoints/good.safetensors")
        try manager.createSymbolicLink(atPath: folder.path + "/checkpoints/circle", withDestinationPath: "..")
        try manager.createSymbolicLink(atPath: folder.path + "/gone.safetensors", withDestinationPath: "nowhere")
        #expect(unsafe mkfifo(folder.path + "/pipe.ckpt", 0o600) == 0)
        let found = ModelFolder.look(folder.path)
        #expect(
            found.map { $0.path.dropFirst(folder.path.utf8.count + 1) } == [
                "checkpoints/deep/cut.sft", "checkpoints/good.safetensors", "linked.safetensors",
            ])
        #expect(found.map { $0.state == .whole } == [false, true, true])
        #expect(ModelFolder.look(folder.path + "/nothing").isEmpty)
    }
}
