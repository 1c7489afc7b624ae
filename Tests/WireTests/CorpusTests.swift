import TestSupport
import Testing

/// Replays what the fuzzers were given and found; see Fuzz/README.md.
struct CorpusTests {
    private static let names = FuzzTargets.wire.map(\.name)

    private func target(_ name: String) throws -> (run: @Sendable ([UInt8]) -> Void, inputs: [[UInt8]]) {
        let target = try #require(FuzzTargets.wire.first { $0.name == name })
        let inputs = Corpus.inputs(name, beside: #filePath).map(\.bytes)
        try #require(!inputs.isEmpty)
        return (target.run, inputs)
    }

    @Test(arguments: names) func everyStoredInputKeepsTheProperties(name: String) throws {
        let (run, inputs) = try target(name)
        for input in inputs { run(input) }
    }

    /// For these the first byte chooses how the rest is read.
    @Test(arguments: ["multipart", "websocket", "sse"])
    func everyStoredInputKeepsThemHoweverItIsCut(name: String) throws {
        let (run, inputs) = try target(name)
        for input in inputs {
            for choice in [0, 1, 2, 3, 7, 0x1D, 0xFF] as [UInt8] { run([choice] + input.dropFirst()) }
        }
    }

    @Test(arguments: names) func inputsWithSomeBytesChangedKeepThem(name: String) throws {
        var generator = SeededGenerator(seed: 42)
        let (run, inputs) = try target(name)
        for _ in 0..<400 {
            var input = inputs.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 0...4, using: &generator) where !input.isEmpty {
                input[Int.random(in: 0..<input.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            input += (inputs.randomElement(using: &generator) ?? []).dropFirst()
            run(input)
        }
    }

    @Test func randomBytesNeverTrap() {
        var generator = SeededGenerator(seed: 42)
        // Bytes that the grammars care about come more often.
        let alphabet = Array("/%2F.:;=&?+\"\\-, \r\n\tabc019[]b=bytes".utf8) + [0, 0x7F, 0xC3, 0xA9, 0xFF]
        for _ in 0..<1_000 {
            let count = Int.random(in: 0...60, using: &generator)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            for target in FuzzTargets.wire { target.run(bytes) }
        }
    }
}
