/// The groups of goals; each starts what it needs and ends it again.
struct Suite {
    let lab: Lab
    var report = Report()
    /// Started once: the gate that is measured, its twin, and the peers that answer everything.
    private var gates: (first: Proxy, second: Proxy)?
    private var peers: [Lab.Peer: Proxy] = [:]
    private var absent: Set<Lab.Peer> = []

    init(lab: Lab) { self.lab = lab }

    var options: Options { lab.options }

    mutating func run() throws(BenchError) {
        let groups: [(String, (inout Suite) throws(BenchError) -> Void)] = [
            ("P1", { (suite) throws(BenchError) in try suite.smallRequests() }),
            ("P3", { (suite) throws(BenchError) in try suite.systemCalls() }),
            ("P4", { (suite) throws(BenchError) in try suite.bodies() }),
            ("P5", { (suite) throws(BenchError) in try suite.tunnels() }),
            ("P6", { (suite) throws(BenchError) in try suite.idleMemory() }),
            ("P7", { (suite) throws(BenchError) in try suite.start() }),
            ("P8", { (suite) throws(BenchError) in try suite.latency() }),
            ("P11", { (suite) throws(BenchError) in try suite.twoLoops() }),
            ("N1", { (suite) throws(BenchError) in try suite.storedFiles() }),
            ("N2", { (suite) throws(BenchError) in try suite.jobLists() }),
            ("N3", { (suite) throws(BenchError) in try suite.previews() }),
            ("N4", { (suite) throws(BenchError) in try suite.submissions() }),
            ("P10", { (suite) throws(BenchError) in try suite.durableSubmissions() }),
            ("J1", { (suite) throws(BenchError) in try suite.wholeJobs() }),
            ("P9", { (suite) throws(BenchError) in try suite.prompts() }),
            ("P12", { (suite) throws(BenchError) in try suite.decisions() }),
            ("TLS", { (suite) throws(BenchError) in try suite.encrypted() }),
        ]
        for (name, work) in groups where options.wants(name) {
            do { try work(&self) } catch {
                try Interruption.check()
                // One group that cannot be measured does not take the others with it.
                report.remark("\(name): \(error.message)")
                report.add(Goal(id: name, title: "the whole group", value: .nan, direction: .atMost, goal: 0))
            }
        }
    }

    // MARK: Who is compared

    mutating func gate() throws(BenchError) -> Proxy { try pair().first }

    mutating func pair() throws(BenchError) -> (first: Proxy, second: Proxy) {
        if let gates { return gates }
        let first = try lab.startGate("gate")
        let second = try lab.startGate(
            options.against == nil ? "gate-twin" : "gate-other", binary: options.against ?? options.gate)
        try lab.check(first, bodies: true)
        try lab.check(second, bodies: true)
        gates = (first, second)
        return (first, second)
    }

    mutating func peer(_ peer: Lab.Peer) throws(BenchError) -> Proxy? {
        if let known = peers[peer] { return known }
        guard !absent.contains(peer) else { return nil }
        guard let started = try lab.start(peer) else {
            absent.insert(peer)
            report.remark("\(peer.rawValue) is absent: its program is not installed")
            return nil
        }
        peers[peer] = started
        return started
    }

    mutating func ratio(
        _ id: String, _ title: String, _ table: RoundTable, _ name: String, to other: Proxy?, atMost goal: Double
    ) {
        if let other { ratio(id, title, table, name, to: other.name, atMost: goal) }
    }

    mutating func ratio(
        _ id: String, _ title: String, _ table: RoundTable, _ name: String, to other: String, atMost goal: Double
    ) {
        let spread = table.ratio(name, to: other)
        report.add(
            Goal(
                id: id, title: title, value: spread.median, spread: spread, direction: .atMost, goal: goal, digits: 3))
    }

    mutating func tell(_ table: RoundTable, _ what: String, _ unit: String, scale: Double, _ proxies: [Proxy?]) {
        tell(table, what, unit, scale: scale, proxies.compactMap { $0?.name })
    }

    mutating func tell(_ table: RoundTable, _ what: String, _ unit: String, scale: Double, _ names: [String]) {
        for name in names {
            let cost = table.cost(name)
            let rate = Spread(table.rates[name] ?? []).median
            report.tell(
                "\(what), \(name): \((cost.median / scale).spelled(2)) \(unit) "
                    + "(\((cost.lower / scale).spelled(2))-\((cost.upper / scale).spelled(2))), "
                    + "\(rate.spelled(rate < 100 ? 2 : 0)) \(unit.hasSuffix("GB") ? "GB" : "")/s, busy \((rate * cost.median / 1e7).spelled(0)) %"
            )
        }
    }

    // MARK: P1

