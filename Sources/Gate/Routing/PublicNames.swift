public import Wire

/// Under which names people reach the gate: judges Host, Origin, cookies and links.
///
/// Without `public_url` an address in numbers and `localhost` are accepted as Host, because no foreign page can make a
/// browser send them for its own name (DNS rebinding needs a name); every other name must be configured.
public struct PublicNames: Sendable {
    /// As they stand in `public_url`.
    let configured: [HTTPURL]

    public init(_ configured: [HTTPURL]) { self.configured = configured }

    /// True when a request for this host is meant for us; an absent Host (HTTP/1.0) is not.
    public func accepts(host: Authority, isSecure: Bool) -> Bool {
        if configured.isEmpty { return host.host.isNumberOrLocalhost }
        return configured.contains { url in
            guard let authority = url.authority else { return false }
            return authority.isSame(as: host, secure: url.isSecure)
        } || host.host.isLoopback
    }

    /// True when a page of ours made the request.
    public func accepts(origin: Origin, host: Authority, isSecure: Bool) -> Bool {
        if origin.isAny(of: configured) { return true }
        guard case .web(let secure, let name, let port) = origin else { return false }
        // A name in numbers, equal to the Host that has been accepted already.
        guard name.isNumberOrLocalhost else { return false }
        return secure == isSecure && name == host.host && port == host.effectivePort(secure: isSecure)
    }
}

extension Authority.Host {
    /// An IP address, or the one name that always means this machine.
    var isNumberOrLocalhost: Bool {
        switch self {
        case .address: true
        case .name(let name): name == "localhost"
        }
    }
}
