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

    /// - Returns: The TCP addresses in force.
    func listen(
        on addresses: [SocketAddress], socket path: String, tls: TLSContext?
    ) async throws -> [SocketAddress] {
        let content = content
        return try await loop.perform { (_: Reactor) throws in
            let current: (@Sendable () -> TLSContext?)? = if let tls { { tls } } else { nil }
            var bound: [SocketAddress] = []
            for address in addresses { bound.append(try content.server.listen(on: address, tls: current)) }
            // Mode 0600; who asks is checked at each request besides.
            try content.server.listen(on: .unix(path))
            return bound
        }
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

    func drain(within milliseconds: UInt64) async {
        await content.drain(within: milliseconds)
        let content = content
        await loop.perform { _ in content.application.access.flush() }
    }
}
