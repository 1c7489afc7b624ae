internal import Wire

/// Which fields of an upstream's answer a client may see.
public final class ResponseFilter: Sendable {
    /// Lower-case names; nil lets all pass but those that are dropped.
    private let allowed: Set<String>?
    private let dropped: Set<String>
    /// Whole field lines, each ended by CRLF, added to every answer.
    let added: [UInt8]

    public init(allowed: Set<String>? = nil, dropped: Set<String> = [], added: String = "") {
        (self.allowed, self.dropped) = (allowed, dropped)
        self.added = Array(added.utf8)
    }

    /// Everything but cookies, which would be set for the gate's own host.
    public static let service = ResponseFilter(dropped: ["set-cookie", "clear-site-data", "service-worker-allowed"])

    /// True when the field may pass; hop-by-hop fields never come here.
    func passes(_ field: HeadField, _ bytes: Span<UInt8>) -> Bool {
        if allowed == nil, dropped.isEmpty { return true }
        switch field.known {
        case .setCookie where dropped.contains("set-cookie"): return false
        case .contentType, .date:
            return allowed.map { $0.contains(field.known == .date ? "date" : "content-type") } ?? true
        default: break
        }
        let name = bytes.string(field.name).lowercased()
        if dropped.contains(name) { return false }
        return allowed.map { $0.contains(name) } ?? true
    }
}
