internal import Basics
internal import ComfyAPI
internal import Fleet
internal import Glibc
internal import Store

/// Pieces without sockets: processor time in this process, on core 0. Of repeats the least is the steadiest.
extension Suite {
    mutating func prompts() throws(BenchError) {
        print("P9: reading and judging prompts, in process")
        let worker = try lab.startWorker(.stalled)
        let text = try Client(worker, token: "").get("/object_info")
        lab.end(worker)
        let check: GraphCheck
        do { check = try GraphCheck(indexing: text, flavour: .current) } catch {
            throw BenchError("object_info cannot be read: \(error)")
        }
        let graph = Prompts.large(nodes: 250)
        let (small, large) = (
            Prompts.body(Prompts.textToImage(seed: 1), bytes: 5_000), Prompts.body(graph, bytes: 100_000)
        )
        report.tell(
            "5 KB prompt read: \(try micro { _ = try? PromptRequest(parsing: small) })")
        let reading = try micro { _ = try? PromptRequest(parsing: large) }
        report.tell("100 KB prompt read: \(reading)")
        report.tell("100 KB as a tree alone: \(try micro { _ = try? JSON(parsing: large) })")
        report.tell("100 KB checked as text alone: \(try micro { _ = JSONSyntaxProbe.count(large) })")
        guard let request = try? PromptRequest(parsing: Prompts.body(graph)) else {
            throw BenchError("the large prompt cannot be read")
        }
        guard case .accepted(let checked) = check.check(request, policy: .standard, files: { _ in nil }) else {
            throw BenchError("the large prompt is refused: \(check.check(request, policy: .standard) { _ in nil })")
        }
        let names = AttemptNames(UUID())
        let validator = WorkflowValidator(check.objectInfo, flavour: .current) { _, _, _ in true }
        report.tell("250 nodes, ComfyUI's own rules: \(try micro { _ = validator.validate(.object(request.prompt)) })")
        report.tell(
            "250 nodes, all checks: \(try micro { _ = check.check(request, policy: .standard) { _ in nil } })")
        report.tell(
            "250 nodes, rewriting: "
                + "\(try micro { _ = try? AttemptBody.encode(checked, request: request, attempt: names, names: [:]) })")
        let whole = try micro {
            guard case .accepted(let checked) = check.check(request, policy: .standard, files: { _ in nil }) else {
                return
            }
            _ = try? AttemptBody.encode(checked, request: request, attempt: names, names: [:])
        }
        report.add(
            Goal(
                id: "P9a", title: "us to read a 100 KB prompt", value: reading.least, spread: reading.spread,
                direction: .atMost, goal: 200, digits: 0))
        report.add(
            Goal(
                id: "P9b", title: "us to judge and rewrite a graph of 250 nodes", value: whole.least,
                spread: whole.spread, direction: .atMost, goal: 1_000, digits: 0))
    }

    mutating func decisions() throws(BenchError) {
        print("P12: who is next, in process")
        var medians: [Int: Double] = [:]
        for count in [1_000, 10_000, 100_000, 1_000_000] {
            var queue = JobQueue()
            let accounts = (0..<100).map { _ in UUID() }
            for number in 0..<count {
                queue.insert(
                    QueuedJob(sequence: number, account: accounts[number % 100], place: Double(number * 7_919 % count)))
            }
            var times: [Double] = []
            var next = count
            for _ in 0..<20_000 {
                let start = Clock.now()
                guard let job = queue.next() else { throw BenchError("the queue is empty") }
                times.append(Double(Clock.now() - start) / 1e3)
                queue.insert(QueuedJob(sequence: next, account: job.account, place: Double(next)))
                next += 1
            }
            let spread = Spread(times)
            medians[count] = spread.median
            report.tell(
                "a decision among \(count) jobs: p50 \(spread.median.spelled(2)) us, p99 \(spread.quantile(0.99).spelled(2)) us"
            )
        }
        let last = medians[1_000_000] ?? .nan
        report.add(
            Goal(
                id: "P12-p50", title: "us for a decision among 1,000,000 jobs", value: last, direction: .atMost,
                goal: 10))
        report.add(
            Goal(
                id: "P12-slope", title: "a decision among 1,000,000 jobs / 1,000",
                value: last / (medians[1_000] ?? .nan),
                direction: .atMost, goal: 1.3))
    }

    /// Microseconds of one call.
    struct Micro: CustomStringConvertible {
        let spread: Spread
        var least: Double { spread.least }
        var description: String { "\(spread.least.spelled(1)) us (median \(spread.median.spelled(1)))" }
    }

    private func micro(_ body: () -> Void) throws(BenchError) -> Micro {
        body()
        let first = Cost.ownCPU
        body()
        // About 40 ms a repeat.
        let batch = max(1, Int(40_000_000 / max(1, Cost.ownCPU - first)))
        var values: [Double] = []
        for _ in 0..<7 {
            try Interruption.check()
            let start = Cost.ownCPU
            for _ in 0..<batch { body() }
            values.append(Double(Cost.ownCPU - start) / Double(batch) / 1e3)
        }
        return Micro(spread: Spread(values))
    }
}

/// The scanner over a whole text, which keeps nothing.
enum JSONSyntaxProbe {
    static func count(_ bytes: [UInt8]) -> Int {
        let span = bytes.span
        var scanner = JSONScanner()
        return (try? scanner.skipValue(in: span))?.range.count ?? -1
    }
}
