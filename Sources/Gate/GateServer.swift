public import Basics
internal import Glibc
internal import HTTP
public import Identity
internal import Loop
internal import Store
internal import Wire

/// A running gate: loops, listeners, and what they share.
public final class GateServer: Sendable {
    private let configuration: Configuration
    private let shared: GateShared
    private let loops: [EventLoop]
    private let core = EventLoop("core")
    private let members = Locked<[Member]>([])
    private let console = Locked<ConsoleServer?>(nil)
    private let peerUserID: (@Sendable (Exchange) -> Int?)?

    /// One loop's server and application; touched only on that loop.
    private struct Member: @unchecked Sendable {
        // Sendable by hand: made on the loop, and only ever handed back to `perform` on the same one.
        let loop: EventLoop
        let server: HTTPServer
        let application: GateApplication
    }

    /// - Parameters:
    ///   - store: Already open and locked for this process.
    ///   - makeIdentity: Gets the word that changes must be told by, and makes the service with it.
    public convenience init(
        configuration: Configuration, log: GateLog, clock: @escaping WallClock = Timestamp.now,
        makeIdentity: (@escaping @Sendable (IdentityDelta) async -> Void) -> IdentityService
    ) throws(GateError) {
        try self.init(
            configuration: configuration, log: log, clock: clock, peerUserID: nil, makeIdentity: makeIdentity)
    }

    /// - Parameter peerUserID: Says in the kernel's place who is at the other end of the console's Unix socket.
    init(
        configuration: Configuration, log: GateLog, clock: @escaping WallClock = Timestamp.now,
        peerUserID: (@Sendable (Exchange) -> Int?)?,
        makeIdentity: (@escaping @Sendable (IdentityDelta) async -> Void) -> IdentityService
    ) throws(GateError) {
        self.configuration = configuration
        self.peerUserID = peerUserID
        let members = members
        let console = console
        let identity = makeIdentity { delta in
            // The answer that announces a change waits until every loop knows it.
            for member in members.withLock({ $0 }) {
                await member.loop.perform { _ in member.application.apply(delta) }
            }
            await console.withLock { $0 }?.apply(delta)
        }
        shared = GateShared(
            settings: try GateSettings(configuration), identity: identity, log: log, clock: clock)
        loops = (0..<max(1, configuration.loops)).map { EventLoop("data-\($0)") }
    }

    public var identity: IdentityService { shared.identity }

    /// Where people, and where administrators, find it.
    public struct Places: Sendable, Hashable {
        public let gate: [String]
        public let console: [String]
    }

    /// Listens; returns the addresses in force.
    public func start() async throws -> Places {
        let tls = try tlsContext()
        try await makeMembers()
        var addresses = configuration.listen.addresses.map(\.socketAddresses)
        for member in members.withLock({ $0 }) {
            let wanted = addresses
            // Port 0 was chosen by the kernel for the first loop; the others take the same.
            addresses = try await member.loop.perform { (_: Reactor) throws in
                var bound: [[SocketAddress]] = []
                for group in wanted { bound.append(try Self.listen(member.server, on: group, tls)) }
                return bound
            }
        }
        let console = try await self.console.withLock { $0 }?.listen(
            on: configuration.console.addresses.flatMap(\.socketAddresses), socket: configuration.consoleSocket,
            tls: tls)
        let scheme = tls == nil ? "http" : "https"
        return Places(
            gate: addresses.flatMap { $0 }.map { "\(scheme)://\($0)" },
            console: (console ?? []).map { "\(scheme)://\($0)" })
    }

    /// Every loop knows the accounts, and hears of changes, before the first of them takes a request.
    private func makeMembers() async throws {
        let state = try await shared.identity.load()
        let limits = ServerLimits(configuration.limits)
        let resolver = Resolver()
        let shared = shared
        for loop in loops {
            let member = await loop.perform { (reactor: Reactor) in
                let application = GateApplication(shared: shared, reactor: reactor, state: state, resolver: resolver)
                let server = HTTPServer(application: application, limits: limits, reactor: reactor)
                return Member(loop: loop, server: server, application: application)
            }
            members.withLock { $0.append(member) }
        }
        var settings = ConsoleSettings(configuration, ownUserID: Int(geteuid()))
        if let peerUserID { settings.peerUserID = peerUserID }
        let server = await ConsoleServer(
            settings, loop: core, identity: shared.identity, state: state, log: shared.log, clock: shared.clock
        ) { [weak self] in await self?.status() ?? .null }
        console.withLock { $0 = server }
    }

