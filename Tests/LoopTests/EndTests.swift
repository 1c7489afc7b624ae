import Glibc
import Loop
import TestSupport
import Testing

/// What is left of lanes and loops that have ended: nothing.
struct EndTests {
    /// Threads of this process with that name.
    private func threads(_ name: String) -> Int {
        var count = 0
        for thread in folderNames(at: "/proc/self/task").names {
            let descriptor = unsafe open("/proc/self/task/\(thread)/comm", O_RDONLY)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            var text = [UInt8](repeating: 0, count: 16)
            let length = unsafe read(descriptor, &text, text.count)
            if length > 0, text[..<(length - 1)].elementsEqual(name.utf8) { count += 1 }
        }
        return count
    }

    @Test func aLaneThatIsLetGoDoesWhatWaitsAndItsThreadsEnd() async {
        var lane: Lane? = Lane("let-go", threads: 3, capacity: 100)
        let (done, doing) = AsyncStream<Int>.makeStream()
        for number in 0..<100 { lane?.submit { doing.yield(number) } }
        lane = nil
        var seen: Set<Int> = []
        for await number in done {
            seen.insert(number)
            if seen.count == 100 { break }
        }
        while threads("let-go") > 0 { await Task.yield() }
    }

    /// Whether an event queue of this process watches the descriptor of that number.
    private func isWatched(_ number: Int32) -> Bool {
        for queue in folderNames(at: "/proc/self/fdinfo").names {
            let descriptor = unsafe open("/proc/self/fdinfo/\(queue)", O_RDONLY)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            var text = [UInt8](repeating: 0, count: 65_536)
            let length = max(0, unsafe read(descriptor, &text, text.count))
            for line in String(decoding: text[..<length], as: UTF8.self).split(separator: "\n") {
                let words = line.split(separator: " ", omittingEmptySubsequences: true)
                if words.first == "tfd:", words.dropFirst().first == "\(number)" { return true }
            }
        }
        return false
    }

    @Test func aClosedChannelIsNotWatchedThoughSomebodyHasACopyOfItsDescriptor() async {
        let loop = EventLoop("copies")
        let watched = await loop.perform { reactor in
            var pair: [Int32] = [-1, -1]
            unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
            // A number that no other test gets meanwhile.
            let own = fcntl(pair[0], F_DUPFD_CLOEXEC, 700)
            let channel = Channel(descriptor: own, reactor: reactor)
            channel.open()
            let before = isWatched(own)
            // As a child has, between its start and its program's.
            let copy = dup(own)
            channel.close()
            let after = isWatched(own)
            for descriptor in pair + [copy] { close(descriptor) }
            return [before, after]
        }
        #expect(watched == [true, false])
        loop.stop()
    }

    /// Does not keep what it knows.
    private final class Remembered: @unchecked Sendable {
        // Sendable by hand: written once, before it is read.
        weak var reactor: Reactor?
        weak var loop: EventLoop?
        var isGone: Bool { reactor == nil && loop == nil }
    }

    private func remember(
        _ name: String, _ work: nonisolated(nonsending) @escaping @Sendable (Reactor) async throws -> Void
    ) async throws
        -> Remembered
    {
        let remembered = Remembered()
        let loop = EventLoop(name)
        remembered.loop = loop
        await loop.perform { remembered.reactor = $0 }
        try await loop.run(work)
        loop.stop()
        return remembered
    }

    @Test func aLoopThatHasEndedKeepsNoDescriptor() async throws {
        let remembered = try await remember("bare") { _ in }
        while threads("bare") > 0 { await Task.yield() }
        while !remembered.isGone { await Task.yield() }
    }

    @Test func aLoopThatEndsWithOpenChannelsKeepsNoDescriptor() async throws {
        let remembered = try await remember("busy") { reactor in
            let server = try RawUpstream(reactor: reactor)
            let client = try RawPeer(to: server.address, reactor: reactor)
            let connection = await server.connection()
            client.send("hello")
            _ = await connection.read(until: "hello")
        }
        while threads("busy") > 0 { await Task.yield() }
        while !remembered.isGone { await Task.yield() }
    }
}
