import HTTP
import Loop
import TestSupport
import Testing
import Wire

private let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

private func get(_ path: String = "/a", _ lines: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: x\r\n\(lines)\r\n"
}

struct ForwardTests {
    // MARK: Framing of answers

    @Test(arguments: [
        ("Content-Length: 3\r\n\r\nabc", "abc", "Content-Length: 3\r\n"),
        ("Transfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nA: b\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n", "chunked"),
        ("Content-Length: 0\r\n\r\n", "\r\n\r\n", "Content-Length: 0\r\n"),
    ])
    func anAnswerKeepsItsFraming(_ rest: String, body: String, field: String) async throws {
        try await withRig { rig in
            let client = try rig.client(get())
            let upstream = await rig.upstream.connection()
            _ = await upstream.read(until: "\r\n\r\n")
            upstream.send("HTTP/1.1 200 OK\r\n" + rest)
            let answer = await client.read(until: body)
            #expect(answer.hasSuffix(body))
            #expect(answer.contains(field))
            // The connection is still good, at both ends.
            client.send(get("/b"))
            #expect(await upstream.read(until: "\r\n\r\n").hasPrefix("GET /b"))
            #expect(rig.upstream.acceptedCount == 1)
        }
    }

    @Test func anAnswerUntilTheEndIsChunked() async throws {
        try await withRig { rig in
            let client = try rig.client(get())
            let upstream = await rig.upstream.connection()
            upstream.send("HTTP/1.1 200 OK\r\n\r\nabc")
            upstream.shutdownSending()
            let answer = await client.read(until: "0\r\n\r\n")
            #expect(answer.hasSuffix("\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))
            #expect(!client.isEnded)
        }
    }

