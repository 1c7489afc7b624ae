public import Basics
internal import Glibc
public import Loop
internal import Wire

/// One loop's share of a server: its listeners, connections, limits and application.
///
/// Lives as long as it listens or has connections, whoever else holds it.
public final class HTTPServer {
    public let reactor: Reactor
    public let limits: ServerLimits
    let application: any HTTPApplication
    private let wallClock: WallClock
    private var listeners: [Listener] = []
    private var connections: [ObjectIdentifier: ServerConnection] = [:]
    private var perAddress: [SocketAddress: Int] = [:]
    private var date = ""
    private var dateTurn: UInt64 = 0
    /// One parser serves all connections of the loop in turn.
    var head = RequestHead()
    lazy var codec = DeflateCodec()
    /// Forwards that have ended and may be used again.
    private var spareForwards: [Forward] = []
    /// As many as are at work at once on a busy loop; one has a few hundred bytes.
    private static let spareForwardLimit = 64
    public private(set) var isDraining = false
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
    public func listen(adopting descriptor: Int32, tls: (@Sendable () -> TLSContext?)? = nil) throws(GateError)
        -> SocketAddress
    {
        let listener = try Listener(adopting: descriptor, reactor: reactor) { [self] descriptor, peer in
            accept(descriptor, peer, tls: tls)
        }
        listeners.append(listener)
        return listener.address
    }

    public var connectionCount: Int { connections.count }

    private func accept(_ descriptor: Int32, _ peer: SocketAddress, tls: (@Sendable () -> TLSContext?)?) {
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
        let connection = ServerConnection(descriptor: descriptor, peer: peer, server: self, tls: session)
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

    /// Ends every connection now and goes on listening.
    public func closeConnections() {
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
