import Basics
import Loop
import TestSupport
import Testing

struct LatchTests {
    @Test func whoComesToAnOpenLatchGoesOn() async throws {
        let loop = EventLoop("test")
        defer { loop.stop() }
        try await loop.run { reactor in
            let latch = Latch()
            latch.open()
            latch.open()
            await latch.wait()
            #expect(reactor.loop.isOnLoop)
        }
    }

    @Test func nobodyGoesOnBeforeItIsOpen() async throws {
        let loop = EventLoop("test")
        defer { loop.stop() }
        let trace = Locked<[String]>([])
        try await loop.run { reactor in
            await Latch.wait { latch in
                reactor.loop.submit {
                    trace.withLock { $0.append("opened") }
                    latch.open()
                    trace.withLock { $0.append("left alone") }
                }
            }
            #expect(reactor.loop.isOnLoop)
            trace.withLock { $0.append("went on") }
        }
        #expect(trace.withLock { $0 } == ["opened", "left alone", "went on"])
    }

    /// From another thread, as often before the wait as after it.
    @Test func aTaskComesBackToItsLoop() async throws {
        let loop = EventLoop("test")
        let lane = Lane("lane", threads: 2, capacity: 10)
        defer { loop.stop() }
        try await loop.run { reactor in
            for round in 0..<2_000 {
                let latch = Latch()
                lane.submit { latch.open() }
                if round % 2 == 0 { await Task.yield() }
                await latch.wait()
                guard reactor.loop.isOnLoop else {
                    Issue.record("on another thread after \(round) rounds")
                    return
                }
            }
        }
    }

    @Test func aTaskOfNoLoopMayWaitToo() async {
        let lane = Lane("lane", threads: 1, capacity: 1_000)
        await withTaskGroup(of: Int.self) { group in
            for number in 0..<100 {
                group.addTask { (try? await lane.run { number }) ?? -1 }
            }
            #expect(await group.reduce(0, +) == 4_950)
        }
    }
}
