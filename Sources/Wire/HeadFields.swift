/// How much of a head is read.
public struct HeadLimits: Sendable, Hashable {
    /// The whole head in bytes, the start line and the empty line included.
    public var bytes: Int
    public var fields: Int
    /// The request target in bytes.
    public var target: Int

    public init(bytes: Int = 16_384, fields: Int = 100, target: Int = 8_192) {
        (self.bytes, self.fields, self.target) = (bytes, fields, target)
    }
}

/// How a message body ends, RFC 9112 section 6.
public enum BodyFraming: Hashable, Sendable {
    case none
    /// Exactly this many bytes.
    case length(Int)
    case chunked
    /// Only answers: until the peer closes.
    case untilClose
}

/// The field lines of a head and what they say about the connection; shared by requests and responses.
struct HeadFields: Sendable {
    var fields: [HeadField] = []
    var contentLength: Int?
    var isChunked = false
    var hosts = 0
    var closes = false
    var keepsAlive = false
    var upgrades = false
    var expectsContinue = false

    mutating func removeAll() {
        fields.removeAll(keepingCapacity: true)
        contentLength = nil
        (isChunked, hosts, closes, keepsAlive, upgrades, expectsContinue) = (false, 0, false, false, false, false)
    }

    /// Reads the field lines from `at` to the empty line; `bytes` does not reach past the limit.
    ///
    /// - Returns: The offset behind the empty line, or nil when the bytes end before it.
    mutating func parse(_ bytes: Span<UInt8>, at start: Int, limits: HeadLimits) throws(WireError) -> Int? {
        var at = start
        while true {
            guard at < bytes.count else { return nil }
            if bytes[at] == 0x0D {
                guard at + 1 < bytes.count else { return nil }
                guard bytes[at + 1] == 0x0A else { throw .malformed("A line ends with CR alone.") }
                return at + 2
            }
            guard fields.count < limits.fields else { throw .headTooLarge }
            guard let next = try line(bytes, at) else { return nil }
            at = next
        }
    }

    private mutating func line(_ bytes: Span<UInt8>, _ start: Int) throws(WireError) -> Int? {
        let count = bytes.count
        var at = start
        while at < count, Octet.isTokenByte(bytes[at]) { at += 1 }
        guard at < count else { return nil }
        guard bytes[at] == UInt8(ascii: ":") else {
            if at == start, bytes[at] == 0x20 || bytes[at] == 0x09 {
                throw .malformed("A header field is folded over two lines.")
            }
            if bytes[at] == 0x20 || bytes[at] == 0x09 {
                throw .malformed("White space stands before the colon of a header field.")
            }
            throw .malformed("A header field name holds a character that is not allowed.")
        }
        guard at > start else { throw .malformed("A header field has no name.") }
        let name = ByteRange(start, at)
        at += 1
        while at < count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
        let valueStart = at
        while at < count, Octet.isFieldByte(bytes[at]) { at += 1 }
        guard at + 1 < count else {
            if at < count, bytes[at] != 0x0D { throw badLineEnd(bytes[at]) }
            return nil
        }
        guard bytes[at] == 0x0D, bytes[at + 1] == 0x0A else { throw badLineEnd(bytes[at]) }
        var valueEnd = at
        while valueEnd > valueStart, bytes[valueEnd - 1] == 0x20 || bytes[valueEnd - 1] == 0x09 { valueEnd -= 1 }
        let field = HeadField(
            name: name, value: ByteRange(valueStart, valueEnd), known: KnownField.named(bytes, name))
        fields.append(field)
        if field.known != .other { try note(field, bytes) }
        return at + 2
    }

    private func badLineEnd(_ byte: UInt8) -> WireError {
        byte == 0x0A
            ? .malformed("A line ends with LF alone.")
            : .malformed("A header field value holds a control character.")
    }

    private mutating func note(_ field: HeadField, _ bytes: Span<UInt8>) throws(WireError) {
        switch field.known {
        case .host: hosts += 1
        case .contentLength:
            guard contentLength == nil else { throw .malformed("Content-Length is given twice.") }
            contentLength = try decimal(bytes, field.value)
        case .transferEncoding:
            guard !isChunked else { throw .malformed("Transfer-Encoding is given twice.") }
            guard bytes.equalsIgnoringCase(field.value, "chunked") else {
                throw .notImplemented("The only transfer coding spoken here is chunked.")
            }
            isChunked = true
        case .connection:
            bytes.forEachListElement(field.value) { element in
                if bytes.equalsIgnoringCase(element, "close") {
                    closes = true
                } else if bytes.equalsIgnoringCase(element, "keep-alive") {
                    keepsAlive = true
                } else if bytes.equalsIgnoringCase(element, "upgrade") {
                    upgrades = true
                }
            }
        case .expect:
            guard bytes.equalsIgnoringCase(field.value, "100-continue") else {
                throw .notImplemented("The only expectation met here is 100-continue.")
            }
            expectsContinue = true
        default: break
        }
    }

    /// Digits only: no sign, no white space, no list; at most 18 digits, so that nothing overflows.
    private func decimal(_ bytes: Span<UInt8>, _ range: ByteRange) throws(WireError) -> Int {
        guard !range.isEmpty, range.count <= 18 else { throw .malformed("Content-Length is not a number of bytes.") }
        var value = 0
        for index in range.start..<range.end {
            guard (0x30...0x39).contains(bytes[index]) else {
                throw .malformed("Content-Length is not a number of bytes.")
            }
            value = value * 10 + Int(bytes[index] - 0x30)
        }
        return value
    }
}
