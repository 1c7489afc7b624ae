import TestSupport
import Testing
import Wire

struct ServerSentEventsTests {
    private func read(_ text: String, limit: Int = 1_000) throws(ServerSentEventTooLarge) -> [ServerSentEvent] {
        try read(Array(text.utf8), limit: limit)
    }

    /// Reads at once, by bytes, and expects the same.
    private func read(_ bytes: [UInt8], limit: Int = 1_000) throws(ServerSentEventTooLarge) -> [ServerSentEvent] {
        var whole = ServerSentEventParser(limit: limit)
        var single = whole
        var found: [ServerSentEvent] = []
        var again: [ServerSentEvent] = []
        for byte in bytes { try single.receive([byte].span) { again.append($0) } }
        try whole.receive(bytes.span) { found.append($0) }
        #expect(found == again)
        return found
    }

    @Test(arguments: [
        // The standard's own examples.
        ("data: YHOO\ndata: +2\ndata: 10\n\n", [ServerSentEvent(data: "YHOO\n+2\n10")]),
        (
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            [
                ServerSentEvent(data: "first event", id: "1"), ServerSentEvent(data: "second event", id: ""),
                ServerSentEvent(data: " third event", id: ""),
            ]
        ), ("data\n\ndata\ndata\n\ndata:", [ServerSentEvent(data: ""), ServerSentEvent(data: "\n")]),
        ("data:test\n\ndata: test\n\n", [ServerSentEvent(data: "test"), ServerSentEvent(data: "test")]),
        // Line ends of every kind, also mixed.
        ("data: a\rdata: b\r\r", [ServerSentEvent(data: "a\nb")]),
        ("data: a\r\ndata: b\r\n\r\n", [ServerSentEvent(data: "a\nb")]),
        ("data: a\r\n\ndata: b\n\r", [ServerSentEvent(data: "a"), ServerSentEvent(data: "b")]),
        // Names, and events without data.
        ("event: add\ndata: 1\n\ndata: 2\n\n", [ServerSentEvent(name: "add", data: "1"), ServerSentEvent(data: "2")]),
        ("event: add\n\ndata: 2\n\n", [ServerSentEvent(data: "2")]),
        ("id: 7\n\ndata: 2\n\n", [ServerSentEvent(data: "2", id: "7")]),
        ("\u{FEFF}data: bom\n\n", [ServerSentEvent(data: "bom")]),
        ("\u{FEFF}\u{FEFF}data: bom\n\n", []), ("data: a\n", []), ("data: a", []), ("Data: a\n\n", []),
        (" data: a\n\n", []), ("data : a\n\n", []), ("id: a\0b\ndata: x\n\n", [ServerSentEvent(data: "x")]),
        (":\n\n:x\n\n", []), ("unknown: 1\ndata: x\n\n", [ServerSentEvent(data: "x")]),
    ])
    func readsAsTheStandardSays(text: String, events: [ServerSentEvent]) throws {
        #expect(try read(text) == events)
    }

    @Test(
        arguments: [
            ("retry: 100\n", 100), ("retry:0\n", 0), ("retry: -1\n", nil), ("retry: 1s\n", nil), ("retry\n", nil),
            ("retry: 99999999999999999999\n", .max),
        ] as [(String, Int?)])
    func retryIsDigitsOnly(text: String, milliseconds: Int?) throws {
        var parser = ServerSentEventParser()
        try parser.receive(Array(text.utf8).span) { _ in }
        #expect(parser.retryMilliseconds == milliseconds)
    }

    @Test func theLastIDIsKeptForComingBack() throws {
        var parser = ServerSentEventParser(lastEventID: "before")
        #expect(parser.lastEventID == "before")
        try parser.receive(Array("id: 5\ndata: x\n".utf8).span) { _ in }
        #expect(parser.lastEventID == "before")
        try parser.receive(Array("\n".utf8).span) { _ in }
        #expect(parser.lastEventID == "5")
    }

    @Test func bytesThatAreNoTextAreReplaced() throws {
        #expect(try read(Array("data: ".utf8) + [0xFF, 0x0A, 0x0A]) == [ServerSentEvent(data: "\u{FFFD}")])
    }

    @Test(arguments: [99, 100, 101]) func linesAndEventsHaveALimit(count: Int) {
        let line = "data:" + String(repeating: "x", count: count - 5) + "\n\n"
        let halves =
            "data:" + String(repeating: "x", count: 49) + "\ndata:" + String(repeating: "x", count: count - 50) + "\n\n"
        for text in [line, halves] {
            if count <= 100 {
                #expect((try? read(text, limit: 100))?.count == 1)
            } else {
                #expect(throws: ServerSentEventTooLarge(limit: 100)) { try read(text, limit: 100) }
            }
        }
    }

    @Test(arguments: [
        (ServerSentEvent(data: "x"), "data: x\n\n"), (ServerSentEvent(data: ""), "data: \n\n"),
        (
            ServerSentEvent(name: "add", data: "a\nb\r\nc\rd", id: "7"),
            "event: add\nid: 7\ndata: a\ndata: b\ndata: c\ndata: d\n\n"
        ),
        (ServerSentEvent(data: "a\n"), "data: a\ndata: \n\n"), (ServerSentEvent(data: " a"), "data:  a\n\n"),
        (ServerSentEvent(name: "x\ndata: evil\r\n\r\n", data: ""), "event: xdata: evil\ndata: \n\n"),
        (ServerSentEvent(data: "x", id: "1\n\ndata: evil"), "data: x\n\n"),
        (ServerSentEvent(data: "x", id: "\0"), "data: x\n\n"),
        (ServerSentEvent(name: "", data: "x"), "data: x\n\n"),
    ])
    func writesSoThatNothingBreaksOut(event: ServerSentEvent, text: String) {
        var out: [UInt8] = []
        ServerSentEventWriter.append(event, to: &out)
        #expect(String(decoding: out, as: UTF8.self) == text)
    }

    @Test func keepAliveAndRetryAreNoEvents() throws {
        var out = ServerSentEventWriter.keepAlive
        ServerSentEventWriter.appendRetry(milliseconds: 3_000, to: &out)
        #expect(try read(out) == [])
    }

    @Test(arguments: 0..<100) func whatIsWrittenReadsBackWithLineFeeds(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let pieces = ["a", " ", ":", "é", "\n", "\r", "\r\n", "data: ", "😀", "\0"]
        // What a reader sees is known by construction, but a CR that meets a LF by chance would be one line end.
        let chosen = (0..<12).map { _ in pieces.randomElement(using: &generator) ?? "" }
        var data = ""
        var lines = ""
        for piece in chosen where !(data.utf8.last == 0x0D && piece == "\n") {
            data += piece
            lines += ["\r", "\r\n"].contains(piece) ? "\n" : piece
        }
        let event = ServerSentEvent(name: " odd:name", data: data, id: " 1")
        var out: [UInt8] = []
        ServerSentEventWriter.append(event, to: &out)
        #expect(try read(out) == [ServerSentEvent(name: " odd:name", data: lines, id: " 1")])
    }
}
