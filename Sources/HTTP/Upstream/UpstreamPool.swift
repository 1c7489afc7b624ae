internal import Basics
public import Loop
internal import Wire

/// One loop's connections to one upstream: kept, limited, and made again when the upstream moved.
public final class UpstreamPool: LoopWork {
    public let options: UpstreamOptions
    public let reactor: Reactor
    private let resolver: Resolver
    var head = ResponseHead()
    lazy var codec = DeflateCodec()
    private var idle: [UpstreamConnection] = []
    private var open: [ObjectIdentifier: UpstreamConnection] = [:]
    /// Connections that carry another protocol now. They do not count: each has a client's connection of its own, which
    /// does, and a few hundred open pages must not keep requests from the upstream.
    private var tunnels: [ObjectIdentifier: UpstreamConnection] = [:]
    private var waiting: [UpstreamExchange] = []
    private var addresses: [SocketAddress] = []
    @safe @exclusivity(unchecked) private var nextAddress = 0
    @safe @exclusivity(unchecked) private var isResolving = false
    private var unresolved: [UpstreamExchange] = []
    @safe @exclusivity(unchecked) private var wait: Timer?
    @safe @exclusivity(unchecked) private var isClosing = false

    public init(_ options: UpstreamOptions, reactor: Reactor, resolver: Resolver) {
        self.options = options
        self.reactor = reactor
        self.resolver = resolver
        if case .unix(let path) = options.endpoint { addresses = [.unix(path)] }
    }

    /// Gauges for metrics.
    public var connectionCount: Int { open.count }
    public var tunnelCount: Int { tunnels.count }
    public var idleCount: Int { idle.count }
    public var waitingCount: Int { waiting.count }

    /// Begins an exchange whose head lies in the loop's write buffer.
    func begin(_ exchange: UpstreamExchange) {
        assert(reactor.loop.isOnLoop)
        guard !exchange.isUnwanted else {
            reactor.writeBuffer.removeAll(keepingCapacity: true)
            return
        }
        // The last one used is the likeliest to be alive.
        while let connection = idle.popLast() {
            guard connection.isOpen else { continue }
            connection.begin(exchange)
            return
        }
        if open.count < options.connections {
            connect(exchange)
            return
        }
        guard waiting.count < options.waiting else {
            reactor.writeBuffer.removeAll(keepingCapacity: true)
            exchange.responseFailed(.overloaded)
            return
        }
        exchange.outgoingHead = reactor.writeBuffer
        reactor.writeBuffer.removeAll(keepingCapacity: true)
        exchange.waitsInPool = true
        exchange.waitsSince = reactor.now
        waiting.append(exchange)
        // One timer for the queue: the oldest waits longest.
        if wait == nil { wait = reactor.timer(after: options.waitTime) { [unowned self] in waitedTooLong() } }
    }

    private func waitedTooLong() {
        wait = nil
        let end = waiting.firstIndex { reactor.now < $0.waitsSince + options.waitTime } ?? waiting.count
        let late = waiting[..<end]
        waiting.removeFirst(end)
        if let first = waiting.first {
            let left = first.waitsSince + options.waitTime - reactor.now
            wait = reactor.timer(after: left) { [unowned self] in waitedTooLong() }
        }
        for exchange in late {
            exchange.waitsInPool = false
            exchange.responseFailed(.timedOut)
        }
    }

    /// An exchange that waits for a connection is not wanted any more.
    func forget(_ exchange: UpstreamExchange) {
        exchange.waitsInPool = false
        waiting.removeAll { $0 === exchange }
        unresolved.removeAll { $0 === exchange }
    }

