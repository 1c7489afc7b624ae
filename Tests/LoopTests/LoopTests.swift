import Loop
import TestSupport
import Testing

/// Fires into a list.
private final class Alarm: Deadline {
    var fired = 0
    override func deadlineReached() { fired += 1 }
}

struct TimerTests {
    private func withClock(
        _ body: nonisolated(nonsending) @Sendable (Reactor, MonotonicClock) async throws -> Void
    ) async throws {
        let clock = MonotonicClock(manualStart: 5_000)
        let loop = EventLoop("test", clock: clock)
        defer { loop.stop() }
        try await loop.run { reactor in try await body(reactor, clock) }
    }

    private func pass(_ milliseconds: UInt64, _ reactor: Reactor, _ clock: MonotonicClock) async {
        clock.advance(byMilliseconds: milliseconds)
        reactor.loop.wake()
        for _ in 0..<5 { await Task.yield() }
    }

    @Test(arguments: [1, 63, 64, 65, 1_000, 65_535, 65_536, 65_537, 1_000_000] as [UInt64])
    func aDeadlineIsNeverEarlyAndAtMostATickLate(after: UInt64) async throws {
        try await withClock { reactor, clock in
            let alarm = Alarm()
            reactor.setDeadline(alarm, after: after)
            await pass(after - 1, reactor, clock)
            #expect(alarm.fired == 0)
            await pass(1 + 64, reactor, clock)
            #expect(alarm.fired == 1)
            await pass(1_000_000, reactor, clock)
            #expect(alarm.fired == 1)
        }
    }

    @Test func aDeadlineThatMovesFiresOnceAtItsLastPlace() async throws {
        try await withClock { reactor, clock in
            let alarm = Alarm()
            for _ in 0..<100 {
                reactor.setDeadline(alarm, after: 500)
                await pass(400, reactor, clock)
            }
            #expect(alarm.fired == 0)
            reactor.setDeadline(alarm, after: 10)
            await pass(100, reactor, clock)
            #expect(alarm.fired == 1)
            reactor.setDeadline(alarm, after: 10)
            reactor.clearDeadline(alarm)
            await pass(1_000, reactor, clock)
            #expect(alarm.fired == 1)
        }
    }

    @Test func aTimerLetGoNeverFires() async throws {
        try await withClock { reactor, clock in
            var fired = 0
            var timer: Loop.Timer? = reactor.timer(after: 100) { fired += 1 }
            #expect(timer?.hasDeadline == true)
            timer = nil
            let kept = reactor.timer(after: 100) { fired += 10 }
            await pass(1_000, reactor, clock)
            #expect(fired == 10)
            kept.cancel()
        }
    }

    @Test func aClosedChannelTakesNoDeadline() async throws {
        try await withClock { reactor, clock in
            let server = try RawUpstream(reactor: reactor)
            var peer: RawPeer? = try RawPeer(to: server.address, reactor: reactor)
            if let peer {
                peer.close()
                reactor.setDeadline(peer, after: 100)
                #expect(!peer.hasDeadline)
            }
            peer = nil
            await pass(10_000, reactor, clock)
            server.stopListening()
        }
    }
}

struct EventLoopTests {
    @Test func aLoopThatEndsClosesItsChannels() async throws {
        let loop = EventLoop("test")
        let other = EventLoop("other")
        let (ports, announcement) = AsyncStream<UInt16>.makeStream()
        let serving = Task {
            try await loop.run { reactor in
                let server = try RawUpstream(reactor: reactor)
                announcement.yield(server.port)
                let connection = await server.connection()
                connection.send("welcome")
                return await connection.readToEnd()
            }
        }
        let port = try #require(await ports.first { _ in true })
        // The other end lives on another loop and sees that its own is closed.
        let rest = try await other.run { reactor in
            let peer = try RawPeer(to: .loopback(port: port), reactor: reactor)
            _ = await peer.read(until: "welcome")
            loop.stop()
            return await peer.readToEnd()
        }
        #expect(rest.isEmpty)
        // A task of the ended loop that waits for a channel learns of the end, too.
        #expect(try await serving.value.isEmpty)
        other.stop()
    }

    @Test func workStaysOnItsLoop() async throws {
        let loops = (0..<3).map { EventLoop("test\($0)") }
        for loop in loops {
            let result = try await loop.run { reactor in
                for _ in 0..<100 {
                    await Task.yield()
                    guard reactor.loop.isOnLoop else { return false }
                }
                return true
            }
            #expect(result)
            #expect(!loop.isOnLoop)
        }
        for loop in loops { loop.stop() }
    }

    @Test func whatIsSubmittedFromOtherThreadsRuns() async throws {
        let loop = EventLoop("test")
        let lane = Lane("lane", threads: 3, capacity: 1_000)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<300 {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        lane.submit { loop.submit { continuation.resume() } }
                    }
                }
            }
        }
        loop.stop()
    }
}

struct StreamTests {
    @Test func aLargeQueueArrivesWholeAndLeavesNoMemory() async throws {
        let loop = EventLoop("test")
        defer { loop.stop() }
        try await loop.run { reactor in
            let server = try RawUpstream(reactor: reactor)
            let client = try RawPeer(to: server.address, reactor: reactor)
            let other = await server.connection()
            other.reads = false
            let sent = numberedBytes(8_000_000)
            for part in 0..<8 { client.send(Array(sent[part * 1_000_000..<(part + 1) * 1_000_000])) }
            client.shutdownSending()
            #expect(client.pendingByteCount > 0)
            other.reads = true
            let bytes = await other.bytesToEnd()
            #expect(bytes.count == 8_000_000 && bytes.ends(with: sent))
            #expect(client.pendingByteCount == 0)
            // The system hears of what has arrived a little later than the one who read it.
            while client.deliveredByteCount < 8_000_000 { await Task.yield() }
            client.close()
            other.close()
            server.stopListening()
        }
    }
}
