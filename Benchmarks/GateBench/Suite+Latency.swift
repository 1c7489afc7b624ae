/// What a proxy adds to the time of an answer.
extension Suite {
    private static let rate = 3_000.0

    mutating func latency() throws(BenchError) {
        print("P8: latency at 3,000/s, 64 connections")
        let gate = try gate()
        let haproxy = try peer(.haproxyMap)
        let places =
            [("direct", lab.upstreamPort), ("gate", gate.port)] + (haproxy.map { [("haproxy-map", $0.port)] } ?? [])
        var medians: [String: [Double]] = [:]
        var tails: [String: [Double]] = [:]
        for round in 0..<options.rounds {
            for (name, port) in round % 2 == 0 ? places : places.reversed() {
                let loop = try OpenLoop(.small, port: port, connections: 64, tokens: lab.tokens)
                do {
                    let seen = try loop.run(rate: Self.rate, seconds: options.seconds)
                    medians[name, default: []].append(seen.median)
                    tails[name, default: []].append(seen.quantile(0.99))
                } catch {
                    try Interruption.check()
                    report.remark("latency, \(name): \(error.message)")
                    medians[name, default: []].append(.nan)
                    tails[name, default: []].append(.nan)
                }
            }
        }
        for (name, _) in places {
            let middle = Spread((medians[name] ?? []).filter(\.isFinite))
            let tail = Spread((tails[name] ?? []).filter(\.isFinite))
            report.tell(
                "latency at 3,000/s, \(name): p50 \(middle.median.spelled(0)) us (best \(middle.least.spelled(0))), "
                    + "p99 \(tail.median.spelled(0)) us (best \(tail.least.spelled(0)))")
        }
        if haproxy != nil {
            let direct = medians["direct"] ?? []
            let added = zip(medians["gate"] ?? [], direct).map { $0 - $1 }.filter(\.isFinite)
            let other = zip(medians["haproxy-map"] ?? [], direct).map { $0 - $1 }.filter(\.isFinite)
            let goal = Spread(other).median
            let spread = Spread(added)
            report.add(
                Goal(
                    id: "P8-p50", title: "us added at the median, 3,000/s; HAProxy's is the goal", value: spread.median,
                    spread: spread, direction: .atMost, goal: goal, digits: 0))
        }
        try storm(gate)
    }

    /// 50 people log in at once; each password takes about 0.3 s of a processor.
    private mutating func storm(_ gate: Proxy) throws(BenchError) {
        print("P8: 50 logins at once")
        let rounds = max(3, options.rounds / 2)
        let quiet = try tail(gate, rounds)
        let storm = try LoginStorm(port: gate.port)
        let loud = try tail(gate, rounds)
        let (answered, refused) = try storm.finish()
        report.tell(
            "p99.9 at 3,000/s: \((quiet.median / 1e3).spelled(2)) ms quiet, \((loud.median / 1e3).spelled(2)) ms "
                + "in the storm; logins answered: \(answered), refused: \(refused)")
        guard answered == Seed.logins else { throw BenchError("only \(answered) logins were answered") }
        report.add(
            Goal(
                id: "P8-storm", title: "ms that 50 logins add to others' p99.9",
                value: (loud.median - quiet.median) / 1e3,
                direction: .atMost, goal: 5))
    }

    private func tail(_ gate: Proxy, _ rounds: Int) throws(BenchError) -> Spread {
        var tails: [Double] = []
        for _ in 0..<rounds {
            let loop = try OpenLoop(.small, port: gate.port, connections: 64, tokens: lab.tokens)
            tails.append(try loop.run(rate: Self.rate, seconds: options.seconds).quantile(0.999))
        }
        return Spread(tails)
    }
}

/// People who have sent their passwords and wait.
final class LoginStorm {
    private var waiting: [Connection] = []

    init(port: UInt16) throws(BenchError) {
        for number in 0..<Seed.logins {
            let body = #"{"username":"person-\#(number)","password":"\#(Seed.password)"}"#
            let request =
                "POST /login HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
            let connection = try Connection(port: port)
            guard connection.send(Array(request.utf8), from: 0) == request.utf8.count else {
                throw BenchError("a login could not be sent at once")
            }
            waiting.append(connection)
        }
    }

    /// Waits for all answers, 60 s at most; how many came in, and how many of them were no success.
    func finish() throws(BenchError) -> (answered: Int, refused: Int) {
        let limit = Clock.now() + 60_000_000_000
        var (answered, refused) = (0, 0)
        var chunk = [UInt8](repeating: 0, count: 65_536)
        for connection in waiting {
            waiting: while Clock.now() < limit {
                try Interruption.check()
                switch connection.receive(into: &chunk) {
                case .wouldBlock: connection.waitReadable(milliseconds: 100)
                case .end: break waiting
                case .bytes:
                    answered += 1
                    if !chunk.starts(with: Array("HTTP/1.1 200".utf8)) { refused += 1 }
                    break waiting
                }
            }
        }
        return (answered, refused)
    }
}
