public import Basics
internal import ComfyAPI

/// A ComfyUI server as one state machine.
///
/// Confined to one executor, not thread-safe. Call `advance(to:)` before each `handle`, `connect`, `receive` and
/// `disconnected`, and again whenever `nextWake` has come; between calls nothing happens. Frames leave through
/// `delegate` in the order of events.
public final class SimulatedWorker {
    public weak var delegate: (any SimulatedWorkerDelegate)?
    /// May be replaced at any time.
    public var faults: FaultPlan
    /// True from a crash to `restart()`.
    public internal(set) var isDead = false
    /// Told of what really happens to prompts, for whoever judges those in front of this worker; see `note`.
    public var journal: ((JSON) -> Void)?
    /// The moment of the last `advance`, in nanoseconds of the shell's monotonic clock.
    public internal(set) var now: UInt64

    let options: SimulatorOptions
    let resources: SimulatorResources
    /// `/object_info` with this worker's models; input files are added when asked.
    let objectInfo: JSONObject
    let classes: ObjectInfo
    let files: any FileTree
    var random: any RandomNumberGenerator
    let wallStart: Timestamp
    let clockStart: UInt64
    /// When the process began, for slow starts.
    var startedAt: UInt64

    var counter = 0
    var pending = PendingHeap()
    var late: [(time: UInt64, job: Job)] = []
    var history = History()
    var phase = Phase.idle
    var cache: ExecutionCache
    var temporaryNames: [String: String] = [:]
    var interruptRequested = false
    var freesMemory = false
    /// The owner of the run now going on, and of the last one.
    var owner: String?
    /// The node last announced by `executing`; nil between runs.
    var lastNode: String?

    var sockets: [String: SocketID] = [:]
    var clients: [SocketID: Client] = [:]
    var previewFlags: Set<String> = []
    var nextSocket = 1
    var logs = LogRing()
    var logSubscribers: Set<String> = []
    var users = JSONObject()
    /// Runs of nodes that are never the same again.
    var changes = 0
    var knownFileHashes: [String: (modified: UInt64, hash: String)] = [:]

    /// - Parameters:
    ///   - resources: Of the same flavour as the options.
    ///   - wallClock: Wall-clock time at `now`; later times follow `now`.
    ///   - now: The monotonic clock, in nanoseconds.
    ///   - random: Makes ids and temporary names.
    public init(
        _ options: SimulatorOptions, resources: SimulatorResources, wallClock: Timestamp, now: UInt64 = 0,
        random: any RandomNumberGenerator = SystemRandomNumberGenerator()
    ) {
        (self.options, self.resources, self.random) = (options, resources, random)
        (objectInfo, classes) = ModelCombos.filled(resources, options)
        (wallStart, clockStart, self.now, startedAt) = (wallClock, now, now, now)
        faults = options.faults
        files =
            options.dataDirectory.map { DiskFileTree(root: $0, limit: options.maximumBody) }
            ?? MemoryFileTree(limit: options.maximumStored)
        cache = ExecutionCache(limit: options.maximumCached)
        prepareFolders()
    }

    /// A new process after a crash or a kill: queue, cache, sockets and temporary files are gone; files stay.
    ///
    /// The shell closes its connections before.
    public func restart() {
        isDead = false
        startedAt = now
        counter = 0
        pending.removeAll()
        late.removeAll()
        if faults.losesHistory { history = History() }
        phase = .idle
        cache.removeAll()
        temporaryNames.removeAll()
        (interruptRequested, freesMemory, owner, lastNode) = (false, false, nil, nil)
        sockets.removeAll()
        clients.removeAll()
        previewFlags.removeAll()
        logSubscribers.removeAll()
        prepareFolders()
    }

    private func prepareFolders() {
        files.clear("temp")
        for folder in ["input", "output", "temp", "user/default"] { files.makeDirectory(folder) }
        if !files.exists("input/example.png") {
            let picture = DreamPainter(Dream(words: "example", seed: 1)).paint(width: 96, height: 96)
            _ = files.write("input/example.png", PNGCodec.encode(picture), at: wallNanoseconds)
        }
        log("To see the GUI go to: http://127.0.0.1:8188")
    }

