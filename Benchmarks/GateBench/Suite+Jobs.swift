internal import ComfyAPI
internal import Basics

/// The API that the gate owns: its cost beside a forwarded request, or beside a server that does the like.
extension Suite {
    /// Tokens of the account that has files and jobs.
    var ownTokens: [String] { lab.tokens.indices.filter { $0 % Seed.accounts == 0 }.map { lab.tokens[$0] } }

    // MARK: N1

    mutating func storedFiles() throws(BenchError) {
        print("N1: stored pictures of 1.5 MB, 16 connections")
        guard let nginx = try lab.start(.nginxFiles) else { throw BenchError("nginx is not installed") }
        defer { lab.end(nginx) }
        let worker = try lab.startWorker(.instant)
        defer { lab.end(worker) }
        let gate = try lab.startGate("gate-files", worker: worker.port)
        defer { lab.end(gate) }
        let client = try Client(gate, token: ownTokens[0])
        let form: (contentType: String, body: [UInt8])
        do { form = try UploadedFile.form(NoisePicture.png(), name: "noise.png") } catch {
            throw BenchError("the form cannot be written")
        }
        try client.post("/upload/image", form.body, type: form.contentType)
        try client.post("/prompt", Prompts.body(Prompts.copy(of: "noise.png")))
        let name = try firstOutput(client)
        let (output, input) = (
            "/view?filename=\(name)&subfolder=&type=output", "/view?filename=noise.png&subfolder=&type=input"
        )
        let bytes = try client.get(output)
        guard bytes.count > 1_400_000, bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) else {
            throw BenchError("the stored picture has \(bytes.count) bytes")
        }
        try Files.makeFolder(lab.place(of: nginx) + "/files")
        try Files.write(bytes, to: lab.place(of: nginx) + "/files/picture.png")
        guard try Client(nginx, token: ownTokens[0]).get("/picture.png") == bytes else {
            throw BenchError("nginx answers with other bytes")
        }
        let inputBytes = try client.get(input).count
        let (tokens, seconds) = (ownTokens, options.seconds)
        func contender(_ proxy: Proxy, _ name: String, _ path: String, _ count: Int) -> Contender {
            Contender(proxy, as: name) { (mark) throws(BenchError) in
                try ClosedLoop(
                    Workload(path: path, expected: .init(status: 200, bytes: count)), port: proxy.port,
                    connections: 16, tokens: tokens
                ).run(seconds: seconds, mark: mark)
            }
        }
        let contenders = [
            contender(gate, "gate", output, bytes.count), contender(gate, "gate, input", input, inputBytes),
            contender(nginx, "nginx", "/picture.png", bytes.count),
        ]
        let table = try RoundTable.measure(contenders, rounds: options.rounds, per: .gigabytes)
        report.remark(table)
        tell(table, "stored 1.5 MB", "CPU s/GB", scale: 1e9, ["gate", "gate, input", "nginx"])
        let each = Double(bytes.count) / 1e9 / 1e3
        report.tell(
            "a request for it: gate \((table.cost("gate").median * each).spelled(0)) us, nginx "
                + "\((table.cost("nginx").median * each).spelled(0)) us")
        ratio("N1", "CPU a stored 1.5 MB picture / nginx sendfile", table, "gate", to: "nginx", atMost: 1.1)
    }

    private func firstOutput(_ client: Client) throws(BenchError) -> String {
        for _ in 0..<1_000 {
            if let entry = try client.json("/history").object?.members.first?.value,
                let name = entry["outputs"]?["2"]?["images"]?[0]?["filename"]?.string
            {
                return name
            }
            try Clock.sleep(milliseconds: 10)
        }
        throw BenchError("the job that makes the picture did not end")
    }

    // MARK: N2

    mutating func jobLists() throws(BenchError) {
        print("N2: /api/jobs?limit=64 over 10,000 ended jobs, 16 connections")
        let worker = try lab.startWorker(.stalled)
        defer { lab.end(worker) }
        let gate = try lab.startGate(
            "gate-lists", worker: worker.port, jobs: JobRows(kind: .ended, count: 10_000))
        defer { lab.end(gate) }
        let path = "/api/jobs?limit=64"
        let list = try Client(gate, token: ownTokens[0]).json(path)
        guard list["jobs"]?.array?.count == 64, list["pagination"]?["total"] == 10_000 else {
            throw BenchError("the list is not right")
        }
        let (tokens, all, seconds) = (ownTokens, lab.tokens, options.seconds)
        let contenders = [
            Contender(gate, as: "small") { (mark) throws(BenchError) in
                try ClosedLoop(.small, port: gate.port, connections: 16, tokens: all).run(seconds: seconds, mark: mark)
            },
            Contender(gate, as: "list") { (mark) throws(BenchError) in
                try ClosedLoop(
                    Workload(path: path, expected: .init(status: 200, bytes: nil)), port: gate.port, connections: 16,
                    tokens: tokens
                ).run(seconds: seconds, mark: mark)
            },
        ]
        let table = try RoundTable.measure(contenders, rounds: options.rounds)
        report.remark(table)
        tell(table, "64 of 10,000 jobs", "us CPU", scale: 1e3, ["list"])
        tell(table, "forwarded small request, 16 connections", "us CPU", scale: 1e3, ["small"])
        ratio("N2", "CPU of 64 of 10,000 jobs / a forwarded request", table, "list", to: "small", atMost: 3)
    }

    // MARK: N4

    /// Prompts of 5,000 bytes, each with another seed.
    static let prompts = (1...100).map { Prompts.body(Prompts.textToImage(seed: $0), client: "bench", bytes: 5_000) }
    static let submission = Workload(
        path: "/prompt", method: "POST", bodies: prompts, mediaType: "application/json",
        expected: .init(status: 200, bytes: nil))

    mutating func submissions() throws(BenchError) {
        print("N4: POST /prompt of 5 KB, every check, synced, 64 connections")
        let worker = try lab.startWorker(.stalled)
        defer { lab.end(worker) }
        let gate = try lab.startGate("gate-prompts", worker: worker.port)
        defer { lab.end(gate) }
        let (tokens, seconds) = (lab.tokens, options.seconds)
        let contenders = [
            Contender(gate, as: "small") { (mark) throws(BenchError) in
                try ClosedLoop(.small, port: gate.port, connections: 64, tokens: tokens).run(
                    seconds: seconds, mark: mark)
            },
            Contender(gate, as: "prompt") { (mark) throws(BenchError) in
                try ClosedLoop(Self.submission, port: gate.port, connections: 64, tokens: tokens).run(
                    seconds: seconds, mark: mark)
            },
        ]
        let table = try RoundTable.measure(contenders, rounds: options.rounds)
        report.remark(table)
        tell(table, "durable POST /prompt of 5 KB", "us CPU", scale: 1e3, ["prompt"])
        tell(table, "forwarded small request", "us CPU", scale: 1e3, ["small"])
        ratio("N4", "CPU of a durable 5 KB prompt / a forwarded request", table, "prompt", to: "small", atMost: 5)
    }

    // MARK: P10

    mutating func durableSubmissions() throws(BenchError) {
        print("P10: durable prompts of 5 KB beside bare group commits")
        let worker = try lab.startWorker(.stalled)
        defer { lab.end(worker) }
        let gate = try lab.startGate("gate-commits", worker: worker.port)
        defer { lab.end(gate) }
        try Client(gate, token: lab.tokens[0]).post("/prompt", Self.prompts[0])
        // What the gate keeps of such a body; the bare rows are of that size.
        guard let bytes = try Database(lab.place(of: gate) + "/data/comfygate.db").integer("SELECT bytes FROM job")
        else { throw BenchError("the prompt was not kept") }
        let folder = lab.folder + "/bare"
        for writers in [1, 16, 64] {
            var rates: [Double] = []
            var medians: [Double] = []
            var (own, bare): ([Double], [Double]) = ([], [])
            for round in 0..<options.rounds {
                for isGate in round % 2 == 0 ? [true, false] : [false, true] {
                    if isGate {
                        let seen = try ClosedLoop(
                            Self.submission, port: gate.port, connections: writers, tokens: lab.tokens, takesTimes: true
                        ).run(seconds: options.seconds) {}
                        if let fault = seen.fault { throw BenchError(fault) }
                        own.append(Double(seen.count) / seen.seconds)
                        medians.append(Spread(seen.latencies).median)
                    } else {
                        let seen = try lab.commits(folder, writers: writers, bytes: bytes, seconds: options.seconds)
                        bare.append(seen.perSecond)
                        rates.append(seen.median)
                    }
                }
            }
            let throughput = Spread(zip(own, bare).map { $0 / $1 })
            let wait = Spread(zip(medians, rates).map { $0 / $1 })
            report.tell(
                "\(writers) writers: gate \(Spread(own).median.spelled(0))/s, p50 \(Spread(medians).median.spelled(0)) us; "
                    + "bare \(Spread(bare).median.spelled(0))/s, p50 \(Spread(rates).median.spelled(0)) us; "
                    + "ratios \(throughput.median.spelled(3)) and \(wait.median.spelled(2))")
            guard writers == 16 else { continue }
            report.add(
                Goal(
                    id: "P10-rate", title: "durable prompts a second / bare group commit (16)",
                    value: throughput.median, spread: throughput, direction: .atLeast, goal: 0.67, digits: 3))
            report.add(
                Goal(
                    id: "P10-p50", title: "p50 of a durable prompt / bare group commit (16)", value: wait.median,
                    spread: wait, direction: .atMost, goal: 1.5))
        }
    }

    // MARK: J1

    mutating func wholeJobs() throws(BenchError) {
        print("J1: whole jobs on a worker that takes no time, one after the other")
        let worker = try lab.startWorker(.instant)
        defer { lab.end(worker) }
        let gate = try lab.startGate("gate-jobs", worker: worker.port)
        defer { lab.end(gate) }
        var number = 0
        var times: [String: [Double]] = [:]
        var costs: [Double] = []
        var added: [Double] = []
        for round in 0..<options.rounds {
            for isGate in round % 2 == 0 ? [true, false] : [false, true] {
                let run = try JobRun(isGate ? gate : worker, token: isGate ? ownTokens[0] : "")
                let used = Cost.cpu(gate.child.pid)
                let seen = try run.run(seconds: options.seconds, number: &number)
                times[isGate ? "gate" : "worker", default: []].append(Spread(seen).median)
                if isGate { costs.append(Double(Cost.cpu(gate.child.pid) - used) / Double(seen.count) / 1e3) }
            }
            if let own = times["gate"]?.last, let bare = times["worker"]?.last { added.append(own - bare) }
        }
        func spelled(_ spread: Spread) -> String {
            "\(spread.median.spelled(0)) us (\(spread.lower.spelled(0))-\(spread.upper.spelled(0)))"
        }
        report.tell("a job, POST to its end, on the worker itself: \(spelled(Spread(times["worker"] ?? [])))")
        report.tell("a job, POST to its end, through the gate: \(spelled(Spread(times["gate"] ?? [])))")
        report.tell("added to a job: \(spelled(Spread(added)))")
        report.tell("CPU of the gate a job, its picture kept: \(spelled(Spread(costs)))")
    }
}

extension Lab {
    /// Bare group commits for a time, on the gate's core and disk.
    func commits(_ folder: String, writers: Int, bytes: Int, seconds: Double) throws(BenchError) -> GroupCommit.Seen {
        let child = try startTool(
            "commits", program, ["commits", folder, String(writers), String(bytes), String(seconds)], core: 1)
        try child.wait(seconds: seconds + 60)
        guard let seen = GroupCommit.Seen(line: child.lastWords) else {
            throw BenchError("the bare commits failed: \(child.lastWords)")
        }
        return seen
    }
}
