import TestSupport
import Testing

/// Replays what the fuzzer was given and found; see Fuzz/README.md.
struct JSONCorpusTests {
    @Test func everyStoredInputKeepsTheProperties() throws {
        try #require(!Fixtures.corpus.isEmpty)
        for document in Fixtures.corpus { FuzzTargets.json(document.bytes) }
    }
}
