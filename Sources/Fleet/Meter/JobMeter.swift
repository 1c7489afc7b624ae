public import Basics
public import Store

/// Counts what becomes of jobs since the gate was started, for numbers that anybody may read: no account is in it.
///
/// Told where the facts are known, after they are on the disk; may be asked from everywhere.
public final class JobMeter: Sendable {
    private let counts = Locked(JobCounts())

    public init() {}

    public var current: JobCounts { counts.withLock { $0 } }

    // MARK: What is told

    /// A prompt was kept.
    func submitted() { counts.withLock { $0.submitted += 1 } }

    /// A prompt was not taken.
    public func refused(_ code: GateError.Code) { refused(RefusalReason(code)) }
    public func refused(_ reason: RefusalReason) { counts.withLock { $0.refused[reason, default: 0] += 1 } }

    /// A worker is about to get a job.
    func began(_ attempt: Attempt, of job: Job) {
        counts.withLock { counts in
            counts.attempts += 1
            if attempt.ordinal > 1 {
                counts.retries += 1
            } else {
                counts.waiting.add(attempt.began.milliseconds - job.submitted.milliseconds)
            }
        }
    }

    /// An attempt came to nothing.
    func lost(_ failure: JobFailure) {
        if failure == .workerDied { counts.withLock { $0.workerDeaths += 1 } }
    }

    /// A job has ended, and this was its end.
    func ended(_ end: JobEnd) {
        counts.withLock { counts in
            counts.ended[end.state, default: 0] += 1
            if end.state == .failed { counts.failed[FailureReason(end.failure), default: 0] += 1 }
            if let started = end.started { counts.running.add(end.ended.milliseconds - started.milliseconds) }
        }
    }

    /// A job was canceled before any worker had it.
    func withdrawn() { counts.withLock { $0.ended[.withdrawn, default: 0] += 1 } }
}

/// What a `JobMeter` has counted.
public struct JobCounts: Sendable, Hashable {
    public internal(set) var submitted = 0
    public internal(set) var refused: [RefusalReason: Int] = [:]
    /// By final state.
    public internal(set) var ended: [JobState: Int] = [:]
    /// Those that ended as `failed`, by why.
    public internal(set) var failed: [FailureReason: Int] = [:]
    public internal(set) var attempts = 0
    /// Attempts of jobs that had one before.
    public internal(set) var retries = 0
    public internal(set) var workerDeaths = 0
    /// From the submission to the first attempt.
    public internal(set) var waiting = TimeBuckets()
    /// From the worker's start to the end.
    public internal(set) var running = TimeBuckets()

    public init() {}
}

/// Why a prompt was not taken; a closed list, so that numbers by reason stay few.
public enum RefusalReason: String, Sendable, Hashable, CaseIterable {
    /// ComfyUI would not take it either.
    case invalidGraph = "invalid_graph"
    /// Its account's policy does not allow it.
    case policy
    case tooLarge = "too_large"
    case tooManyJobs = "too_many_jobs"
    case quotaExceeded = "quota_exceeded"
    case diskLow = "disk_low"
    /// None has been reached since the start, so nobody knows its nodes.
    case noWorker = "no_worker"
    case store
    case other

    init(_ code: GateError.Code) {
        switch code {
        case .tooManyJobs: self = .tooManyJobs
        case .quotaExceeded: self = .quotaExceeded
        case .diskLow, .storeFull: self = .diskLow
        case let code: self = code.rawValue.hasPrefix("store_") ? .store : .other
        }
    }

    /// - Parameter rejection: The type of an answer in ComfyUI's shape.
    public init(rejection: String) {
        switch rejection {
        case "request_too_large", "prompt_too_large": self = .tooLarge
        case "prompt_no_outputs", "prompt_outputs_failed_validation", "missing_node_type", "no_prompt",
            "non_finite_number":
            self = .invalidGraph
        case let type: self = type.hasPrefix("invalid_") ? .invalidGraph : .policy
        }
    }
}

/// Why a job failed; a closed list.
public enum FailureReason: String, Sendable, Hashable, CaseIterable {
    case executionFailed = "execution_failed"
    case workerCrashed = "worker_crashed"
    /// Workers had died under graphs like it before.
    case quarantined
    case workerUnreachable = "worker_unreachable"
    case workerRejected = "worker_rejected"
    case workerBroken = "worker_broken"
    case jobVanished = "job_vanished"
    case handOverUnknown = "handover_unknown"
    case interrupted
    case ranTooLong = "ran_too_long"
    case stalled
    case inputLost = "input_lost"
    case outputsLost = "outputs_lost"
    case storeCorrupt = "store_corrupt"
    case other

    init(_ failure: JobFailure?) {
        // Its code is that of the deaths that led to it.
        if failure == .quarantined {
            self = .quarantined
        } else {
            self = failure.flatMap { FailureReason(rawValue: $0.code.rawValue) } ?? .other
        }
    }
}

/// How many spans were how long.
public struct TimeBuckets: Sendable, Hashable {
    /// Milliseconds: from a preview of one step to a film.
    public static let bounds: [Int64] = [
        100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000,
    ]
    /// Spans up to each bound and longer than the one before; the last number is of those longer than all.
    public private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    /// Milliseconds of all together.
    public private(set) var sum: Int64 = 0

    public init() {}

    /// - Parameter milliseconds: Below 0 after the clock was set back, which counts as none.
    mutating func add(_ milliseconds: Int64) {
        let span = max(0, milliseconds)
        counts[Self.bounds.firstIndex { span <= $0 } ?? Self.bounds.count] += 1
        sum += span
    }
}

/// How many jobs there are now.
public struct FleetLoad: Sendable, Hashable {
    public let waiting: Int
    /// Jobs that workers have, by what they are at.
    public let phases: [JobPhase: Int]
}
