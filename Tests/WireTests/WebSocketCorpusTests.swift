import Foundation
import TestSupport
import Testing

/// Every input that once was interesting to a fuzzer stays one.
struct WebSocketCorpusTests {
    private static func corpus(_ name: String) -> [[UInt8]] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus/\(name)")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { (try? Data(contentsOf: folder.appending(path: $0))).map { Array($0) } }
    }

    @Test func webSocketInputsReplay() {
        let inputs = Self.corpus("websocket")
        #expect(!inputs.isEmpty)
        for input in inputs {
            for choice in [0, 1, 2, 3, 0x04, 0x1D, 0xFF] as [UInt8] { fuzzWebSocket([choice] + input.dropFirst()) }
            fuzzWebSocket(input)
        }
    }

    @Test func streamInputsReplay() {
        let inputs = Self.corpus("sse")
        #expect(!inputs.isEmpty)
        for input in inputs { for size in [0, 1, 2, 3, 7, 255] as [UInt8] { fuzzSSE([size] + input.dropFirst()) } }
    }

    @Test(arguments: 0..<20) func mutatedInputsHoldTheInvariants(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for (name, target) in [("websocket", fuzzWebSocket), ("sse", fuzzSSE)] {
            let inputs = Self.corpus(name)
            for _ in 0..<200 {
                var input = inputs.randomElement(using: &generator) ?? []
                for _ in 0..<Int.random(in: 0...4, using: &generator) where !input.isEmpty {
                    input[Int.random(in: 0..<input.count, using: &generator)] = UInt8.random(
                        in: 0...255, using: &generator)
                }
                input.append(contentsOf: (inputs.randomElement(using: &generator) ?? []).dropFirst())
                target(input)
            }
        }
    }
}
