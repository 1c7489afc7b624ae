/// What a dispatched job is at; seen live and never stored.
public enum JobPhase: String, Sendable, Hashable, CaseIterable {
    /// A worker gets it, or has it waiting.
    case dispatching
    case running
    /// It has ended on the worker; its files are being fetched.
    case finishing
    /// Its owner wants it ended and the worker has not shown the end yet.
    case canceling
    /// The worker does not answer.
    case unknown

    /// ComfyUI's word for it: everything that a worker has begun with is running.
    public var isRunning: Bool { self != .dispatching }
}

/// The limits of jobs that run; times are milliseconds.
public struct JobLimits: Sendable, Hashable {
    /// Attempts a job gets.
    public var attempts = 2
    /// Workers that may die under graphs of one signature before none of them runs any more.
    public var deaths = 2
    /// From the worker's start to the end, for jobs that have no limit of their own.
    public var run: UInt64 = 2 * 3_600_000
    /// Between two signs of life of a running job.
    public var stall: UInt64 = 15 * 60_000
    /// How long a cancel may stay unheard before the worker counts as stuck.
    public var cancelGrace: UInt64 = 120_000
    /// How long the files of an ended job are asked for.
    public var finishGrace: UInt64 = 600_000
    /// Idle time after which a worker unloads its models; nil for never.
    public var idleUnload: UInt64?
    public var rules = AttemptRules()

    public init() {}
}
