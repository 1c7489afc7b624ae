import Basics
import HTTP
import Loop
import TestSupport
import Testing
import Wire

private func context(_ name: String) throws -> TLSContext {
    try TLSContext(serverCertificate: Certificates.certificate(name), key: Certificates.key(name))
}

private func trusting(_ authority: String, as name: String? = nil) throws -> TLSContext {
    try TLSContext(
        clientAuthority: Certificates.certificate(authority),
        certificate: name.map { (Certificates.certificate($0), Certificates.key($0)) })
}

private final class Echo: HTTPApplication {
    func respond(to exchange: Exchange) async throws {
        let body = try await exchange.readBody(limit: 64 << 20)
        if exchange.request.target.segments.first?.text == "big" {
            try await exchange.respond(.ok, [:], [UInt8](repeating: 0x61, count: 8 << 20))
        } else {
            try await exchange.respond(.ok, ["X-Secure": "\(exchange.request.isSecure)"], body)
        }
    }
}

/// A server with TLS; time stands still.
private func withTLS(
    _ tls: @escaping @Sendable () -> TLSContext?,
    _ body: nonisolated(nonsending) @Sendable (SocketAddress, HTTPServer) async throws -> Void
) async throws {
    let loop = EventLoop("tls", clock: MonotonicClock(manualStart: 1))
    defer { loop.stop() }
    try await loop.run { reactor in
        let server = HTTPServer(application: Echo(), reactor: reactor)
        let address = try server.listen(on: .loopback(port: 0), tls: tls)
        try await body(address, server)
        server.closeAll()
    }
}

private func pool(
    _ address: SocketAddress, _ host: String, _ tls: TLSContext, _ reactor: Reactor
) -> UpstreamPool {
    var options = UpstreamOptions(.host(host, port: address.port ?? 0))
    options.tls = { tls }
    return UpstreamPool(options, reactor: reactor, resolver: sharedResolver)
}

private let get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

struct TLSTests {
    @Test func aServerAndAClientSpeakTLS() async throws {
        let own = try context("server")
        let trust = try trusting("ca")
        try await withTLS({ own }) { address, server in
            let client = HTTPClient(pool(address, "127.0.0.1", trust, server.reactor))
            for _ in 0..<3 {
                let answer = try await client.fetch(ClientRequest(.post, "/echo", body: Array("hi".utf8)))
                #expect(answer.body == Array("hi".utf8))
                #expect(answer.fields["X-Secure"] == "true")
            }
            #expect(server.connectionCount == 1)
            let answer = try await client.send(ClientRequest(.get, "/"))
            // The test's authority gives it two days, in whole seconds.
            let left = try #require(answer.certificateEnd).seconds - Timestamp.now().seconds
            #expect((0...2 * 86_400).contains(left))
            _ = try await answer.body(limit: 1_000)
        }
    }

    @Test(arguments: [("wrong-name", "ca", "mismatch"), ("stranger", "ca", "certificate"), ("server", "other-ca", "")])
    func aServerThatIsNotWhoItShouldBeIsUnreachable(own: String, trusted: String, reason: String) async throws {
        let own = try context(own)
        let trust = try trusting(trusted)
        try await withTLS({ own }) { address, server in
            let pool = pool(address, "127.0.0.1", trust, server.reactor)
            var failure: UpstreamFailure?
            do throws(UpstreamFailure) { _ = try await HTTPClient(pool).send(ClientRequest(.post, "/")) } catch {
                failure = error
            }
            guard case .unreachable(let text) = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(text.contains(reason))
            #expect(pool.connectionCount == 0)
        }
    }

    @Test func aHandshakeMayComeByteByByte() async throws {
        let own = try context("server")
        let trust = try trusting("ca")
        try await withTLS({ own }) { address, server in
            let relay = try ByteRelay(to: address, reactor: server.reactor)
            let client = try RawPeer(
                to: relay.address, reactor: server.reactor, tls: trust.connect(host: "127.0.0.1"))
            client.send(get)
            #expect(await client.read(until: "\r\n\r\n").contains("X-Secure: true"))
            relay.close()
        }
    }

