internal import HTTP
internal import Loop

/// One loop's server and application; touched only on that loop.
struct ServerMember<Application: HTTPApplication & SendableMetatype>: @unchecked Sendable {
    // Sendable by hand: made on the loop, and only ever handed back to `perform` and `submit` on the same one.
    let loop: EventLoop
    let server: HTTPServer
    let application: Application

    /// Takes no new connections and returns when the last one has ended, or after so many milliseconds.
    func drain(within milliseconds: UInt64) async {
        await withCheckedContinuation { continuation in
            beginDrain(within: milliseconds) { continuation.resume() }
        }
    }

    /// The same; calls back once.
    func beginDrain(within milliseconds: UInt64, done: @escaping @Sendable () -> Void) {
        loop.submit {
            let end = DrainEnd(done)
            end.timer = server.reactor.timer(after: milliseconds) {
                server.closeAll()
                end.reached()
            }
            server.drain { end.reached() }
        }
    }

    /// As `drain`, for a successor who has the listening sockets already: what waits there is left alone, and tunnels end
    /// as soon as they are all that is left.
    func handOver(within milliseconds: UInt64) async {
        await withCheckedContinuation { continuation in
            beginHandOver(within: milliseconds) { continuation.resume() }
        }
    }

    /// The same; calls back once.
    func beginHandOver(within milliseconds: UInt64, done: @escaping @Sendable () -> Void) {
        loop.submit {
            let end = DrainEnd(done)
            server.releaseListeners()
            server.drain { end.reached() }
            watch(end, until: server.reactor.now + milliseconds)
        }
    }

    private func watch(_ end: DrainEnd, until deadline: UInt64) {
        guard !end.isReached else { return }
        guard server.owesAnswers, server.reactor.now < deadline else {
            server.closeAll()
            return end.reached()
        }
        end.timer = server.reactor.timer(after: 20) { watch(end, until: deadline) }
    }
}

/// Calls once, by whichever comes first.
private final class DrainEnd {
    var timer: Timer?
    private var done: (() -> Void)?
    var isReached: Bool { done == nil }
    init(_ done: @escaping () -> Void) { self.done = done }
    func reached() {
        timer = nil
        done?()
        done = nil
    }
}
