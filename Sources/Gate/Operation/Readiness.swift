internal import Basics
internal import HTTP
internal import Wire

/// What the last look at the worker and at the store found.
struct Readiness: Sendable, Hashable {
    enum WorkerState: Sendable, Hashable {
        case up
        case failing(UpstreamFailure)
        /// It answers, but not to the gate: a password in front of it, for example.
        case refusing(Int)
    }

    var worker: WorkerState
    /// Nil when the store can be read.
    var storeFailure: GateError.Code?
    var asked: Timestamp
    /// Since when the worker is as it is.
    var since: Timestamp
    /// ComfyUI's and Python's own words.
    var version: String?
    var python: String?
    var devices: [String] = []
    /// Its command line; nil when it does not tell.
    var argv: [String]?

    var isReady: Bool { worker == .up && storeFailure == nil }

    /// One sentence without an address, in words that pages can translate.
    var reason: Phrase? {
        switch worker {
        case .up: storeFailure == nil ? nil : ErrorWords.storeUnavailable()
        case .failing(.unreachable): ErrorWords.unreachable()
        case .failing(.timedOut): ErrorWords.timeout()
        case .failing(.brokeOff), .failing(.invalid): ErrorWords.broken()
        case .failing(.overloaded): ErrorWords.overloaded()
        case .refusing(let status): StatusWords.refuses(["status": String(status)])
        }
    }

    /// Takes what `/system_stats` tells; every member may be missing or of another kind.
    mutating func read(_ stats: JSON) {
        let system = stats["system"]
        version = system?["comfyui_version"]?.string.map(Self.bounded)
        python = system?["python_version"]?.string.map(Self.bounded)
        argv = system?["argv"]?.array?.compactMap(\.string)
        devices = (stats["devices"]?.array ?? []).prefix(StatusPage.listLimit).compactMap {
            $0["name"]?.string.map(Self.bounded)
        }
    }

    /// A worker's words are not trusted to be short.
    private static func bounded(_ text: String) -> String { String(text.prefix(200)) }

    /// For those who may know.
    func json(_ language: Language = .english) -> JSONObject {
        var worker: JSONObject = [
            "state": self.worker == .up ? "up" : "down", "asked": .string(asked.rfc3339),
            "since": .string(since.rfc3339),
        ]
        if self.worker != .up, let reason { worker["reason"] = .string(reason.text(in: language)) }
        if let version { worker["comfyui"] = .string(version) }
        if let python { worker["python"] = .string(python) }
        if !devices.isEmpty { worker["devices"] = .array(devices.map { .string($0) }) }
        return ["worker": .object(worker), "store": .string(storeFailure?.rawValue ?? "ok")]
    }
}

/// The last `Readiness`, for all loops.
final class ReadinessBoard: Sendable {
    private let last = Locked<(readiness: Readiness, at: UInt64)?>(nil)

    var current: Readiness? { last.withLock { $0?.readiness } }

    /// The last one unless it is older than this.
    ///
    /// - Parameters:
    ///   - now: Monotonic milliseconds.
    func current(now: UInt64, maximumAge: UInt64) -> Readiness? {
        last.withLock { last in
            guard let last, now < last.at + maximumAge else { return nil }
            return last.readiness
        }
    }

    /// - Returns: What there was before, and what is now, with the time since which the worker is so.
    func record(_ readiness: Readiness, now: UInt64) -> (before: Readiness?, now: Readiness) {
        last.withLock { last in
            var readiness = readiness
            let before = last?.readiness
            if let before, (before.worker == .up) == (readiness.worker == .up) { readiness.since = before.since }
            last = (readiness, now)
            return (before, readiness)
        }
    }
}