    /// What the console shows of the running gate.
    private func status() async -> JSON {
        var counts = [Int](repeating: 0, count: 6)
        var connections = 0
        for member in members.withLock({ $0 }) {
            let (own, open) = await member.loop.perform { _ in
                (member.application.counts.byClass, member.server.connectionCount)
            }
            for index in own.indices { counts[index] += own[index] }
            connections += open
        }
        let classes = (1...5).map { ("\($0)xx", JSON(counts[$0])) }
        return [
            "worker": configuration.worker.url.map { .string($0.description) } ?? .null,
            "loops": JSON(loops.count), "connections": JSON(connections),
            "responses": .object(JSONObject(classes)),
        ]
    }

    private static func listen(
        _ server: HTTPServer, on addresses: [SocketAddress], _ tls: TLSContext?
    ) throws(GateError) -> [SocketAddress] {
        let current: (@Sendable () -> TLSContext?)? = if let tls { { tls } } else { nil }
        var bound: [SocketAddress] = []
        for address in addresses { bound.append(try server.listen(on: address, tls: current)) }
        return bound
    }

    private func tlsContext() throws(GateError) -> TLSContext? {
        guard let certificate = configuration.tls.certificate, let key = configuration.tls.key else { return nil }
        return try TLSContext(serverCertificate: certificate, key: key)
    }

    /// The addresses of this machine at which the worker answers people who walk around the gate; none is what must be.
    public func findExposure() async -> [String] { await findExposure { SocketAddress.own(port: $0) } }

    func findExposure(at addresses: @Sendable (UInt16) -> [SocketAddress]) async -> [String] {
        guard let member = members.withLock({ $0.first }), let url = configuration.worker.url,
            configuration.worker.unix == nil
        else { return [] }
        let wanted = addresses(url.port)
        let found = try? await member.loop.run { reactor in
            await WorkerExposure.find(
                member.application.native, addresses: wanted, reactor: reactor)
        }
        let spelled = (found ?? []).map(\.description)
        if !spelled.isEmpty {
            shared.log.error("worker_reachable_around_gate", ["addresses": .array(spelled.map { .string($0) })])
        }
        for member in members.withLock({ $0 }) {
            await member.loop.perform { _ in member.application.exposure = spelled }
        }
        return spelled
    }

    /// Stores when credentials were last used, and ends what has expired; called every 60 s.
    public func keepHouse() async throws(GateError) {
        var touches = Touches()
        for member in members.withLock({ $0 }) {
            touches.merge(await member.loop.perform { _ in member.application.snapshot.takeTouches() })
        }
        if let console = console.withLock({ $0 }) { touches.merge(await console.takeTouches()) }
        try await shared.identity.touch(touches)
        try await shared.identity.sweep()
    }

    /// Takes no new connections and returns when the last one has ended, or when `limits.drain` is over.
    public func drain() async {
        let milliseconds = UInt64(configuration.limits.drain.wholeMilliseconds)
        for member in members.withLock({ $0 }) {
            await ServerMember(loop: member.loop, server: member.server).drain(within: milliseconds)
            await member.loop.perform { _ in member.application.access.flush() }
        }
        await console.withLock { $0 }?.drain(within: milliseconds)
    }
}

extension ListenAddress {
    /// Every address of this machine is two sockets, because the IPv6 one takes no IPv4.
    var socketAddresses: [SocketAddress] {
        switch host {
        case .all: [.v4(0, port: port), .v6(0, 0, port: port)]
        case .address(let address):
            if address.isIPv4 {
                [.v4(address.octets.reduce(0) { $0 << 8 | UInt32($1) }, port: port)]
            } else {
                [.v6(Self.word(address.octets.prefix(8)), Self.word(address.octets.suffix(8)), port: port)]
            }
        }
    }

    private static func word(_ octets: ArraySlice<UInt8>) -> UInt64 { octets.reduce(0) { $0 << 8 | UInt64($1) } }
}

extension ServerLimits {
    init(_ limits: Configuration.Limits) {
        self.init()
        head = HeadLimits(bytes: limits.head.bytes, fields: limits.fields, target: limits.target.bytes)
        connections = limits.connections
        connectionsPerAddress = limits.perAddress
        headTime = UInt64(limits.headTime.wholeMilliseconds)
        idleTime = UInt64(limits.idle.wholeMilliseconds)
        writeStall = UInt64(limits.writeStall.wholeMilliseconds)
        bodyRate = limits.bodyRate.bytes
    }
}
