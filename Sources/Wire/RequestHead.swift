/// The head of a request, indexed in the buffer where it lies: no copy, and no allocation once `fields` has grown.
///
/// One value serves all connections of a loop in turn; the places it names are valid only with the bytes it was parsed
/// from. Source: RFC 9112 sections 3, 5 and 6. Whatever two servers could read in two ways is refused.
public struct RequestHead: Sendable {
    public private(set) var method = ByteRange(0, 0)
    public private(set) var target = ByteRange(0, 0)
    /// True for HTTP/1.1, false for HTTP/1.0.
    public private(set) var isVersion11 = true
    /// The head's length in bytes, the empty line included.
    public private(set) var byteCount = 0
    private var lines = HeadFields()

    public init() {
        lines.fields.reserveCapacity(32)
    }

    public var fields: [HeadField] { lines.fields }
    /// The client wants the connection to stay open.
    public var keepsAlive: Bool { isVersion11 ? !lines.closes : lines.keepsAlive && !lines.closes }
    public var expectsContinue: Bool { lines.expectsContinue && isVersion11 }
    /// `Connection: upgrade` is there; which protocol, the `Upgrade` field says.
    public var wantsUpgrade: Bool { lines.upgrades && isVersion11 }
    public var framing: BodyFraming {
        lines.isChunked ? .chunked : lines.contentLength.map { $0 == 0 ? .none : .length($0) } ?? .none
    }

    /// Reads a head from the beginning of `bytes`.
    ///
    /// - Returns: False when more bytes are needed; the value then holds nothing useful.
    /// - Complexity: O(n) in the head's bytes.
    public mutating func parse(_ bytes: Span<UInt8>, limits: HeadLimits) throws(WireError) -> Bool {
        lines.removeAll()
        // What stands behind the limit may come later: it must not change the answer.
        let bytes = bytes.extracting(first: limits.bytes)
        guard let start = try startLine(bytes, limits), let end = try lines.parse(bytes, at: start, limits: limits)
        else {
            guard bytes.count < limits.bytes else { throw .headTooLarge }
            return false
        }
        byteCount = end
        try check()
        return true
    }

    /// The first value of a field.
    public func value(_ known: KnownField) -> ByteRange? {
        for field in lines.fields where field.known == known { return field.value }
        return nil
    }

    /// How often a field stands in the head.
    public func count(of known: KnownField) -> Int { lines.fields.reduce(0) { $0 + ($1.known == known ? 1 : 0) } }

    private mutating func startLine(_ bytes: Span<UInt8>, _ limits: HeadLimits) throws(WireError) -> Int? {
        let count = bytes.count
        var at = 0
        // One empty line before a request is an old client's habit (RFC 9112 section 2.2).
        if count >= 2, bytes[0] == 0x0D, bytes[1] == 0x0A { at = 2 }
        let methodStart = at
        while at < count, Octet.isTokenByte(bytes[at]) { at += 1 }
        guard at - methodStart <= 32 else { throw .notImplemented("The method is not known here.") }
        guard at < count else { return nil }
        guard bytes[at] == 0x20, at > methodStart else {
            if at == 0, bytes[at] == 0x0D, count == 1 { return nil }
            throw .malformed("The request line does not begin with a method and a space.")
        }
        method = ByteRange(methodStart, at)
        at += 1
        let targetStart = at
        while at < count, Octet.isTargetByte(bytes[at]) { at += 1 }
        guard at - targetStart <= limits.target else { throw .targetTooLong }
        guard at < count else { return nil }
        guard bytes[at] == 0x20, at > targetStart else {
            throw .malformed("The request target holds a character that is not allowed.")
        }
        target = ByteRange(targetStart, at)
        at += 1
        return try version(bytes, at)
    }

    private mutating func version(_ bytes: Span<UInt8>, _ start: Int) throws(WireError) -> Int? {
        let text: StaticString = "HTTP/1."
        for index in 0..<7 {
            guard start + index < bytes.count else { return nil }
            guard unsafe bytes[start + index] == text.utf8Start[index] else {
                guard index >= 5 else { throw .malformed("The request line does not end with a version.") }
                throw .versionNotSupported
            }
        }
        guard start + 9 < bytes.count else { return nil }
        switch bytes[start + 7] {
        case UInt8(ascii: "1"): isVersion11 = true
        case UInt8(ascii: "0"): isVersion11 = false
        default: throw .versionNotSupported
        }
        guard bytes[start + 8] == 0x0D, bytes[start + 9] == 0x0A else {
            throw .malformed("The request line does not end with a version and CRLF.")
        }
        return start + 10
    }

    private func check() throws(WireError) {
        if lines.isChunked {
            guard lines.contentLength == nil else {
                throw .malformed("Content-Length and Transfer-Encoding exclude each other.")
            }
            guard isVersion11 else { throw .malformed("HTTP/1.0 has no Transfer-Encoding.") }
        }
        guard lines.hosts == 1 || lines.hosts == 0 && !isVersion11 else {
            throw lines.hosts == 0 ? .malformed("The Host field is missing.") : .malformed("Host is given twice.")
        }
    }
}
