/// A place in the buffer that holds a message head.
public struct ByteRange: Hashable, Sendable {
    public var lower: UInt32
    public var upper: UInt32

    @inlinable public init(_ lower: Int, _ upper: Int) {
        self.lower = UInt32(truncatingIfNeeded: lower)
        self.upper = UInt32(truncatingIfNeeded: upper)
    }
    @inlinable public var start: Int { Int(lower) }
    @inlinable public var end: Int { Int(upper) }
    @inlinable public var count: Int { Int(upper) - Int(lower) }
    @inlinable public var isEmpty: Bool { upper == lower }
}

/// Field names that the engine itself acts on, so that each is compared once.
public enum KnownField: UInt8, Sendable {
    case other
    case host, connection, contentLength, transferEncoding, upgrade, expect, trailer, te, keepAlive
    case proxyConnection, proxyAuthorization, proxyAuthenticate
    case authorization, cookie, setCookie, origin, referer, userAgent, accept, contentType, date, server, range
    case forwarded, xForwardedFor, xForwardedProto, xForwardedHost, xRealIP, xUser, xRequestID, traceparent
    case secFetchSite, secWebSocketKey, secWebSocketVersion, secWebSocketExtensions, secWebSocketProtocol
    case location

    /// Fields that concern one connection only and are never passed on (RFC 9110 section 7.6.1).
    public var isHopByHop: Bool {
        switch self {
        case .connection, .keepAlive, .proxyConnection, .proxyAuthorization, .proxyAuthenticate, .te, .trailer,
            .transferEncoding, .upgrade:
            true
        default: false
        }
    }

    /// Which field a name is; case of ASCII letters does not matter.
    static func named(_ bytes: Span<UInt8>, _ name: ByteRange) -> KnownField {
        func matches(_ text: StaticString, _ field: KnownField) -> KnownField {
            bytes.equalsIgnoringCase(name, text) ? field : .other
        }
        let first = Octet.lowered(bytes[name.start])
        switch (name.count, first) {
        case (2, _): return matches("te", .te)
        case (4, UInt8(ascii: "h")): return matches("host", .host)
        case (4, UInt8(ascii: "d")): return matches("date", .date)
        case (5, _): return matches("range", .range)
        case (6, UInt8(ascii: "c")): return matches("cookie", .cookie)
        case (6, UInt8(ascii: "e")): return matches("expect", .expect)
        case (6, UInt8(ascii: "o")): return matches("origin", .origin)
        case (6, UInt8(ascii: "a")): return matches("accept", .accept)
        case (6, UInt8(ascii: "s")): return matches("server", .server)
        case (6, UInt8(ascii: "x")): return matches("x-user", .xUser)
        case (7, UInt8(ascii: "u")): return matches("upgrade", .upgrade)
        case (7, UInt8(ascii: "t")): return matches("trailer", .trailer)
        case (7, UInt8(ascii: "r")): return matches("referer", .referer)
        case (8, _): return matches("location", .location)
        case (9, UInt8(ascii: "f")): return matches("forwarded", .forwarded)
        case (9, UInt8(ascii: "x")): return matches("x-real-ip", .xRealIP)
        case (10, UInt8(ascii: "c")): return matches("connection", .connection)
        case (10, UInt8(ascii: "k")): return matches("keep-alive", .keepAlive)
        case (10, UInt8(ascii: "u")): return matches("user-agent", .userAgent)
        case (10, UInt8(ascii: "s")): return matches("set-cookie", .setCookie)
        case (11, _): return matches("traceparent", .traceparent)
        case (12, UInt8(ascii: "c")): return matches("content-type", .contentType)
        case (12, UInt8(ascii: "x")): return matches("x-request-id", .xRequestID)
        case (13, _): return matches("authorization", .authorization)
        case (14, UInt8(ascii: "c")): return matches("content-length", .contentLength)
        case (14, UInt8(ascii: "s")): return matches("sec-fetch-site", .secFetchSite)
        case (15, _): return matches("x-forwarded-for", .xForwardedFor)
        case (16, UInt8(ascii: "p")): return matches("proxy-connection", .proxyConnection)
        case (16, UInt8(ascii: "x")): return matches("x-forwarded-host", .xForwardedHost)
        case (17, UInt8(ascii: "t")): return matches("transfer-encoding", .transferEncoding)
        case (17, UInt8(ascii: "s")): return matches("sec-websocket-key", .secWebSocketKey)
        case (17, UInt8(ascii: "x")): return matches("x-forwarded-proto", .xForwardedProto)
        case (18, _): return matches("proxy-authenticate", .proxyAuthenticate)
        case (19, _): return matches("proxy-authorization", .proxyAuthorization)
        case (21, _): return matches("sec-websocket-version", .secWebSocketVersion)
        case (22, _): return matches("sec-websocket-protocol", .secWebSocketProtocol)
        case (24, _): return matches("sec-websocket-extensions", .secWebSocketExtensions)
        default: return .other
        }
    }
}

