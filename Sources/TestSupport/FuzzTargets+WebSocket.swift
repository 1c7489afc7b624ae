internal import Wire

extension FuzzTargets {
    /// Frames, read whole and in pieces, must give the same events; an event written again reads back; so does the input
    /// itself as a compressed message.
    ///
    /// The first byte chooses: bit 0 the role, bit 1 compression, bits 2 to 7 the size of the pieces.
    @Sendable package static func webSocket(_ bytes: [UInt8]) {
        guard let choice = bytes.first else { return }
        let input = Array(bytes.dropFirst())
        let deflates = choice & 2 != 0
        let codec = deflates ? DeflateCodec() : nil
        let size = Int(choice >> 2)
        let limit = 1_000
        let parser = WebSocketParser(
            role: choice & 1 == 0 ? .server : .client, messageLimit: limit, acceptsCompression: deflates)
        let whole = WebSocketRecorder.events(of: input, parser, codec: codec) { Int.max / 2 }
        // With the same codec: what one connection sent must not show in what the next one gets.
        let pieces = WebSocketRecorder.events(of: input, parser, codec: codec) { size }
        precondition(whole == pieces, "events depend on how the bytes were cut")
        check(whole, limit: limit)
        checkWriting(whole, limit: limit)
        if let codec { checkCompression(input, codec, pieces: size) }
    }

    private static func check(_ events: [WebSocketRecorder.Event], limit: Int) {
        for (index, event) in events.enumerated() {
            switch event {
            case .text(let text): precondition(text.utf8.count <= limit)
            case .binary(let bytes): precondition(bytes.count <= limit)
            case .ping(let bytes), .pong(let bytes): precondition(bytes.count <= 125)
            case .close(let code, let reason):
                precondition(reason.utf8.count <= 123 && index == events.count - 1)
                let code = WebSocketCloseCode(rawValue: code)
                precondition(code.isSendable || code == .none && reason.isEmpty)
            case .failed: precondition(index == events.count - 1, "something came behind a failure")
            }
        }
    }

    /// What was read, written by a server and by a client, is read by the other end.
    private static func checkWriting(_ events: [WebSocketRecorder.Event], limit: Int) {
        let wanted = events.filter { if case .failed = $0 { false } else { true } }
        var mask: UInt32 = 0x9E37_79B9
        let client = WebSocketWriter {
            mask = mask &* 1_664_525 &+ 1_013_904_223
            return mask
        }
        for (writer, reader) in [(WebSocketWriter(), WebSocketRole.client), (client, .server)] {
            var written: [UInt8] = []
            for event in wanted {
                switch event {
                case .text(let text): writer.text(text, to: &written)
                case .binary(let bytes): writer.binary(bytes.span, to: &written)
                case .ping(let bytes): writer.ping(bytes.span, to: &written)
                case .pong(let bytes): writer.pong(bytes.span, to: &written)
                case .close(let code, let reason):
                    writer.close(WebSocketCloseCode(rawValue: code), reason: reason, to: &written)
                case .failed: break
                }
            }
            let parser = WebSocketParser(role: reader, messageLimit: limit)
            precondition(WebSocketRecorder.events(of: written, parser) { 7 } == wanted, "writing lost something")
        }
    }

    private static func checkCompression(_ message: [UInt8], _ codec: DeflateCodec, pieces size: Int) {
        var packed: [UInt8] = []
        codec.compress(message.span, to: &packed)
        // A bit flipped by the input makes a message of its own, which must end somehow before the right one is read.
        if let first = message.first, !packed.isEmpty {
            var broken = packed
            broken[Int(first) % broken.count] ^= 1 << (first & 7)
            inflate(broken, codec, limit: message.count)
        }
        precondition(inflate(packed, codec, limit: message.count) == message, "compressing lost something")
        if !message.isEmpty {
            precondition(inflate(packed, codec, limit: message.count - 1) == nil, "a message passed its limit")
        }
        // In two frames, and a ping between them.
        var written: [UInt8] = []
        let half = packed.count / 2
        WebSocketFrameHeader(.binary, payloadCount: half, isFinal: false, isCompressed: true).write(to: &written)
        written += packed[..<half]
        WebSocketFrameHeader(.ping, payloadCount: 0).write(to: &written)
        WebSocketFrameHeader(.continuation, payloadCount: packed.count - half).write(to: &written)
        written += packed[half...]
        // Deflate makes random bytes a little longer, and the limit holds for both forms.
        let parser = WebSocketParser(
            role: .client, messageLimit: max(message.count, packed.count), acceptsCompression: true)
        let events = WebSocketRecorder.events(of: written, parser, codec: codec) { size }
        precondition(events == [.ping([]), .binary(message)], "a compressed message reads back otherwise")
    }

    @discardableResult
    private static func inflate(_ packed: [UInt8], _ codec: DeflateCodec, limit: Int) -> [UInt8]? {
        try? codec.decompress(packed.span, limit: limit) { (bytes) throws(WebSocketError) in
            precondition(bytes.count <= limit)
            return [UInt8](copying: bytes)
        }
    }
}
