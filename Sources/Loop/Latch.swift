internal import Basics

/// Where one task waits until it is let go on, once, from any thread.
///
/// The task goes straight back to its loop. A continuation does not: Swift 6.3 has it resumed on a thread of the global pool,
/// which only then hands it to the loop; that is two changes of threads for each wait.
public actor Latch {
    private nonisolated let door = Door()
    private var passed = false

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: door)
    }

    public init() {}

    /// Returns once `open` was called, before this or after.
    public nonisolated(nonsending) func wait() async {
        if !door.isOpen { await pass() }
    }

    /// Gives a latch to `register` and waits at it.
    public static nonisolated(nonsending) func wait(_ register: (Latch) -> Void) async {
        let latch = Latch()
        register(latch)
        await latch.wait()
    }

    /// Only the first call counts.
    public nonisolated func open() { door.open() }

    /// What the task does at the door, on the thread that opens it. A change of something, lest the optimizer see no reason to
    /// go there.
    private func pass() { passed = true }
}

/// Keeps the only job of a latch until it may run; then it runs where it is, and goes home.
private final class Door: SerialExecutor {
    private enum State { case closed, waiting(UnownedJob), open }
    private let state = Locked(State.closed)

    var isOpen: Bool { state.withLock { if case .open = $0 { true } else { false } } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isOpen = state.withLock { state in
            if case .open = state { return true }
            state = .waiting(job)
            return false
        }
        if isOpen { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    func open() {
        let job: UnownedJob? = state.withLock { state in
            defer { state = .open }
            if case .waiting(let job) = state { return job }
            return nil
        }
        if let job { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
    }
}
