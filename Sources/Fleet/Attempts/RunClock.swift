internal import Store

/// How long an attempt may take, and what follows when it takes longer. Times are milliseconds of the monotonic clock.
struct RunClock {
    /// Why the gate itself ends it: it runs too long, or shows no life.
    private(set) var overdue: JobFailure?
    /// It was asked to stop, and went on.
    private(set) var isStuck = false
    private var begun: UInt64?
    private var lastSign: UInt64
    /// When it was asked to stop first.
    private var stopping: UInt64?

    /// - Parameter hasBegun: An earlier process of the gate saw the worker begin; when, this clock cannot tell.
    init(at now: UInt64, hasBegun: Bool) { (begun, lastSign) = (hasBegun ? now : nil, now) }

    mutating func began(at now: UInt64) { (begun, lastSign) = (now, now) }
    mutating func signOfLife(at now: UInt64) { lastSign = now }
    mutating func askedToStop(at now: UInt64) { stopping = stopping ?? now }

    /// - Parameter runLimit: The job's own.
    mutating func judge(_ limits: JobLimits, runLimit: UInt64?, at now: UInt64) {
        if overdue == nil, let begun {
            if now - begun >= runLimit ?? limits.run { overdue = .ranTooLong }
            if now - lastSign >= limits.stall { overdue = .stalled }
        }
        if let stopping, now - stopping >= limits.cancelGrace { isStuck = true }
    }
}

extension JobFailure {
    static let ranTooLong = JobFailure(
        .ranTooLong, "The job ran longer than it may and was stopped; make it smaller.")
    static let stalled = JobFailure(.stalled, "The worker showed no progress for too long, and the job was stopped.")
}