/// One header field of a head that lies in a buffer.
public struct HeadField: Sendable {
    public var name: ByteRange
    /// Without the white space around it.
    public var value: ByteRange
    public var known: KnownField
}

extension Span where Element == UInt8 {
    /// The place holds these bytes.
    public func equals(_ range: ByteRange, _ text: [UInt8]) -> Bool {
        guard range.count == text.count else { return false }
        for index in 0..<range.count where self[range.start + index] != text[index] { return false }
        return true
    }

    /// Compares a place with text of the program.
    public func equals(_ range: ByteRange, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<range.count where unsafe self[range.start + index] != text.utf8Start[index] { return false }
        return true
    }

    /// The same without regard to the case of ASCII letters; `text` is in lower case.
    public func equalsIgnoringCase(_ range: ByteRange, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<range.count
        where unsafe Octet.lowered(self[range.start + index]) != text.utf8Start[index] { return false }
        return true
    }

    /// Two places of equal length hold the same letters, case aside.
    public func sameIgnoringCase(_ left: ByteRange, _ right: ByteRange) -> Bool {
        for index in 0..<left.count
        where Octet.lowered(self[left.start + index]) != Octet.lowered(self[right.start + index]) { return false }
        return true
    }

    /// The place holds these letters, case aside; `text` is in lower case.
    public func equalsIgnoringCase(_ range: ByteRange, _ text: [UInt8]) -> Bool {
        guard range.count == text.count else { return false }
        for index in 0..<range.count where Octet.lowered(self[range.start + index]) != text[index] { return false }
        return true
    }

    /// The place as text; bytes that are no UTF-8 are replaced.
    public func string(_ range: ByteRange) -> String {
        unsafe self.extracting(range.start..<range.end).withUnsafeBufferPointer {
            unsafe String(decoding: $0, as: UTF8.self)
        }
    }

    /// Calls `body` with each element of a comma-separated list, white space trimmed, empty ones left out.
    public func forEachListElement(_ range: ByteRange, _ body: (ByteRange) -> Void) {
        var start = range.start
        while start <= range.end {
            var end = start
            while end < range.end, self[end] != UInt8(ascii: ",") { end += 1 }
            let element = trimmed(ByteRange(start, end))
            if !element.isEmpty { body(element) }
            start = end + 1
        }
    }

    /// The place without spaces and tabs at its ends.
    public func trimmed(_ range: ByteRange) -> ByteRange {
        var lower = range.start
        var upper = range.end
        while lower < upper, self[lower] == 0x20 || self[lower] == 0x09 { lower += 1 }
        while upper > lower, self[upper - 1] == 0x20 || self[upper - 1] == 0x09 { upper -= 1 }
        return ByteRange(lower, upper)
    }
}

extension [UInt8] {
    public init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }

    public mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Appends what stands at a place of a buffer.
    public mutating func append(_ bytes: Span<UInt8>, _ range: ByteRange) {
        append(bytes.extracting(range.start..<range.end))
    }
}
