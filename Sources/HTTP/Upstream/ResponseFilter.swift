internal import Wire

/// Which fields of an upstream's answer a client may see.
public final class ResponseFilter: Sendable {
    /// Lower-case names; nil lets all pass but those that are dropped.
    private let allowed: [[UInt8]]?
    private let dropped: [[UInt8]]
    /// Whole field lines, each ended by CRLF, added to every answer.
    let added: [UInt8]

    public init(allowed: Set<String>? = nil, dropped: Set<String> = [], added: String = "") {
        self.allowed = allowed?.sorted().map { Array($0.utf8) }
        self.dropped = dropped.sorted().map { Array($0.utf8) }
        self.added = Array(added.utf8)
    }

    /// Everything but cookies, which would be set for the gate's own host.
    public static let service = ResponseFilter(dropped: ["set-cookie", "clear-site-data", "service-worker-allowed"])

    /// True when the field may pass; hop-by-hop fields never come here.
    func passes(_ field: HeadField, _ bytes: Span<UInt8>) -> Bool {
        for name in dropped where bytes.equalsIgnoringCase(field.name, name) { return false }
        guard let allowed else { return true }
        for name in allowed where bytes.equalsIgnoringCase(field.name, name) { return true }
        return false
    }
}
