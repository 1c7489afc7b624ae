import Basics
import Store
import TestSupport
import Testing

@testable import Fleet

struct JobQueueTests {
    private let accounts = (0..<4).map { UUID(random: [UInt8](repeating: UInt8($0), count: 16)) }

    @Test func accountsTakeTurnsHoweverMuchTheyHave() {
        var queue = JobQueue()
        for sequence in 1...5 { queue.insert(QueuedJob(sequence: sequence, account: accounts[0], place: 0)) }
        queue.insert(QueuedJob(sequence: 6, account: accounts[1], place: 0))
        queue.insert(QueuedJob(sequence: 7, account: accounts[2], place: 9))
        queue.insert(QueuedJob(sequence: 8, account: accounts[1], place: -1))
        var order: [Int] = []
        while let job = queue.next() { order.append(job.sequence) }
        #expect(order == [1, 8, 7, 2, 6, 3, 4, 5])
        #expect(queue.isEmpty)
    }

    /// Beside a list that is sorted anew for every question.
    private struct Model {
        var jobs: [QueuedJob] = []
        var turns: [UUID] = []

        mutating func insert(_ job: QueuedJob) {
            if !turns.contains(job.account) { turns.append(job.account) }
            jobs.append(job)
        }

        mutating func next() -> QueuedJob? {
            guard !turns.isEmpty else { return nil }
            let account = turns.removeFirst()
            let own = jobs.filter { $0.account == account }
            guard let first = own.min(by: { ($0.place, $0.sequence) < ($1.place, $1.sequence) }) else { return nil }
            jobs.removeAll { $0 == first }
            if own.count > 1 { turns.append(account) }
            return first
        }

        mutating func remove(_ sequence: Int, of account: UUID) -> Bool {
            let before = jobs.count
            jobs.removeAll { $0.sequence == sequence && $0.account == account }
            if !jobs.contains(where: { $0.account == account }) { turns.removeAll { $0 == account } }
            return jobs.count < before
        }
    }

    @Test(arguments: 0..<20) func madeOfAListItIsAsIfTheyHadComeOneByOne(_ seed: UInt64) {
        var dice = Dice(seed + 1)
        let jobs = (0..<200).map { sequence in
            QueuedJob(
                sequence: sequence, account: accounts[Int.random(in: 0..<4, using: &dice)],
                place: Double(Int.random(in: -3..<3, using: &dice)))
        }
        var (made, filled) = (JobQueue(jobs.shuffled(using: &dice)), JobQueue())
        for job in jobs { filled.insert(job) }
        #expect(made.count == filled.count)
        while let job = filled.next() { #expect(made.next() == job) }
        #expect(made.isEmpty)
    }

    @Test(arguments: 0..<20) func itAgreesWithAPlainList(_ seed: UInt64) {
        var dice = Dice(seed + 1)
        var queue = JobQueue()
        var model = Model()
        for sequence in 0..<400 {
            switch Int.random(in: 0..<5, using: &dice) {
            case 0...2:
                let job = QueuedJob(
                    sequence: sequence, account: accounts[Int.random(in: 0..<4, using: &dice)],
                    place: Double(Int.random(in: -3..<3, using: &dice)))
                queue.insert(job)
                model.insert(job)
            case 3: #expect(queue.next() == model.next())
            default:
                let wanted = Int.random(in: 0...sequence, using: &dice)
                let account = accounts[Int.random(in: 0..<4, using: &dice)]
                #expect(queue.remove(wanted, of: account) == model.remove(wanted, of: account))
            }
            #expect(queue.count == model.jobs.count)
            for account in accounts { #expect(queue.count(of: account) == model.jobs.count { $0.account == account }) }
        }
        // What is said to be ahead is what runs before.
        let waiting = model.jobs
        let told = waiting.map { queue.ahead(of: $0.sequence, account: $0.account) }
        var order: [Int] = []
        while let job = queue.next() { order.append(job.sequence) }
        #expect(told == waiting.map { order.firstIndex(of: $0.sequence) })
    }
}
