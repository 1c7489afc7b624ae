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
}

/// Calls once, by whichever comes first.
private final class DrainEnd {
    var timer: Timer?
    private var done: (() -> Void)?
    init(_ done: @escaping () -> Void) { self.done = done }
    func reached() {
        timer = nil
        done?()
        done = nil
    }
}
