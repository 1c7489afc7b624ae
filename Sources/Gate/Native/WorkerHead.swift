internal import Basics
internal import HTTP
internal import Wire

/// What the worker is told of a request, and what of its answer goes back.
///
/// A ComfyUI on loopback refuses an Origin that is not its own Host and every `Sec-Fetch-Site: cross-site`; the gate has
/// judged both already, so neither is passed on. Credentials of the gate never travel.
enum WorkerHead {
    /// Lower case. Everything else about the client is the gate's business.
    private static let passed: [[UInt8]] = [
        "accept", "accept-encoding", "accept-language", "content-type", "user-agent", "range", "if-range",
        "if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "comfy-user", "comfy-usage-source",
        "cache-control", "pragma", "sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions",
        "sec-websocket-protocol", "traceparent", "tracestate",
    ].map { Array($0.utf8) }

    /// The whole head, empty line included.
    static func make(_ visit: Visit, _ settings: GateSettings) -> [UInt8] {
        let request = visit.request
        let bytes = request.headBytes.span
        let head = ForwardHead(host: settings.workerAuthority, .only(names: passed))
        var out: [UInt8] = []
        head.writeMethod(request.head, bytes, to: &out)
        out.append(contentsOf: target(visit, settings).utf8)
        head.writeFields(request.head, bytes, to: &out)
        out.append(contentsOf: visit.requestIDLine.utf8)
        credential(settings).write(to: &out)
        head.writeEnd(request.head, bytes, to: &out)
        return out
    }

    /// Path and query below the base path, encoded anew, without the credential.
    private static func target(_ visit: Visit, _ settings: GateSettings) -> String {
        let path = (try? RequestTarget(segments: visit.segments.map(\.text)))?.path ?? "/"
        let query = visit.query.removing(["token"])
        return settings.workerBasePath + path + (query.isEmpty ? "" : "?" + query.encoded)
    }

    static func credential(_ settings: GateSettings) -> Fields {
        settings.workerBearer.map { ["Authorization": "Bearer \($0.reveal())"] } ?? [:]
    }
}

/// Which fields of the worker's answers pass, and what the gate adds (decision: response headers pass an allow-list).
enum WorkerFilter {
    case page, data

    private static let common: Set<String> = [
        "content-type", "date", "etag", "last-modified", "accept-ranges", "content-range", "content-encoding", "vary",
        "allow", "sec-websocket-accept", "sec-websocket-extensions", "sec-websocket-protocol",
    ]
    private static let cached = common.union(["cache-control", "expires", "pragma"])

    /// Pages may be framed by nobody else and send their forms nowhere else; ComfyUI's own scripts need the rest.
    static let pageFields: Fields = [
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
        "Content-Security-Policy": "frame-ancestors 'self'; base-uri 'self'; form-action 'self'",
    ]
    private static let pageFilter: ResponseFilter = {
        var added: [UInt8] = []
        pageFields.write(to: &added)
        return ResponseFilter(allowed: cached, added: String(decoding: added, as: UTF8.self))
    }()
    private static let dataFilter = ResponseFilter(
        allowed: common, added: "X-Content-Type-Options: nosniff\r\nCache-Control: private, no-cache\r\n")
    var filter: ResponseFilter {
        switch self {
        case .page: Self.pageFilter
        case .data: Self.dataFilter
        }
    }
}
