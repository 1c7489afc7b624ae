internal import Basics
internal import HTTP
internal import Identity
internal import Loop
internal import Store
internal import Wire

/// The console's loop, listeners and application.
final class ConsoleServer: Sendable {
    private let loop: EventLoop
    private let content: Content

    /// Touched only on the loop.
    private struct Content: @unchecked Sendable {
        // Sendable by hand: made on the loop, and only ever handed back to `perform` on it.
        let server: HTTPServer
        let application: ConsoleApplication
    }

    init(
        _ settings: ConsoleSettings, loop: EventLoop, identity: IdentityService, state: IdentityState, log: GateLog,
        clock: @escaping WallClock, status: @escaping @Sendable () async -> JSON
    ) async {
        self.loop = loop
        content = await loop.perform { (reactor: Reactor) in
            let application = ConsoleApplication(
                settings, identity: identity, state: state, log: log, reactor: reactor, clock: clock, status: status)
            var limits = ServerLimits()
            limits.connections = 1_000
            limits.connectionsPerAddress = 200
            return Content(
                server: HTTPServer(application: application, limits: limits, reactor: reactor), application: application
            )
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

    func drain(within milliseconds: UInt64) async {
        await ServerMember(loop: loop, server: content.server).drain(within: milliseconds)
        let content = content
        await loop.perform { _ in content.application.access.flush() }
    }
}
