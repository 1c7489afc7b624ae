public import Basics
public import Fleet
internal import Glibc
internal import HTTP
public import Identity
public import Loop
public import Store
internal import Wire

/// Where a gate keeps what people make.
public struct GateStorage: Sendable {
    public var jobs: any JobStore
    public var files: any FileStore
    public var userData: any UserDataStore
    public var references: any AssetReferenceStore
    public var assets: AssetStore
    public var disk: DiskGuard
    /// What workers answer everybody alike.
    public var shelf: WorkerShelf
    /// Where files are read and written.
    public var lane: Lane

    public init(
        jobs: any JobStore, files: any FileStore, userData: any UserDataStore,
        references: any AssetReferenceStore, assets: AssetStore, disk: DiskGuard, shelf: WorkerShelf, lane: Lane
    ) {
        (self.jobs, self.files, self.userData, self.references) = (jobs, files, userData, references)
        (self.assets, self.disk, self.shelf, self.lane) = (assets, disk, shelf, lane)
    }
}

/// A running gate: loops, listeners, and what they share.
public final class GateServer: Sendable {
    /// What a reload replaces as a whole.
    struct Current: Sendable {
        var configuration: Configuration
        var shared: GateShared
        var tls: TLSContext?
    }
    let current: Locked<Current>
    private let loops: [EventLoop]
    private let core = EventLoop("core")
    let resolver: Resolver
    let members = Locked<[Member]>([])
    let console = Locked<ConsoleServer?>(nil)
    /// When things were last looked through for what is no longer kept.
    let retained = Locked<Timestamp?>(nil)
    /// Where the worker answers without the gate, as it was found last.
    let exposure = Locked<[String]>([])
    /// For gauges.
    let lanes: [Lane]
    let started: Timestamp
    private let peerUserID: (@Sendable (Exchange) -> Int?)?

    typealias Member = ServerMember<GateApplication>

    /// - Parameters:
    ///   - storage: Already open and locked for this process.
    ///   - pictures: What makes previews, channels and masks.
    ///   - lanes: Those that blocking work of the store and of passwords goes to, for gauges.
    ///   - makeIdentity: Gets the word that changes must be told by, and makes the service with it.
    public convenience init(
        configuration: Configuration, storage: GateStorage, pictures: PictureMaker, log: GateLog, lanes: [Lane] = [],
        clock: @escaping WallClock = Timestamp.now,
        makeIdentity: (@escaping @Sendable (IdentityDelta) async -> Void) -> IdentityService
    ) throws(GateError) {
        try self.init(
            configuration: configuration, storage: storage, pictures: pictures, log: log, lanes: lanes, clock: clock,
            resolver: Resolver(),
            peerUserID: nil, makeIdentity: makeIdentity)
    }

    /// - Parameter peerUserID: Says in the kernel's place who is at the other end of the console's Unix socket.
    init(
        configuration: Configuration, storage: GateStorage, pictures: PictureMaker, log: GateLog, lanes: [Lane] = [],
        clock: @escaping WallClock = Timestamp.now,
        resolver: Resolver,
        peerUserID: (@Sendable (Exchange) -> Int?)?,
        makeIdentity: (@escaping @Sendable (IdentityDelta) async -> Void) -> IdentityService
    ) throws(GateError) {
        self.resolver = resolver
        self.peerUserID = peerUserID
        self.lanes = lanes + [storage.lane, pictures.lane, resolver.lane, log.lane]
        started = clock()
        let members = members
        let console = console
        let ports = FleetPorts(
            jobs: storage.jobs, files: storage.files, assets: storage.assets, disk: storage.disk,
            shelf: storage.shelf, lane: storage.lane, clock: clock,
            deliver: { delivery in
                for member in members.withLock({ $0 }) {
                    member.loop.submit { member.application.sockets.deliver(delivery) }
                }
            }, log: { event, fields in log.info(event, fields) })
        storage.disk.watch { isLow, room in
            let fields: JSONObject = ["free": JSON(room.free), "size": JSON(room.total)]
            if isLow { log.warning("disk_low", fields) } else { log.info("disk_has_room", fields) }
        }
        let fleet = FleetService(ports: ports, loop: core)
        let identity = makeIdentity { delta in
            // The answer that announces a change waits until every loop knows it.
            for member in members.withLock({ $0 }) {
                await member.loop.perform { _ in member.application.apply(delta) }
            }
            await console.withLock { $0 }?.apply(delta)
            for case .account(let account) in delta.items where account.disabled {
                _ = try? await fleet.cancel(account: account.id, nil)
            }
        }
        let shared = GateShared(
            settings: try GateSettings(configuration), identity: identity, fleet: fleet, userData: storage.userData,
            references: storage.references, pictures: pictures, log: log, clock: clock)
        current = Locked(
            Current(configuration: configuration, shared: shared, tls: try Self.tlsContext(configuration)))
        loops = (0..<max(1, configuration.loops)).map { EventLoop("data-\($0)") }
    }

