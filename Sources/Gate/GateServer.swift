public import Basics
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
    private let members = Locked<[Member]>([])

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
    public init(
        configuration: Configuration, log: GateLog, clock: @escaping WallClock = Timestamp.now,
        makeIdentity: (@escaping @Sendable (IdentityDelta) async -> Void) -> IdentityService
    ) throws(GateError) {
        self.configuration = configuration
        let members = members
        let identity = makeIdentity { delta in
            // The answer that announces a change waits until every loop knows it.
            for member in members.withLock({ $0 }) {
                await member.loop.perform { _ in member.application.apply(delta) }
            }
        }
        shared = GateShared(
            settings: try GateSettings(configuration), identity: identity, log: log, clock: clock)
        loops = (0..<max(1, configuration.loops)).map { EventLoop("data-\($0)") }
    }

    public var identity: IdentityService { shared.identity }

    /// Listens; returns the addresses in force.
    public func start() async throws -> [String] {
        let state = try await shared.identity.load()
        let limits = ServerLimits(configuration.limits)
        let tls = try tlsContext()
        let resolver = Resolver()
        let shared = shared
        var addresses = configuration.listen.addresses.map(\.socketAddresses)
        var spelled: [String] = []
        for loop in loops {
            let wanted = addresses
            let (member, bound): (Member, [[SocketAddress]]) = try await loop.perform { (reactor: Reactor) throws in
                let application = GateApplication(shared: shared, reactor: reactor, state: state, resolver: resolver)
                let server = HTTPServer(application: application, limits: limits, reactor: reactor)
                var bound: [[SocketAddress]] = []
                for group in wanted { bound.append(try Self.listen(server, on: group, tls)) }
                return (Member(loop: loop, server: server, application: application), bound)
            }
            members.withLock { $0.append(member) }
            // Port 0 was chosen by the kernel for the first loop; the others take the same.
            addresses = bound
            spelled = bound.flatMap { $0 }.map { "\(tls == nil ? "http" : "https")://\($0)" }
        }
        return spelled
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

    /// Stores when credentials were last used, and ends what has expired; called every 60 s.
    public func keepHouse() async throws(GateError) {
        var touches = Touches()
        for member in members.withLock({ $0 }) {
            touches.merge(await member.loop.perform { _ in member.application.snapshot.takeTouches() })
        }
        try await shared.identity.touch(touches)
        try await shared.identity.sweep()
    }

    /// Takes no new connections and returns when the last one has ended, or when `limits.drain` is over.
    public func drain() async {
        let milliseconds = UInt64(configuration.limits.drain.wholeMilliseconds)
        for member in members.withLock({ $0 }) {
            await withCheckedContinuation { continuation in
                member.loop.submit {
                    let end = DrainEnd(continuation)
                    end.timer = member.server.reactor.timer(after: milliseconds) {
                        member.server.closeAll()
                        end.reached()
                    }
                    member.server.drain { end.reached() }
                }
            }
        }
    }

    /// Resumes once, by whichever comes first.
    private final class DrainEnd {
        var timer: Timer?
        private var continuation: CheckedContinuation<Void, Never>?
        init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = continuation }
        func reached() {
            timer = nil
            continuation?.resume()
            continuation = nil
        }
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
