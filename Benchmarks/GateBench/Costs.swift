/// A countable figure and the most it may be.
struct CostLimit {
    let name: String
    let limit: Double
    let meaning: String

    /// Reads `name | limit | meaning` lines; `#` begins a comment.
    static func read(_ path: String) throws(BenchError) -> [CostLimit] {
        guard let text = Files.text(path) else { throw BenchError("\(path) cannot be read") }
        var limits: [CostLimit] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: "|", omittingEmptySubsequences: false).map { trimmed($0) }
            guard parts.count == 3, let limit = Double(parts[1].replacing(",", with: "")) else {
                throw BenchError("\(path): not 'name | limit | meaning': \(line)")
            }
            limits.append(CostLimit(name: parts[0], limit: limit, meaning: parts[2]))
        }
        return limits
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

/// Figures that do not depend on how busy the machine is, held against their limits.
struct Costs {
    let lab: Lab
    let limits: [CostLimit]
    private(set) var exceeded = 0
    private var known: Set<String> = []

    init(lab: Lab) throws(BenchError) {
        self.lab = lab
        limits = try CostLimit.read(lab.options.costs)
    }

    /// Prints each figure beside its limit; how many are above, or could not be had.
    mutating func run() throws(BenchError) -> Int {
        print("figure                       today       limit")
        try attempt { (costs) throws(BenchError) in try costs.calls() }
        try attempt { (costs) throws(BenchError) in try costs.allocations() }
        try attempt { (costs) throws(BenchError) in try costs.memory() }
        try attempt { (costs) throws(BenchError) in try costs.encryptedMemory() }
        try attempt { (costs) throws(BenchError) in try costs.binary() }
        try attempt { (costs) throws(BenchError) in try costs.instructions() }
        for limit in limits where !known.contains(limit.name) {
            print("\(limit.name): was not measured")
            exceeded += 1
        }
        return exceeded
    }

    private mutating func attempt(_ work: (inout Costs) throws(BenchError) -> Void) throws(BenchError) {
        do { try work(&self) } catch {
            try Interruption.check()
            print("test-costs: \(error.message)")
        }
    }

    private mutating func show(_ name: String, _ value: Double, digits: Int = 0) {
        known.insert(name)
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        guard let limit = limits.first(where: { $0.name == name }) else {
            print("\(name): \(value.spelled(digits)), without a limit in \(lab.options.costs)")
            exceeded += 1
            return
        }
        let isAbove = value > limit.limit
        if isAbove { exceeded += 1 }
        print(
            padded(name, 29) + padded(value.spelled(digits), 12) + padded(limit.limit.spelled(digits), 12)
                + (isAbove ? "ABOVE by \((value - limit.limit).spelled(digits)): " : "") + limit.meaning)
    }

    // MARK: The figures

    private mutating func calls() throws(BenchError) {
        let gate = try lab.startGate("gate-traced")
        defer { lab.end(gate) }
        let calls = try Tracing(lab: lab).callsEach(gate, requests: 5_000)
        show("socket-calls", calls.sockets, digits: 2)
        show("epoll-waits", calls.waits, digits: 3)
        show("other-calls", calls.perRequest.values.reduce(0, +) - calls.sockets - calls.waits, digits: 2)
    }

    private mutating func allocations() throws(BenchError) {
        guard let shim = lab.options.shim else { throw BenchError("the counting allocator is not named with --shim") }
        let tracing = Tracing(lab: lab)
        show("allocations", try tracing.allocationsEach(shim: shim, requests: 10_000), digits: 2)
        show("upload-allocations", try tracing.allocationsEach(shim: shim, requests: 2_000, .upload), digits: 2)
    }

    private mutating func memory() throws(BenchError) {
        let suite = Suite(lab: lab)
        let gate = try lab.startGate("gate-idle")
        defer { lab.end(gate) }
        let keepAlive = try suite.bytesEach(gate, 4_000) { (count) throws(BenchError) in
            try IdleClients(keepAlive: count, port: gate.port, tokens: lab.tokens)
        }
        show("keep-alive-bytes", keepAlive)
        let tunnel = try suite.bytesEach(gate, 2_000) { (count) throws(BenchError) in
            try IdleClients(tunnels: count, port: gate.port, tokens: lab.tokens)
        }
        show("tunnel-bytes", tunnel)
    }

    private mutating func encryptedMemory() throws(BenchError) {
        let gate = try lab.startGate("gate-tls", tls: true)
        defer { lab.end(gate) }
        try Clock.sleep(milliseconds: 500)
        show("resident-kilobytes", Double(Cost.residentBytes(gate.child.pid)) / 1_024)
        let bytes = try Suite(lab: lab).bytesEach(gate, 1_000) { (count) throws(BenchError) in
            try IdleClients(keepAlive: count, port: gate.port, tokens: lab.tokens, tls: gate.tls)
        }
        show("tls-keep-alive-bytes", bytes)
    }

    private mutating func binary() throws(BenchError) {
        guard let size = Files.size(try strip(lab.options.gate)) else { throw BenchError("strip wrote nothing") }
        show("binary-kilobytes", Double(size) / 1_024)
    }

    /// A copy of a program without its symbols and debug information.
    private func strip(_ program: String) throws(BenchError) -> String {
        guard let strip = Files.program("strip") ?? Files.program("llvm-strip") else {
            throw BenchError("strip is not installed")
        }
        let stripped = lab.folder + "/stripped-" + (program.split(separator: "/").last ?? "")
        let child = try lab.startTool("strip", strip, ["-o", stripped, program])
        try child.wait(seconds: 60)
        guard Files.isExecutable(stripped) else { throw BenchError("strip: \(child.lastWords)") }
        return stripped
    }

    /// The difference of two lengths of a loop under callgrind, so that the start falls out.
    private mutating func instructions() throws(BenchError) {
        let lengths = (2_000, 4_000)
        // valgrind does not understand the compiler's debug information.
        let program = try strip(lab.program)
        for piece in HeadLoop.Piece.allCases {
            let more = try instructions(program, piece, lengths.1)
            let difference = more - (try instructions(program, piece, lengths.0))
            show("\(piece.rawValue)-instructions", difference / Double(lengths.1 - lengths.0))
        }
    }

    private func instructions(
        _ program: String, _ piece: HeadLoop.Piece, _ length: Int
    ) throws(BenchError) -> Double {
        guard let valgrind = Files.program("valgrind") else { throw BenchError("valgrind is not installed") }
        let child = try lab.startTool(
            "valgrind", valgrind,
            ["--tool=callgrind", "--callgrind-out-file=/dev/null", program, "pieces", piece.rawValue, String(length)],
            // The tables' order is else another in each process.
            environment: ["SWIFT_DETERMINISTIC_HASHING=1"])
        try child.wait(seconds: 120)
        let text = Files.text(child.output) ?? ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count >= 4, words[1] == "Collected", let count = Double(words[3]),
                text.contains("done \(length)")
            {
                return count
            }
        }
        throw BenchError("valgrind: \(child.lastWords)")
    }
}
