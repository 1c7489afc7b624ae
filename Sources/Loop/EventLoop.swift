internal import Basics
internal import CLinux
internal import Glibc
internal import Synchronization

/// One thread with an epoll turn, and the actor whose code runs on that thread.
///
/// Channels and their callbacks run inside the turn. A request that has to wait becomes a task by `spawn`; it runs on the
/// same thread, so it may hold the connection. Values from other threads come by `await` on the actor or by `submit`.
public actor EventLoop {
    private nonisolated let executor: LoopExecutor
    public nonisolated let name: String

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: executor)
    }

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - name: At most 15 bytes.
    ///   - clock: A manual clock for tests; they call `wake` after moving it.
    public init(_ name: String, clock: MonotonicClock = MonotonicClock()) {
        self.name = name
        executor = LoopExecutor()
        let executor = executor
        executor.attach(Reactor(loop: self, clock: clock))
        // The thread keeps the loop, because the reactor refers to it without owning it.
        startThread(named: name) { [self] in executor.run(self) }
    }

    /// The loop's state, for code that runs on the loop.
    public nonisolated var reactor: Reactor {
        executor.preconditionOnLoop()
        return executor.reactor
    }

    public nonisolated var isOnLoop: Bool { executor.isOnLoop }

    /// Runs `body` on the loop and returns its result.
    public func perform<Result: Sendable>(_ body: @Sendable (Reactor) throws -> Result) async throws -> Result {
        try body(executor.reactor)
    }

    /// Runs `body` on the loop and returns its result.
    public func perform<Result: Sendable>(_ body: @Sendable (Reactor) -> Result) async -> Result {
        body(executor.reactor)
    }

    /// Runs `body` on the loop as a task; what it makes of the reactor's things stays on the loop.
    public func run<Result: Sendable>(
        _ body: nonisolated(nonsending) @Sendable (Reactor) async throws -> Result
    ) async throws -> Result {
        executor.taskCount += 1
        defer { executor.taskCount -= 1 }
        return try await body(executor.reactor)
    }

    /// Runs `body` on the loop, soon, from any thread; nobody waits for it.
    public nonisolated func submit(_ body: @escaping @Sendable () -> Void) { executor.submit(body) }

    /// Runs `body` at the end of this turn. Only from the loop itself.
    public nonisolated func submitLocal(_ body: @escaping () -> Void) { executor.submitLocal(body) }

    /// Ends the wait of the current turn, as after a manual clock moved.
    public nonisolated func wake() { executor.wake() }

    /// Starts a task on this loop that may hold what belongs to the loop. Only from the loop itself.
    @discardableResult
    public nonisolated func spawn(_ work: any LoopWork) -> Task<Void, Never> {
        let confined = ConfinedWork(work: work)
        return assumeIsolated { loop in loop.start(confined) }
    }

    private func start(_ confined: ConfinedWork) -> Task<Void, Never> {
        executor.taskCount += 1
        // The closure names `self`, so that the task inherits this loop as its executor.
        return Task {
            await confined.work.run()
            executor.taskCount -= 1
        }
    }

    /// Ends the thread when its tasks have ended. Channels still open are closed, and tasks that wait for them see that.
    public nonisolated func stop() { executor.stop() }
}

/// Something a loop's task does.
///
/// A protocol and not a closure: with Swift 6.3 a closure that captures a class which is not `Sendable` runs on the global
/// pool even where its type says `nonisolated(nonsending)`; a method stays with its caller.
public protocol LoopWork: AnyObject {
    func run() async
}

/// Carries work of this loop into a task of this loop.
private struct ConfinedWork: @unchecked Sendable {
    // Sendable by hand: made and opened on the same loop (`spawn` checks that).
    let work: any LoopWork
}

/// The queue of Swift jobs of one loop, and its thread's main function.
@safe final class LoopExecutor: SerialExecutor, @unchecked Sendable {
    // Sendable by hand: `shared` is locked; all else is touched by the loop's thread alone once it runs.
    private struct Shared: Sendable {
        var jobs: [UnownedJob] = []
        var closures: [@Sendable () -> Void] = []
        var isSignaled = false
        var isStopped = false
    }
    private let shared = Locked(Shared())
    private let wakeup: Int32
    private var local: [UnownedJob] = []
    private var localClosures: [() -> Void] = []
    private let thread = Atomic<UInt>(0)
    /// Tasks of this loop that have not ended. They need the thread.
    @safe @exclusivity(unchecked) var taskCount = 0
    private(set) var reactor: Reactor!  // Set once by `attach`, before the thread starts.

    init() {
        wakeup = gate_event_descriptor()
        precondition(wakeup >= 0, "eventfd failed")
    }

    deinit { close(wakeup) }

    func attach(_ reactor: Reactor) {
        self.reactor = reactor
    }

    var isOnLoop: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }
    func preconditionOnLoop() { precondition(isOnLoop, "this belongs to another loop's thread") }
    func checkIsolated() { preconditionOnLoop() }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isOnLoop {
            local.append(job)
            return
        }
        signal { $0.jobs.append(job) }
    }

    func submit(_ body: @escaping @Sendable () -> Void) { signal { $0.closures.append(body) } }
    func submitLocal(_ body: @escaping () -> Void) {
        preconditionOnLoop()
        localClosures.append(body)
    }
    func wake() { signal { _ in } }
    func stop() { signal { $0.isStopped = true } }

    private func signal(_ change: (inout Shared) -> Void) {
        let mustWake = shared.withLock { shared in
            change(&shared)
            defer { shared.isSignaled = true }
            return !shared.isSignaled
        }
        guard mustWake else { return }
        var one: UInt64 = 1
        _ = unsafe write(wakeup, &one, 8)
    }

    /// The thread's main function.
    func run(_ loop: EventLoop) {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        let wakeup = WakeupChannel(descriptor: dup(wakeup), reactor: reactor)
        wakeup.open(.level)
        while true {
            reactor.turn(mayWait: local.isEmpty && localClosures.isEmpty)
            let isStopped = runQueues()
            reactor.bury()
            guard isStopped else { continue }
            // Tasks may open new ones while they end.
            reactor.closeAll(except: wakeup)
            if taskCount == 0, local.isEmpty, localClosures.isEmpty { break }
        }
        wakeup.close()
        _ = runQueues()
        reactor.bury()
        thread.store(0, ordering: .relaxed)
    }

    /// Runs what was handed in; true when the loop is to end.
    private func runQueues() -> Bool {
        var own: [() -> Void] = []
        swap(&own, &localClosures)
        for closure in own { closure() }
        let (jobs, closures, isStopped) = shared.withLock { shared in
            defer {
                shared.jobs = []
                shared.closures = []
                shared.isSignaled = false
            }
            return (shared.jobs, shared.closures, shared.isStopped)
        }
        for closure in closures { closure() }
        for job in jobs { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
        // Jobs that these make wait for the next turn, so that sockets are not starved.
        var round: [UnownedJob] = []
        swap(&round, &local)
        for job in round { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
        if local.isEmpty {
            round.removeAll(keepingCapacity: true)
            swap(&round, &local)
        }
        reactor.checkWriteBuffer()
        return isStopped
    }
}

/// Drains the eventfd that other threads write to.
private final class WakeupChannel: Channel {
    override func ready(_ events: Readiness) {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }
}
