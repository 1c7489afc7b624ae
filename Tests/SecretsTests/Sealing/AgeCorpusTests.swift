import TestSupport
import Testing

/// Replays what the fuzzer starts from and what it found; see Fuzz/README.md.
struct AgeCorpusTests {
    @Test func everyStoredInputKeepsTheProperties() {
        let folder = #filePath.replacing("/Sealing/", with: "/")
        let inputs = Corpus.inputs("age", beside: folder)
        #expect(!inputs.isEmpty)
        for input in inputs { #expect(AgeProperties.broken(input.bytes) == [], "\(input.name)") }
    }
}
