import Testing
import Wire

/// How much a chunked body may cost beside its content.
struct ChunkedDecoderTests {
    /// The content's length, or nil when the body is refused.
    private static func read(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        var decoder = ChunkedDecoder()
        var (at, count) = (0, 0)
        while !decoder.isDone {
            switch try? decoder.next(bytes.span, at: &at) {
            case .content(let range): count += range.count
            case .needsMore, .end: return count
            case nil: return nil
            }
        }
        return count
    }

    @Test(
        "One extension may be as long as the limit, its CR included",
        arguments: [(8_190, true), (8_191, true), (8_192, false)])
    func single(count: Int, isTaken: Bool) {
        let body = "1;" + String(repeating: "x", count: count) + "\r\na\r\n0\r\n\r\n"
        #expect((Self.read(body) != nil) == isTaken)
    }

    @Test("Many small chunks cannot each bring a long extension")
    func many() {
        let chunk = "1;" + String(repeating: "x", count: 100) + "\r\na\r\n"
        #expect(Self.read(String(repeating: chunk, count: 80) + "0\r\n\r\n") == 80)
        #expect(Self.read(String(repeating: chunk, count: 100) + "0\r\n\r\n") == nil)
    }

    @Test("Extensions that are small beside their chunks never add up")
    func honest() {
        let chunk = "40;signature=0123456789\r\n" + String(repeating: "a", count: 64) + "\r\n"
        #expect(Self.read(String(repeating: chunk, count: 2_000) + "0\r\n\r\n") == 128_000)
    }

    @Test("Trailers count, too", arguments: [(8_000, true), (8_300, false)])
    func trailers(count: Int, isTaken: Bool) {
        #expect((Self.read("1\r\na\r\n0\r\nx: " + String(repeating: "y", count: count) + "\r\n\r\n") != nil) == isTaken)
    }
}
