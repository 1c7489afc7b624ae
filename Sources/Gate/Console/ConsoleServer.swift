internal import Basics
internal import HTTP
internal import Identity
internal import Loop
internal import Store
internal import Wire

/// The console's loop, listeners and application.
final class ConsoleServer: Sendable {
    private let loop: EventLoop
    private let content: ServerMember<ConsoleApplication>

    init(
        _ settings: ConsoleSettings, loop: EventLoop, identity: IdentityService, state: IdentityState, log: GateLog,
        clock: @escaping WallClock, view: GateView
    ) async {
        self.loop = loop
        content = await loop.perform { (reactor: Reactor) in
            let application = ConsoleApplication(
                settings, identity: identity, state: state, log: log, reactor: reactor, clock: clock, view: view)
            var limits = ServerLimits()
            limits.connections = 1_000
            limits.connectionsPerAddress = 200
            return ServerMember(
                loop: loop, server: HTTPServer(application: application, limits: limits, reactor: reactor),
                application: application)
        }
    }

    /// - Parameter adopted: Sockets that listen already; those of TCP replace `addresses`, a Unix socket replaces `path`.
    /// - Returns: The TCP addresses in force.
    func listen(
        on addresses: [SocketAddress], socket path: String, adopted: [ListeningSocket],
        tls: (@Sendable () -> TLSContext?)?
    ) async throws -> [SocketAddress] {
        let content = content
        return try await loop.perform { (_: Reactor) throws in
            var bound: [SocketAddress] = []
            var hasSocket = false
            for socket in adopted {
                let isLocal = SocketAddress(ofSocket: socket.descriptor)?.port == nil
                let address = try content.server.listen(
                    adopting: socket.descriptor, ownsPath: socket.ownsPath, tls: isLocal ? nil : tls)
                if isLocal { hasSocket = true } else { bound.append(address) }
            }
            if bound.isEmpty {
                for address in addresses { bound.append(try content.server.listen(on: address, tls: tls)) }
            }
            // Mode 0600; who asks is checked at each request besides.
            if !hasSocket { try content.server.listen(on: .unix(path)) }
            return bound
        }
    }

    /// Copies of the listening sockets; the caller closes them.
    func listeningSockets() async -> [ListeningSocket] {
        let content = content
        return await loop.perform { _ in
            content.server.duplicateListeners().map {
                ListeningSocket(.console, $0.descriptor, ownsPath: $0.address.port == nil)
            }
        }
    }

    func handOver(within milliseconds: UInt64) async {
        await content.handOver(within: milliseconds)
        let content = content
        await loop.perform { _ in content.application.access.flush() }
    }

    /// Takes over what a reload may change.
    func reload(_ configuration: Configuration) async {
        let content = content
        await loop.perform { _ in content.application.settings.take(configuration) }
    }

    func apply(_ delta: IdentityDelta) async {
        let content = content
        await loop.perform { _ in content.application.snapshot.apply(delta) }
    }

    func takeTouches() async -> Touches {
        let content = content
        return await loop.perform { _ in content.application.snapshot.takeTouches() }
    }

    /// How many sessions and tokens count now.
    func credentialCounts() async -> (sessions: Int, tokens: Int) {
        let content = content
        return await loop.perform { _ in
            (content.application.snapshot.sessionCount, content.application.snapshot.tokenCount)
        }
    }

    func cutOff() async {
        let content = content
        await loop.perform { _ in content.server.closeAll() }
    }

    func drain(within milliseconds: UInt64) async {
        await content.drain(within: milliseconds)
        let content = content
        await loop.perform { _ in content.application.access.flush() }
    }
}
