internal import Loop

/// The process's signals as an asynchronous sequence; block them before any thread starts.
struct SignalStream: Sendable {
    let values: AsyncStream<Int32>
    private let loop: EventLoop

    init(_ signals: [Int32]) {
        let loop = EventLoop("signals")
        self.loop = loop
        values = AsyncStream { continuation in
            loop.submit { _ = SignalSource(signals, reactor: loop.reactor) { continuation.yield($0) } }
        }
    }
}
