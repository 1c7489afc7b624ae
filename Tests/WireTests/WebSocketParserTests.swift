import TestSupport
import Testing
import Wire

typealias Recorder = WebSocketRecorder

/// Events of one parser fed the bytes at once, which must be those of one byte at a time.
func webSocketEvents(
    _ bytes: [UInt8], _ role: WebSocketRole = .client, limit: Int = 1_000, codec: DeflateCodec? = nil
) -> [Recorder.Event] {
    let parser = WebSocketParser(role: role, messageLimit: limit, acceptsCompression: codec != nil)
    let whole = Recorder.events(of: bytes, parser, codec: codec) { .max / 2 }
    let single = Recorder.events(of: bytes, parser, codec: codec) { 1 }
    #expect(whole == single)
    return whole
}

/// A server's frame.
func frame(
    _ opcode: WebSocketOpcode, _ payload: [UInt8], isFinal: Bool = true, isCompressed: Bool = false, mask: UInt32? = nil
) -> [UInt8] {
    var bytes: [UInt8] = []
    WebSocketFrameHeader(
        opcode, payloadCount: payload.count, isFinal: isFinal, isCompressed: isCompressed, mask: mask
    ).write(to: &bytes)
    let key = mask ?? 0
    return bytes + payload.enumerated().map { $1 ^ UInt8(truncatingIfNeeded: key >> (UInt32($0 % 4) * 8)) }
}

struct WebSocketParserTests {
    private let hello: [UInt8] = Array("Hello".utf8)

