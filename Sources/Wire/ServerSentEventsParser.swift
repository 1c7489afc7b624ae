/// An event or a line of a stream was longer than the limit, in bytes.
public struct ServerSentEventTooLarge: Error, Hashable, Sendable {
    public let limit: Int
    public init(limit: Int) { self.limit = limit }
}

/// Reads a `text/event-stream` (WHATWG HTML, section 9.2.6) in pieces of any size.
///
/// Bytes that are not UTF-8 become U+FFFD. What stands behind the last blank line when the stream ends is dropped, as
/// the standard has it.
public struct ServerSentEventParser: Sendable {
    /// Bytes.
    public static let defaultLimit = 1_024 * 1_024

    /// What to send as `Last-Event-ID` when connecting again; nil before the first id.
    public var lastEventID: String? { seenID }
    /// What the server asks clients to wait before they connect again; nil when it did not.
    public private(set) var retryMilliseconds: Int?

    private let limit: Int
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var name = ""
    private var seenID: String?
    /// The id in force once the event is complete.
    private var pendingID: String?
    private var isAfterReturn = false
    private var isFirstLine = true
    private var hasFailed = false

    /// - Parameter limit: Largest line, and largest data of one event, in bytes.
    public init(limit: Int = Self.defaultLimit, lastEventID: String? = nil) {
        self.limit = limit
        (seenID, pendingID) = (lastEventID, lastEventID)
    }

    /// Reads the next bytes, and hands over each event that they complete.
    ///
    /// - Throws: Over the limit; the parser then ignores all that follows.
    public mutating func receive(
        _ bytes: Span<UInt8>, _ body: (ServerSentEvent) -> Void
    ) throws(ServerSentEventTooLarge) {
        var at = 0
        while at < bytes.count, !hasFailed {
            if isAfterReturn {
                isAfterReturn = false
                if bytes[at] == 0x0A {
                    at += 1
                    continue
                }
            }
            let start = at
            while at < bytes.count, bytes[at] != 0x0A, bytes[at] != 0x0D { at += 1 }
            guard line.count + (at - start) <= limit else { throw fail() }
            line.append(bytes.extracting(start..<at))
            guard at < bytes.count else { return }
            isAfterReturn = bytes[at] == 0x0D
            at += 1
            let whole = line
            line = []
            try take(whole[...], body)
        }
    }

    private mutating func fail() -> ServerSentEventTooLarge {
        hasFailed = true
        (line, data) = ([], [])
        return ServerSentEventTooLarge(limit: limit)
    }

    private mutating func take(
        _ whole: ArraySlice<UInt8>, _ body: (ServerSentEvent) -> Void
    ) throws(ServerSentEventTooLarge) {
        var line = whole
        if isFirstLine, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        isFirstLine = false
        guard !line.isEmpty else { return dispatch(body) }
        let colon = line.firstIndex(of: 0x3A) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == 0x20 { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data":
            guard data.count + value.count + (hasData ? 1 : 0) <= limit else { throw fail() }
            if hasData { data.append(0x0A) }
            data.append(contentsOf: value)
            hasData = true
        case "event": name = String(decoding: value, as: UTF8.self)
        case "id": if !value.contains(0) { pendingID = String(decoding: value, as: UTF8.self) }
        case "retry":
            if !value.isEmpty, value.allSatisfy({ (0x30...0x39).contains($0) }) {
                retryMilliseconds = Int(String(decoding: value, as: UTF8.self)) ?? .max
            }
        default: break  // A comment (nothing before its colon), or a field nobody knows.
        }
    }

    private mutating func dispatch(_ body: (ServerSentEvent) -> Void) {
        seenID = pendingID
        defer { (name, data, hasData) = ("", [], false) }
        guard hasData else { return }
        let text = String(decoding: data, as: UTF8.self)
        body(ServerSentEvent(name: name.isEmpty ? "message" : name, data: text, id: seenID))
    }
}
