/// One event of a `text/event-stream` (WHATWG HTML, section 9.2).
public struct ServerSentEvent: Sendable, Hashable {
    /// The event's name; `message` when the stream gave none.
    public var name: String
    /// Lines are parted by LF.
    public var data: String
    /// As parsed: the last id of the stream, so that a client can go on from there; nil when there was none.
    public var id: String?

    public init(name: String = "message", data: String, id: String? = nil) {
        (self.name, self.data, self.id) = (name, data, id)
    }
}

/// Writes a `text/event-stream`; no content can break out of its field.
public enum ServerSentEventWriter {
    /// A comment, which readers skip: keeps proxies from closing an idle stream.
    public static let keepAlive: [UInt8] = Array(":\n\n".utf8)

    /// Appends one event.
    ///
    /// The data is cut into lines at CR, LF and CRLF, which a reader will see as LF. Line ends in the name are left out.
    /// An id with NUL, CR or LF is left out as a whole, because no reader could give it back.
    public static func append(_ event: ServerSentEvent, to out: inout [UInt8]) {
        if !event.name.isEmpty, event.name != "message" {
            field("event", event.name.utf8.filter { $0 != 0x0A && $0 != 0x0D }, to: &out)
        }
        if let id = event.id, !id.utf8.contains(where: { $0 == 0 || $0 == 0x0A || $0 == 0x0D }) {
            field("id", id.utf8, to: &out)
        }
        var line: [UInt8] = []
        var isAfterReturn = false
        for byte in event.data.utf8 {
            if byte == 0x0A, isAfterReturn {
                isAfterReturn = false
                continue
            }
            isAfterReturn = byte == 0x0D
            guard byte == 0x0A || byte == 0x0D else {
                line.append(byte)
                continue
            }
            field("data", line, to: &out)
            line.removeAll(keepingCapacity: true)
        }
        field("data", line, to: &out)
        out.append(0x0A)
    }

    /// Tells readers how long to wait before they connect again.
    public static func appendRetry(milliseconds: Int, to out: inout [UInt8]) {
        field("retry", String(max(0, milliseconds)).utf8, to: &out)
        out.append(0x0A)
    }

    private static func field(_ name: StaticString, _ value: some Sequence<UInt8>, to out: inout [UInt8]) {
        name.withUTF8Buffer { unsafe out.append(contentsOf: $0) }
        out.append(contentsOf: [0x3A, 0x20])
        out.append(contentsOf: value)
        out.append(0x0A)
    }
}
