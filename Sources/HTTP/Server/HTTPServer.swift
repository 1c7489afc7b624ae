public import Basics
internal import Glibc
public import Loop
internal import Wire

/// One loop's share of a server: its listeners, connections, limits and application.
///
/// Lives as long as it listens or has connections, whoever else holds it.
public final class HTTPServer {
    public let reactor: Reactor
    /// May be replaced while the server runs; open connections take the new ones with their next wait.
    @safe @exclusivity(unchecked) public var limits: ServerLimits
    let application: any HTTPApplication
    private let wallClock: WallClock
    var listeners: [Listener] = []
    private(set) var connections: [ObjectIdentifier: ServerConnection] = [:]
    private var perAddress: [SocketAddress: Int] = [:]
    private var date = ""
    @safe @exclusivity(unchecked) private var dateTurn: UInt64 = 0
    /// One parser serves all connections of the loop in turn.
    var head = RequestHead()
    lazy var codec = DeflateCodec()
    /// Forwards that have ended and may be used again.
    private var spareForwards: [Forward] = []
    /// As many as are at work at once on a busy loop; one has a few hundred bytes.
    private static let spareForwardLimit = 64
    /// Connections of these peers begin with a PROXY header; nil when none do.
    public var beginsWithProxyHeader: ((SocketAddress) -> Bool)?
    private var preludes: [ObjectIdentifier: ProxyPrelude] = [:]
    @safe @exclusivity(unchecked) public private(set) var isDraining = false
    private var drained: (() -> Void)?

    public init(
        application: any HTTPApplication, limits: ServerLimits = ServerLimits(), reactor: Reactor,
        wallClock: @escaping WallClock = Timestamp.now
    ) {
        self.application = application
        self.limits = limits
        self.reactor = reactor
        self.wallClock = wallClock
    }

    /// Listens on one more address.
    ///
    /// - Returns: The address in force, which names the port when 0 was asked for.
    @discardableResult
    public func listen(on address: SocketAddress, tls: (@Sendable () -> TLSContext?)? = nil) throws(GateError)
        -> SocketAddress
    {
        let listener = try Listener(address, reactor: reactor) { [self] descriptor, peer in
            accept(descriptor, peer, tls: tls)
        }
        listeners.append(listener)
        return listener.address
    }

    /// Serves a socket that listens already; see `Listener.inherited`.
    @discardableResult
    public func listen(
        adopting descriptor: Int32, ownsPath: Bool = false, tls: (@Sendable () -> TLSContext?)? = nil
    ) throws(GateError) -> SocketAddress {
        let listener = try Listener(adopting: descriptor, ownsPath: ownsPath, reactor: reactor) {
            [self] descriptor, peer in
            accept(descriptor, peer, tls: tls)
        }
        listeners.append(listener)
        return listener.address
    }

    public var connectionCount: Int { connections.count }

    private func accept(_ descriptor: Int32, _ peer: SocketAddress, tls: (@Sendable () -> TLSContext?)?) {
        guard let beginsWithProxyHeader, beginsWithProxyHeader(peer) else {
            return serve(descriptor, peer, tls: tls, proxyIsSecure: false)
        }
        guard connections.count + preludes.count < limits.connections else { return closeDescriptor(descriptor) }
        let prelude = ProxyPrelude(descriptor: descriptor, peer: peer, server: self, tls: tls)
        preludes[ObjectIdentifier(prelude)] = prelude
        prelude.start()
    }

    func preludeEnded(_ prelude: ProxyPrelude) { preludes[ObjectIdentifier(prelude)] = nil }

    /// - Parameter proxyIsSecure: A trusted proxy said that its client speaks TLS.
    func serve(
        _ descriptor: Int32, _ peer: SocketAddress, tls: (@Sendable () -> TLSContext?)?, proxyIsSecure: Bool
    ) {
        let host = peer.network
        guard connections.count < limits.connections, perAddress[host, default: 0] < limits.connectionsPerAddress else {
            // Nothing is read from a connection that is one too many.
            closeDescriptor(descriptor)
            return
        }
        var session: TLSSession?
        if let tls {
            session = tls()?.accept()
            // Without a certificate nothing is served: never the plain protocol on a port that promises TLS.
            guard session != nil else {
                closeDescriptor(descriptor)
                return
            }
        }
        let connection = ServerConnection(
            descriptor: descriptor, peer: peer, server: self, tls: session, proxyIsSecure: proxyIsSecure)
        connections[ObjectIdentifier(connection)] = connection
        perAddress[host, default: 0] += 1
        connection.start()
    }

    func closed(_ connection: ServerConnection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        let host = connection.peer.network
        if let count = perAddress[host] { perAddress[host] = count > 1 ? count - 1 : nil }
        if isDraining, connections.isEmpty {
            drained?()
            drained = nil
        }
    }

    /// Takes the connections that wait, then accepts no more, lets exchanges end, closes idle connections, and calls back
    /// when none is left.
    ///
    /// Tunnels last as long as their ends want; `closeAll` ends what is left after the caller's patience.
    public func drain(_ done: @escaping () -> Void) {
        isDraining = true
        for listener in listeners { listener.drain() }
        listeners = []
        drained = done
        for prelude in preludes.values { prelude.close() }
        for connection in connections.values { connection.serverDrains() }
        if connections.isEmpty {
            drained = nil
            done()
        }
    }

    /// Stops to listen and ends every connection now.
    public func closeAll() {
        for listener in listeners { listener.close() }
        listeners = []
        closeConnections()
    }

    /// Ends the connections whose request, answer or tunnel is being forwarded for such an owner.
    public func endForwards(of isOver: (AnyObject) -> Bool) {
        for connection in connections.values where connection.forwardOwner.map(isOver) ?? false { connection.close() }
    }

    /// Ends every connection now and goes on listening.
    public func closeConnections() {
        for prelude in preludes.values { prelude.close() }
        for connection in connections.values { connection.close() }
    }

    /// One to be prepared.
    func forward() -> Forward { spareForwards.popLast() ?? Forward() }

    func recycle(_ forward: Forward) {
        if spareForwards.count < Self.spareForwardLimit { spareForwards.append(forward) }
    }

    /// The value of the `Date` field, made anew once a second.
    var currentDate: String {
        let second = reactor.now / 1_000 + 1
        if second != dateTurn {
            dateTurn = second
            date = HTTPDate.format(wallClock())
        }
        return date
    }
}

/// Ends a connection that nobody wants.
private func closeDescriptor(_ descriptor: Int32) { _ = Glibc.close(descriptor) }
