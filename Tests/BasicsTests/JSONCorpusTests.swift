import TestSupport
import Testing

struct JSONCorpusTests {
    /// The corpus' files are whole documents; the fuzz target's first byte chooses the dialect.
    @Test func inputsReplay() {
        #expect(!Fixtures.corpus.isEmpty)
        for document in Fixtures.corpus { for choice in [0, 1] as [UInt8] { fuzzJSON([choice] + document.bytes) } }
    }
}
