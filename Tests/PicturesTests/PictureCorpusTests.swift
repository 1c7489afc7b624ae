import TestSupport
import Testing

/// Replays what the fuzzer starts from and what it found; see Fuzz/README.md.
struct PictureCorpusTests {
    @Test func everyStoredInputKeepsTheProperties() {
        let inputs = Corpus.inputs("picture", beside: #filePath)
        #expect(!inputs.isEmpty)
        for input in inputs { #expect(PictureProperties.broken(input.bytes) == [], "\(input.name)") }
    }
}
