internal import Basics
internal import Wire

/// Reads the bytes as frames, whole and in pieces, and demands the same events; then demands that an event written
/// again reads back.
///
/// The first byte chooses: bit 0 the role, bit 1 compression, bits 2 to 7 the size of the pieces.
package func fuzzWebSocket(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    let input = Array(bytes.dropFirst())
    let deflates = choice & 2 != 0
    let codec = deflates ? DeflateCodec() : nil
    let parser = WebSocketParser(
        role: choice & 1 == 0 ? .server : .client, messageLimit: 1_000, acceptsCompression: deflates)
    let whole = WebSocketRecorder.events(of: input, parser, codec: codec) { Int.max / 2 }
    let pieces = WebSocketRecorder.events(of: input, parser, codec: codec) { Int(choice >> 2) }
    precondition(whole == pieces, "events depend on how the bytes were cut")

    var written: [UInt8] = []
    let writer = WebSocketWriter()
    for event in whole {
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
    let again = WebSocketRecorder.events(of: written, WebSocketParser(role: .client, messageLimit: 1_000)) { 7 }
    precondition(again == whole.filter { if case .failed = $0 { false } else { true } }, "writing lost something")
}

/// Demands that scanner and tree parser agree, and that a tree written reads back equal.
///
/// Bit 0 of the first byte chooses the dialect.
package func fuzzJSON(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    let input = Array(bytes.dropFirst())
    let dialect = JSONDialect(allowsNonFinite: choice & 1 != 0, maximumDepth: 64)
    var treeFault: JSONError?
    var scanFault: JSONError?
    var walkFault: JSONError?
    var tree: JSON?
    do throws(JSONError) { tree = try JSON(parsing: input, dialect: dialect) } catch { treeFault = error }
    do throws(JSONError) { try JSONScanner.validate(input.span, dialect: dialect) } catch { scanFault = error }
    do throws(JSONError) {
        try JSONScanner.members(of: input.span, atDepth: 2, dialect: dialect) { member in
            _ = member.key.equals("class_type", in: input.span)
            _ = member.value.string(in: input.span)
            _ = member.value.int(in: input.span)
        }
    } catch { walkFault = error }
    precondition(treeFault == scanFault && scanFault == walkFault, "tree, scanner and walk disagree")
    guard let tree else { return }
    let written = tree.encoded()
    precondition((try? JSON(parsing: written, dialect: dialect)) == tree, "a written tree reads back otherwise")
}

/// Reads the bytes as a stream, whole and in pieces, demands the same events, and writes and reads them again.
///
/// The first byte is the size of the pieces.
package func fuzzSSE(_ bytes: [UInt8]) {
    guard let size = bytes.first else { return }
    let input = Array(bytes.dropFirst())
    let whole = events(input, piece: Int.max / 2)
    precondition(whole.events == events(input, piece: Int(size)).events, "events depend on how the bytes were cut")

    var written: [UInt8] = []
    for event in whole.events { ServerSentEventWriter.append(event, to: &written) }
    // A wrong byte became three bytes of U+FFFD, and fields got their names in full: hence the larger limit.
    precondition(events(written, piece: 3, limit: 8_000).events == whole.events, "writing lost something")
}

private func events(_ bytes: [UInt8], piece: Int, limit: Int = 1_000) -> (events: [ServerSentEvent], failed: Bool) {
    var parser = ServerSentEventParser(limit: limit)
    var found: [ServerSentEvent] = []
    var at = 0
    while at < bytes.count {
        let end = min(bytes.count, at + max(1, piece))
        do throws(ServerSentEventTooLarge) {
            try parser.receive(bytes[at..<end].span) { found.append($0) }
        } catch { return (found, true) }
        at = end
    }
    return (found, false)
}
