public import Basics

/// A job that waits for a worker: all that a decision needs, so that a million of them fit in memory.
public struct QueuedJob: Sendable, Hashable {
    public let sequence: Int
    public let account: UUID
    /// `JobPlace.value`.
    public let place: Double

    public init(sequence: Int, account: UUID, place: Double) {
        (self.sequence, self.account, self.place) = (sequence, account, place)
    }

    public init(_ job: Job) { self.init(sequence: job.sequence, account: job.account, place: job.place.value) }
}
