/// The head of a response, indexed in the buffer where it lies; see `RequestHead`. Source: RFC 9112 section 4.
public struct ResponseHead {
    public private(set) var status = 0
    /// The status code and the reason as they stand in the status line.
    public private(set) var statusText = ByteRange(0, 0)
    public private(set) var isVersion11 = true
    public private(set) var byteCount = 0
    private var lines = HeadFields()

    public init() {
        lines.fields.reserveCapacity(32)
    }

    public var fields: [HeadField] { lines.fields }
    /// The connection can carry another exchange afterwards, if the body's framing allows it.
    ///
    /// Who writes a transfer coding into HTTP/1.0 may not know where its message ends (RFC 9112 section 6.1).
    public var keepsAlive: Bool { !lines.closes && (isVersion11 || lines.keepsAlive && !lines.isChunked) }
    public var contentLength: Int? { lines.contentLength }

    /// Reads a head from the beginning of `bytes`; false when more bytes are needed.
    public mutating func parse(_ bytes: Span<UInt8>, limits: HeadLimits) throws(WireError) -> Bool {
        lines.removeAll()
        // What stands behind the limit may come later: it must not change the answer.
        let bytes = bytes.extracting(first: limits.bytes)
        guard let start = try statusLine(bytes), let end = try lines.parse(bytes, at: start, limits: limits) else {
            guard bytes.count < limits.bytes else { throw .headTooLarge }
            return false
        }
        byteCount = end
        guard !lines.isChunked || lines.contentLength == nil else {
            throw .malformed("Content-Length and Transfer-Encoding exclude each other.")
        }
        return true
    }

    public func value(_ known: KnownField) -> ByteRange? {
        for field in lines.fields where field.known == known { return field.value }
        return nil
    }

    /// How the body ends.
    ///
    /// - Parameter isHeadRequest: The answer to HEAD has no body, whatever its fields say.
    public func framing(isHeadRequest: Bool) -> BodyFraming {
        if isHeadRequest || Status(status).forbidsBody { return .none }
        if lines.isChunked { return .chunked }
        return lines.contentLength.map { $0 == 0 ? .none : .length($0) } ?? .untilClose
    }

    private mutating func statusLine(_ bytes: Span<UInt8>) throws(WireError) -> Int? {
        let count = bytes.count
        let text: StaticString = "HTTP/1."
        for index in 0..<min(7, count) {
            guard unsafe bytes[index] == text.utf8Start[index] else { throw .malformed("This is no HTTP/1 answer.") }
        }
        guard count >= 13 else { return nil }
        isVersion11 = bytes[7] != UInt8(ascii: "0")
        guard bytes[7] == UInt8(ascii: "1") || bytes[7] == UInt8(ascii: "0"), bytes[8] == 0x20 else {
            throw .malformed("This is no HTTP/1 answer.")
        }
        status = 0
        for index in 9..<12 {
            guard (0x30...0x39).contains(bytes[index]) else { throw .malformed("The status code is not a number.") }
            status = status * 10 + Int(bytes[index] - 0x30)
        }
        guard status >= 100 else { throw .malformed("The status code is not a number.") }
        var at = 12
        // Servers exist that leave out the space before an empty reason.
        guard bytes[at] == 0x20 || bytes[at] == 0x0D else { throw .malformed("The status code is not a number.") }
        while at < count, Octet.isFieldByte(bytes[at]) { at += 1 }
        guard at + 1 < count else { return nil }
        guard bytes[at] == 0x0D, bytes[at + 1] == 0x0A else {
            throw .malformed("The status line does not end with CRLF.")
        }
        statusText = ByteRange(9, at)
        return at + 2
    }
}
