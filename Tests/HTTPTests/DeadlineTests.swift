import HTTP
import Loop
import TestSupport
import Testing
import Wire

private func post(_ path: String, _ length: Int, _ body: String = "") -> String {
    "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n\(body)"
}

private let get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

/// Reads the whole body and says how long it was.
private final class Reading: Responder {
    func respond(to exchange: Exchange) async throws {
        let body = try await exchange.readBody(limit: 1 << 20)
        try await exchange.respond(.ok, [:], Array("got \(body.count)".utf8))
    }
}

/// Answers without a look at the body.
private final class Ignoring: Responder {
    func respond(to exchange: Exchange) async throws { try await exchange.respond(.notFound) }
}

/// Streams without end.
private final class Endless: Responder {
    var written = 0
    func respond(to exchange: Exchange) async throws {
        try exchange.startResponse(.ok)
        let part = [UInt8](repeating: 0x61, count: 65_536)
        while true {
            try await exchange.write(part)
            written += part.count
        }
    }
}

/// Waits until the client has left.
private final class Waiting: Responder {
    var wasCancelled = false
    func respond(to exchange: Exchange) async throws {
        while !Task.isCancelled { await Task.yield() }
        wasCancelled = true
    }
}

struct DeadlineTests {
    // MARK: Heads and idle connections