    private func connect(_ exchange: UpstreamExchange) {
        guard !addresses.isEmpty else {
            exchange.outgoingHead = reactor.writeBuffer
            reactor.writeBuffer.removeAll(keepingCapacity: true)
            exchange.waitsInPool = true
            unresolved.append(exchange)
            resolve()
            return
        }
        let address = addresses[nextAddress % addresses.count]
        do throws(GateError) {
            var session: TLSSession?
            if let tls = options.tls {
                session = tls()?.connect(host: hostName)
                guard session != nil else {
                    throw GateError(.connectFailed, from: .gateway, "TLS could not start.")
                }
            }
            let descriptor = try Connector.begin(address)
            let connection = UpstreamConnection(descriptor: descriptor, address: address, pool: self, tls: session)
            open[ObjectIdentifier(connection)] = connection
            connection.open()
            connection.begin(exchange)
        } catch {
            exchange.outgoingHead = reactor.writeBuffer
            reactor.writeBuffer.removeAll(keepingCapacity: true)
            connectFailed(exchange, .unreachable(error.detail ?? error.message))
        }
    }

    var hostName: String {
        switch options.endpoint {
        case .host(let name, _): name
        case .unix: "localhost"
        }
    }

    private func resolve() {
        guard !isResolving else { return }
        isResolving = true
        reactor.loop.spawn(self)
    }

    /// Asks for the addresses of the upstream's name.
    public func run() async {
        guard case .host(let name, let port) = options.endpoint else { return }
        let found = try? await resolver.addresses(of: name, port: port)
        resolved(found ?? [])
    }

    private func resolved(_ found: [SocketAddress]) {
        isResolving = false
        addresses = found
        nextAddress = 0
        let ready = unresolved
        unresolved = []
        for exchange in ready where exchange.waitsInPool && !exchange.isUnwanted {
            exchange.waitsInPool = false
            guard !found.isEmpty else {
                exchange.responseFailed(.unreachable("the name \(hostName) has no address"))
                continue
            }
            restart(exchange)
        }
    }

    private func restart(_ exchange: UpstreamExchange) {
        guard !exchange.isUnwanted else { return }
        reactor.writeBuffer.append(contentsOf: exchange.outgoingHead)
        exchange.outgoingHead = []
        begin(exchange)
    }

    func connected(_ connection: UpstreamConnection) {
        connection.exchange?.failedAttempts = 0
    }

    /// Each address gets one try; after that the name is asked again for the next request, because containers move.
    func connectFailed(_ exchange: UpstreamExchange, _ failure: UpstreamFailure) {
        nextAddress += 1
        exchange.failedAttempts += 1
        if exchange.failedAttempts < addresses.count {
            restart(exchange)
            return
        }
        exchange.failedAttempts = 0
        if case .host = options.endpoint { addresses = [] }
        exchange.responseFailed(failure)
    }

    func repeatOnNewConnection(_ exchange: UpstreamExchange) {
        guard !exchange.isUnwanted else { return }
        exchange.mayRetry = false
        // Other kept connections are as likely to be dead.
        reactor.writeBuffer.append(contentsOf: exchange.outgoingHead)
        exchange.outgoingHead = []
        connect(exchange)
    }

    func release(_ connection: UpstreamConnection) {
        guard !isClosing else { return connection.close() }
        idle.append(connection)
        serveWaiting()
    }

    func becameTunnel(_ connection: UpstreamConnection) {
        tunnels[ObjectIdentifier(connection)] = open.removeValue(forKey: ObjectIdentifier(connection))
        serveWaiting()
    }

    func closed(_ connection: UpstreamConnection) {
        tunnels[ObjectIdentifier(connection)] = nil
        open[ObjectIdentifier(connection)] = nil
        idle.removeAll { $0 === connection }
        serveWaiting()
    }

    private func serveWaiting() {
        while !waiting.isEmpty, !idle.isEmpty || open.count < options.connections {
            let exchange = waiting.removeFirst()
            exchange.waitsInPool = false
            guard !exchange.isUnwanted else { continue }
            if waiting.isEmpty { wait = nil }
            // Not from inside a callback of the connection that has just become free.
            reactor.loop.submitLocal { [self] in restart(exchange) }
            return
        }
    }

    /// Lets go of the pool: idle connections end now, the others with their exchange.
    public func closeWhenIdle() {
        isClosing = true
        closeIdle()
    }

    /// Ends idle connections.
    public func closeIdle() {
        for connection in idle { connection.close() }
    }
}
