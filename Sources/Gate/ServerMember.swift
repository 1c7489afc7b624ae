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
            loop.submit {
                let end = DrainEnd(continuation)
                end.timer = server.reactor.timer(after: milliseconds) {
                    server.closeAll()
                    end.reached()
                }
                server.drain { end.reached() }
            }
        }
    }
}

/// Resumes once, by whichever comes first.
private final class DrainEnd {
    var timer: Timer?
    private var continuation: CheckedContinuation<Void, Never>?
    init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = continuation }
    func reached() {
        timer = nil
        continuation?.resume()
        continuation = nil
    }
}