    @Test(arguments: ["", "GET /a HTTP/1.1\r\nHost: x\r\n", "\r\n"])
    func aHeadHasToArriveInTime(_ part: String) async throws {
        try await withRig { rig in
            let client = try rig.client(part)
            await rig.pass(9_000)
            #expect(!client.isEnded)
            await rig.pass(1_200)
            let answer = await client.readToEnd()
            #expect(part.isEmpty ? answer.isEmpty : answer.hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func aHeadThatDripsIsNotGivenMoreTime() async throws {
        try await withRig { rig in
            let client = try rig.client("GET /a HTTP/1.1\r\n")
            for _ in 0..<11 {
                client.send("A: b\r\n")
                await rig.pass(1_000)
            }
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func anIdleConnectionEndsSilently() async throws {
        try await withRig { rig in
            rig.application.respond = Ignoring()
            let client = try rig.client("GET /local HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = await client.read(until: "\r\n\r\n")
            await rig.pass(74_000)
            #expect(!client.isEnded)
            await rig.pass(1_200)
            #expect(await client.readToEnd().isEmpty)
            #expect(rig.server.connectionCount == 0)
        }
    }

    @Test func aClientThatNeverClosesAfterTheLastAnswerIsClosed() async throws {
        try await withRig { rig in
            let client = try rig.client("nonsense\r\n\r\n")
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 400 "))
            await rig.settle()
            #expect(rig.server.connectionCount == 1)
            await rig.pass(2_200)
            #expect(rig.server.connectionCount == 0)
        }
    }

    // MARK: Bodies

    @Test(arguments: ["/local", "/a"])
    func aBodyThatStopsIs408(_ path: String) async throws {
        try await withRig { rig in
            rig.application.respond = Reading()
            let client = try rig.client(post(path, 100_000, "abc"))
            // The client's time runs from when the upstream can take more, which a busy machine may bring late.
            if path == "/a" { _ = await rig.upstream.connection().read(until: "abc") }
            await rig.pass(29_000)
            #expect(!client.isEnded)
            await rig.pass(1_200)
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 408 "))
            // For a forward it is the application that finds the words.
            #expect(rig.application.failures.map(\.status) == (path == "/a" ? [.requestTimeout] : []))
        }
    }

    @Test(arguments: ["/local", "/a"])
    func aBodyThatDripsIs408(_ path: String) async throws {
        try await withRig { rig in
            rig.application.respond = Reading()
            let client = try rig.client(post(path, 100_000))
            // The client's time runs from when the upstream can take more, which a busy machine may bring late.
            if path == "/a" { _ = await rig.upstream.connection().read(until: "\r\n\r\n") }
            for _ in 0..<31 {
                client.send("x")
                await rig.pass(1_000)
            }
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test(arguments: ["/local", "/a"])
    func aSlowBodyThatKeepsThePaceIsTaken(_ path: String) async throws {
        try await withRig { rig in
            rig.application.respond = Reading()
            let client = try rig.client(post(path, 100 * 1_100))
            let second = [UInt8](repeating: 0x61, count: 1_100)
            for _ in 0..<100 {
                client.send(second)
                await rig.pass(1_000)
            }
            if path == "/a" {
                await rig.upstream.connection().send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\ngot 110000")
            }
            #expect(await client.read(until: "got 110000").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func aBodyNobodyReadsHasATimeToo() async throws {
        try await withRig { rig in
            rig.application.respond = Ignoring()
            let client = try rig.client(post("/local", 1_000))
            #expect(await client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 404 "))
            await rig.pass(31_000)
            #expect(client.isEnded)
            #expect(rig.server.connectionCount == 0)
        }
    }

    @Test(arguments: [(262_143, true), (262_144, true), (262_145, false)])
    func anUnreadBodyIsThrownAwayWithinReason(_ size: Int, keeps: Bool) async throws {
        try await withRig { rig in
            rig.application.respond = Ignoring()
            let client = try rig.client(post("/local", size))
            let answer = await client.read(until: "\r\n\r\n")
            client.send([UInt8](repeating: 0x61, count: size))
            client.send(get)
            #expect(answer.contains("Connection: close") != keeps)
            if keeps {
                _ = await rig.upstream.connection()
            } else {
                _ = await client.readToEnd()
                #expect(rig.upstream.acceptedCount == 0)
            }
        }
    }

    @Test func theTimeOfASlowUpstreamIsNotTheClients() async throws {
        try await withRig { rig in
            rig.upstream.readsAtOnce = false
            let client = try rig.client(post("/a", 64 << 20))
            client.send([UInt8](repeating: 0x61, count: 64 << 20))
            _ = await rig.upstream.connection()
            await rig.pass(100_000)
            #expect(!client.isEnded)
            // The upstream has its own limit.
            await rig.pass(21_000)
            // What fills the upstream's system counts as taken; that ends.
            for _ in 0..<10 where !client.isEnded { await rig.pass(121_000) }
            try #require(client.isEnded)
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 504 "))
        }
    }

    // MARK: Answers

    @Test func aClientThatTakesNothingIsCut() async throws {
        try await withRig { rig in
            rig.application.respond = Endless()
            let client = try rig.client("GET /local HTTP/1.1\r\nHost: x\r\n\r\n")
            client.reads = false
            await rig.pass(29_000)
            #expect(rig.server.connectionCount == 1)
            for _ in 0..<10 where rig.server.connectionCount > 0 { await rig.pass(30_200) }
            #expect(rig.server.connectionCount == 0)
            #expect(rig.application.summaries.count == 1)
        }
    }

    @Test func aClientThatTakesNothingOfAForwardIsCut() async throws {
        try await withRig { rig in
            let client = try rig.client(get)
            client.reads = false
            let upstream = await rig.upstream.connection()
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: \(64 << 20)\r\n\r\n")
            upstream.send([UInt8](repeating: 0x61, count: 64 << 20))
            await rig.pass(29_000)
            #expect(rig.server.connectionCount == 1)
            // What fills the client's system counts as taken; that ends.
            for _ in 0..<10 where rig.server.connectionCount > 0 { await rig.pass(30_200) }
            #expect(rig.server.connectionCount == 0)
            #expect(rig.pool.connectionCount == 0)
        }
    }

    @Test func aClientThatTakesItsAnswerSlowlyIsServed() async throws {
        try await withRig { rig in
            let endless = Endless()
            rig.application.respond = endless
            let client = try rig.client("GET /local HTTP/1.1\r\nHost: x\r\n\r\n")
            client.onlyCounts = true
            // Off most of the time, but some of it is taken in each stretch.
            for _ in 0..<10 {
                client.reads = false
                await rig.pass(25_000)
                client.reads = true
            }
            #expect(rig.server.connectionCount == 1)
            client.close()
        }
    }

    // MARK: Upstreams

    @Test func anAnswerHasToComeInTimeWhenThereIsALimit() async throws {
        try await withRig(options: { $0.responseTime = 10_000 }) { rig in
            let client = try rig.client(get)
            let upstream = await rig.upstream.connection()
            await rig.pass(9_000)
            #expect(!client.isEnded)
            await rig.pass(1_200)
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 504 "))
            #expect(await upstream.readToEnd().hasPrefix("GET"))
        }
    }

    @Test func aBodyOfAnUpstreamThatStopsBreaksTheAnswer() async throws {
        try await withRig { rig in
            let client = try rig.client(get)
            let upstream = await rig.upstream.connection()
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
            await rig.pass(121_000)
            #expect(await client.readToEnd().hasSuffix("abc"))
        }
    }

    @Test func aKeptUpstreamConnectionEndsBeforeTheUpstreamEndsIt() async throws {
        try await withRig { rig in
            let client = try rig.client(get)
            let upstream = await rig.upstream.connection()
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            _ = await client.read(until: "\r\n\r\n")
            await rig.pass(49_000)
            #expect(rig.pool.idleCount == 1)
            await rig.pass(1_200)
            #expect(rig.pool.connectionCount == 0)
            #expect(upstream.isEnded)
        }
    }

    // MARK: Ends

    @Test func theTaskOfAClientThatBreaksOffIsCancelled() async throws {
        try await withRig { rig in
            let waiting = Waiting()
            rig.application.respond = waiting
            let client = try rig.client("GET /local HTTP/1.1\r\nHost: x\r\n\r\n")
            await rig.settle()
            client.breakOff()
            await rig.settle()
            #expect(waiting.wasCancelled)
            #expect(rig.server.connectionCount == 0)
        }
    }

    @Test func connectionsPerAddressAndOverallHaveLimits() async throws {
        var limits = ServerLimits()
        limits.connectionsPerAddress = 3
        try await withRig(limits: limits) { rig in
            var clients: [RawPeer] = []
            for _ in 0..<4 { clients.append(try rig.connect()) }
            await rig.settle()
            #expect(rig.server.connectionCount == 3)
            #expect(clients[3].isEnded)
            clients[0].close()
            await rig.settle()
            let next = try rig.connect()
            await rig.settle()
            #expect(!next.isEnded)
        }
    }

    // MARK: Drain

    @Test func aDrainTakesWhatWaitsAndEndsWhatIdles() async throws {
        try await withRig { rig in
            let idle = try rig.client(get)
            let upstream = await rig.upstream.connection()
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            _ = await idle.read(until: "ok")
            let busy = try rig.client(get)
            _ = await upstream.read(until: "/a")
            _ = await upstream.read(until: "/a")
            // These are in the backlog: nobody has accepted them yet.
            var waiting: [RawPeer] = []
            for _ in 0..<20 { waiting.append(try rig.client("GET /local HTTP/1.1\r\nHost: x\r\n\r\n")) }
            rig.application.respond = Ignoring()
            var isDone = false
            rig.server.drain { isDone = true }
            #expect(await idle.readToEnd().isEmpty)
            for client in waiting {
                let answer = await client.readToEnd()
                #expect(answer.hasPrefix("HTTP/1.1 404 "))
                #expect(answer.contains("Connection: close\r\n"))
                client.close()
            }
            idle.close()
            await rig.settle()
            #expect(!isDone)
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            #expect(await busy.readToEnd().hasSuffix("ok"))
            busy.close()
            await rig.settle()
            #expect(isDone)
            let late = try rig.connect()
            #expect(await late.readToEnd().isEmpty)
        }
    }

    @Test func aNewConnectionWithoutRequestDoesNotHoldADrainUp() async throws {
        try await withRig { rig in
            let client = try rig.connect()
            await rig.settle()
            var isDone = false
            rig.server.drain { isDone = true }
            await rig.pass(2_200)
            #expect(isDone)
            #expect(client.isEnded)
        }
    }
}
