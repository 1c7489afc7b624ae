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
        print("P7: start, with TLS")
        var gate = try lab.startGate("gate-start", tls: true)
        try Clock.sleep(milliseconds: 500)
        report.add(
            Goal(
                id: "P7-memory", title: "MB resident after the start",
                value: Double(Cost.residentBytes(gate.child.pid)) / 1_048_576,
                direction: .atMost, goal: 16, digits: 1))
        var times: [Double] = []
        for _ in 0..<max(5, options.rounds) {
            lab.end(gate)
            let begin = Clock.now()
            gate = try lab.restartGate(gate, core: 1)
            let limit = begin + 10_000_000_000
            while true {
                do {
                    let connection = try Connection(port: gate.port, tls: gate.tls)
                    try connection.shakeHandsBlocking()
                    try IdleClients.ask(
                        connection, Lab.request(gate.port, "/health"), .init(status: 200, bytes: nil))
                    break
                } catch {
                    try Interruption.check()
                    guard Clock.now() < limit, !gate.child.hasEnded else { throw error }
                    try Clock.sleep(milliseconds: 1)
                }
            }
            times.append(Double(Clock.now() - begin) / 1e6)
        }
        lab.end(gate)
        let spread = Spread(times)
        report.add(
            Goal(
                id: "P7-ready", title: "ms from start to the first 200 of /health", value: spread.median,
                spread: spread,
                direction: .atMost, goal: 50, digits: 1))
    }
}