    func crash() {
        guard !isDead else { return }
        isDead = true
        note("crashed", phase.job)
        phase = .idle
        delegate?.workerCrashed(self)
    }

    // MARK: - Time

    /// Wall-clock time in nanoseconds since 1970.
    var wallNanoseconds: UInt64 { UInt64(max(0, wallStart.milliseconds)) * 1_000_000 + (now - clockStart) }

    /// Wall-clock time in milliseconds since 1970, as events carry it.
    var timestamp: JSON { JSON(Int(wallNanoseconds / 1_000_000)) }

    /// When something will happen by itself; nil while everything waits for a request.
    public var nextWake: UInt64? {
        guard !isDead else { return nil }
        var wake = phase.wake
        if case .idle = phase, !pending.isEmpty { wake = now }
        for entry in late { wake = min(wake ?? entry.time, entry.time) }
        return wake.map { max($0, now) }
    }

    /// Lets everything happen that is due up to `time`, each thing at its own moment, in order.
    ///
    /// - Returns: `nextWake`.
    @discardableResult
    public func advance(to time: UInt64) -> UInt64? {
        while let wake = nextWake, wake <= time {
            now = wake
            takeLate()
            step()
        }
        now = max(now, time)
        return nextWake
    }

    private func takeLate() {
        let due = late.filter { $0.time <= now }
        late.removeAll { $0.time <= now }
        for entry in due { _ = enqueue(entry.job) }
    }

    // MARK: - Identity

    func makeUUID() -> UUID { UUID(random: (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }) }

    func letters(_ count: Int) -> String {
        let letters = Array("abcdefghijklmnopqrstupvxyz")
        return String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
    }

    // MARK: - Log

    func log(_ line: String) {
        let stamp = Timestamp(milliseconds: Int64(wallNanoseconds / 1_000_000)).rfc3339.dropLast(1)
        let text = (options.flavour.isModern ? "\u{1B}[32m[INFO]\u{1B}[0m " : "") + line + "\n"
        let entry: JSON = ["t": .string(String(stamp) + "000"), "m": .string(text)]
        logs.append(entry)
        guard !logSubscribers.isEmpty else { return }
        for client in logSubscribers.sorted() {
            send("logs", ["entries": [entry], "size": nil], to: client)
        }
    }
}

/// The newest lines of the log, as `/internal/logs` keeps them.
struct LogRing: Sendable {
    private(set) var entries: [JSON] = []
    static let limit = 300

    mutating func append(_ entry: JSON) {
        entries.append(entry)
        if entries.count > Self.limit { entries.removeFirst() }
    }
}

/// What became of the jobs that ran, oldest first.
struct History: Sendable {
    struct Entry: Sendable {
        let job: Job
        let outputs: JSONObject
        let meta: JSONObject
        let completed: Bool
        let messages: [JSON]

        var json: JSON {
            [
                "prompt": job.item, "outputs": .object(outputs), "status": status, "meta": .object(meta),
            ]
        }

        var status: JSON {
            [
                "status_str": .string(completed ? "success" : "error"), "completed": JSON(completed),
                "messages": .array(messages),
            ]
        }

        /// The data of the first message of this type.
        func message(_ type: String) -> JSON? { messages.first { $0[0]?.string == type }?[1] }
    }

    private(set) var ids: [String] = []
    private var entries: [String: Entry] = [:]

    var count: Int { ids.count }
    subscript(id: String) -> Entry? { entries[id] }

    /// A repeated id keeps its place and shows the newer run.
    mutating func add(_ entry: Entry, limit: Int) {
        if entries.updateValue(entry, forKey: entry.job.id) == nil { ids.append(entry.job.id) }
        if ids.count > limit { entries[ids.removeFirst()] = nil }
    }

    mutating func remove(_ id: String) {
        if entries.removeValue(forKey: id) != nil { ids.removeAll { $0 == id } }
    }

    mutating func removeAll() { self = History() }
}