    public var identity: IdentityService { shared.identity }
    var shared: GateShared { current.withLock { $0.shared } }
    var configuration: Configuration { current.withLock { $0.configuration } }

    /// Where people, and where administrators, find it.
    public struct Places: Sendable, Hashable {
        public let gate: [String]
        public let console: [String]
    }

    /// Finds out whether a gate with this configuration could be made, as far as its files tell.
    public static func check(_ configuration: Configuration) throws(GateError) {
        _ = try GateSettings(configuration)
        _ = try tlsContext(configuration)
    }

    /// Listens; returns the addresses in force.
    ///
    /// - Parameter adopted: Sockets that listen already, in place of those of the configuration. They are closed here.
    public func start(on adopted: [ListeningSocket] = []) async throws -> Places {
        defer { for socket in adopted { socket.close() } }
        let configuration = configuration
        try Self.judge(adopted, configuration)
        // The certificate in force when a connection comes; whether there is one is settled now.
        let certificate: @Sendable () -> TLSContext? = { [current] in current.withLock { $0.tls } }
        let tls = configuration.tls.isOn ? certificate : nil
        try await makeMembers()
        let ready = adopted.filter { $0.role == .gate }
        var addresses = configuration.listen.addresses.map(\.socketAddresses)
        for member in members.withLock({ $0 }) {
            let wanted = addresses
            guard ready.isEmpty else {
                addresses = [
                    try await member.loop.perform { (_: Reactor) throws in
                        try ready.map {
                            try member.server.listen(adopting: $0.descriptor, ownsPath: $0.ownsPath, tls: tls)
                        }
                    }
                ]
                continue
            }
            // Port 0 was chosen by the kernel for the first loop; the others take the same.
            addresses = try await member.loop.perform { (_: Reactor) throws in
                var bound: [[SocketAddress]] = []
                for group in wanted { bound.append(try Self.listen(member.server, on: group, tls)) }
                return bound
            }
        }
        let console = try await self.console.withLock { $0 }?.listen(
            on: configuration.console.addresses.flatMap(\.socketAddresses), socket: configuration.consoleSocket,
            adopted: adopted.filter { $0.role == .console }, tls: tls)
        let scheme = tls == nil ? "http" : "https"
        return Places(
            gate: addresses.flatMap { $0 }.map { "\(scheme)://\($0)" },
            console: (console ?? []).map { "\(scheme)://\($0)" })
    }

    /// Every loop knows the accounts, and hears of changes, before the first of them takes a request.
    private func makeMembers() async throws {
        let state = try await shared.identity.load()
        let configuration = configuration
        let limits = ServerLimits(configuration.limits, loops: loops.count)
        let (shared, resolver) = (shared, resolver)
        for (number, loop) in loops.enumerated() {
            let member = await loop.perform { (reactor: Reactor) in
                let application = GateApplication(
                    shared: shared, loop: number, reactor: reactor, state: state, resolver: resolver)
                let server = HTTPServer(application: application, limits: limits, reactor: reactor)
                application.server = server
                if shared.settings.speaksProxyProtocol {
                    server.beginsWithProxyHeader = { [unowned application] peer in
                        guard let address = IPAddress(peer.host) else { return false }
                        return application.shared.settings.forwarding.trusts(address)
                    }
                }
                return Member(loop: loop, server: server, application: application)
            }
            members.withLock { $0.append(member) }
        }
        var settings = ConsoleSettings(configuration, ownUserID: Int(geteuid()))
        if let peerUserID { settings.peerUserID = peerUserID }
        let server = await ConsoleServer(
            settings, loop: core, identity: shared.identity, state: state, log: shared.log, clock: shared.clock,
            view: view())
        console.withLock { $0 = server }
        shared.metrics.withLock { $0 = view().metrics }
        try await shared.fleet.start(
            workers: [WorkerAddress(shared.settings)], limits: shared.settings.jobLimits, resolver: resolver)
    }

