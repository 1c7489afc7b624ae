import HTTP
import TestSupport
import Testing
import Wire

struct ForwardHeadTests {
    /// The head that goes on for one with these lines.
    private func forwarded(
        _ lines: [String], _ selection: ForwardHead.Selection = .allButOurs, own: String = ""
    ) throws -> String {
        let bytes = Array(("GET /a HTTP/1.1\r\nHost: x\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n").utf8)
        var head = RequestHead()
        try #require(try head.parse(bytes.span, limits: HeadLimits()))
        let writer = ForwardHead(host: "up", selection, own: own)
        var out: [UInt8] = []
        writer.writeMethod(head, bytes.span, to: &out)
        out += Array("/a".utf8)
        writer.writeFields(head, bytes.span, to: &out)
        writer.writeEnd(head, bytes.span, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    private static let lines: [(line: String, passes: String?)] = [
        ("A: b", "A: b"), ("c:d", "c: d"), ("E:  f", "E: f"), ("G: h ", "G: h"), ("I:\tj\t", "I: j"), ("K:", "K: "),
        ("L: ", "L: "), ("M: n o", "M: n o"), ("Authorization: Bearer x", nil), ("a_b: c", nil), ("TE: trailers", nil),
        ("X-Forwarded-For: 1", nil), ("Cookie: a=b", nil),
    ]

    @Test("However lines are spelled and mixed, each that passes is written the one way", arguments: 0..<200)
    func writesLinesTheOneWay(seed: UInt64) throws {
        var dice = Dice(seed)
        let chosen = (0..<Int.random(in: 0...8, using: &dice)).map { _ in Self.lines.randomElement(using: &dice)! }
        let expected = chosen.compactMap(\.passes).map { $0 + "\r\n" }.joined()
        #expect(
            try forwarded(chosen.map(\.line)) == "GET /a HTTP/1.1\r\nHost: up\r\n" + expected + "\r\n")
    }

    @Test func whatTheClientNamesForTheConnectionStopsThere() throws {
        #expect(
            try forwarded(["A: 1", "Connection: x-one , B", "X-One: 2", "B: 3", "C: 4"])
                == "GET /a HTTP/1.1\r\nHost: up\r\nA: 1\r\nC: 4\r\n\r\n")
    }

    @Test func onlyTheNamedPassAndNeverTheUpstreamsOwn() throws {
        #expect(
            try forwarded(["A: 1", "Accept: 2", "Range: 3"], .only(names: [Array("accept".utf8)]))
                == "GET /a HTTP/1.1\r\nHost: up\r\nAccept: 2\r\n\r\n")
        #expect(try forwarded(["X-Key: 1", "B: 2"], own: "X-Key") == "GET /a HTTP/1.1\r\nHost: up\r\nB: 2\r\n\r\n")
    }
}
