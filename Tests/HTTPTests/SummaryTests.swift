import Basics
import HTTP
import Loop
import TestSupport
import Testing
import Wire

/// Sends everything on to an upstream and keeps what it is told of ends.
private final class Front: HTTPApplication {
    let pool: UpstreamPool
    var summaries: [ExchangeSummary] = []
    init(_ pool: UpstreamPool) { self.pool = pool }

    func respond(to exchange: Exchange) async throws {
        exchange.forward(
            to: pool, head: Array("GET /x HTTP/1.1\r\nHost: upstream\r\n\r\n".utf8), filter: ResponseFilter())
    }
    func ended(_ summary: ExchangeSummary) { summaries.append(summary) }
}

private final class Back: HTTPApplication {
    func respond(to exchange: Exchange) async throws { try await exchange.respond(.ok, [:], Array("hello".utf8)) }
}

struct SummaryTests {
    @Test("A forwarded exchange is told of once, with the upstream's status and bytes")
    func tellsOnce() async throws {
        let loop = EventLoop("test")
        defer { loop.stop() }
        let told = try await loop.run { reactor in
            let back = HTTPServer(application: Back(), reactor: reactor)
            let port = try back.listen(on: .loopback(port: 0)).port ?? 0
            let pool = UpstreamPool(
                UpstreamOptions(.host("127.0.0.1", port: port)), reactor: reactor, resolver: sharedResolver)
            let front = Front(pool)
            let server = HTTPServer(application: front, reactor: reactor)
            let peer = try RawPeer(to: try server.listen(on: .loopback(port: 0)), reactor: reactor)
            peer.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(await peer.readToEnd().hasSuffix("hello"))
            peer.close()
            server.closeAll()
            back.closeAll()
            return front.summaries.map { [$0.status, $0.bytesSent] }
        }
        #expect(told == [[200, 5]])
    }
}
