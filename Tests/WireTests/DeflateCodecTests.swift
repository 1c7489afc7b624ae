import TestSupport
import Testing
import Wire

struct DeflateCodecTests {
    private let hello: [UInt8] = Array("Hello".utf8)

    private func inflate(_ bytes: [UInt8], limit: Int = 1 << 20, _ codec: DeflateCodec = DeflateCodec()) -> Result<
        [UInt8], WebSocketError
    > {
        Result { () throws(WebSocketError) in
            try codec.decompress(bytes.span, limit: limit) { span in span.indices.map { span[$0] } }
        }
    }

    /// RFC 7692, sections 7.2.3.1, 7.2.3.3, 7.2.3.4, 7.2.3.5 and 7.2.3.6.
    @Test(
        arguments: [
            [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
            [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00],
            [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
            [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00],
        ] as [[UInt8]])
    func theExamplesOfTheStandard(bytes: [UInt8]) {
        let codec = DeflateCodec()
        #expect(inflate(bytes, codec) == .success(hello))
        let framed = frame(.text, bytes, isCompressed: true)
        #expect(webSocketEvents(framed, codec: codec) == [.text("Hello")])
        let halves =
            frame(.text, Array(bytes[..<3]), isFinal: false, isCompressed: true)
            + frame(.continuation, Array(bytes[3...]))
        #expect(webSocketEvents(halves, codec: codec) == [.text("Hello")])
    }

    @Test func theEmptyMessageIsOneByte() {
        let codec = DeflateCodec()
        var out: [UInt8] = []
        codec.compress([UInt8]().span, to: &out)
        #expect(out == [0x00])
        #expect(inflate([0x00], codec) == .success([]))
    }

    /// RFC 7692, section 7.2.3.2: the second message leans on the first, which nobody may send us.
    @Test func noContextIsTakenOver() {
        let codec = DeflateCodec()
        #expect(inflate([0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00], codec) == .success(hello))
        #expect(inflate([0xf2, 0x00, 0x11, 0x00, 0x00], codec) == .failure(.badDeflate))
        var first: [UInt8] = []
        var second: [UInt8] = []
        codec.compress(hello.span, to: &first)
        codec.compress(hello.span, to: &second)
        #expect(first == second)
    }

    @Test(arguments: [0, 1, 5, 1_000, 16_383, 16_384, 65_536, 300_000]) func readsBackWhatItWrote(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let codec = DeflateCodec()
        for payload in [generator.bytes(count), [UInt8](repeating: 0x20, count: count)] {
            var packed: [UInt8] = [1, 2, 3]
            codec.compress(payload.span, to: &packed)
            #expect(packed.starts(with: [1, 2, 3]))
            #expect(inflate(Array(packed.dropFirst(3)), codec) == .success(payload))
        }
    }

    @Test(arguments: [0, 1, 16_384, 100_000]) func inflatingHasALimit(limit: Int) {
        let codec = DeflateCodec()
        for count in [limit - 1, limit, limit + 1] where count >= 0 {
            let payload = [UInt8](repeating: 0, count: count)
            var packed: [UInt8] = []
            codec.compress(payload.span, to: &packed)
            let wanted: Result<[UInt8], WebSocketError> =
                count <= limit ? .success(payload) : .failure(.tooLarge(limit: limit))
            #expect(inflate(packed, limit: limit, codec) == wanted)
            #expect(inflate([0x00], limit: limit, codec) == .success([]))
        }
    }

    /// 60 KB that would become 60 MB.
    @Test(.tags(.hostile)) func aBombIsStoppedAtTheLimit() {
        let codec = DeflateCodec(level: 9)
        var packed: [UInt8] = []
        codec.compress([UInt8](repeating: 0, count: 60_000_000).span, to: &packed)
        #expect(packed.count < 100_000)
        #expect(inflate(packed, limit: 1_000_000, codec) == .failure(.tooLarge(limit: 1_000_000)))
        let framed = frame(.binary, packed, isCompressed: true)
        #expect(
            Recorder.events(
                of: framed, WebSocketParser(role: .client, messageLimit: 100_000, acceptsCompression: true),
                codec: codec
            ) { .max / 2 } == [.failed(.tooLarge(limit: 100_000))])
    }

    @Test(.tags(.hostile)) func cutAndBrokenMessagesAreRefused() {
        let codec = DeflateCodec()
        var packed: [UInt8] = []
        codec.compress(
            Array("The quick brown fox jumps over the lazy dog, twice: the lazy dog.".utf8).span, to: &packed)
        for count in 1..<packed.count - 1 {
            #expect(inflate(Array(packed[..<count]), codec) == .failure(.badDeflate), "cut to \(count)")
        }
        #expect(inflate([0xFF, 0xFF], codec) == .failure(.badDeflate))
        #expect(inflate(packed, codec).isSuccess)
    }

    @Test func textIsCheckedAfterInflating() {
        let codec = DeflateCodec()
        var packed: [UInt8] = []
        codec.compress([0x41, 0xC3].span, to: &packed)
        #expect(webSocketEvents(frame(.text, packed, isCompressed: true), codec: codec) == [.failed(.badUTF8)])
        #expect(webSocketEvents(frame(.binary, packed, isCompressed: true), codec: codec) == [.binary([0x41, 0xC3])])
    }

    @Test func compressedAndPlainMessagesMix() {
        let codec = DeflateCodec()
        var packed: [UInt8] = []
        codec.compress(hello.span, to: &packed)
        let bytes =
            frame(.text, Array("plain".utf8)) + frame(.text, packed, isCompressed: true) + frame(.text, [0xC3, 0xA9])
        #expect(webSocketEvents(bytes, codec: codec) == [.text("plain"), .text("Hello"), .text("é")])
    }

    @Test func onlyTheFirstFrameOfADataMessageIsMarked() {
        let codec = DeflateCodec()
        let continued = frame(.text, [0xf2], isFinal: false, isCompressed: true) + [0xC0, 0x00]
        #expect(webSocketEvents(continued, codec: codec) == [.failed(.reservedBits)])
        #expect(webSocketEvents([0xC9, 0x00], codec: codec) == [.failed(.reservedBits)])
        #expect(webSocketEvents([0xC8, 0x00], codec: codec) == [.failed(.reservedBits)])
    }

    @Test(
        arguments: [
            (.text, 1_023, 15, false), (.text, 1_024, 15, true), (.text, 1 << 20, 15, true),
            (.binary, 1 << 20, 15, false),
            (.text, 1_024, 10, true), (.text, 1_025, 10, false), (.text, 4_096, 12, true), (.text, 4_097, 12, false),
            (.text, 1_024, 9, false), (.text, 1_024, 8, false), (.ping, 1_024, 15, false),
        ] as [(WebSocketOpcode, Int, Int, Bool)])
    func longTextsAreCompressedAndNothingElse(opcode: WebSocketOpcode, count: Int, window: Int, wanted: Bool) {
        #expect(DeflatePolicy.compresses(opcode, byteCount: count, windowBits: window) == wanted)
    }

    @Test func theWriterCompressesByThePolicy() throws {
        let codec = DeflateCodec()
        let upgrade = try WebSocketUpgrade(method: "GET") {
            lookup($0, goodRequest + [("Sec-WebSocket-Extensions", "permessage-deflate")])
        }
        let long = String(repeating: "status ", count: 200)
        for (text, isCompressed) in [("short", false), (long, true)] {
            var bytes: [UInt8] = []
            WebSocketWriter().text(text, deflate: upgrade.deflate, codec: codec, to: &bytes)
            #expect((bytes[0] & 0x40 != 0) == isCompressed)
            #expect(webSocketEvents(bytes, limit: 10_000, codec: codec) == [.text(text)])
            var plain: [UInt8] = []
            WebSocketWriter().text(text, codec: codec, to: &plain)
            #expect(plain[0] == 0x81)
        }
    }
}

extension Result {
    fileprivate var isSuccess: Bool { if case .success = self { true } else { false } }
}

extension Tag { @Tag static var hostile: Self }
