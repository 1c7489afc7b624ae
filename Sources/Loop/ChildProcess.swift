internal import CLinux
internal import Glibc

/// A program that is run to its end, without a shell. Blocks: for lanes, and for commands that do nothing else meanwhile.
///
/// It is its own process group, and the whole group ends when its time is over. It inherits no descriptor but its three
/// and no signal that this process ignores or blocks.
public struct ChildProcess: Sendable {
    public enum End: Sendable, Hashable {
        case exited(Int32)
        case signaled(Int32)
        /// Killed after `timeLimit`.
        case timedOut
        /// Killed because it wrote more than `outputLimit`.
        case tooMuchOutput
    }

    public struct Result: Sendable, Hashable {
        public let end: End
        public let output: [UInt8]
        public let errors: [UInt8]
        public var isSuccess: Bool { end == .exited(0) }
    }

    /// It did not start.
    public struct Failure: Error, Sendable, Hashable {
        public let program: String
        /// The system's error number; `ENOENT` when there is no such program.
        public let code: Int32
    }

    /// Looked for in `PATH` when it has no slash.
    public let program: String
    public let arguments: [String]
    /// In place of this process's own; nil hands that on.
    public var environment: [String: String]?
    /// Where it runs; nil is here.
    public var folder: String?
    /// Milliseconds.
    public var timeLimit: UInt64 = 60_000
    /// Bytes of output, and of errors.
    public var outputLimit = 16 << 20
    /// An open file that it reads in place of `input`; stays the caller's.
    public var standardInput: Int32?
    /// An open file that its output goes to in place of the result; stays the caller's.
    public var standardOutput: Int32?

    public init(_ program: String, _ arguments: [String] = []) { (self.program, self.arguments) = (program, arguments) }

    /// - Parameter input: What it may read; it need not.
    public func run(input: [UInt8] = []) throws(Failure) -> Result {
        var pairs = [[Int32]](repeating: [-1, -1], count: 3)
        // A socket for its input: a child that does not read must not end this process by a signal.
        let isMade =
            unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pairs[0]) == 0
            && gate_pipe(&pairs[1], 65_536) == 0 && gate_pipe(&pairs[2], 65_536) == 0
        defer { for descriptor in pairs.joined() where descriptor >= 0 { close(descriptor) } }
        guard isMade else { throw Failure(program: program, code: errno) }
        // Only our ends do not wait.
        _ = gate_adopt(pairs[0][0])
        for index in 1...2 { _ = fcntl(pairs[index][1], F_SETFL, 0) }
        let child = try start(standardInput ?? pairs[0][1], standardOutput ?? pairs[1][1], pairs[2][1])
        for index in pairs.indices {
            close(pairs[index][1])
            pairs[index][1] = -1
        }
        var talk = ChildTalk(input, limit: outputLimit, pairs[0][0], [pairs[1][0], pairs[2][0]])
        pairs[0][0] = -1
        let deadline = gate_monotonic_nanoseconds() / 1_000_000 + timeLimit
        var stopped = talk.run(until: deadline)
        // It may go on without its outputs.
        if stopped == nil, !Self.hasEnded(child, until: deadline) { stopped = .timedOut }
        if stopped != nil { _ = kill(-child, SIGKILL) }
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
        let end: End = status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signaled(status & 0x7F)
        return Result(end: stopped ?? end, output: talk.collected[0], errors: talk.collected[1])
    }

    /// False when it still runs at the deadline; true where the kernel cannot be asked.
    private static func hasEnded(_ child: pid_t, until deadline: UInt64) -> Bool {
        let descriptor = gate_process_descriptor(child)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var place = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let now = gate_monotonic_nanoseconds() / 1_000_000
            let found = unsafe poll(&place, 1, now < deadline ? Int32(min(deadline - now, 60_000)) : 0)
            if found > 0 || found < 0 && errno != EINTR { return true }
            if now >= deadline { return false }
        }
    }

    private func start(_ input: Int32, _ output: Int32, _ errors: Int32) throws(Failure) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in [input, output, errors].enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
        }
        unsafe gate_spawn_closing(&actions, 3)
        if let folder { unsafe gate_spawn_in(&actions, folder) }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        let words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        let variables = unsafe environment?.map { unsafe strdup("\($0)=\($1)") }
        defer {
            if let variables = unsafe variables {
                for index in unsafe variables.indices { unsafe free(variables[index]) }
            }
        }
        var child = pid_t()
        let code =
            if let variables = unsafe variables {
                unsafe posix_spawnp(&child, program, &actions, &attributes, words, variables + [nil])
            } else {
                unsafe posix_spawnp(&child, program, &actions, &attributes, words, environ)
            }
        guard code == 0 else { throw Failure(program: program, code: code) }
        return child
    }
}

/// The bytes between this process and a child.
private struct ChildTalk {
    private var input: ArraySlice<UInt8>
    private var inputEnd: Int32
    private var outputs: [Int32]
    private let limit: Int
    var collected: [[UInt8]] = [[], []]

    /// - Parameter inputEnd: Is closed here, when all is sent.
    init(_ input: [UInt8], limit: Int, _ inputEnd: Int32, _ outputs: [Int32]) {
        (self.input, self.limit, self.inputEnd, self.outputs) = (input[...], limit, inputEnd, outputs)
    }

    /// Until the child has closed both outputs; a reason to kill it otherwise.
    mutating func run(until deadline: UInt64) -> ChildProcess.End? {
        defer { if inputEnd >= 0 { close(inputEnd) } }
        var isOpen = [true, true]
        while isOpen.contains(true) {
            if inputEnd >= 0, input.isEmpty {
                close(inputEnd)
                inputEnd = -1
            }
            let now = gate_monotonic_nanoseconds() / 1_000_000
            guard now < deadline else { return .timedOut }
            // A negative descriptor is passed over.
            var places = outputs.indices.map {
                pollfd(fd: isOpen[$0] ? outputs[$0] : -1, events: Int16(POLLIN), revents: 0)
            }
            places.append(pollfd(fd: inputEnd, events: Int16(POLLOUT), revents: 0))
            let wait = Int32(min(deadline - now, 60_000))
            guard unsafe poll(&places, nfds_t(places.count), wait) > 0 else { continue }
            for index in outputs.indices where places[index].revents != 0 {
                isOpen[index] = receive(index)
                if collected[index].count > limit { return .tooMuchOutput }
            }
            if places[2].revents != 0 { send() }
        }
        return nil
    }

    /// False at the end.
    private mutating func receive(_ index: Int) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe read(outputs[index], &buffer, buffer.count)
        if count > 0 { collected[index] += buffer[..<count] }
        return count > 0 || count < 0 && (errno == EAGAIN || errno == EINTR)
    }

    private mutating func send() {
        let count = unsafe input.withUnsafeBytes { unsafe gate_send(inputEnd, $0.baseAddress, $0.count) }
        if count > 0 {
            input = input.dropFirst(count)
        } else if errno != EAGAIN, errno != EINTR {
            // It reads no more.
            input = []
        }
    }
}
