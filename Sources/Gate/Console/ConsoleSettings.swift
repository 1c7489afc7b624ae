internal import Basics
internal import HTTP
internal import Identity
internal import Loop
internal import Store
internal import Wire

/// Under which names the console answers.
///
/// It shares hosts with the gate but never an origin: the editor's pages run the JavaScript of custom nodes.
struct ConsoleNames: Sendable {
    /// Where the gate's own pages are.
    private let gate: [HTTPURL]

    /// Where a proxy shows the console under a name of its own.
    private let own: [HTTPURL]

    init(gate: [HTTPURL], own: [HTTPURL] = []) { (self.gate, self.own) = (gate, own) }

    /// A number or `localhost`, which no foreign page can stand for, or a host of `public_url` by another port.
    func accepts(host: Authority, isSecure: Bool) -> Bool {
        if gate.contains(where: { $0.authority.map { $0.isSame(as: host, secure: isSecure) } ?? false }) {
            return false
        }
        return isOwn(host) || host.host.isNumberOrLocalhost || gate.contains { $0.authority?.host == host.host }
    }

    /// The very origin that was asked; a host that passed `accepts(host:)` is no origin of the gate's.
    func accepts(origin: Origin, host: Authority, isSecure: Bool) -> Bool {
        if isOwn(host), origin.isAny(of: own) { return true }
        return origin == .web(secure: isSecure, host: host.host, port: host.effectivePort(secure: isSecure))
    }

    private func isOwn(_ host: Authority) -> Bool {
        own.contains { url in url.authority.map { $0.isSame(as: host, secure: url.isSecure) } ?? false }
    }
}

/// The configuration as the console wants it.
struct ConsoleSettings: Sendable {
    var names: ConsoleNames
    var forwarding: ForwardingPolicy
    var cookie: SessionCookie
    var sessionLimits: SessionLimits
    /// Bytes of a request; a list of accounts to import is the largest.
    var body = 4 << 20
    var showsMetrics = true
    /// Where scripts and invited people find the gate.
    var gate: HTTPURL
    var started = Timestamp.now()
    /// Who is at the other end of the Unix socket; stands in for the kernel in tests.
    var peerUserID: @Sendable (Exchange) -> Int? = { $0.peerUserID }
    /// The one user besides root who may ask there: the gate's own.
    var ownUserID: Int

    init(_ configuration: Configuration, ownUserID: Int) {
        let own = configuration.console.publicURLs
        names = ConsoleNames(
            gate: configuration.publicURLs.compactMap { HTTPURL($0.description) },
            own: own.compactMap { HTTPURL($0.description) })
        gate = Self.gate(configuration)
        forwarding = ForwardingPolicy(proxies: configuration.trustedProxies)
        // By the listener and the console's own addresses, not by the gate's: behind a proxy with TLS in front of the gate
        // the console may still be reached by plain loopback.
        let isSecure = configuration.tls.isOn || (!own.isEmpty && own.allSatisfy(\.isSecure))
        cookie = SessionCookie(basePath: "", isSecure: isSecure, surface: .console)
        sessionLimits = SessionLimits(configuration.session)
        showsMetrics = configuration.metrics.isOn
        self.ownUserID = ownUserID
    }

    /// Takes over what a reload may change.
    mutating func take(_ configuration: Configuration) {
        let next = ConsoleSettings(configuration, ownUserID: ownUserID)
        (names, gate, forwarding) = (next.names, next.gate, next.forwarding)
    }

    /// The first `public_url`, else this machine by number.
    static func gate(_ configuration: Configuration) -> HTTPURL {
        let scheme = configuration.tls.isOn ? "https" : "http"
        let port = configuration.listen.addresses.first?.port ?? 8_288
        let local = "\(scheme)://127.0.0.1:\(port)\(configuration.basePath)"
        let named = configuration.publicURLs.map { url in
            let text = url.description
            return (text.hasSuffix("/") ? String(text.dropLast()) : text) + configuration.basePath
        }
        let candidates = named + [local, "\(scheme)://127.0.0.1"]
        guard let url = candidates.lazy.compactMap({ HTTPURL($0) }).first else {
            preconditionFailure("the last candidate is an address")
        }
        return url
    }
}

extension Configuration {
    /// Where invited people make their accounts, without an invitation's code.
    public var invitationAddress: String {
        var root = ConsoleSettings.gate(self).description
        if root.hasSuffix("/") { root.removeLast() }
        return root + Link(path: WebPath.invitation.segments(on: .gate), query: Query()).text
    }
}
