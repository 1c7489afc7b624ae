internal import Basics
internal import CBench
internal import CLinux
internal import Glibc

/// Measures the gate beside other proxies; `docs/performance.md` says how and what came out.
@main
struct GateBench {
    @MainActor static func main() async {
        // Lines must come out as they are found, also into a file.
        bench_write_by_lines()
        _ = gate_raise_descriptor_limit()
        var words = Array(CommandLine.arguments.dropFirst())
        let verb = words.first.map { $0.hasPrefix("-") ? "bench" : words.removeFirst() } ?? "bench"
        if words.contains("--help") || words.contains("-h") || verb == "help" {
            print(Options.help)
            exit(0)
        }
        do {
            switch verb {
            case "bench": try bench(Options(words))
            case "costs": try costs(Options(words))
            case "pieces":
                guard words.count == 2, let piece = HeadLoop.Piece(rawValue: words[0]), let count = Int(words[1]) else {
                    throw BenchError("pieces head|target|token COUNT")
                }
                print("done \(try HeadLoop().run(piece, count))")
            case "upstream": try upstream(words)
            case "seed": try await seed(words)
            case "worker": try await worker(words)
            case "commits": try commits(words)
            default: throw BenchError("unknown command \(verb). See --help.")
            }
        } catch let error as BenchError {
            fail(error.message)
        } catch {
            fail("\(error)")
        }
        exit(0)
    }

    private static func fail(_ message: String) -> Never {
        let line = Array("bench: \(message)\n".utf8)
        _ = unsafe write(2, line, line.count)
        exit(1)
    }

    private static var ownPath: String {
        var bytes = [CChar](repeating: 0, count: 4_096)
        let count = unsafe readlink("/proc/self/exe", &bytes, bytes.count - 1)
        return String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func bench(_ options: Options) throws(BenchError) {
        guard Files.isExecutable(options.gate) else {
            throw BenchError("\(options.gate) is not there; run 'make bench'")
        }
        guard bench_core_count() >= 2 else {
            throw BenchError("two cores are needed: one for the proxy, one for the rest")
        }
        bench_catch_signals(UInt32(options.limit))
        let lab = try Lab(options, program: ownPath)
        defer { lab.end() }
        var suite = Suite(lab: lab)
        do { try suite.run() } catch {
            suite.report.printAll()
            throw error
        }
        suite.report.printAll()
        if let out = options.out {
            try Files.write(
                suite.report.json(machine: Machine.description, date: Machine.date, rounds: options.rounds), to: out)
        }
    }

    private static func costs(_ options: Options) throws(BenchError) {
        guard Files.isExecutable(options.gate) else {
            throw BenchError("\(options.gate) is not there; run scripts/test-costs")
        }
        bench_catch_signals(UInt32(options.limit))
        let lab = try Lab(options, program: ownPath)
        defer { lab.end() }
        var costs = try Costs(lab: lab)
        let exceeded = try costs.run()
        guard exceeded == 0 else { throw BenchError("\(exceeded) figures are above their limits in \(options.costs)") }
    }

    private static func upstream(_ words: [String]) throws(BenchError) {
        guard words.count == 2, let port = UInt16(words[0]), let tokens = Files.text(words[1]) else {
            throw BenchError("upstream PORT TOKENS")
        }
        bench_catch_signals(0)
        try Upstream(port: port, tokens: tokens.split(separator: "\n").map(String.init)).run()
    }

    private static func seed(_ words: [String]) async throws {
        guard words.count >= 2, let tokens = Files.text(words[1]) else {
            throw BenchError("seed FOLDER TOKENS [ended|queued COUNT]")
        }
        try Files.makeFolder(words[0])
        try await Seed.run(folder: words[0], tokens: tokens.split(separator: "\n").map(String.init))
        if words.count == 4, let kind = JobRows.Kind(rawValue: words[2]), let count = Int(words[3]) {
            try JobRows(kind: kind, count: count).write(to: words[0] + "/comfygate.db")
        }
        print("seeded")
    }

    private static func worker(_ words: [String]) async throws {
        guard words.count == 2, let port = UInt16(words[0]), let kind = BenchWorker.Kind(rawValue: words[1]) else {
            throw BenchError("worker PORT \(BenchWorker.Kind.allCases.map(\.rawValue).joined(separator: "|"))")
        }
        try await BenchWorker.run(port: port, kind)
    }

    private static func commits(_ words: [String]) throws {
        guard words.count == 4, let writers = Int(words[1]), let bytes = Int(words[2]), let seconds = Double(words[3])
        else { throw BenchError("commits FOLDER WRITERS BYTES SECONDS") }
        try Files.makeFolder(words[0])
        print(try GroupCommit(folder: words[0]).run(writers: writers, bytes: bytes, seconds: seconds).line)
    }
}

/// Where a run took place.
enum Machine {
    static var description: String {
        let processor = (Files.text("/proc/cpuinfo") ?? "").split(separator: "\n").first { $0.hasPrefix("model name") }
        let name = processor?.split(separator: ":").last.map { $0.drop { $0 == " " } } ?? "unknown processor"
        let kernel = (Files.text("/proc/sys/kernel/osrelease") ?? "").split(separator: "\n").first ?? ""
        let cores = (Files.text("/proc/cpuinfo") ?? "").split(separator: "\n").count { $0.hasPrefix("processor") }
        return "\(cores) cores, \(name), Linux \(kernel)"
    }

    /// The day, in UTC.
    static var date: String { String(Timestamp.now().rfc3339.prefix(10)) }
}
