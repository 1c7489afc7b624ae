/// Memory of those who wait, and the start.
extension Suite {
    mutating func idleMemory() throws(BenchError) {
        print("P6: idle connections")
        let gate = try lab.startGate("gate-idle")
        defer { lab.end(gate) }
        let keepAlive = try bytesEach(gate, 4_000) { (count) throws(BenchError) in
            try IdleClients(keepAlive: count, port: gate.port, tokens: lab.tokens)
        }
        report.add(
            Goal(
                id: "P6-keep-alive", title: "bytes an idle keep-alive connection (4,000)", value: keepAlive,
                direction: .atMost, goal: 512, digits: 0))
        let tunnels = try bytesEach(gate, 2_000) { (count) throws(BenchError) in
            try IdleClients(tunnels: count, port: gate.port, tokens: lab.tokens)
        }
        report.add(
            Goal(
                id: "P6-websocket", title: "bytes an idle WebSocket tunnel (2,000)", value: tunnels,
                direction: .atMost, goal: 1_024, digits: 0))
        if let haproxy = try peer(.haproxyMap) {
            let own = try bytesEach(haproxy, 4_000) { (count) throws(BenchError) in
                try IdleClients(keepAlive: count, port: haproxy.port, tokens: lab.tokens)
            }
            let tunnel = try bytesEach(haproxy, 2_000) { (count) throws(BenchError) in
                try IdleClients(tunnels: count, port: haproxy.port, tokens: lab.tokens)
            }
            report.tell("HAProxy: \(own.spelled(0)) B a keep-alive connection, \(tunnel.spelled(0)) B a tunnel")
        }
    }

    /// Process memory one more client costs, after a few have warmed the process up.
    func bytesEach(
        _ proxy: Proxy, _ count: Int, _ open: (Int) throws(BenchError) -> IdleClients
    ) throws(BenchError) -> Double {
        let first = try open(200)
        try Clock.sleep(milliseconds: 300)
        let before = Cost.proportionalBytes(proxy.child.pid)
        let more = try open(count)
        try Clock.sleep(milliseconds: 300)
        let after = Cost.proportionalBytes(proxy.child.pid)
        withExtendedLifetime((first, more)) {}
        guard before > 0, after > 0 else { throw BenchError("\(proxy.name) has no smaps_rollup") }
        return Double(after - before) / Double(count)
    }

    mutating func start() throws(BenchError) {
        print("P7: start, with TLS and a worker")
        let worker = try lab.startWorker(.stalled)
        defer { lab.end(worker) }
        var gate = try lab.startGate(
            "gate-start", tls: true, worker: worker.port, jobs: JobRows(kind: .ended, count: 10_000))
        try Clock.sleep(milliseconds: 500)
        report.tell(
            "resident once the worker's nodes are known: "
                + "\((Double(Cost.residentBytes(gate.child.pid)) / 1_048_576).spelled(1)) MB, of it not shared "
                + "\((Double(Cost.anonymousBytes(gate.child.pid)) / 1_048_576).spelled(1)) MB")
        lab.end(gate)
        gate = try ready(gate).gate
        try Clock.sleep(milliseconds: 500)
        report.add(
            Goal(
                id: "P7-memory", title: "MB resident after the start, 10,000 jobs",
                value: Double(Cost.residentBytes(gate.child.pid)) / 1_048_576,
                direction: .atMost, goal: 16, digits: 1))
        var times: [Double] = []
        for _ in 0..<max(5, options.rounds) {
            lab.end(gate)
            let seen = try ready(gate)
            gate = seen.gate
            times.append(seen.milliseconds)
        }
        lab.end(gate)
        let spread = Spread(times)
        report.add(
            Goal(
                id: "P7-ready", title: "ms from start to the first 200 of /health, 10,000 jobs", value: spread.median,
                spread: spread,
                direction: .atMost, goal: 50, digits: 1))
        let empty = try startLarge(nil, "no jobs")
        _ = try startLarge(.ended, "1,000,000 ended jobs")
        let full = try startLarge(.queued, "1,000,000 queued jobs")
        report.add(
            Goal(
                id: "P7-queued", title: "bytes resident a queued job (1,000,000)", value: Double(full - empty) / 1e6,
                direction: .atMost, goal: 300, digits: 0))
    }

    /// Starts with a million jobs, for want of a worker without touching them; bytes that are not shared afterwards.
    private mutating func startLarge(_ kind: JobRows.Kind?, _ what: String) throws(BenchError) -> Int {
        var gate = try lab.startGate(
            "gate-large", tls: true, jobs: kind.map { JobRows(kind: $0, count: 1_000_000) })
        var times: [Double] = []
        for _ in 0..<3 {
            lab.end(gate)
            let seen = try ready(gate)
            gate = seen.gate
            times.append(seen.milliseconds)
        }
        try Clock.sleep(milliseconds: 500)
        let bytes = Cost.anonymousBytes(gate.child.pid)
        lab.end(gate)
        let spread = Spread(times)
        report.tell(
            "\(what): ready after \(spread.median.spelled(0)) ms, "
                + "\((Double(bytes) / 1_048_576).spelled(1)) MB not shared")
        guard let kind else { return bytes }
        report.add(
            Goal(
                id: "P7-\(kind.rawValue)-ready", title: "ms to the first 200 of /health, \(what)", value: spread.median,
                spread: spread, direction: .atMost, goal: 3_000, digits: 0))
        return bytes
    }

    /// Starts a gate once more, and waits for its first answer.
    private func ready(_ ended: Proxy) throws(BenchError) -> (gate: Proxy, milliseconds: Double) {
        let begin = Clock.now()
        let gate = try lab.restartGate(ended, core: 1)
        let limit = begin + 60_000_000_000
        while true {
            do {
                let connection = try Connection(port: gate.port, tls: gate.tls)
                try connection.shakeHandsBlocking()
                try IdleClients.ask(connection, Lab.request(gate.port, "/health"), .init(status: 200, bytes: nil))
                return (gate, Double(Clock.now() - begin) / 1e6)
            } catch {
                try Interruption.check()
                guard Clock.now() < limit, !gate.child.hasEnded else { throw error }
                try Clock.sleep(milliseconds: 1)
            }
        }
    }
}