    private mutating func smallRequests() throws(BenchError) {
        print("P1: small requests, 64 connections, \(options.rounds) rounds of \(options.seconds.spelled(1)) s")
        let (gate, twin) = try pair()
        var proxies = [gate]
        for each in Lab.Peer.proxies { if let peer = try peer(each) { proxies.append(peer) } }
        proxies.append(twin)
        let (tokens, seconds) = (lab.tokens, options.seconds)
        let contenders = proxies.map { proxy in
            Contender(proxy) { (mark) throws(BenchError) in
                try ClosedLoop(.small, port: proxy.port, connections: 64, tokens: tokens).run(
                    seconds: seconds, mark: mark)
            }
        }
        let table = try RoundTable.measure(contenders, rounds: options.rounds)
        report.remark(table)
        tell(table, "small request", "us CPU", scale: 1e3, proxies)
        let control = table.ratio(twin.name, to: gate.name)
        if options.against == nil {
            report.control = control
        } else {
            report.tell(
                "other build to this one: \(control.median.spelled(3)) (\(control.lower.spelled(3))-"
                    + "\(control.upper.spelled(3)))")
        }
        ratio(
            "P1-haproxy", "CPU a small request / HAProxy with map", table, "gate", to: peers[.haproxyMap], atMost: 0.85)
        ratio("P1-nginx", "CPU a small request / nginx with map", table, "gate", to: peers[.nginxMap], atMost: 1)
        ratio(
            "P1-auth-request", "CPU a small request / nginx auth_request", table, "gate", to: peers[.nginxAuth],
            atMost: 0.4)
        ratio("P1-caddy", "CPU a small request / Caddy forward_auth", table, "gate", to: peers[.caddy], atMost: 0.15)
    }

    // MARK: P4

    private mutating func bodies() throws(BenchError) {
        let gate = try gate()
        let haproxy = try peer(.haproxyMap)
        let nginx = try peer(.nginxMap)
        let (tokens, seconds) = (lab.tokens, options.seconds)
        for (id, path, bytes, connections, name) in [
            ("P4-1.5MB", "/view", Upstream.viewBytes, 16, "1.5 MB bodies"),
            ("P4-100MB", "/big", Upstream.bigBytes, 4, "100 MB bodies"),
        ] {
            print("P4: \(name), \(connections) connections")
            let proxies = [gate, haproxy, nginx].compactMap(\.self)
            let contenders = proxies.map { proxy in
                Contender(proxy) { (mark) throws(BenchError) in
                    try ClosedLoop(.body(path, bytes), port: proxy.port, connections: connections, tokens: tokens).run(
                        seconds: seconds, mark: mark)
                }
            }
            let table = try RoundTable.measure(contenders, rounds: options.rounds, per: .gigabytes)
            report.remark(table)
            tell(table, name, "CPU s/GB", scale: 1e9, proxies)
            ratio(id, "CPU a GB of \(name) / HAProxy", table, "gate", to: haproxy, atMost: 0.35)
        }
        print("P4: uploads of 100 KB, 16 connections")
        let proxies = [gate, haproxy].compactMap(\.self)
        let contenders = proxies.map { proxy in
            Contender(proxy) { (mark) throws(BenchError) in
                try ClosedLoop(.upload, port: proxy.port, connections: 16, tokens: tokens).run(
                    seconds: seconds, mark: mark)
            }
        }
        let table = try RoundTable.measure(contenders, rounds: max(2, options.rounds / 2))
        report.remark(table)
        tell(table, "upload of 100 KB", "us CPU", scale: 1e3, proxies)
    }

    // MARK: P5

    private mutating func tunnels() throws(BenchError) {
        let gate = try gate()
        let haproxy = try peer(.haproxyMap)
        let (tokens, seconds) = (lab.tokens, options.seconds)
        for (id, bytes, goal, name) in [
            ("P5-200B", 200, 0.95, "200 B messages"), ("P5-60KB", 60_000, 0.45, "60 KB messages"),
        ] {
            print("P5: WebSocket, \(name), 16 tunnels")
            let proxies = [gate, haproxy].compactMap(\.self)
            let contenders = proxies.map { proxy in
                Contender(proxy) { (mark) throws(BenchError) in
                    try TunnelLoop(port: proxy.port, connections: 16, tokens: tokens, messageBytes: bytes).run(
                        seconds: seconds, mark: mark)
                }
            }
            let table = try RoundTable.measure(contenders, rounds: options.rounds)
            report.remark(table)
            tell(table, name, "us CPU one way", scale: 1e3, proxies)
            ratio(id, "CPU a WebSocket message of \(bytes) B / HAProxy", table, "gate", to: haproxy, atMost: goal)
        }
    }

    // MARK: P11

    private mutating func twoLoops() throws(BenchError) {
        print("P11: one loop and two, both cores for all, 128 connections")
        let one = try lab.startGate("gate-one-loop", core: nil)
        let two = try lab.startGate("gate-two-loops", loops: 2, core: nil)
        defer {
            lab.end(one)
            lab.end(two)
        }
        let (tokens, seconds) = (lab.tokens, options.seconds)
        let contenders = [one, two].map { proxy in
            Contender(proxy) { (mark) throws(BenchError) in
                try ClosedLoop(.small, port: proxy.port, connections: 128, tokens: tokens).run(
                    seconds: seconds, mark: mark)
            }
        }
        let table = try RoundTable.measure(contenders, rounds: options.rounds)
        report.remark(table)
        tell(table, "small request", "us CPU", scale: 1e3, [one, two])
        ratio("P11", "CPU a small request, two loops / one loop", table, two.name, to: one, atMost: 1.05)
    }
}
