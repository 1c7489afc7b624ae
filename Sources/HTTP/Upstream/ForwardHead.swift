internal import Loop
public import Wire

/// Writes the head of a request that goes on to an upstream.
///
/// Hop-by-hop fields and those named by `Connection` are left out, names with `_` never pass (some servers read `_` as
/// `-`), forwarding fields are made anew, and the framing is told in our own words.
public struct ForwardHead {
    /// What the client's fields may not say upstream.
    public struct Omitted: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }
        public static let authorization = Omitted(rawValue: 1)
        public static let cookies = Omitted(rawValue: 2)
        /// `Origin`, `Referer` and `Sec-Fetch-*`: a worker on loopback refuses what does not match its own Host.
        public static let origin = Omitted(rawValue: 4)
    }

    /// The value of `Host`.
    public var host: String
    public var omitted: Omitted
    /// Whole field lines, each ended by CRLF: the upstream's credential, the user's name, the client's address.
    public var added: [UInt8]

    public init(host: String, omitted: Omitted, added: [UInt8] = []) {
        (self.host, self.omitted, self.added) = (host, omitted, added)
    }

    /// Appends the head to `out`, from one that lies in a buffer.
    ///
    /// - Parameter target: The encoded target; nil takes the client's as it is.
    public func write(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, target: [UInt8]?, to out: inout [UInt8]) {
        append(bytes, head.method, to: &out)
        out.append(0x20)
        if let target { out.append(contentsOf: target) } else { append(bytes, head.target, to: &out) }
        out.append(contentsOf: " HTTP/1.1\r\nHost: ".utf8)
        out.append(contentsOf: host.utf8)
        out.append(contentsOf: "\r\n".utf8)
        let fields = head.fields
        let nominates = fields.contains { $0.known == .connection }
        for field in fields where passes(field, bytes) && !(nominates && bytes.isNominated(field, fields)) {
            append(bytes, field.name, to: &out)
            out.append(UInt8(ascii: ":"))
            out.append(0x20)
            append(bytes, field.value, to: &out)
            out.append(0x0D)
            out.append(0x0A)
        }
        out.append(contentsOf: added)
        if head.asksForWebSocket(bytes) {
            out.append(contentsOf: "Connection: Upgrade\r\nUpgrade: websocket\r\n".utf8)
        }
        switch head.framing {
        case .length(let count): out.append(contentsOf: "Content-Length: \(count)\r\n".utf8)
        case .chunked: out.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        case .none: if head.value(.contentLength) != nil { out.append(contentsOf: "Content-Length: 0\r\n".utf8) }
        case .untilClose: break
        }
        out.append(contentsOf: "\r\n".utf8)
    }

    private func passes(_ field: HeadField, _ bytes: Span<UInt8>) -> Bool {
        switch field.known {
        case .host, .contentLength, .expect, .forwarded, .xForwardedFor, .xForwardedProto, .xForwardedHost: return false
        case .authorization: return !omitted.contains(.authorization)
        case .cookie: return !omitted.contains(.cookies)
        case .origin, .referer, .secFetchSite: return !omitted.contains(.origin)
        case .other:
            for index in field.name.start..<field.name.end where bytes[index] == UInt8(ascii: "_") { return false }
            return true
        default: return !field.known.isHopByHop
        }
    }

    private func append(_ bytes: Span<UInt8>, _ range: ByteRange, to out: inout [UInt8]) {
        unsafe bytes.extracting(range.start..<range.end).withUnsafeBufferPointer { unsafe out.append(contentsOf: $0) }
    }
}

extension Span<UInt8> {
    /// The field is named by a `Connection` field of the same head: it was meant for the next hop alone.
    func isNominated(_ field: HeadField, _ all: [HeadField]) -> Bool {
        for other in all where other.known == .connection {
            var found = false
            forEachListElement(other.value) { element in
                if element.count == field.name.count, sameIgnoringCase(element, field.name) { found = true }
            }
            if found { return true }
        }
        return false
    }
}
