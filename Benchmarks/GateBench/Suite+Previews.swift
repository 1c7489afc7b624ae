internal import Basics

/// Pictures of a running job on their way to everybody who looks on.
extension Suite {
    private static let watchers = 20

    mutating func previews() throws(BenchError) {
        print("N3: a preview of 60 KB each \(BenchWorker.stepMilliseconds) ms to \(Self.watchers) sockets")
        guard let haproxy = try peer(.haproxyMap) else { throw BenchError("HAProxy is not installed") }
        let worker = try lab.startWorker(.previews)
        defer { lab.end(worker) }
        let gate = try lab.startGate("gate-previews", worker: worker.port)
        defer { lab.end(gate) }
        let client = try Client(gate, token: ownTokens[0])
        let (seconds, token) = (options.seconds, ownTokens[0])
        var seed = 0
        let contenders = [
            Contender(gate, as: "gate") { (mark) throws(BenchError) in
                let clients = try PreviewClients(
                    port: gate.port, path: "/ws?clientId=watchers", token: token, count: Self.watchers,
                    asksForMetadata: true)
                seed += 1
                try client.post(
                    "/prompt", Prompts.body(Prompts.textToImage(seed: seed, steps: 10_000), client: "watchers"))
                let result = try clients.run(seconds: seconds, mark: mark)
                try client.post("/interrupt", [])
                for _ in 0..<500 where try client.json("/queue")["queue_running"]?.array?.isEmpty == false {
                    try Clock.sleep(milliseconds: 10)
                }
                return result
            },
            Contender(haproxy, as: "haproxy-map") { (mark) throws(BenchError) in
                try PreviewClients(
                    port: haproxy.port, path: "/bench/frames", token: token, count: Self.watchers,
                    asksForMetadata: false
                ).run(seconds: seconds, mark: mark)
            },
        ]
        let table = try RoundTable.measure(contenders, rounds: options.rounds)
        report.remark(table)
        tell(table, "60 KB preview", "us CPU each", scale: 1e3, ["gate", "haproxy-map"])
        ratio(
            "N3", "CPU a preview and socket, ids rewritten / HAProxy relaying", table, "gate", to: "haproxy-map",
            atMost: 0.5)
    }
}
