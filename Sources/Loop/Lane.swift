internal import Basics
internal import CLinux
internal import Glibc

/// A few threads with a bounded queue for work that blocks: files, SQLite, password hashes, name look-ups.
///
/// A loop or a task hands in a closure and waits without holding its own thread. A full queue is refused at once, so a
/// slow disk becomes 503 and not memory. Its threads end with the lane, after what waits then.
public final class Lane: Sendable {
    /// Gauges for `/metrics`.
    public struct Load: Sendable, Hashable {
        public let waiting: Int
        public let capacity: Int
        /// Pieces of work turned away because the queue was full, since the start.
        public let refused: Int
    }

    public let name: String
    public let capacity: Int
    private let queue: WorkQueue

    /// - Parameters:
    ///   - name: At most 15 bytes, as the kernel's thread names are.
    ///   - threads: How many pieces of work run at the same time.
    ///   - capacity: How many may wait; one more is refused.
    ///   - niceness: 19 lets everything else go first; used for password hashes.
    public init(_ name: String, threads: Int, capacity: Int, niceness: Int32 = 0) {
        (self.name, self.capacity) = (name, capacity)
        let queue = WorkQueue(capacity: capacity)
        self.queue = queue
        for _ in 0..<threads { startThread(named: name, niceness: niceness, isPolite: true) { queue.work() } }
    }

    deinit { queue.end() }

    public var load: Load {
        let (waiting, refused) = queue.counts
        return Load(waiting: waiting, capacity: capacity, refused: refused)
    }

    /// Runs `body` on one of the lane's threads and returns what it returns.
    ///
    /// - Throws: `GateError.overloaded` when the queue is full; else what `body` throws.
    public func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        let outcome = Locked<Swift.Result<Result, any Error>>(.failure(full))
        let latch = Latch()
        let accepted = queue.push {
            let result = Swift.Result { try body() }
            outcome.withLock { $0 = result }
            latch.open()
        }
        if accepted { await latch.wait() }
        return try outcome.withLock { $0 }.get()
    }

    /// Hands in work nobody waits for; false when the queue is full.
    @discardableResult
    public func submit(_ body: @escaping @Sendable () -> Void) -> Bool { queue.push(body) }

    private var full: GateError {
        GateError(
            .overloaded, from: .gateway, "Too much is waiting; try again in a moment.", detail: "lane \(name) is full")
    }
}

/// A bounded first-in first-out queue behind a POSIX mutex and condition.
@safe private final class WorkQueue: @unchecked Sendable {
    // Sendable by hand: `items` is touched only between lock and unlock; the pointers never change.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private let capacity: Int
    private var items: [@Sendable () -> Void] = []
    private var head = 0
    private var refused = 0
    private var isEnding = false

    init(capacity: Int) {
        self.capacity = capacity
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Lets the threads go when nothing waits any more.
    func end() {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        isEnding = true
        unsafe pthread_cond_broadcast(condition)
    }

    var counts: (waiting: Int, refused: Int) {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return (items.count - head, refused)
    }

    func push(_ work: @escaping @Sendable () -> Void) -> Bool {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        guard items.count - head < capacity else {
            refused += 1
            return false
        }
        items.append(work)
        unsafe pthread_cond_signal(condition)
        return true
    }

    /// The life of a worker thread.
    func work() {
        while let next = pop() { next() }
    }

    private func pop() -> (@Sendable () -> Void)? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while head == items.count {
            if isEnding { return nil }
            unsafe pthread_cond_wait(condition, mutex)
        }
        let work = items[head]
        items[head] = {}
        head += 1
        if head == items.count || head > 256 {
            items.removeFirst(head)
            head = 0
        }
        return work
    }
}
