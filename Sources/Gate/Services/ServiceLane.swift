internal import Basics
internal import HTTP
internal import Identity
internal import Loop
internal import Wire

/// The short way to a service, for requests that need no second look: judged on the head where it lies, forwarded without a
/// task and without an allocation.
///
/// It only ever says yes. Whatever is unusual, or to be refused, takes the long way through `GateApplication.respond`,
/// which has the reasons and the words; a test holds both ways to the same bytes.
struct ServiceLane {
    private struct Entry {
        let surface: ServiceSurface
        /// What the target begins with, encoded; nil for names that are not plain text.
        let prefix: [UInt8]?
    }
    private let entries: [Entry]
    private let trustsProxies: Bool
    private let basePath: [UInt8]
    private var hosts = JudgedHosts()

    init(_ services: [ServiceSurface], _ settings: GateSettings) {
        let base = settings.basePath.map { "/" + $0 }.joined()
        basePath = Array(base.utf8)
        entries = services.map { surface in
            let path = (surface.options.path ?? []).map { "/" + $0 }.joined()
            let prefix = Array((base + path).utf8)
            return Entry(surface: surface, prefix: prefix.allSatisfy(Self.isPlain) ? prefix : nil)
        }
        trustsProxies = settings.forwarding.trustsAnybody
    }

    var isEmpty: Bool { entries.isEmpty }

    /// What was found out about a request.
    struct Request {
        let service: ServiceSurface
        let host: JudgedHost
        let token: ByteRange
        /// Behind the service's path; empty, or begins with `/`.
        let path: ByteRange
        let query: ByteRange
    }

    /// Nil sends the request the long way.
    mutating func judge(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, peer: SocketAddress, isSecure: Bool,
        accepts: (Authority) -> Bool
    ) -> Request? {
        guard !head.wantsUpgrade, !head.expectsContinue, head.framing != .chunked, let token = Self.token(head, bytes)
        else { return nil }
        if case .unix = peer { return nil }
        if trustsProxies, head.fields.contains(where: { $0.known.namesClient }) { return nil }
        guard let pathEnd = Self.plainPath(bytes, head.target) else { return nil }
        let query = ByteRange(min(pathEnd + 1, head.target.end), head.target.end)
        guard Self.isPlainQuery(bytes, query), let hostField = head.value(.host),
            let host = hosts.find(bytes, hostField, isSecure: isSecure, accepts: accepts)
        else { return nil }
        let path = ByteRange(head.target.start, pathEnd)
        guard bytes.starts(path, with: basePath) else { return nil }
        for entry in entries {
            guard let prefix = entry.prefix else { return nil }
            let matches =
                entry.surface.options.host == nil
                ? bytes.starts(path, with: prefix) : entry.surface.owns(host.authority)
            guard matches else { continue }
            if case .length(let count) = head.framing, count > entry.surface.options.body { return nil }
            return Request(
                service: entry.surface, host: host, token: token, path: ByteRange(path.start + prefix.count, path.end),
                query: query)
        }
        return nil
    }

    /// The one word behind `Bearer` in the one Authorization field.
    private static func token(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> ByteRange? {
        var token: ByteRange?
        for field in head.fields where field.known == .authorization {
            let value = field.value
            guard token == nil, value.count > 7,
                bytes.equalsIgnoringCase(ByteRange(value.start, value.start + 7), "bearer ")
            else { return nil }
            for index in value.start + 7..<value.end where bytes[index] <= 0x20 { return nil }
            token = ByteRange(value.start + 7, value.end)
        }
        return token
    }

    /// Where the path ends when it is spelled as the gate would spell it: nothing encoded, no empty segment, no dots.
    private static func plainPath(_ bytes: Span<UInt8>, _ target: ByteRange) -> Int? {
        guard bytes[target.start] == UInt8(ascii: "/") else { return nil }
        var afterSlash = true
        var index = target.start + 1
        while index < target.end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "?") { break }
            guard isPlain(byte), !(afterSlash && (byte == UInt8(ascii: "/") || byte == UInt8(ascii: "."))) else {
                return nil
            }
            afterSlash = byte == UInt8(ascii: "/")
            index += 1
        }
        return index
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        Octet.isUnreserved(byte) || byte == UInt8(ascii: "/")
    }

    /// Pairs of plain names and values, each with its `=`, none of them a token.
    private static func isPlainQuery(_ bytes: Span<UInt8>, _ query: ByteRange) -> Bool {
        guard !query.isEmpty else { return true }
        var start = query.start
        var pairs = 0
        while start <= query.end {
            var equals = -1
            var index = start
            while index < query.end, bytes[index] != UInt8(ascii: "&") {
                if bytes[index] == UInt8(ascii: "="), equals < 0 {
                    equals = index
                } else if !isPlain(bytes[index]) || bytes[index] == UInt8(ascii: "/") {
                    return false
                }
                index += 1
            }
            pairs += 1
            guard equals >= 0, pairs <= 64, !bytes.equals(ByteRange(start, equals), "token") else { return false }
            start = index + 1
        }
        return true
    }
}

extension KnownField {
    /// A trusted proxy says by it who the client is.
    fileprivate var namesClient: Bool {
        switch self {
        case .forwarded, .xForwardedFor, .xForwardedProto, .xForwardedHost: true
        default: false
        }
    }
}

extension Span<UInt8> {
    /// The place begins with these whole segments.
    fileprivate func starts(_ place: ByteRange, with prefix: [UInt8]) -> Bool {
        guard place.count >= prefix.count, equals(ByteRange(place.start, place.start + prefix.count), prefix) else {
            return false
        }
        return place.count == prefix.count || self[place.start + prefix.count] == UInt8(ascii: "/")
    }
}

/// A Host field's text that was found to name this gate.
final class JudgedHost {
    let authority: Authority
    let isSecure: Bool
    /// What a service is told of it.
    let line: [UInt8]
    fileprivate let text: [UInt8]

    fileprivate init(_ authority: Authority, _ text: [UInt8], isSecure: Bool) {
        (self.authority, self.text, self.isSecure) = (authority, text, isSecure)
        line = ServiceSurface.hostLine(authority)
    }
}

/// The last few accepted spellings, because a client sends the same one each time.
struct JudgedHosts {
    private var known: [JudgedHost] = []
    /// Strangers choose what they send: with more spellings than this one takes the place of the oldest.
    static let capacity = 16

    mutating func find(
        _ bytes: Span<UInt8>, _ field: ByteRange, isSecure: Bool, accepts: (Authority) -> Bool
    ) -> JudgedHost? {
        for host in known where host.isSecure == isSecure && bytes.equals(field, host.text) { return host }
        guard let authority = Authority(bytes.string(field)), accepts(authority) else { return nil }
        let host = JudgedHost(
            authority, [UInt8](copying: bytes.extracting(field.start..<field.end)), isSecure: isSecure)
        if known.count == Self.capacity { known.removeFirst() }
        known.append(host)
        return host
    }
}
