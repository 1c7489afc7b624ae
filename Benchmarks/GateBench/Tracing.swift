internal import Glibc
internal import Loop

/// Counts what a gate does for a fixed number of requests.
struct Tracing {
    let lab: Lab

    struct Calls {
        let perRequest: [String: Double]
        /// Calls on sockets and their pipes; the log's `write` and wake-ups are not among them.
        var sockets: Double {
            let names = [
                "recvfrom", "recvmsg", "sendto", "sendmsg", "readv", "writev", "splice", "accept", "accept4", "connect",
                "socket", "shutdown", "getsockopt", "setsockopt", "getsockname", "getpeername", "sendfile",
            ]
            return names.reduce(0) { $0 + (perRequest[$1] ?? 0) }
        }
        var waits: Double {
            (perRequest["epoll_wait"] ?? 0) + (perRequest["epoll_pwait"] ?? 0) + (perRequest["epoll_pwait2"] ?? 0)
        }
    }

    /// Attaches `strace -c` while the requests are made; a tracer makes the process slow, not different.
    func callsEach(_ gate: Proxy, requests: Int, _ work: Workload = .small) throws(BenchError) -> Calls {
        guard let strace = Files.program("strace") else { throw BenchError("strace is not installed") }
        let loop = try ClosedLoop(work, port: gate.port, connections: 64, tokens: lab.tokens)
        // Connections to the upstream are there before counting begins.
        try require(try loop.run(requests: 2_000, within: 60))
        let table = "\(lab.folder)/strace-\(Clock.now())"
        let tracer = try lab.startTool("strace", strace, ["-c", "-f", "-p", String(gate.child.pid), "-o", table])
        let limit = Clock.now() + 10_000_000_000
        while !isTraced(gate.child.pid) {
            guard Clock.now() < limit, !tracer.hasEnded else {
                throw BenchError("strace cannot attach: \(tracer.lastWords)")
            }
            try Clock.sleep(milliseconds: 20)
        }
        let result = try loop.run(requests: requests, within: 120)
        tracer.end(SIGINT, within: 10)
        try require(result)
        guard let text = Files.text(table) else { throw BenchError("strace wrote no table: \(tracer.lastWords)") }
        var perRequest: [String: Double] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 5, let count = Double(words[3]), let name = words.last, name != "total" else {
                continue
            }
            perRequest[String(name)] = count / Double(requests)
        }
        return Calls(perRequest: perRequest)
    }

    /// Every thread has a tracer.
    private func isTraced(_ pid: Int32) -> Bool {
        folderNames(at: "/proc/\(pid)/task").names.allSatisfy { thread in
            (Files.text("/proc/\(pid)/task/\(thread)/status") ?? "").split(separator: "\n").contains {
                $0.hasPrefix("TracerPid:") && !$0.hasSuffix("\t0")
            }
        }
    }

    /// Runs a gate of its own with the counting allocator; the difference of two equal loads, so that growth of tables
    /// which happens once falls out.
    func allocationsEach(shim: String, requests: Int, _ work: Workload = .small) throws(BenchError) -> Double {
        let counts = "\(lab.folder)/allocations-\(Clock.now())"
        try Files.write(String(repeating: "\0", count: 64), to: counts)
        let gate = try lab.startGate(
            "gate-counted", environment: ["LD_PRELOAD=\(shim)", "COMFYGATE_COUNT_FILE=\(counts)"])
        defer { lab.end(gate) }
        let loop = try ClosedLoop(work, port: gate.port, connections: 64, tokens: lab.tokens)
        try require(try loop.run(requests: requests, within: 60))
        try Clock.sleep(milliseconds: 500)
        let first = try count(counts)
        try require(try loop.run(requests: requests, within: 60))
        try Clock.sleep(milliseconds: 500)
        let second = try count(counts)
        try require(try loop.run(requests: 2 * requests, within: 60))
        try Clock.sleep(milliseconds: 500)
        let third = try count(counts)
        guard first > 0 else { throw BenchError("the counting allocator did not count") }
        return (Double(third - second) - Double(second - first)) / Double(requests)
    }

    private func count(_ file: String) throws(BenchError) -> UInt64 {
        guard let bytes = Files.read(file), bytes.count >= 8 else { throw BenchError("\(file) cannot be read") }
        return bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private func require(_ result: LoadResult) throws(BenchError) {
        if let fault = result.fault { throw BenchError(fault) }
    }
}
