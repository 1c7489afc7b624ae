internal import Wire

extension FuzzTargets {
    /// A stream of server-sent events, read whole and in pieces, must give the same events; they are written and read again.
    ///
    /// The first byte is the size of the pieces.
    @Sendable package static func events(_ bytes: [UInt8]) {
        guard let size = bytes.first else { return }
        let input = Array(bytes.dropFirst())
        let whole = events(input, piece: input.count)
        precondition(whole.events == events(input, piece: Int(size)).events, "events depend on how the bytes were cut")

        var written: [UInt8] = []
        for event in whole.events { ServerSentEventWriter.append(event, to: &written) }
        // A wrong byte became three bytes of U+FFFD, and fields got their names in full: hence the larger limit.
        precondition(events(written, piece: 3, limit: 8_000).events == whole.events, "writing lost something")
    }

    private static func events(
        _ bytes: [UInt8], piece: Int, limit: Int = 1_000
    ) -> (events: [ServerSentEvent], failed: Bool) {
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
}
