public import Basics

extension GateError.Code {
    /// The worker has neither the job nor its end.
    public static let jobVanished: Self = "job_vanished"
    /// Nothing of a job reached the worker.
    public static let handOverFailed: Self = "handover_failed"
    /// A finished job's files could not be fetched.
    public static let outputsLost: Self = "outputs_lost"
    /// A job's input is no longer in the gate's keeping.
    public static let inputLost: Self = "input_lost"
    /// The worker refused a job that the gate had accepted.
    public static let workerRejected: Self = "worker_rejected"
    /// A job ran longer than it may.
    public static let ranTooLong: Self = "ran_too_long"
    /// A running job showed no life for too long.
    public static let stalled: Self = "stalled"
    /// A job waited longer than it may.
    public static let queueExpired: Self = "queue_expired"
    /// There is too little room on the disk.
    public static let diskLow: Self = "disk_low"
    /// A node of the graph failed.
    public static let executionFailed: Self = "execution_failed"
}
