internal import Loop

/// Wakes a simulated worker at one moment, to the millisecond; the loop's own deadlines come up to 64 ms late.
final class SimulatorAlarm: LoopWork {
    /// Nanoseconds of the worker's clock.
    let due: UInt64
    private weak var server: SimulatorServer?
    private var task: Task<Void, Never>?

    init(due: UInt64, server: SimulatorServer) {
        self.due = due
        self.server = server
        task = server.reactor.loop.spawn(self)
    }

    func cancel() {
        task?.cancel()
        server = nil
    }

    func run() async {
        guard let clock = server?.clock else { return }
        try? await Self.sleep(until: due, clock)
        server?.rang(self)
        task = nil
    }

    /// - Throws: `CancellationError` when the task ends before.
    static func sleep(until due: UInt64, _ clock: @Sendable () -> UInt64) async throws {
        while case let now = clock(), now < due {
            // In pieces, so that no far moment overflows what the system's timers take.
            try await Task.sleep(for: .nanoseconds(min(due - now, 3_600_000_000_000)))
        }
    }
}