    @Test func aNewCertificateServesWithoutRestart() async throws {
        let current = Locked(try context("stranger"))
        let trust = try trusting("ca")
        try await withTLS({ current.withLock { $0 } }) { address, server in
            let first = try RawPeer(to: address, reactor: server.reactor, tls: trust.connect(host: "127.0.0.1"))
            first.send(get)
            #expect(await first.readToEnd().isEmpty)
            current.withLock { $0 = (try? context("renewed")) ?? $0 }
            let second = try RawPeer(to: address, reactor: server.reactor, tls: trust.connect(host: "127.0.0.1"))
            second.send(get)
            #expect(await second.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func withoutACertificateNothingIsServedPlain() async throws {
        try await withTLS({ nil }) { address, server in
            let client = try RawPeer(to: address, reactor: server.reactor)
            client.send(get)
            #expect(await client.readToEnd().isEmpty)
        }
    }

    @Test func plainBytesOnATLSPortEndTheConnection() async throws {
        let own = try context("server")
        try await withTLS({ own }) { address, server in
            let client = try RawPeer(to: address, reactor: server.reactor)
            client.send(get)
            let answer = await client.bytesToEnd()
            #expect(!String(decoding: answer, as: UTF8.self).contains("HTTP/1.1 "))
        }
    }

    @Test func theEndIsTold() async throws {
        let own = try context("server")
        let trust = try trusting("ca")
        try await withTLS({ own }) { address, server in
            let client = try RawPeer(to: address, reactor: server.reactor, tls: trust.connect(host: "127.0.0.1"))
            client.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 200"))
            // A clean end and not a cut, which a reader without a length could not tell from an attack.
            #expect(client.tls?.failure == nil)
            client.close()
            // And a client that says it is done still gets its answer.
            let half = try RawPeer(to: address, reactor: server.reactor, tls: trust.connect(host: "127.0.0.1"))
            half.send(get)
            half.shutdownSending()
            #expect(await half.readToEnd().hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func largeBodiesPassASlowReader() async throws {
        let own = try context("server")
        let trust = try trusting("ca")
        try await withTLS({ own }) { address, server in
            let client = try RawPeer(to: address, reactor: server.reactor, tls: trust.connect(host: "127.0.0.1"))
            client.send("POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: \(8 << 20)\r\n\r\n")
            client.send([UInt8](repeating: 0x62, count: 8 << 20))
            client.onlyCounts = true
            for _ in 0..<200 {
                client.reads.toggle()
                await Task.yield()
            }
            client.reads = true
            while client.receivedByteCount < 8 << 20, !client.isEnded { await client.event() }
            #expect(client.receivedByteCount > 8 << 20)
        }
    }

    @Test func connectionsDroppedInTheHandshakeLeaveNothing() async throws {
        let own = try context("server")
        let trust = try trusting("ca")
        try await withTLS({ own }) { address, server in
            // What this loop holds; the process's descriptors are other tests' too.
            let before = server.reactor.channelCount
            for index in 0..<200 {
                let client = try RawPeer(
                    to: address, reactor: server.reactor,
                    tls: index % 2 == 0 ? nil : trust.connect(host: "127.0.0.1"))
                // A part of a ClientHello; of every other one what OpenSSL sends at first.
                if index % 2 == 0 { client.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]) } else { client.send(get) }
                for _ in 0..<(index % 5) { await Task.yield() }
                client.close()
            }
            while server.connectionCount > 0 { await Task.yield() }
            #expect(server.reactor.channelCount == before)
            let client = try RawPeer(to: address, reactor: server.reactor, tls: trust.connect(host: "127.0.0.1"))
            client.send(get)
            #expect(await client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func anUpstreamMayWantAClientCertificate() async throws {
        let authority = Certificates.certificate("ca")
        let own = try TLSContext(
            serverCertificate: Certificates.certificate("server"), key: Certificates.key("server"),
            clientAuthority: authority)
        let known = try trusting("ca", as: "client")
        let unknown = try trusting("ca")
        try await withTLS({ own }) { address, server in
            let good = HTTPClient(pool(address, "127.0.0.1", known, server.reactor))
            let answer = try await good.fetch(ClientRequest(.get, "/a"))
            #expect(answer.status == .ok)
            let bad = HTTPClient(pool(address, "127.0.0.1", unknown, server.reactor))
            var isRefused = false
            do throws(UpstreamFailure) { _ = try await bad.fetch(ClientRequest(.get, "/a")) } catch { isRefused = true }
            #expect(isRefused)
        }
    }

    @Test func anAnswerUntilTheEndThatIsCutIsNoAnswer() async throws {
        let own = try context("server")
        let trust = try trusting("ca")
        let loop = EventLoop("tls", clock: MonotonicClock(manualStart: 1))
        defer { loop.stop() }
        try await loop.run { reactor in
            let upstream = try RawUpstream(reactor: reactor) { own.accept() }
            let application = RigApplication()
            application.pool = pool(upstream.address, "127.0.0.1", trust, reactor)
            let server = HTTPServer(application: application, reactor: reactor)
            let client = try RawPeer(to: try server.listen(on: .loopback(port: 0)), reactor: reactor)
            client.send(get)
            let connection = await upstream.connection()
            _ = await connection.read(until: "\r\n\r\n")
            connection.send("HTTP/1.1 200 OK\r\n\r\npart")
            _ = await client.read(until: "part")
            connection.cut()
            // No last chunk: the client sees that something is missing.
            #expect(!(await client.readToEnd()).contains("0\r\n\r\n"))
            server.closeAll()
        }
    }

    @Test func badFilesAreNamed() {
        #expect(throws: GateError.self) { try TLSContext(serverCertificate: "/none", key: "/none") }
        #expect(throws: GateError.self) {
            try TLSContext(serverCertificate: Certificates.certificate("server"), key: Certificates.key("client"))
        }
    }
}
