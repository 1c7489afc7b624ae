import TestSupport
import Testing
import Wire

/// What the server's and the upstream's tests do not show; `FuzzTargets.head` compares whole heads with a plain reading.
struct HeadTests {
    private func refusal(_ text: String, _ limits: HeadLimits, isRequest: Bool) -> WireError? {
        let bytes = Array(text.utf8)
        do throws(WireError) {
            if isRequest {
                var head = RequestHead()
                _ = try head.parse(bytes.span, limits: limits)
            } else {
                var head = ResponseHead()
                _ = try head.parse(bytes.span, limits: limits)
            }
            return nil
        } catch { return error }
    }

    @Test("What stands behind the limit does not change the refusal", arguments: ["", "a", "\0", "\n", "\r\n\r\n"])
    func nothingIsReadBehindTheLimit(rest: String) {
        for (start, isRequest) in [("GET / HTTP/1.1\r\nHost: x\r\nA: ", true), ("HTTP/1.1 200 OK\r\nA: ", false)] {
            let limits = HeadLimits(bytes: start.utf8.count)
            #expect(refusal(start + rest, limits, isRequest: isRequest) == .headTooLarge)
        }
    }

    @Test("A status line that fills the limit is refused, not waited for", arguments: [6, 12, 13, 15, 16, 17])
    func answersAreNotAwaitedAtTheLimit(count: Int) {
        let text = String(decoding: "HTTP/1.1 200 OK\r\nA: b\r\n".utf8.prefix(count), as: UTF8.self)
        for limit in [count - 1, count] {
            #expect(refusal(text, HeadLimits(bytes: limit), isRequest: false) == .headTooLarge)
        }
        #expect(refusal(text, HeadLimits(bytes: count + 1), isRequest: false) == nil)
    }

    /// RFC 9112 section 6.1.
    @Test(
        "An answer of HTTP/1.0 with a transfer coding ends its connection",
        arguments: [
            ("HTTP/1.0", "keep-alive", false), ("HTTP/1.1", "keep-alive", true), ("HTTP/1.1", "close", false),
        ])
    func codingsOfOldServersEndTheConnection(version: String, option: String, keepsAlive: Bool) throws {
        let text = "\(version) 200 OK\r\nConnection: \(option)\r\nTransfer-Encoding: chunked\r\n\r\n"
        let bytes = Array(text.utf8)
        var head = ResponseHead()
        try #require(try head.parse(bytes.span, limits: HeadLimits()))
        #expect(head.keepsAlive == keepsAlive)
        #expect(head.framing(isHeadRequest: false) == .chunked)
    }
}
