package import Wire

/// Keeps what a `WebSocketParser` said, to be compared.
package struct WebSocketRecorder: WebSocketEvents {
    package enum Event: Hashable, Sendable {
        case text(String)
        case binary([UInt8])
        case ping([UInt8])
        case pong([UInt8])
        case close(UInt16, String)
        case failed(WebSocketError)
    }
    package var events: [Event] = []

    package init() {}

    package mutating func text(_ message: Span<UInt8>) {
        guard let text = String(validating: Self.copy(message), as: UTF8.self) else {
            preconditionFailure("a text message was handed over that is not UTF-8")
        }
        events.append(.text(text))
    }
    package mutating func binary(_ message: Span<UInt8>) { events.append(.binary(Self.copy(message))) }
    package mutating func ping(_ payload: Span<UInt8>) { events.append(.ping(Self.copy(payload))) }
    package mutating func pong(_ payload: Span<UInt8>) { events.append(.pong(Self.copy(payload))) }
    package mutating func close(_ code: WebSocketCloseCode, reason: Span<UInt8>) {
        events.append(.close(code.rawValue, String(decoding: Self.copy(reason), as: UTF8.self)))
    }

    private static func copy(_ bytes: Span<UInt8>) -> [UInt8] { bytes.indices.map { bytes[$0] } }

    /// What a parser makes of the bytes, cut into pieces whose sizes `next` gives (at least 1 each).
    package static func events(
        of bytes: [UInt8], _ parser: WebSocketParser, codec: DeflateCodec? = nil, pieces next: () -> Int
    ) -> [Event] {
        var parser = parser
        var recorder = WebSocketRecorder()
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, at + max(1, next()))
            var piece = Array(bytes[at..<end])
            at = end
            var span = piece.mutableSpan
            do throws(WebSocketError) {
                try parser.receive(&span, codec: codec, &recorder)
            } catch {
                recorder.events.append(.failed(error))
            }
        }
        return recorder.events
    }
}
