public import Wire

extension IPAddress {
    static let loopback = IPAddress(127, 0, 0, 1)
}

/// Where a server accepts connections.
public struct ListenAddress: Sendable, Hashable, LosslessStringConvertible {
    public enum Host: Sendable, Hashable {
        case address(IPAddress)
        /// Every address of this machine, IPv4 and IPv6.
        case all
    }
    public let host: Host
    public let port: UInt16

    public init(host: Host, port: UInt16) { (self.host, self.port) = (host, port) }

    /// Reads `127.0.0.1:8288`, `[::1]:8288`, `localhost:8288`, `*:8288`, `:8288`. Other names are refused: they may change
    /// what a gate listens on behind its owner's back. Port 0 lets the kernel choose.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = decimalPort(text[text.index(after: colon)...]) else {
            return nil
        }
        var name = String(text[..<colon])
        if name.hasPrefix("["), name.hasSuffix("]") {
            name = String(name.dropFirst().dropLast())
            guard name.contains(":") else { return nil }
        } else if name.contains(":") {
            return nil
        }
        switch name {
        case "", "*": self.init(host: .all, port: port)
        case "localhost": self.init(host: .address(.loopback), port: port)
        default:
            guard let address = IPAddress(name) else { return nil }
            self.init(host: .address(address), port: port)
        }
    }

    /// Whether only this machine can reach it.
    public var isLoopback: Bool {
        if case .address(let address) = host { address.category == .loopback } else { false }
    }

    public var description: String {
        switch host {
        case .all: "*:\(port)"
        case .address(let address): !address.isIPv4 ? "[\(address)]:\(port)" : "\(address):\(port)"
        }
    }
}

/// `http://host:port/path`: a worker, a service, or a place where people find the gate.
public struct HTTPAddress: Sendable, Hashable, LosslessStringConvertible {
    public let isSecure: Bool
    /// Lower case, without brackets.
    public let host: String
    public let port: UInt16
    /// Empty, or `/` and segments without a slash at the end.
    public let path: String

    /// Nil for other schemes, user information, a query, a fragment, and hosts or paths with unusual bytes.
    public init?(_ text: String) {
        let lower = text.lowercased()
        guard let isSecure = lower.hasPrefix("https://") ? true : lower.hasPrefix("http://") ? false : nil else {
            return nil
        }
        let rest = text.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != "/" }
        guard let path = Self.normalised(path: rest.dropFirst(authority.count)) else { return nil }
        var host = authority.lowercased()
        var port: UInt16 = isSecure ? 443 : 80
        // The colon behind a bracket or the only one stands before the port.
        if let colon = host.lastIndex(of: ":"), host.hasPrefix("[") ? host[..<colon].hasSuffix("]") : true {
            guard let number = decimalPort(host[host.index(after: colon)...]), number > 0 else { return nil }
            port = number
            host = String(host[..<colon])
        }
        if host.hasPrefix("[") {
            guard host.hasSuffix("]"), let address = IPAddress(String(host.dropFirst().dropLast())) else { return nil }
            host = address.description
        } else {
            guard Self.isHostName(host) else { return nil }
        }
        (self.isSecure, self.host, self.port, self.path) = (isSecure, host, port, path)
    }

    /// Letters, digits, hyphens, dots and underscores (container names have them); no empty label, at most 253 bytes.
    static func isHostName(_ host: String) -> Bool {
        let isAllowed = host.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
        }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return isAllowed && host.utf8.count <= 253 && labels.allSatisfy { !$0.isEmpty && $0.utf8.count <= 63 }
    }

    /// A path of plain segments without its last slash; nil for `.` and `..`, empty segments and bytes that need escaping.
    static func normalised(path: some StringProtocol) -> String? {
        guard path.isEmpty || path.hasPrefix("/") else { return nil }
        var segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if segments.last?.isEmpty == true { segments.removeLast() }
        let areFine = segments.allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".."
                && segment.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"%?#\\\"<>^`{|}".utf8.contains($0) }
        }
        return areFine ? segments.map { "/" + $0 }.joined() : nil
    }

    /// `scheme://host`, with the port unless it is the scheme's own: what browsers send as Origin.
    public var origin: String {
        let bracketed = host.contains(":") ? "[\(host)]" : host
        let suffix = port == (isSecure ? 443 : 80) ? "" : ":\(port)"
        return (isSecure ? "https://" : "http://") + bracketed + suffix
    }

    public var description: String { origin + path }
}

/// At most five digits, at most 65,535.
private func decimalPort(_ text: some StringProtocol) -> UInt16? {
    guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt16(text)
}

extension HTTPAddress {
    /// Scheme, host and port are equal: pages of both share cookies and scripts.
    func isSameOrigin(as other: HTTPAddress) -> Bool {
        isSecure == other.isSecure && host == other.host && port == other.port
    }
}
