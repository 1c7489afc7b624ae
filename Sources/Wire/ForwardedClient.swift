/// Who is at the other end of a request, past the proxies that were configured; nobody else is believed.
public struct ForwardedClient: Sendable, Hashable {
    /// Nil only for a local socket whose proxy named nobody.
    public let address: IPAddress?
    public let isSecure: Bool
    /// The Host the client asked for, when a trusted proxy says it differs from the one it sent.
    public let host: Authority?
}

/// Which peers may say who the client is.
public struct ForwardingPolicy: Sendable, Hashable {
    public var proxies: [IPNetwork]
    /// A peer on a unix socket is a proxy, too.
    public var trustsLocalSockets: Bool
    /// Addresses walked through; those further left are not looked at.
    public static let hopLimit = 16

    public init(proxies: [IPNetwork] = [], trustsLocalSockets: Bool = false) {
        (self.proxies, self.trustsLocalSockets) = (proxies, trustsLocalSockets)
    }

    /// Walks X-Forwarded-For from the right while the address reached is a proxy.
    ///
    /// An entry that is no address ends the walk at the proxy that wrote it. Scheme and host are taken from the entry
    /// that belongs to the same hop; a list shorter than the walk gives its first.
    /// - Parameters:
    ///   - peer: the socket's other end, nil for a unix socket.
    ///   - isSecure: the connection itself is TLS.
    ///   - forwardedFor, forwardedProto, forwardedHost: all values of each header, in order.
    public func client(
        peer: IPAddress?, isSecure: Bool, forwardedFor: [String] = [], forwardedProto: [String] = [],
        forwardedHost: [String] = []
    ) -> ForwardedClient {
        guard peer.map(isProxy) ?? trustsLocalSockets else {
            return ForwardedClient(address: peer, isSecure: isSecure, host: nil)
        }
        var address = peer
        var hops = 0
        for entry in Self.elements(forwardedFor).reversed() {
            guard hops < Self.hopLimit, let next = Self.address(entry) else { break }
            address = next
            hops += 1
            guard isProxy(next) else { break }
        }
        let proto = Self.element(forwardedProto, fromRight: hops)?.lowercased()
        let host = Self.element(forwardedHost, fromRight: hops).flatMap { Authority($0) }
        return ForwardedClient(
            address: address, isSecure: proto == "https" || (proto != "http" && isSecure), host: host)
    }

    /// The peer is one of the proxies.
    public func trusts(_ peer: IPAddress) -> Bool { isProxy(peer) }

    private func isProxy(_ address: IPAddress) -> Bool { proxies.contains { $0.contains(address) } }

    private static func elements(_ values: [String]) -> [String] {
        values.flatMap { value in
            let bytes = value.utf8.span
            var items: [String] = []
            var start = 0
            while start <= bytes.count {
                let end = bytes.firstIndex(of: ASCII.comma, within: start..<bytes.count) ?? bytes.count
                let item = bytes.text(bytes.trimmed(start..<end)) ?? ""
                if !item.isEmpty { items.append(item) }
                start = end + 1
            }
            return items
        }
    }

    private static func element(_ values: [String], fromRight hops: Int) -> String? {
        let items = elements(values)
        return items.isEmpty ? nil : items[max(0, items.count - max(1, hops))]
    }

    /// `1.2.3.4`, `1.2.3.4:5`, `::1` or `[::1]:5`.
    private static func address(_ text: String) -> IPAddress? {
        if let plain = IPAddress(text) { return plain }
        guard let authority = Authority(text), case .address(let address) = authority.host else { return nil }
        return address
    }
}
