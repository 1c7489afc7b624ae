internal import CBench

/// Requests at a fixed rate, whatever becomes of the answers.
///
/// A latency begins at the moment a request was due, so a stalled server is charged for every request that had to wait
/// (no coordinated omission).
final class OpenLoop {
    private let poller: Poller
    private let work: Workload
    private var bank: RequestBank
    private var clients: [Connection] = []
    private var readers: [AnswerReader] = []
    private var due: [UInt64]
    private var free: [Int]
    private var scratch = [UInt8](repeating: 0, count: 65_536)
    private var fault: String?

    init(_ work: Workload, port: UInt16, connections: Int, tokens: [String]) throws(BenchError) {
        self.work = work
        poller = try Poller()
        bank = RequestBank(path: work.path, tokens: tokens, port: port)
        for number in 0..<connections {
            let connection = try Connection(port: port)
            poller.add(connection.descriptor, number)
            clients.append(connection)
        }
        readers = .init(repeating: AnswerReader(), count: connections)
        due = .init(repeating: 0, count: connections)
        free = Array((0..<connections).reversed())
    }

    deinit { for client in clients { client.close(reset: true) } }

    /// Latencies in microseconds; the first `warm` seconds are not in it.
    ///
    /// - Parameter realtime: Gives this thread the right of way, so that its own waits do not count; needs root.
    func run(rate: Double, warm: Double = 0.2, seconds: Double, realtime: Bool = true) throws(BenchError) -> Spread {
        if realtime { _ = bench_set_realtime(1) }
        defer { if realtime { _ = bench_set_realtime(0) } }
        let start = Clock.now() + 1_000_000
        let measured = start + UInt64(warm * 1e9)
        let total = Int(rate * (warm + seconds))
        var latencies: [Double] = []
        latencies.reserveCapacity(total)
        var sent = 0
        var answered = 0
        while answered < total {
            try Interruption.check()
            if let fault { throw BenchError(fault) }
            var now = Clock.now()
            while sent < total, due(sent, start, rate) <= now, let number = free.popLast() {
                due[number] = due(sent, start, rate)
                let request = bank.take()
                guard clients[number].send(request, from: 0) == request.count else {
                    throw BenchError("a request could not be sent at once")
                }
                sent += 1
                now = Clock.now()
            }
            let next = sent < total && !free.isEmpty ? due(sent, start, rate) : now + 100_000_000
            let ready = poller.wait(nanoseconds: next > now ? Int64(next - now) : 0)
            for index in 0..<ready {
                let number = poller.number(index)
                guard try receive(number) else { continue }
                answered += 1
                if due[number] >= measured { latencies.append(Double(Clock.now() - due[number]) / 1e3) }
                free.append(number)
            }
            guard now < start + UInt64((warm + seconds + 20) * 1e9) else {
                throw BenchError("answers are missing after 20 s")
            }
        }
        return Spread(latencies)
    }

    private func due(_ index: Int, _ start: UInt64, _ rate: Double) -> UInt64 {
        start + UInt64(Double(index) * 1e9 / rate)
    }

    /// True when the answer is complete.
    private func receive(_ number: Int) throws(BenchError) -> Bool {
        switch clients[number].receive(into: &scratch) {
        case .wouldBlock: return false
        case .end: throw BenchError("the connection ended before the answer")
        case .bytes(let count):
            var reader = readers[number]
            let verdict = reader.take(scratch.span.extracting(first: count), work.expected)
            readers[number] = reader
            switch verdict {
            case .more: return false
            case .done: return true
            case .wrong(let what): throw BenchError(what)
            }
        }
    }
}