    /// RFC 6455, section 5.7.
    @Test func theExamplesOfTheStandard() {
        #expect(webSocketEvents([0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]) == [.text("Hello")])
        let masked: [UInt8] = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]
        #expect(webSocketEvents(masked, .server) == [.text("Hello")])
        #expect(webSocketEvents([0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f]) == [.text("Hello")])
        #expect(webSocketEvents([0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]) == [.ping(hello)])
        let pong: [UInt8] = [0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]
        #expect(webSocketEvents(pong, .server) == [.pong(hello)])
        let short = (0..<256).map { UInt8($0) }
        #expect(webSocketEvents([0x82, 0x7E, 0x01, 0x00] + short) == [.binary(short)])
        let long = [UInt8](repeating: 7, count: 65_536)
        #expect(
            webSocketEvents([0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0] + long, limit: 65_536) == [.binary(long)])
    }

    @Test func emptyFramesAreMessagesToo() {
        #expect(webSocketEvents(frame(.text, []) + frame(.binary, [])) == [.text(""), .binary([])])
        let empty = frame(.text, [], isFinal: false) + frame(.continuation, [], isFinal: false)
        #expect(webSocketEvents(empty + frame(.continuation, [])) == [.text("")])
        #expect(
            webSocketEvents(frame(.ping, [], mask: 1) + frame(.text, [], mask: 2), .server) == [.ping([]), .text("")])
    }

    @Test func controlFramesMayStandBetweenFragments() {
        let bytes =
            frame(.text, Array("a".utf8), isFinal: false) + frame(.ping, [1, 2])
            + frame(.continuation, Array("b".utf8), isFinal: false) + frame(.pong, [])
            + frame(.continuation, Array("c".utf8))
        #expect(webSocketEvents(bytes) == [.ping([1, 2]), .pong([]), .text("abc")])
    }

    @Test func closeEndsAMessageAndAllThatFollows() {
        let bytes =
            frame(.text, [0x41], isFinal: false) + frame(.close, [0x03, 0xE8, 0x6F, 0x6B]) + frame(.text, hello)
        #expect(webSocketEvents(bytes) == [.close(1000, "ok")])
        #expect(webSocketEvents(frame(.close, [])) == [.close(1005, "")])
    }

    @Test(
        arguments: [
            ([0x03], WebSocketError.badClose), ([0x03, 0xED], .badClose), ([0x03, 0xEE], .badClose),
            ([0, 0], .badClose),
            ([0x03, 0xE8, 0xFF], .badUTF8), ([0x03, 0xE8, 0xC3], .badUTF8),
        ] as [([UInt8], WebSocketError)])
    func badCloseFrames(payload: [UInt8], error: WebSocketError) {
        #expect(webSocketEvents(frame(.close, payload)) == [.failed(error)])
    }

    @Test func messagesMustFollowOneAnother() {
        #expect(webSocketEvents(frame(.continuation, hello)) == [.failed(.badSequence)])
        let inside = frame(.text, hello, isFinal: false) + frame(.text, hello)
        #expect(webSocketEvents(inside) == [.failed(.badSequence)])
        let behind = frame(.text, hello) + frame(.continuation, [])
        #expect(webSocketEvents(behind) == [.text("Hello"), .failed(.badSequence)])
    }

    @Test func compressionThatWasNotAgreedOnIsRefused() {
        #expect(webSocketEvents(frame(.text, hello, isCompressed: true)) == [.failed(.reservedBits)])
    }

    @Test(arguments: [99, 100, 101]) func messagesHaveALimit(count: Int) {
        let bytes = [UInt8](repeating: 1, count: count)
        let wanted: [Recorder.Event] = count <= 100 ? [.binary(bytes)] : [.failed(.tooLarge(limit: 100))]
        #expect(webSocketEvents(frame(.binary, bytes), limit: 100) == wanted)
        let halves =
            frame(.binary, Array(bytes[..<50]), isFinal: false) + frame(.continuation, Array(bytes[50...]))
        #expect(webSocketEvents(halves, limit: 100) == wanted)
    }

    @Test func aLongMessageIsRefusedByItsHeader() {
        let header: [UInt8] = [0x82, 0x7F, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        #expect(webSocketEvents(header) == [.failed(.tooLarge(limit: 1_000))])
        let second = frame(.binary, [1], isFinal: false) + [0x80] + header.dropFirst()
        #expect(webSocketEvents(Array(second)) == [.failed(.tooLarge(limit: 1_000))])
        #expect(WebSocketError.tooLarge(limit: 1).code == .messageTooBig)
    }

    @Test func textIsRefusedAtTheFirstByteThatCannotBeUTF8() {
        // The frame promises 100 bytes; the fault is in the third.
        let bytes: [UInt8] = [0x81, 100, 0x41, 0xED, 0xA0]
        var parser = WebSocketParser(role: .client)
        var recorder = Recorder()
        for (index, byte) in bytes.enumerated() {
            var piece = [byte]
            var span = piece.mutableSpan
            do throws(WebSocketError) {
                try parser.receive(&span, &recorder)
                #expect(index < 4)
            } catch {
                #expect(error == .badUTF8)
                #expect(error.code == .invalidPayload)
                #expect(index == 4)
            }
        }
        #expect(parser.hasEnded)
    }

    @Test func charactersMaySpanFragmentsButNotMessages() {
        let text = Array("é😀".utf8)
        var bytes = frame(.text, [text[0]], isFinal: false)
        for byte in text[1...] { bytes += frame(.continuation, [byte], isFinal: false) }
        #expect(webSocketEvents(bytes + frame(.continuation, [])) == [.text("é😀")])
        #expect(webSocketEvents(frame(.text, [0xC3]) + frame(.text, [0xA9])) == [.failed(.badUTF8)])
        let cut = frame(.text, [0xC3], isFinal: false) + frame(.continuation, [])
        #expect(webSocketEvents(cut) == [.failed(.badUTF8)])
        #expect(webSocketEvents(frame(.binary, [0xC3])) == [.binary([0xC3])])
    }

    @Test func anIdleParserIsSmall() {
        #expect(MemoryLayout<WebSocketParser>.stride <= 64)
    }

    @Test func isIdleOnlyBetweenMessages() throws {
        var parser = WebSocketParser(role: .client)
        var recorder = Recorder()
        for byte in frame(.text, [0x41], isFinal: false) + frame(.ping, []) + frame(.continuation, []) {
            #expect(recorder.events.count < 2)
            var piece = [byte]
            var span = piece.mutableSpan
            try parser.receive(&span, &recorder)
            #expect(parser.isIdle == (recorder.events.count == 2))
        }
        #expect(recorder.events == [.ping([]), .text("A")])
    }

    /// Random messages, randomly fragmented, with control frames between, randomly cut: the same messages come out.
    @Test(arguments: 0..<60) func fragmentationDoesNotMatter(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let role: WebSocketRole = seed.isMultiple(of: 2) ? .server : .client
        var bytes: [UInt8] = []
        var wanted: [Recorder.Event] = []
        for _ in 0..<6 {
            let isText = Bool.random(using: &generator)
            let text = (0..<Int.random(in: 0...120, using: &generator)).map { _ in
                ["a", "é", "中", "😀"].randomElement(using: &generator) ?? ""
            }
            let payload =
                isText ? Array(text.joined().utf8) : generator.bytes(Int.random(in: 0...400, using: &generator))
            var opcode: WebSocketOpcode = isText ? .text : .binary
            var rest = payload[...]
            while true {
                let count = Int.random(in: 0...150, using: &generator)
                let piece = Array(rest.prefix(count))
                rest = rest.dropFirst(count)
                let isLast = rest.isEmpty && Bool.random(using: &generator)
                let mask = role == .server ? UInt32.random(in: 0 ... .max, using: &generator) : nil
                bytes += frame(opcode, piece, isFinal: isLast, mask: mask)
                opcode = .continuation
                if isLast { break }
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    let ping = generator.bytes(Int.random(in: 0...125, using: &generator))
                    bytes += frame(.ping, ping, mask: mask)
                    wanted.append(.ping(ping))
                }
            }
            wanted.append(isText ? .text(text.joined()) : .binary(payload))
        }
        let parser = WebSocketParser(role: role)
        #expect(Recorder.events(of: bytes, parser) { Int.random(in: 1...97, using: &generator) } == wanted)
        #expect(webSocketEvents(bytes, role) == wanted)
    }

    @Test(arguments: 0..<50) func theCheckerAgreesWithTheStandardLibrary(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let odd: [UInt8] = [
            0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4,
            0xF5,
        ]
        for _ in 0..<200 {
            let prefix = [UInt8](repeating: 0x61, count: Int.random(in: 0...17, using: &generator))
            let tail = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                odd.randomElement(using: &generator) ?? 0
            }
            let bytes = prefix + tail
            let isValid = String(validating: bytes, as: UTF8.self) != nil
            for split in [bytes.count / 2, bytes.count] {
                var checker = WebSocketUTF8Checker()
                let halves = [Array(bytes[..<split]), Array(bytes[split...])]
                let accepted = halves.allSatisfy { checker.accept($0.span) }
                #expect((accepted && checker.isAtBoundary) == isValid)
            }
        }
    }
}
