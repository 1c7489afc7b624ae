internal import CBench
internal import Glibc

/// A process the bench started; it dies with the bench at the latest.
final class Child {
    let name: String
    let pid: pid_t
    /// Both its outputs.
    let output: String
    private var isOver = false

    /// - Parameter core: The only core it may use; nil for any.
    init(
        _ name: String, _ path: String, _ arguments: [String], environment: [String] = [], core: Int?, output: String
    ) throws(BenchError) {
        self.name = name
        self.output = output
        let all: [String] = [path] + arguments
        var words: [UnsafeMutablePointer<CChar>?] = unsafe all.map { unsafe strdup($0) } + [nil]
        var pairs = environment
        for key in ["PATH", "HOME", "TMPDIR"] {
            if let value = unsafe getenv(key) { pairs.append(unsafe key + "=" + String(cString: value)) }
        }
        var variables: [UnsafeMutablePointer<CChar>?] = unsafe pairs.map { unsafe strdup($0) } + [nil]
        defer {
            unsafe words.forEach { unsafe free($0) }
            unsafe variables.forEach { unsafe free($0) }
        }
        pid = unsafe bench_spawn(path, &words, &variables, Int32(core ?? -1), output)
        guard pid > 0 else { throw BenchError("\(name) cannot be started: errno \(errno)") }
    }

    var hasEnded: Bool {
        if !isOver { isOver = bench_has_ended(pid) == 1 }
        return isOver
    }

    /// Asks it to end and waits `seconds` at most, then kills it.
    func end(_ signal: Int32 = SIGTERM, within seconds: Double = 3) {
        guard !hasEnded else { return }
        kill(pid, signal)
        let limit = Clock.now() + UInt64(seconds * 1e9)
        while !hasEnded, Clock.now() < limit { usleep(2_000) }
        guard !hasEnded else { return }
        kill(pid, SIGKILL)
        while !hasEnded { usleep(2_000) }
    }

    /// Waits for its own end.
    func wait(seconds: Double) throws(BenchError) {
        let limit = Clock.now() + UInt64(seconds * 1e9)
        while !hasEnded {
            guard Clock.now() < limit else {
                end()
                throw BenchError("\(name) did not end within \(Int(seconds)) s")
            }
            try Clock.sleep(milliseconds: 2)
        }
    }

    /// The end of what it wrote, for an error.
    var lastWords: String { String((Files.text(output) ?? "").suffix(600)) }
}
