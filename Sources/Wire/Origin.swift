/// The value of an Origin header.
///
/// Source: RFC 6454, section 7; WHATWG HTML. Several origins, a path or a trailing slash are not an origin.
public enum Origin: Sendable, Hashable, CustomStringConvertible {
    /// `null`: a sandboxed or otherwise opaque page.
    case null
    /// `port` is always given: the scheme's own when the text had none.
    case web(secure: Bool, host: Authority.Host, port: Int)
    /// Any other scheme, such as a browser extension's; never equal to a web origin.
    case other(String)

    public init?(_ text: String) {
        if text == "null" {
            self = .null
            return
        }
        let bytes = text.utf8.span
        guard bytes.count <= 512, let colon = bytes.firstIndex(of: ASCII.colon, within: bytes.wholeRange), colon > 0,
            bytes.count > colon + 3, bytes[colon + 1] == ASCII.slash, bytes[colon + 2] == ASCII.slash
        else { return nil }
        let rest = colon + 3..<bytes.count
        let isHTTPS = bytes.matchesIgnoringCase("https", at: 0..<colon)
        if isHTTPS || bytes.matchesIgnoringCase("http", at: 0..<colon) {
            guard let authority = Authority(parsing: bytes, rest) else { return nil }
            self = .web(secure: isHTTPS, host: authority.host, port: authority.effectivePort(secure: isHTTPS))
            return
        }
        for index in 0..<colon {
            let byte = bytes[index]
            guard
                ASCII.isAlpha(byte) || ASCII.isDigit(byte) || byte == ASCII.dash || byte == ASCII.dot
                    || byte == ASCII.plus
            else { return nil }
        }
        for index in rest {
            guard Octet.isUnreserved(bytes[index]) || bytes[index] == ASCII.colon else { return nil }
        }
        guard ASCII.isAlpha(bytes[0]), let lower = bytes.lowercasedASCII(bytes.wholeRange) else { return nil }
        self = .other(lower)
    }

    /// The origin of one of the gateway's own addresses: `null` and other schemes never are.
    public func isAny(of publicURLs: [HTTPURL]) -> Bool {
        guard case .web = self else { return false }
        return publicURLs.contains { $0.origin == self }
    }

    public var description: String {
        switch self {
        case .null: return "null"
        case .other(let text): return text
        case .web(let secure, let host, let port):
            let isDefault = port == (secure ? 443 : 80)
            return "\(secure ? "https" : "http")://\(host)" + (isDefault ? "" : ":\(port)")
        }
    }
}
