internal import Store

/// What a worker is at.
public struct WorkerState: Sendable, Hashable {
    public let name: String
    /// Why it gets nothing; nil while it answers.
    public let trouble: String?
    /// The job it has, by `Job.sequence`, and what that is at.
    public let job: Int?
    public let phase: JobPhase?
    /// It did not hear a wish to end a job.
    public let isStuck: Bool
}

/// Why a job has not been begun, as far as the queue and the workers tell.
public struct JobStanding: Sendable, Hashable {
    /// Jobs of all accounts that go before it; nil when it does not wait.
    public let ahead: Int?
    /// Jobs that wait in all.
    public let waiting: Int
    public let workers: [WorkerState]
}

extension WorkerSession {
    var state: WorkerState {
        WorkerState(
            name: address.name, trouble: trouble, job: run?.job.sequence, phase: run?.phase,
            isStuck: run?.isStuck ?? false)
    }
}
