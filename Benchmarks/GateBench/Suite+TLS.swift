/// The same with TLS 1.3 between client and proxy.
extension Suite {
    mutating func encrypted() throws(BenchError) {
        let gate = try lab.startGate("gate-tls", tls: true)
        try lab.check(gate, bodies: true)
        let haproxy = try lab.start(.haproxyMap, tls: true)
        let nginx = try lab.start(.nginxMap, tls: true)
        let proxies = [gate, haproxy, nginx].compactMap(\.self)
        defer { for proxy in proxies { lab.end(proxy) } }
        if haproxy == nil { report.remark("haproxy-map is absent: its program is not installed") }
        try encryptedRequests(gate, haproxy, proxies)
        try encryptedBodies(gate, haproxy, proxies)
        try handshakes(gate, haproxy, proxies)
        print("TLS: idle connections")
        for proxy in proxies {
            let bytes = try bytesEach(proxy, 1_000) { (count) throws(BenchError) in
                try IdleClients(keepAlive: count, port: proxy.port, tokens: lab.tokens, tls: proxy.tls)
            }
            guard proxy.name == gate.name else {
                report.tell("idle TLS connection, \(proxy.name): \(bytes.spelled(0)) B")
                continue
            }
            report.add(
                Goal(
                    id: "TLS-idle", title: "bytes an idle keep-alive connection with TLS 1.3 (1,000)", value: bytes,
                    direction: .atMost, goal: 16_384, digits: 0))
        }
    }

    private mutating func encryptedRequests(_ gate: Proxy, _ haproxy: Proxy?, _ proxies: [Proxy]) throws(BenchError) {
        print("TLS: small requests, 64 connections")
        let (tokens, seconds) = (lab.tokens, options.seconds)
        let contenders = proxies.map { proxy in
            Contender(proxy) { (mark) throws(BenchError) in
                try ClosedLoop(.small, port: proxy.port, connections: 64, tokens: tokens, tls: proxy.tls).run(
                    seconds: seconds, mark: mark)
            }
        }
        let table = try RoundTable.measure(contenders, rounds: options.rounds)
        report.remark(table)
        tell(table, "small request, TLS", "us CPU", scale: 1e3, proxies)
        ratio("TLS-small", "CPU a small request, TLS / HAProxy TLS", table, gate.name, to: haproxy, atMost: 1)
    }

    private mutating func encryptedBodies(_ gate: Proxy, _ haproxy: Proxy?, _ proxies: [Proxy]) throws(BenchError) {
        print("TLS: 1.5 MB bodies, 8 connections")
        let (tokens, seconds) = (lab.tokens, options.seconds)
        let contenders = proxies.map { proxy in
            Contender(proxy) { (mark) throws(BenchError) in
                try ClosedLoop(
                    .body("/view", Upstream.viewBytes), port: proxy.port, connections: 8, tokens: tokens, tls: proxy.tls
                ).run(seconds: seconds, mark: mark)
            }
        }
        let table = try RoundTable.measure(contenders, rounds: options.rounds, per: .gigabytes)
        report.remark(table)
        tell(table, "1.5 MB bodies, TLS", "CPU s/GB", scale: 1e9, proxies)
        ratio("TLS-body", "CPU a GB, TLS / HAProxy TLS", table, gate.name, to: haproxy, atMost: 1)
    }

    private mutating func handshakes(_ gate: Proxy, _ haproxy: Proxy?, _ proxies: [Proxy]) throws(BenchError) {
        print("TLS: full handshakes, 16 clients")
        let seconds = options.seconds
        let contenders = proxies.map { proxy in
            Contender(proxy) { (mark) throws(BenchError) in
                guard let tls = proxy.tls else { throw BenchError("\(proxy.name) has no TLS") }
                return try HandshakeLoop(port: proxy.port, connections: 16, tls: tls).run(seconds: seconds, mark: mark)
            }
        }
        let table = try RoundTable.measure(contenders, rounds: options.rounds)
        report.remark(table)
        tell(table, "full handshake", "us CPU", scale: 1e3, proxies)
        guard let haproxy else { return }
        // Handshakes a CPU second: the inverse of their cost.
        let spread = table.ratio(haproxy.name, to: gate.name)
        report.add(
            Goal(
                id: "TLS-handshakes", title: "full handshakes a CPU second / HAProxy", value: spread.median,
                spread: spread,
                direction: .atLeast, goal: 0.95, digits: 3))
    }
}