    @Test func aClientOfHTTP10GetsNoChunks() async throws {
        try await withRig { rig in
            let client = try rig.client("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let upstream = await rig.upstream.connection()
            upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
            let answer = await client.readToEnd()
            #expect(answer.hasSuffix("\r\n\r\nabc"))
            #expect(answer.contains("Connection: close\r\n"))
            #expect(!answer.contains("chunked"))
        }
    }

    @Test func aClientOfHTTP10IsToldThatItsConnectionStays() async throws {
        try await withRig { rig in
            let client = try rig.client("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let upstream = await rig.upstream.connection()
            upstream.send(hello)
            #expect(await client.read(until: "hello").contains("Connection: keep-alive\r\n"))
            client.send("GET /b HTTP/1.0\r\n\r\n")
            _ = await upstream.read(until: "GET /b")
            upstream.send(hello)
            #expect(await client.readToEnd().hasSuffix("hello"))
        }
    }

    @Test(arguments: [("HEAD", "200 OK", "Content-Length: 5\r\n"), ("GET", "304 Not Modified", "ETag: \"a\"\r\n")])
    func anAnswerWithoutBodyEndsWithItsHead(method: String, status: String, field: String) async throws {
        try await withRig { rig in
            let client = try rig.client("\(method) /a HTTP/1.1\r\nHost: x\r\n\r\n")
            let upstream = await rig.upstream.connection()
            upstream.send("HTTP/1.1 \(status)\r\nContent-Length: 5\r\nETag: \"a\"\r\n\r\n")
            let answer = await client.read(until: "\r\n\r\n")
            #expect(answer.contains(field))
            client.send(get("/b"))
            #expect(await upstream.read(until: "/b HTTP").contains("/b"))
        }
    }

    @Test func anAnswer204TellsNoLength() async throws {
        try await withRig { rig in
            let client = try rig.client(get())
            let upstream = await rig.upstream.connection()
            upstream.send("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")
            #expect(!(await client.read(until: "\r\n\r\n")).contains("Content-Length"))
        }
    }

    @Test func hopByHopFieldsOfAnswersStay() async throws {
        try await withRig { rig in
            let client = try rig.client(get())
            let upstream = await rig.upstream.connection()
            upstream.send(
                "HTTP/1.1 200 OK\r\nConnection: x-a, keep-alive\r\nX-A: b\r\nKeep-Alive: timeout=5\r\nTrailer: z\r\n"
                    + "Proxy-Authenticate: q\r\nUpgrade: h2c\r\nX-B: c\r\nContent-Length: 0\r\n\r\n")
            let answer = await client.read(until: "\r\n\r\n")
            for name in ["X-A", "Keep-Alive", "Trailer", "Proxy-", "Upgrade"] { #expect(!answer.contains(name)) }
            #expect(answer.contains("X-B: c\r\n"))
        }
    }

    @Test func interimAnswersAreSwallowed() async throws {
        try await withRig { rig in
            let client = try rig.client(get())
            let upstream = await rig.upstream.connection()
            upstream.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + hello)
            #expect(await client.read(until: "hello").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na", "HTTP/1.1 200 OK\nA: b\n\n",
        "HTTP/1.1 20 OK\r\n\r\n", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
    ])
    func anAnswerThatIsNotHTTPIs502(_ bytes: String) async throws {
        try await withRig { rig in
            let client = try rig.client(get())
            let upstream = await rig.upstream.connection()
            upstream.send(bytes)
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 502 "))
            #expect(await upstream.readToEnd().hasPrefix("GET"))
            #expect(rig.application.failures.count == 1)
        }
    }

    @Test(arguments: ["Content-Length: 5\r\n\r\nab", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"])
    func aPartNeverPassesForTheWhole(_ rest: String) async throws {
        try await withRig { rig in
            let client = try rig.client(get())
            let upstream = await rig.upstream.connection()
            upstream.send("HTTP/1.1 200 OK\r\n" + rest)
            _ = await client.read(until: "ab")
            upstream.close()
            #expect(!(await client.readToEnd()).contains("0\r\n\r\n"))
        }
    }

    @Test func bytesBehindAnAnswerEndTheConnection() async throws {
        try await withRig { rig in
            let client = try rig.client(get())
            let upstream = await rig.upstream.connection()
            upstream.send(hello + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")
            #expect(await client.read(until: "hello").hasSuffix("hello"))
            client.send(get("/b"))
            let next = await rig.upstream.connection()
            next.send(hello)
            #expect(!(await client.read(until: "hello")).contains("poison"))
        }
    }

    // MARK: Requests

    @Test func pipelinedRequestsAreForwardedOneAfterTheOther() async throws {
        try await withRig { rig in
            let client = try rig.client(get("/1") + get("/2") + get("/local") + get("/3"))
            let upstream = await rig.upstream.connection()
            await rig.settle()
            #expect(!upstream.unread.contains("/2"))
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
            _ = await upstream.read(until: "/2 HTTP/1.1\r\nHost: up\r\n\r\n")
            await rig.settle()
            #expect(!upstream.unread.contains("/3"))
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2")
            _ = await upstream.read(until: "/3 HTTP/1.1")
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n3")
            let answers = await client.read(until: "\r\n\r\n3")
            let statuses = answers.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            #expect(statuses == ["200", "200", "500", "200"])
        }
    }

    @Test func anEarlyAnswerReachesTheClient() async throws {
        try await withRig { rig in
            let client = try rig.client("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc")
            let upstream = await rig.upstream.connection()
            upstream.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno")
            let answer = await client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.contains("Connection: close\r\n"))
            #expect(answer.hasSuffix("no"))
            // What was half sent is never reused.
            #expect(rig.pool.connectionCount == 0)
        }
    }

    @Test func anUpstreamThatSpeaksBeforeItIsAskedIsHeard() async throws {
        try await withRig { rig in
            let client = try rig.client(get())
            let upstream = await rig.upstream.connection()
            upstream.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy")
            upstream.close()
            #expect(await client.read(until: "busy").hasPrefix("HTTP/1.1 503"))
        }
    }

    @Test(arguments: [("GET", true), ("DELETE", true), ("POST", false)])
    func aKeptConnectionThatDiedIsReplacedOnce(method: String, repeats: Bool) async throws {
        try await withRig { rig in
            let client = try rig.client(get())
            let first = await rig.upstream.connection()
            first.send(hello)
            _ = await client.read(until: "hello")
            // The upstream reads the next request and closes without a word.
            client.send("\(method) /b HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = await first.read(until: "/b")
            first.close()
            guard repeats else {
                #expect(await client.readToEnd().hasPrefix("HTTP/1.1 502 "))
                #expect(rig.upstream.acceptedCount == 1)
                return
            }
            let second = await rig.upstream.connection()
            #expect(await second.read(until: "/b").hasPrefix(method))
            // Once: a second death is an answer.
            second.close()
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 502 "))
            #expect(rig.upstream.acceptedCount == 2)
        }
    }

    @Test func aNewConnectionThatDiesIsNotRepeated() async throws {
        try await withRig { rig in
            let client = try rig.client(get())
            let upstream = await rig.upstream.connection()
            _ = await upstream.read(until: "/a")
            upstream.close()
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 502 "))
            #expect(rig.upstream.acceptedCount == 1)
        }
    }

    @Test func nobodyListeningIs503() async throws {
        // Not a port that was just given up: another test might get it.
        try await withRig(options: { $0.endpoint = .unix("/tmp/gate-nobody") }) { rig in
            let client = try rig.client(get())
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 503 "))
            #expect(rig.pool.connectionCount == 0)
        }
    }

    @Test func aClientThatLeavesEndsItsUpstreamRequest() async throws {
        try await withRig { rig in
            let client = try rig.client("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            let upstream = await rig.upstream.connection()
            _ = await upstream.read(until: "abc")
            client.close()
            #expect(await upstream.readToEnd().isEmpty)
            await rig.settle()
            #expect(rig.server.connectionCount == 0)
        }
    }

    @Test func aHalfClosedClientGetsItsAnswer() async throws {
        try await withRig { rig in
            let client = try rig.client(get())
            client.shutdownSending()
            let upstream = await rig.upstream.connection()
            await rig.settle()
            upstream.send(hello)
            #expect(await client.readToEnd().hasSuffix("hello"))
        }
    }

    @Test func aFullPoolMakesRequestsWaitAndThenRefusesThem() async throws {
        try await withRig(options: {
            $0.connections = 1
            $0.waiting = 1
        }) { rig in
            let first = try rig.client(get("/1"))
            let upstream = await rig.upstream.connection()
            await rig.settle()
            let second = try rig.client(get("/2"))
            await rig.settle()
            #expect(rig.pool.waitingCount == 1)
            let third = try rig.client(get("/3"))
            #expect(await third.readToEnd().hasPrefix("HTTP/1.1 503 "))
            upstream.send(hello)
            _ = await first.read(until: "hello")
            _ = await upstream.read(until: "/2")
            upstream.send(hello)
            #expect(await second.read(until: "hello").hasPrefix("HTTP/1.1 200"))
            #expect(rig.upstream.acceptedCount == 1)
        }
    }

    @Test func aWaitInThePoolEndsForEachInItsTurn() async throws {
        try await withRig(options: {
            $0.connections = 1
            $0.waitTime = 10_000
        }) { rig in
            let first = try rig.client(get("/1"))
            _ = await rig.upstream.connection()
            await rig.settle()
            let second = try rig.client(get("/2"))
            await rig.pass(6_000)
            let third = try rig.client(get("/3"))
            await rig.pass(5_000)
            #expect(await second.readToEnd().hasPrefix("HTTP/1.1 504 "))
            #expect(rig.pool.waitingCount == 1)
            await rig.pass(6_000)
            #expect(await third.readToEnd().hasPrefix("HTTP/1.1 504 "))
            #expect(!first.isEnded)
        }
    }

    // MARK: Tunnels

    private static let upgrade = get("/ws", "Connection: Upgrade\r\nUpgrade: websocket\r\n")
    private static let switching =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

    @Test func aTunnelCarriesWhatStandsBehindBothHeads() async throws {
        try await withRig { rig in
            let client = try rig.client(Self.upgrade + "early")
            let upstream = await rig.upstream.connection()
            _ = await upstream.read(until: "\r\n\r\n")
            await rig.settle()
            #expect(upstream.unread.isEmpty)
            upstream.send(Self.switching + "first")
            let answer = await client.read(until: "first")
            #expect(answer.hasPrefix("HTTP/1.1 101"))
            #expect(answer.contains("Upgrade: websocket\r\nConnection: Upgrade\r\n\r\nfirst"))
            #expect(await upstream.read(until: "early") == "early")
            client.send("GET /smuggled HTTP/1.1\r\n\r\n")
            #expect(await upstream.read(until: "\r\n\r\n") == "GET /smuggled HTTP/1.1\r\n\r\n")
            upstream.send("bye")
            upstream.close()
            #expect(await client.readToEnd() == "bye")
        }
    }

    @Test func openTunnelsTakeNoPlaceFromRequests() async throws {
        try await withRig(options: { $0.connections = 1 }) { rig in
            let tunnels = try (0..<3).map { _ in try rig.client(Self.upgrade) }
            var ends: [RawPeer] = []
            for _ in tunnels {
                // Each waits for a place until the one before it has become a tunnel.
                let upstream = await rig.upstream.connection()
                _ = await upstream.read(until: "\r\n\r\n")
                upstream.send(Self.switching)
                ends.append(upstream)
            }
            for tunnel in tunnels { _ = await tunnel.read(until: "\r\n\r\n") }
            #expect(rig.pool.tunnelCount == 3)
            #expect(rig.pool.connectionCount == 0)
            let client = try rig.client(get("/1"))
            let upstream = await rig.upstream.connection()
            _ = await upstream.read(until: "/1")
            upstream.send(hello)
            #expect(await client.read(until: "hello").hasPrefix("HTTP/1.1 200"))
            for end in ends { end.close() }
            for tunnel in tunnels {
                _ = await tunnel.readToEnd()
                tunnel.close()
            }
            while rig.pool.tunnelCount > 0 { await Task.yield() }
        }
    }

    @Test func bytesBehindARefusedUpgradeAreNeverARequest() async throws {
        try await withRig { rig in
            let client = try rig.client(Self.upgrade + get("/smuggled"))
            let upstream = await rig.upstream.connection()
            _ = await upstream.read(until: "\r\n\r\n")
            upstream.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
            let answer = await client.readToEnd()
            #expect(answer.contains("Connection: close\r\n"))
            #expect(answer.hasSuffix("no"))
            await rig.settle()
            #expect(upstream.unread.isEmpty)
            #expect(rig.upstream.acceptedCount == 1)
        }
    }

    @Test func aHalfClosedTunnelGoesOnInTheOtherDirection() async throws {
        try await withRig { rig in
            let client = try rig.client(Self.upgrade)
            let upstream = await rig.upstream.connection()
            _ = await upstream.read(until: "\r\n\r\n")
            upstream.send(Self.switching)
            _ = await client.read(until: "\r\n\r\n")
            client.send("last")
            client.shutdownSending()
            #expect(await upstream.readToEnd() == "last")
            upstream.send("answer")
            upstream.close()
            #expect(await client.readToEnd() == "answer")
            await rig.settle()
            #expect(rig.server.connectionCount == 0)
            #expect(rig.pool.connectionCount == 0)
        }
    }

    @Test func aHalfClosedTunnelDoesNotLastForEver() async throws {
        try await withRig { rig in
            let client = try rig.client(Self.upgrade)
            let upstream = await rig.upstream.connection()
            upstream.send(Self.switching)
            _ = await client.read(until: "\r\n\r\n")
            client.shutdownSending()
            await rig.pass(76_000)
            #expect(rig.server.connectionCount == 0)
        }
    }

    // MARK: Back-pressure

    /// The kernel may hold 36 MB on each side of the gate (the ends of `tcp_rmem` and `tcp_wmem` are 32 and 4 MB).
    private static let large = 128 << 20

    @Test func aSlowClientHoldsAFastUpstreamBack() async throws {
        try await withRig { rig in
            let client = try rig.client(get())
            client.reads = false
            let upstream = await rig.upstream.connection()
            let size = Self.large
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            let part = [UInt8](repeating: 0x61, count: 1 << 20)
            for _ in 0..<(Self.large >> 20) { upstream.send(part) }
            await rig.settle()
            // What the gate does not hold stays at the upstream.
            #expect(upstream.pendingByteCount > size / 4)
            client.onlyCounts = true
            client.reads = true
            while client.receivedByteCount < size { await client.event() }
            await rig.settle()
            #expect(rig.pool.idleCount == 1)
        }
    }

    @Test func aSlowUpstreamHoldsAFastClientBack() async throws {
        try await withRig { rig in
            let size = Self.large
            let client = try rig.client("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n")
            let upstream = await rig.upstream.connection()
            _ = await upstream.read(until: "\r\n\r\n")
            upstream.reads = false
            let part = [UInt8](repeating: 0x61, count: 1 << 20)
            for _ in 0..<(Self.large >> 20) { client.send(part) }
            await rig.settle()
            #expect(client.pendingByteCount > size / 4)
            upstream.onlyCounts = true
            let before = upstream.receivedByteCount
            upstream.reads = true
            while upstream.receivedByteCount - before < size { await upstream.event() }
            upstream.send(hello)
            #expect(await client.read(until: "hello").hasSuffix("hello"))
        }
    }

    @Test func aClientThatAsksWithoutReadingIsHeldBack() async throws {
        try await withRig { rig in
            rig.application.respond = BigAnswer()
            let client = try rig.connect()
            client.reads = false
            for _ in 0..<200 { client.send(get("/local")) }
            await rig.settle()
            // Of the 200 MB asked for, the kernel's buffers and one answer's are all that was made.
            #expect(rig.application.summaries.count < 20)
            client.onlyCounts = true
            client.reads = true
            while rig.application.summaries.count < 200 { await client.event() }
        }
    }

    private final class BigAnswer: Responder {
        func respond(to exchange: Exchange) async throws {
            try await exchange.respond(.ok, [:], [UInt8](repeating: 0x61, count: 1 << 20))
        }
    }
}
