internal import Basics
internal import Loop
internal import Store
internal import Synchronization

/// Commits in one transaction what gathered while the last one was being synced, and answers only afterwards.
///
/// No timer: an idle writer commits a lone change at once; under load a sync is shared by all who waited for it. Each
/// piece of work has its own savepoint, so one that fails leaves the others alone.
final class GroupWriter: Sendable {
    /// Work in one transaction; more waits for the next, so that nobody's sync grows without end.
    static let largestGroup = 512

    // Sendable by hand: touched only under the lock.
    private final class State: @unchecked Sendable {
        var waiting: [any PendingWork] = []
        var isDraining = false
        var transactions = 0
        var items = 0
    }

    private let lane: Lane
    private let capacity: Int
    private let epoch: Int
    private let state = Locked(State())
    /// Only the lane's thread takes this lock, so it never waits; it lets the compiler see that.
    private let connection: Mutex<SQLiteConnection?>

    /// - Parameters:
    ///   - capacity: Pieces of work that may wait; one more is refused with `overloaded`.
    ///   - epoch: The number this process raised the store's epoch to; a transaction under another one is refused.
    init(_ connection: sending SQLiteConnection, lane: Lane, capacity: Int, epoch: Int) {
        (self.lane, self.capacity, self.epoch) = (lane, capacity, epoch)
        self.connection = Mutex(connection)
    }

    /// Runs `work` inside the next transaction and returns once that is synced.
    ///
    /// - Throws: What `work` throws, with nothing of it kept; a store failure, with nothing of the group kept.
    func write<Value: Sendable>(
        _ work: @escaping @Sendable (SQLiteConnection) throws(GateError) -> Value
    ) async throws(GateError) -> Value {
        let item = Pending(work)
        if let refusal = push(item) { throw refusal }
        return try await item.end()
    }

    var load: StoreLoad {
        state.withLock { state in
            StoreLoad(
                waiting: state.waiting.count, capacity: capacity, transactions: state.transactions, items: state.items)
        }
    }

    /// Closes the connection after the work that waits; later work is refused.
    func close() async {
        _ = try? await lane.run { self.connection.withLock { $0 = nil } }
    }

    private func push(_ item: any PendingWork) -> GateError? {
        let answer: (refused: Bool, starts: Bool) = state.withLock { state in
            guard state.waiting.count < capacity else { return (true, false) }
            state.waiting.append(item)
            guard !state.isDraining else { return (false, false) }
            state.isDraining = true
            return (false, true)
        }
        if answer.refused { return overloaded }
        guard answer.starts, !lane.submit({ self.drain() }) else { return nil }
        // The lane is shared and full: whoever joined meanwhile is refused with the one who found out.
        let stranded = state.withLock { state in
            state.isDraining = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for other in stranded where other !== item { other.settle(overloaded) }
        return overloaded
    }

    private var overloaded: GateError {
        GateError(
            .overloaded, from: .gateway, "Too much is waiting to be stored; try again in a moment.",
            detail: "store writer: \(capacity) waiting")
    }

    private func drain() {
        while true {
            let group: [any PendingWork] = state.withLock { state in
                let count = min(state.waiting.count, Self.largestGroup)
                let group = Array(state.waiting.prefix(count))
                state.waiting.removeFirst(count)
                if group.isEmpty {
                    state.isDraining = false
                } else {
                    state.transactions += 1
                    state.items += count
                }
                return group
            }
            if group.isEmpty { return }
            let refusal = connection.withLock { $0.map { commit(group, $0) } ?? SQLiteDatabase.closed }
            for item in group { item.settle(refusal) }
        }
    }

    /// Nil when the transaction is on the disk; else the failure that befell all of it.
    private func commit(_ group: [any PendingWork], _ connection: SQLiteConnection) -> GateError? {
        do throws(GateError) {
            try connection.execute("BEGIN IMMEDIATE")
            try checkEpoch(connection)
            for item in group {
                try connection.run("SAVEPOINT item")
                if let failure = item.perform(connection) {
                    // A full disk makes SQLite roll the whole transaction back by itself: then nothing of it may be
                    // acknowledged, and running on would put the rest outside any transaction.
                    guard connection.isInTransaction else { throw failure }
                    try connection.run("ROLLBACK TO item")
                }
                try connection.run("RELEASE item")
            }
            try connection.run("COMMIT")
            return nil
        } catch {
            if connection.isInTransaction { try? connection.execute("ROLLBACK") }
            return error
        }
    }

    private func checkEpoch(_ connection: SQLiteConnection) throws(GateError) {
        let found = try connection.query("SELECT value FROM epoch") { row throws(GateError) in try row.integer(0) }
        guard found == [epoch] else {
            throw GateError(
                .storeTakenOver, from: .gateway,
                "Another process has taken the store over; this one must be restarted.",
                detail: "epoch \(found), ours is \(epoch)")
        }
    }
}

/// A piece of work with its type forgotten. `perform` and `settle` run on the writer's thread, once each, in order.
private protocol PendingWork: AnyObject, Sendable {
    func perform(_ connection: SQLiteConnection) -> GateError?
    /// - Parameter refusal: Why the group as a whole was not stored; nil when it was.
    func settle(_ refusal: GateError?)
}

// Sendable by hand: after the hand-over through the queue's lock only the writer's thread touches `outcome`, and after the
// latch only the task that waits.
private final class Pending<Value: Sendable>: PendingWork, @unchecked Sendable {
    private let work: @Sendable (SQLiteConnection) throws(GateError) -> Value
    private let settled = Latch()
    private var outcome: Result<Value, GateError>?

    init(_ work: @escaping @Sendable (SQLiteConnection) throws(GateError) -> Value) { self.work = work }

    /// Returns once it is settled.
    func end() async throws(GateError) -> Value {
        await settled.wait()
        guard let outcome else { preconditionFailure("work was settled before it ran") }
        return try outcome.get()
    }

    func perform(_ connection: SQLiteConnection) -> GateError? {
        do throws(GateError) {
            outcome = .success(try work(connection))
            return nil
        } catch {
            outcome = .failure(error)
            return error
        }
    }

    func settle(_ refusal: GateError?) {
        // A failure of its own tells more than the group's.
        if case .failure? = outcome {} else if let refusal { outcome = .failure(refusal) }
        settled.open()
    }
}