    private static func listen(
        _ server: HTTPServer, on addresses: [SocketAddress], _ tls: (@Sendable () -> TLSContext?)?
    ) throws(GateError) -> [SocketAddress] {
        var bound: [SocketAddress] = []
        for address in addresses { bound.append(try server.listen(on: address, tls: tls)) }
        return bound
    }

    static func tlsContext(_ configuration: Configuration) throws(GateError) -> TLSContext? {
        guard let certificate = configuration.tls.certificate, let key = configuration.tls.key else { return nil }
        return try TLSContext(
            serverCertificate: certificate, key: key, minimum: configuration.tls.minimum == .v13 ? .v13 : .v12)
    }

    /// Ends the threads; nothing may be asked of the gate afterwards. A process that ends does not need it.
    func stopLoops() {
        // The accounts know the loops' members, to tell them of changes, and the members know the accounts: each loop lets
        // its own go, or nobody would.
        shared.fleet.end()
        for loop in loops {
            loop.submit { [members] in
                let own = members.withLock { members in
                    defer { members.removeAll { $0.loop === loop } }
                    return members.first { $0.loop === loop }
                }
                withExtendedLifetime(own) {}
            }
            loop.stop()
        }
        core.submit { [console] in
            let own = console.withLock { console in
                defer { console = nil }
                return console
            }
            withExtendedLifetime(own) {}
        }
        core.stop()
    }

    /// Takes no new connections and returns when the last one has ended, or when `limits.drain` is over; the console's time
    /// is the same as the gate's.
    public func drain() async {
        shared.isDraining.withLock { $0 = true }
        let milliseconds = UInt64(configuration.limits.drain.wholeMilliseconds)
        let console = console.withLock { $0 }
        async let consoleEnds: Void? = console?.drain(within: milliseconds)
        await atOnce { $0.beginDrain(within: milliseconds, done: $1) }
        await consoleEnds
        await shared.fleet.stop()
    }

    /// Ends every connection now, and with them a `drain` under way.
    public func cutOff() async {
        for member in members.withLock({ $0 }) { await member.loop.perform { _ in member.server.closeAll() } }
        await console.withLock { $0 }?.cutOff()
    }

    /// Begins something on all loops, because none may take new connections while another waits for its last, and
    /// returns when it is done on each.
    func atOnce(_ begin: (Member, @escaping @Sendable () -> Void) -> Void) async {
        let members = members.withLock { $0 }
        await withCheckedContinuation { continuation in
            let left = Locked(members.count)
            for member in members {
                begin(member) {
                    let isLast = left.withLock { left in
                        left -= 1
                        return left == 0
                    }
                    if isLast { continuation.resume() }
                }
            }
            if members.isEmpty { continuation.resume() }
        }
        for member in members { await member.loop.perform { _ in member.application.access.flush() } }
    }
}

extension ListenAddress {
    /// Every address of this machine is two sockets, because the IPv6 one takes no IPv4.
    var socketAddresses: [SocketAddress] {
        switch host {
        case .all: [.v4(0, port: port), .v6(0, 0, port: port)]
        case .address(let address): [SocketAddress(address, port: port)]
        }
    }
}

extension ServerLimits {
    /// One loop's share: what is promised for the gate is never multiplied by its loops.
    init(_ limits: Configuration.Limits, loops: Int) {
        self.init()
        head = HeadLimits(bytes: limits.head.bytes, fields: limits.fields, target: limits.target.bytes)
        connections = max(1, limits.connections / loops)
        connectionsPerAddress = max(1, limits.perAddress / loops)
        headTime = UInt64(limits.headTime.wholeMilliseconds)
        idleTime = UInt64(limits.idle.wholeMilliseconds)
        writeStall = UInt64(limits.writeStall.wholeMilliseconds)
        bodyRate = limits.bodyRate.bytes
    }
}
