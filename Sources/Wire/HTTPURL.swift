/// Where a server is: `http://host[:port][/path][?query]`, `https://…` or `unix:/path/of/socket`.
///
/// No user, password or fragment: credentials do not belong in addresses.
public struct HTTPURL: Sendable, Hashable, CustomStringConvertible {
    public enum Endpoint: Sendable, Hashable {
        case tcp(secure: Bool, Authority)
        /// An absolute path of at most 107 bytes, which is what `sockaddr_un` holds.
        case unix(path: String)
    }

    public let endpoint: Endpoint
    /// Path and query, decoded; `/` for a socket.
    public let target: RequestTarget

    public init?(_ text: String) {
        let bytes = text.utf8.span
        if bytes.count > 5, bytes.matchesIgnoringCase("unix:", at: 0..<5) {
            let isLong = bytes.count > 8 && bytes.matches("///", at: 5..<8)
            guard let path = bytes.text((isLong ? 7 : 5)..<bytes.count), path.utf8.count <= 107,
                path.hasPrefix("/"), !path.hasPrefix("//"), path.utf8.count > 1,
                !path.utf8.contains(where: ASCII.isControl), let root = try? RequestTarget("/")
            else { return nil }
            (endpoint, target) = (.unix(path: path), root)
            return
        }
        guard let parsed = try? RequestTarget(parsing: bytes), case .absolute(let secure, let authority) = parsed.form,
            !parsed.hasEmptySegment,
            let target = try? RequestTarget(segments: parsed.segments.map(\.text), query: parsed.query)
        else { return nil }
        (endpoint, self.target) = (.tcp(secure: secure, authority), target)
    }

    /// The root of a server; nil where the host can stand in no address.
    ///
    /// - Parameter host: A name or an address; one of IPv6 has no brackets.
    public init?(host: String, port: UInt16, secure: Bool = false) {
        self.init("\(secure ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)")
    }

    /// The name or address to connect to, without the brackets of IPv6; nil for a socket.
    public var host: String? {
        authority.map { authority in
            let host = authority.host.description
            return host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        }
    }

    public var isSecure: Bool {
        if case .tcp(let secure, _) = endpoint { secure } else { false }
    }

    public var authority: Authority? {
        if case .tcp(_, let authority) = endpoint { authority } else { nil }
    }

    /// The TCP port to connect to; nil for a socket.
    public var port: Int? { authority.map { $0.effectivePort(secure: isSecure) } }

    /// What a client writes into Host; `localhost` for a socket.
    public var hostHeader: String {
        guard let authority else { return "localhost" }
        let isDefault = authority.port == (isSecure ? 443 : 80)
        return isDefault ? authority.host.description : authority.description
    }

    public var origin: Origin? {
        authority.map { .web(secure: isSecure, host: $0.host, port: $0.effectivePort(secure: isSecure)) }
    }

    /// The path without its trailing slash: empty at the root, else `/comfy`.
    public var basePath: String {
        let path = target.path
        return path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// Without the query, which may hold a token: for reports.
    public var place: String {
        guard case .tcp(let secure, _) = endpoint else { return description }
        return "\(secure ? "https" : "http")://\(hostHeader)\(target.path)"
    }

    public var description: String {
        switch endpoint {
        case .unix(let path): return "unix:\(path)"
        case .tcp(let secure, _): return "\(secure ? "https" : "http")://\(hostHeader)\(target.encoded)"
        }
    }
}
