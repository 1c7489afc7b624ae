import TestSupport
import Testing
import Wire

struct WebSocketWriterTests {
    @Test(arguments: [0, 125, 126, 65_535, 65_536]) func whatIsWrittenReadsBack(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let payload = generator.bytes(count)
        let text = String(repeating: "x", count: count)
        let writers: [(WebSocketWriter, WebSocketRole)] = [
            (WebSocketWriter(), .client), (WebSocketWriter { UInt32.random(in: 0 ... .max) }, .server),
        ]
        for (writer, reader) in writers {
            var bytes: [UInt8] = []
            writer.text(text, to: &bytes)
            writer.binary(payload.span, to: &bytes)
            writer.ping(payload.span, to: &bytes)
            writer.pong([1].span, to: &bytes)
            writer.close(.goingAway, reason: "bye", to: &bytes)
            let wanted: [Recorder.Event] = [
                .text(text), .binary(payload), .ping(Array(payload.prefix(125))), .pong([1]), .close(1001, "bye"),
            ]
            #expect(Recorder.events(of: bytes, WebSocketParser(role: reader)) { 4_096 } == wanted)
        }
    }

    @Test func theMaskIsTheGenerators() {
        var bytes: [UInt8] = []
        WebSocketWriter { 0x3d21_fa37 }.text("Hello", to: &bytes)
        #expect(bytes == [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58])
    }

    @Test(arguments: [122, 123, 124]) func reasonsAreCutToWholeCharacters(count: Int) {
        var bytes: [UInt8] = []
        WebSocketWriter().close(.normal, reason: String(repeating: "x", count: count), to: &bytes)
        #expect(bytes.count == 2 + 2 + min(count, 123))
        bytes = []
        WebSocketWriter().close(.normal, reason: String(repeating: "x", count: count) + "é", to: &bytes)
        #expect(webSocketEvents(bytes) == [.close(1000, String(repeating: "x", count: min(count, 123)))])
    }

    @Test(arguments: [WebSocketCloseCode.none, .abnormal]) func codesThatMayNotBeSentAreLeftOut(
        code: WebSocketCloseCode
    ) {
        var bytes: [UInt8] = []
        WebSocketWriter().close(code, reason: "lost", to: &bytes)
        #expect(bytes == [0x88, 0x00])
    }
}
