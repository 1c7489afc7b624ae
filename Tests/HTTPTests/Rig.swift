import Basics
import HTTP
import Loop
import TestSupport
import Wire

/// Forwards what is not under `/local/` to one upstream, and remembers how exchanges ended.
final class RigApplication: HTTPApplication {
    var pool: UpstreamPool?
    var filter = ResponseFilter()
    var respond: (any Responder)?
    var summaries: [ExchangeSummary] = []
    var failures: [ForwardFailure] = []

    func disposition(
        of head: borrowing RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection
    ) -> Disposition {
        let target = bytes.string(head.target)
        guard let pool, !target.hasPrefix("/local") else { return .exchange }
        let writer = ForwardHead(host: "up", .allButOurs)
        writer.writeMethod(head, bytes, to: &connection.reactor.writeBuffer)
        connection.reactor.writeBuffer.append(bytes, head.target)
        writer.writeFields(head, bytes, to: &connection.reactor.writeBuffer)
        writer.writeEnd(head, bytes, to: &connection.reactor.writeBuffer)
        return .forward(pool, filter, requestID: [], owner: nil)
    }

    func respond(to exchange: Exchange) async throws { try await respond?.respond(to: exchange) }
    func ended(_ summary: ExchangeSummary) { summaries.append(summary) }
    func forwardFailed(_ failure: ForwardFailure, requestID: [UInt8]) -> ErrorAnswer {
        failures.append(failure)
        return ErrorAnswer(failure.status, failure.message)
    }
}

/// What a test's server does with requests it answers itself.
protocol Responder: AnyObject {
    func respond(to exchange: Exchange) async throws
}

/// One loop with a manual clock: a server that forwards to a scripted upstream, and clients.
final class Rig {
    let reactor: Reactor
    let clock: MonotonicClock
    let application: RigApplication
    let server: HTTPServer
    let upstream: RawUpstream
    let pool: UpstreamPool
    let address: SocketAddress
    private var marker: Marker?

    init(
        _ reactor: Reactor, clock: MonotonicClock, limits: ServerLimits, _ change: (inout UpstreamOptions) -> Void
    ) throws {
        self.reactor = reactor
        self.clock = clock
        application = RigApplication()
        server = HTTPServer(application: application, limits: limits, reactor: reactor)
        address = try server.listen(on: .loopback(port: 0))
        upstream = try RawUpstream(reactor: reactor)
        var options = UpstreamOptions(.host("127.0.0.1", port: upstream.port))
        change(&options)
        pool = UpstreamPool(options, reactor: reactor, resolver: sharedResolver)
        application.pool = pool
    }

    /// Connects the marker, before anything of the test happens.
    fileprivate func begin() async throws {
        let server = try RawUpstream(reactor: reactor)
        let near = try RawPeer(to: server.address, reactor: reactor)
        marker = Marker(near: near, far: await server.connection())
        server.stopListening()
    }

    /// A byte that goes over the loopback interface.
    private struct Marker {
        let near: RawPeer
        let far: RawPeer

        func pass() async {
            near.send(".")
            _ = await far.read(count: 1)
        }
    }

    func connect() throws -> RawPeer { try RawPeer(to: address, reactor: reactor) }

    /// A client that has sent this.
    func client(_ text: String) throws -> RawPeer {
        let peer = try connect()
        peer.send(text)
        return peer
    }

    /// Lets everything happen that can happen without time passing.
    ///
    /// Yields alone do not wait for the system: under load it delivers what was sent over the loopback interface a little
    /// later, in order. So a marker goes the same way, once for each hop between a client and an upstream and back.
    func settle() async {
        for _ in 0..<6 {
            for _ in 0..<10 { await Task.yield() }
            await marker?.pass()
        }
    }

    /// Moves the clock, after all that is on its way has arrived, and lets the deadlines act.
    func pass(_ milliseconds: UInt64) async {
        await settle()
        clock.advance(byMilliseconds: milliseconds)
        reactor.loop.wake()
        await settle()
    }
}

/// Runs `body` on a loop beside a server; everything is closed afterwards.
func withRig(
    limits: ServerLimits = ServerLimits(), options: @Sendable (inout UpstreamOptions) -> Void = { _ in },
    _ body: nonisolated(nonsending) @Sendable (Rig) async throws -> Void
) async throws {
    let clock = MonotonicClock(manualStart: 1_000_000)
    let loop = EventLoop("test", clock: clock)
    defer { loop.stop() }
    try await loop.run { reactor in
        let rig = try Rig(reactor, clock: clock, limits: limits, options)
        try await rig.begin()
        try await body(rig)
        rig.server.closeAll()
    }
}
