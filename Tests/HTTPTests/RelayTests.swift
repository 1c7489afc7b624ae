import HTTP
import TestSupport
import Testing
import Wire

@testable import Loop

/// Long bodies that pass through the kernel alone.
struct RelayTests {
    /// Long enough for several turns of the relay and larger than all socket buffers together.
    private static let long = 12_000_000

    /// More than what the sockets of both connections hold.
    private static let overfull = 40_000_000

    /// Bytes that show a gap or a repetition: the period is a prime number.
    private static func pattern(_ count: Int) -> [UInt8] {
        var word: UInt32 = 1
        let period = (0..<65_521).map { _ in
            word = word &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: word >> 24)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + period.count)
        while bytes.count < count { bytes.append(contentsOf: period) }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    private static func head(_ count: Int) -> String { "HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n" }

    @Test("An answer arrives whole at each size around the threshold", arguments: [-1, 0, 1, 200_000, long])
    func answers(more: Int) async throws {
        try await withRig { rig in
            let body = Self.pattern(Relay.threshold + more)
            let client = try rig.client("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
            let upstream = await rig.upstream.connection()
            for turn in 0..<2 {
                _ = await upstream.read(until: "\r\n\r\n")
                upstream.send(Self.head(body.count))
                upstream.send(body)
                _ = await client.read(until: "\r\n\r\n")
                let same = await client.read(count: body.count) == body
                #expect(same)
                // Both connections are still good.
                if turn == 0 { client.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n") }
            }
            #expect(rig.upstream.acceptedCount == 1)
            // It was the relay, and its pipe is there for the next one.
            #expect(more < 200_000 || rig.reactor.sparePipeCount == 1)
            #expect(rig.application.summaries.first?.bytesSent == body.count)
        }
    }

    @Test("A request body arrives whole", arguments: [-1, 0, 1, 200_000, long])
    func uploads(more: Int) async throws {
        try await withRig { rig in
            let body = Self.pattern(Relay.threshold + more)
            let client = try rig.connect()
            var kept: RawPeer?
            for _ in 0..<2 {
                client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\r\n")
                client.send(body)
                let upstream: RawPeer
                if let kept { upstream = kept } else { upstream = await rig.upstream.connection() }
                kept = upstream
                _ = await upstream.read(until: "\r\n\r\n")
                let same = await upstream.read(count: body.count) == body
                #expect(same)
                upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                #expect(await client.read(until: "ok").hasSuffix("ok"))
            }
            #expect(rig.upstream.acceptedCount == 1)
        }
    }

    @Test("A client that stops reading holds the upstream back, and gets the rest when it goes on")
    func slowClient() async throws {
        try await withRig { rig in
            let body = Self.pattern(Self.overfull)
            let client = try rig.connect()
            client.reads = false
            client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
            let upstream = await rig.upstream.connection()
            _ = await upstream.read(until: "\r\n\r\n")
            upstream.send(Self.head(body.count))
            upstream.send(body)
            await rig.settle()
            #expect(upstream.pendingByteCount > 0)
            client.reads = true
            _ = await client.read(until: "\r\n\r\n")
            let same = await client.read(count: body.count) == body
            #expect(same)
        }
    }

    @Test("A client that takes nothing loses its connection, and the upstream its request")
    func stalledClient() async throws {
        try await withRig { rig in
            let client = try rig.connect()
            client.reads = false
            client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
            let upstream = await rig.upstream.connection()
            _ = await upstream.read(until: "\r\n\r\n")
            upstream.send(Self.head(Self.overfull))
            upstream.send(Self.pattern(Self.overfull))
            await rig.settle()
            await rig.pass(31_000)
            await rig.pass(31_000)
            _ = await upstream.readToEnd()
            #expect(rig.server.connectionCount == 0)
        }
    }

    @Test("Bytes that come slowly are not held back for a batch", arguments: [false, true])
    func slowSource(isUpload: Bool) async throws {
        try await withRig { rig in
            let body = Self.pattern(500_000)
            let client = try rig.connect()
            client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: \(isUpload ? body.count : 0)\r\n\r\n")
            let upstream = await rig.upstream.connection()
            _ = await upstream.read(until: "\r\n\r\n")
            if !isUpload { upstream.send(Self.head(body.count)) }
            let (source, sink) = isUpload ? (client, upstream) : (upstream, client)
            if !isUpload { _ = await client.read(until: "\r\n\r\n") }
            // The relay begins, waits for a batch that does not come, then takes what there is.
            for part in [0..<1_000, 1_000..<2_000, 2_000..<2_001, 2_001..<body.count] {
                source.send(Array(body[part]))
                await rig.settle()
                await rig.pass(200)
                let same = await sink.read(count: part.count) == Array(body[part])
                #expect(same)
            }
            // The socket wakes for a single byte again.
            if isUpload {
                upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                _ = await client.read(until: "ok")
                client.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n")
            } else {
                client.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n")
            }
            #expect(await upstream.read(until: "\r\n\r\n").contains("/b"))
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n!")
            #expect(await client.read(until: "!").hasSuffix("!"))
            #expect(rig.reactor.sparePipeCount == 1)
        }
    }

    @Test("An answer that breaks off never looks whole")
    func brokenAnswer() async throws {
        try await withRig { rig in
            let client = try rig.client("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
            let upstream = await rig.upstream.connection()
            _ = await upstream.read(until: "\r\n\r\n")
            upstream.send(Self.head(Self.long))
            upstream.send(Self.pattern(1_000_000))
            await upstream.drained()
            upstream.close()
            let received = await client.bytesToEnd()
            #expect(received.count < Self.long)
        }
    }

    @Test("A client that leaves ends the upstream's work")
    func lostClient() async throws {
        try await withRig { rig in
            let client = try rig.connect()
            // It takes nothing, so that the answer cannot have passed before it leaves.
            client.reads = false
            client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
            let upstream = await rig.upstream.connection()
            _ = await upstream.read(until: "\r\n\r\n")
            upstream.send(Self.head(Self.overfull))
            upstream.send(Self.pattern(Self.overfull))
            await rig.settle()
            client.breakOff()
            _ = await upstream.readToEnd()
            #expect(upstream.isEnded)
        }
    }

    @Test("An upstream that answers before it has read the body ends both connections, not the server")
    func earlyAnswer() async throws {
        try await withRig { rig in
            let client = try rig.connect()
            client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: \(Self.long)\r\n\r\n")
            client.send(Self.pattern(Self.long / 2))
            let upstream = await rig.upstream.connection()
            _ = await upstream.read(until: "\r\n\r\n")
            upstream.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno")
            #expect(await client.read(until: "no").hasPrefix("HTTP/1.1 413"))
            client.close()
            let next = try rig.client("GET /b HTTP/1.1\r\nHost: x\r\n\r\n")
            let other = await rig.upstream.connection()
            _ = await other.read(until: "\r\n\r\n")
            other.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            #expect(await next.read(until: "ok").hasSuffix("ok"))
        }
    }
}
