internal import Basics
public import Wire

/// Writes the head of a request that goes on to an upstream, in three steps: the caller puts the target behind the
/// method, and its own field lines behind the client's.
///
/// Hop-by-hop fields and those named by `Connection` are left out, names with `_` never pass (some servers read `_` as
/// `-`), and the framing is told in our own words.
public struct ForwardHead: Sendable {
    /// Which of the client's other fields go on.
    public enum Selection: Sendable {
        /// All but credentials and what tells who and where the client is: that is the gate's to say.
        case allButOurs
        /// Those of these names, in lower case.
        case only(names: [[UInt8]])
    }

    private let selection: Selection
    /// The name of the upstream's own credential, which no client may say beside it; empty for none.
    private let own: [UInt8]
    /// The end of the request line and `Host`.
    private let versionAndHost: [UInt8]

    /// - Parameters:
    ///   - host: The value of `Host`.
    ///   - own: A field that the caller adds itself: the client's of that name does not pass.
    public init(host: String, _ selection: Selection, own: String = "") {
        self.selection = selection
        self.own = Array(own.lowercased().utf8)
        versionAndHost = Array(" HTTP/1.1\r\nHost: \(host)\r\n".utf8)
    }

    /// The method and a space; the encoded target follows.
    public func writeMethod(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, to out: inout [UInt8]) {
        out.append(bytes, head.method)
        out.append(0x20)
    }

    /// The rest of the request line, `Host` and the client's fields; whole lines of the caller may follow.
    public func writeFields(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, to out: inout [UInt8]) {
        out.append(contentsOf: versionAndHost)
        let fields = head.fields
        let nominates = fields.contains { $0.known == .connection }
        // Lines that follow one another as they came and stand as we would write them go on in one piece.
        var run = ByteRange(0, 0)
        for field in fields where passes(field, bytes) && !(nominates && bytes.isNominated(field, fields)) {
            if bytes.isPlainLine(field) {
                if run.end != field.name.start {
                    out.append(bytes, run)
                    run = ByteRange(field.name.start, field.name.start)
                }
                run = ByteRange(run.start, field.value.end + 2)
                continue
            }
            out.append(bytes, run)
            run = ByteRange(0, 0)
            out.append(bytes, field.name)
            out.append(UInt8(ascii: ":"))
            out.append(0x20)
            out.append(bytes, field.value)
            out.append(0x0D)
            out.append(0x0A)
        }
        out.append(bytes, run)
    }

    /// Upgrade, framing and the empty line.
    public func writeEnd(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, to out: inout [UInt8]) {
        if head.asksForWebSocket(bytes) {
            out.append(text: "Connection: Upgrade\r\nUpgrade: websocket\r\n")
        }
        switch head.framing {
        case .length(let count):
            out.append(text: "Content-Length: ")
            out.append(decimal: count)
            out.append(text: "\r\n")
        case .chunked: out.append(text: "Transfer-Encoding: chunked\r\n")
        case .none: if head.value(.contentLength) != nil { out.append(text: "Content-Length: 0\r\n") }
        case .untilClose: break
        }
        out.append(text: "\r\n")
    }

    private func passes(_ field: HeadField, _ bytes: Span<UInt8>) -> Bool {
        // The connection's and the message's own, whatever the selection says.
        if field.known.isHopByHop { return false }
        switch field.known {
        case .host, .contentLength, .expect: return false
        default: break
        }
        if !own.isEmpty, bytes.equalsIgnoringCase(field.name, own) { return false }
        switch selection {
        case .only(let names): return names.contains { bytes.equalsIgnoringCase(field.name, $0) }
        case .allButOurs:
            switch field.known {
            case .authorization, .cookie, .forwarded, .xForwardedFor, .xForwardedProto, .xForwardedHost, .xRealIP,
                .xUser, .xRequestID:
                return false
            case .other:
                for index in field.name.start..<field.name.end where bytes[index] == UInt8(ascii: "_") { return false }
                return true
            default: return true
            }
        }
    }
}

extension Span<UInt8> {
    /// The line is `name: value` and CRLF, without other white space.
    fileprivate func isPlainLine(_ field: HeadField) -> Bool {
        field.value.start == field.name.end + 2 && field.value.end + 1 < count
            && self[field.name.end] == UInt8(ascii: ":") && self[field.name.end + 1] == 0x20
            && self[field.value.end] == 0x0D && self[field.value.end + 1] == 0x0A
    }

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
