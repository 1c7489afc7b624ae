import HTTP
import Loop
import TestSupport
import Testing
import Wire

/// Answers what a test asks for by the path.
private final class EchoApplication: HTTPApplication {
    func respond(to exchange: Exchange) async throws {
        switch exchange.request.target.segments.first?.text {
        case "hello": try await exchange.respond(.ok, ["Content-Type": "text/plain"], Array("hello".utf8))
        case "echo":
            let body = try await exchange.readBody(limit: 1 << 20)
            try await exchange.respond(.ok, [:], body)
        case "stream":
            try exchange.startResponse(.ok)
            for _ in 0..<3 { try await exchange.write(Array("abc".utf8)) }
            try exchange.finish()
        case "big":
            let bytes = [UInt8](repeating: 0x61, count: 3_000_000)
            try await exchange.respond(.ok, [:], bytes)
        default: try await exchange.respond(.notFound)
        }
    }
}

/// Runs `body` on a loop beside a server with the echo application.
private func withServer(
    _ body: nonisolated(nonsending) @escaping @Sendable (SocketAddress, Reactor) async throws -> Void
) async throws {
    let loop = EventLoop("test", clock: MonotonicClock(manualStart: 1))
    defer { loop.stop() }
    try await loop.run { reactor in
        let server = HTTPServer(application: EchoApplication(), reactor: reactor)
        let address = try server.listen(on: .loopback(port: 0))
        try await body(address, reactor)
        server.closeAll()
    }
}

struct ServerTests {
    @Test func answersPipelinedRequestsInOrder() async throws {
        try await withServer { address, reactor in
            let peer = try RawPeer(to: address, reactor: reactor)
            peer.send(
                "GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let answer = await peer.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("\r\n\r\nhelloHTTP/1.1 404 Not Found\r\n"))
            peer.close()
        }
    }

    @Test func readsABodyByteByByte() async throws {
        try await withServer { address, reactor in
            let peer = try RawPeer(to: address, reactor: reactor)
            let request =
                "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
            for byte in request.utf8 {
                peer.send([byte])
                await Task.yield()
            }
            #expect(await peer.read(until: "abcde").hasSuffix("Content-Length: 5\r\n\r\nabcde"))
            peer.close()
        }
    }

    @Test func sendsContinueOnlyWhenTheBodyIsWanted() async throws {
        try await withServer { address, reactor in
            let peer = try RawPeer(to: address, reactor: reactor)
            peer.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(await peer.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            peer.send("hi")
            #expect(await peer.read(until: "hi").hasPrefix("HTTP/1.1 200 OK"))
            peer.send("POST /none HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(await peer.readToEnd().hasPrefix("HTTP/1.1 404"))
            peer.close()
        }
    }

    @Test func aClientLearnsWhetherABodyIsWantedAndSendsNone() async throws {
        try await withServer { address, reactor in
            let options = UpstreamOptions(.host("127.0.0.1", port: address.port ?? 0))
            for (path, status) in [("/echo", 100), ("/none", 404)] {
                let pool = UpstreamPool(options, reactor: reactor, resolver: sharedResolver)
                var request = ClientRequest(.post, path)
                request.withheld = 1_000
                let answer = try await HTTPClient(pool).fetch(request)
                #expect(answer.status.code == status)
                pool.closeIdle()
                #expect(pool.connectionCount == 0)
            }
        }
    }

    @Test func sendsALargeBodyToASlowReader() async throws {
        try await withServer { address, reactor in
            let peer = try RawPeer(to: address, reactor: reactor)
            peer.send("GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let answer = await peer.readToEnd()
            #expect(answer.utf8.count > 3_000_000)
            #expect(answer.hasSuffix("aaa"))
            peer.close()
        }
    }

    @Test func chunksAnAnswerWithoutLength() async throws {
        try await withServer { address, reactor in
            let peer = try RawPeer(to: address, reactor: reactor)
            peer.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(
                await peer.read(until: "0\r\n\r\n").hasSuffix("\r\n\r\n3\r\nabc\r\n3\r\nabc\r\n3\r\nabc\r\n0\r\n\r\n"))
            peer.close()
        }
    }
}

struct ClientTests {
    @Test func reusesItsConnection() async throws {
        try await withServer { address, reactor in
            let options = UpstreamOptions(.host("127.0.0.1", port: address.port ?? 0))
            let pool = UpstreamPool(options, reactor: reactor, resolver: sharedResolver)
            let client = HTTPClient(pool)
            for _ in 0..<5 {
                let answer = try await client.fetch(ClientRequest(.post, "/echo", body: Array("ping".utf8)))
                #expect(answer.status == .ok)
                #expect(answer.body == Array("ping".utf8))
            }
            #expect(pool.connectionCount == 1)
            pool.closeIdle()
        }
    }

    @Test func saysThatNobodyListens() async throws {
        try await withServer { _, reactor in
            let pool = UpstreamPool(
                UpstreamOptions(.host("127.0.0.1", port: 1)), reactor: reactor, resolver: sharedResolver)
            var failure: UpstreamFailure?
            do throws(UpstreamFailure) { _ = try await HTTPClient(pool).send(ClientRequest(.get, "/")) } catch {
                failure = error
            }
            #expect(failure?.status == .serviceUnavailable)
        }
    }
}
