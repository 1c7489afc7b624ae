internal import Basics
public import Store

/// What is known of an attempt's hand-over to its worker.
public enum HandOver: Sendable, Hashable {
    /// The request is being written, or its answer awaited; no time limit ends that.
    case pending
    /// The worker answered that it has it.
    case accepted
    /// The connection ended, or the answer was an error, after the worker may have read the request.
    ///
    /// - `since`: Milliseconds of the monotonic clock.
    case uncertain(since: UInt64)
}

/// What a worker's `/queue`, and then its `/history`, said of an attempt.
public enum Sighting: Sendable, Hashable {
    case pending
    case running
    /// History has it.
    case ended
    /// Neither has it.
    case absent
    /// No answer; `isDead` when nobody listened at the worker's address.
    case silent(isDead: Bool)
}

/// What an attempt comes to, by the evidence there is (execution at least once, outcome exactly once).
public struct AttemptRules: Sendable, Hashable {
    public enum Decision: Sendable, Hashable {
        case wait
        /// Read history and end the job by it.
        case finish
        /// The attempt is over and nothing of it will come.
        case over(JobFailure)
        /// The worker never began and will not: the cancel is done.
        case withdrawn
    }

    /// Milliseconds without proof after which an uncertain hand-over is given up.
    public var handOverGrace: UInt64 = 60_000
    /// Milliseconds that a worker may be out of reach.
    public var workerGrace: UInt64 = 120_000

    public init() {}

    /// The evidence of one look.
    public struct Evidence: Sendable, Hashable {
        public var handOver: HandOver
        public var sighting: Sighting
        /// Its owner wants it ended.
        public var isCanceled: Bool
        /// The worker's process is another than at the hand-over: nobody listened at its address in between, or what its
        /// history held then is gone.
        public var sawDeath: Bool
        /// The attempt's event socket ended by itself, which ComfyUI does to none: its process ended, or the way to it broke.
        public var lostSocket: Bool
        /// Milliseconds of the monotonic clock; nil when the last question was answered.
        public var silentSince: UInt64?
        public var now: UInt64

        public init(
            handOver: HandOver, sighting: Sighting, isCanceled: Bool = false, sawDeath: Bool = false,
            lostSocket: Bool = false, silentSince: UInt64? = nil, now: UInt64
        ) {
            (self.handOver, self.sighting, self.isCanceled) = (handOver, sighting, isCanceled)
            (self.sawDeath, self.lostSocket, self.silentSince, self.now) = (sawDeath, lostSocket, silentSince, now)
        }
    }

    public func decide(_ evidence: Evidence) -> Decision {
        switch evidence.sighting {
        case .ended: return .finish
        case .pending, .running: return .wait
        case .silent(isDead: true): return .over(.workerDied)
        case .silent(isDead: false):
            guard let since = evidence.silentSince, evidence.now - since >= workerGrace else { return .wait }
            return .over(.workerUnreachable)
        case .absent: return absent(evidence)
        }
    }

    private func absent(_ evidence: Evidence) -> Decision {
        // "Not found" from a live process is no proof while the request may still lie in its buffers.
        switch evidence.handOver {
        case _ where evidence.sawDeath: return .over(.workerDied)
        case .accepted:
            if evidence.isCanceled { return .withdrawn }
            return .over(evidence.lostSocket ? .workerDied : .jobVanished)
        case .pending: return .wait
        case .uncertain(let since):
            return evidence.now - since >= handOverGrace ? .over(.handOverUnknown) : .wait
        }
    }
}

extension JobFailure {
    static let workerDied = JobFailure(
        .workerCrashed, "The worker that ran this job stopped; it may have been too much for it.")
    static let notHandedOver = JobFailure(.handOverFailed, "The worker could not be reached.")
    public static let workerUnreachable = JobFailure(
        .workerUnreachable, "The worker that ran this job can no longer be reached.")
    public static let jobVanished = JobFailure(
        .jobVanished, "The worker no longer knows this job; somebody may have removed it there.")
    static let workerBroken = JobFailure("worker_broken", "The worker does not tell how this job ended.")
    static let interruptedByOthers = JobFailure(
        "interrupted", "Somebody interrupted the worker while it ran this job.")
    static let outputsLost = JobFailure(.outputsLost, "The job ended, but its files could not be fetched.")
    public static let handOverUnknown = JobFailure(
        .handOverUnknown, "Nobody knows whether the worker took this job; submit it again.")
}
