public import Basics
public import Store

/// Who is next: accounts take turns, and within an account the lowest place goes first, then the oldest.
///
/// - Complexity: `next` and `insert` O(log n) of one account's jobs, whatever the others have.
public struct JobQueue: Sendable {
    private struct Item: Sendable {
        let place: Double
        let sequence: Int
        static func isBefore(_ left: Item, _ right: Item) -> Bool {
            (left.place, left.sequence) < (right.place, right.sequence)
        }
    }

    /// A binary heap for each account that has something waiting.
    private var lines: [UUID: [Item]] = [:]
    /// Accounts in the order of their turns; `head` is the next one.
    private var turns: [UUID] = []
    private var head = 0
    public private(set) var count = 0

    public init() {}

    /// Who has waited longest has the first turn.
    public init(_ jobs: [QueuedJob]) {
        var oldest: [UUID: Int] = [:]
        for job in jobs {
            lines[job.account, default: []].append(Item(place: job.place, sequence: job.sequence))
            oldest[job.account] = min(oldest[job.account] ?? .max, job.sequence)
        }
        // What is in order is a heap.
        for account in Array(lines.keys) { lines[account]?.sort(by: Item.isBefore) }
        turns = oldest.sorted { $0.value < $1.value }.map(\.key)
        count = jobs.count
    }

    public var isEmpty: Bool { count == 0 }
    public func count(of account: UUID) -> Int { lines[account]?.count ?? 0 }

    /// A job that is there already must not be inserted again.
    public mutating func insert(_ job: QueuedJob) {
        if lines[job.account] == nil { turns.append(job.account) }
        lines[job.account, default: []].append(Item(place: job.place, sequence: job.sequence))
        siftUp(job.account)
        count += 1
    }

    /// Takes the next job out; its account is then the last to have a turn.
    public mutating func next() -> QueuedJob? {
        guard head < turns.count else { return nil }
        let account = turns[head]
        head += 1
        if head > 1_024, head * 2 > turns.count {
            turns.removeFirst(head)
            head = 0
        }
        guard let first = lines[account]?.first else { return next() }
        removeFirst(of: account)
        if lines[account] != nil { turns.append(account) }
        count -= 1
        return QueuedJob(sequence: first.sequence, account: account, place: first.place)
    }

    /// Takes a job out; false when it is not there.
    ///
    /// - Complexity: O(n) of the account's jobs.
    @discardableResult
    public mutating func remove(_ sequence: Int, of account: UUID) -> Bool {
        guard let at = lines[account]?.firstIndex(where: { $0.sequence == sequence }) else { return false }
        lines[account]?.remove(at: at)
        // What is left after taking one out of the middle is no heap.
        lines[account]?.sort(by: Item.isBefore)
        count -= 1
        if lines[account]?.isEmpty == true {
            lines[account] = nil
            if let turn = turns[head...].firstIndex(of: account) { turns.remove(at: turn) }
        }
        return true
    }

    /// How many jobs run before this one if nothing new comes and one runs at a time; nil when it is not there.
    ///
    /// - Complexity: O(accounts + the account's jobs).
    public func ahead(of sequence: Int, account: UUID) -> Int? {
        guard let line = lines[account], let own = line.first(where: { $0.sequence == sequence }) else { return nil }
        let rank = line.count { Item.isBefore($0, own) }
        guard let turn = turns[head...].firstIndex(of: account) else { return nil }
        // Each round takes one job of every account that still has any; those whose turn is earlier go first.
        var sum = rank
        for index in turns.indices[head...] where index != turn {
            let rounds = index < turn ? rank + 1 : rank
            sum += min(lines[turns[index]]?.count ?? 0, rounds)
        }
        return sum
    }

    /// How many jobs run before the first one of this account.
    public func ahead(of account: UUID) -> Int {
        turns[head...].firstIndex(of: account).map { $0 - head } ?? turns.count - head
    }

    private mutating func siftUp(_ account: UUID) {
        guard var line = lines.removeValue(forKey: account) else { return }
        var at = line.count - 1
        while at > 0, Item.isBefore(line[at], line[(at - 1) / 2]) {
            line.swapAt(at, (at - 1) / 2)
            at = (at - 1) / 2
        }
        lines[account] = line
    }

    private mutating func removeFirst(of account: UUID) {
        // Taken out of the dictionary, so that the array is changed in place.
        guard var line = lines.removeValue(forKey: account), let last = line.popLast(), !line.isEmpty else { return }
        line[0] = last
        var at = 0
        while true {
            var least = at
            for child in [2 * at + 1, 2 * at + 2] where child < line.count && Item.isBefore(line[child], line[least]) {
                least = child
            }
            if least == at { break }
            line.swapAt(at, least)
            at = least
        }
        lines[account] = line
    }
}
