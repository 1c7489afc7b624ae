internal import Basics
internal import Loop

/// What a running gate is told from outside, in the order it came.
enum ServeEvent: Sendable {
    case signal(Int32)
    /// Another process asks to take over.
    case successor(HandOverChannel)
    /// It has all it needs but the store.
    case successorReady(HandOverChannel)
    /// It is gone, or took too long.
    case successorFailed(String)
}

/// Signals and successors as one sequence; block the signals before any thread starts.
struct ServeEvents: Sendable {
    let values: AsyncStream<ServeEvent>
    private let continuation: AsyncStream<ServeEvent>.Continuation
    private let loop = EventLoop("signals")

    init(_ signals: [Int32]) {
        (values, continuation) = AsyncStream.makeStream()
        loop.submit { [continuation, loop] in
            _ = SignalSource(signals, reactor: loop.reactor) { continuation.yield(.signal($0)) }
        }
    }

    func tell(_ event: ServeEvent) { continuation.yield(event) }
}
