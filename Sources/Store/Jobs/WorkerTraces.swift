public import Basics

/// What an earlier process of the gate left at a worker; kept apart from the jobs, which their owners may forget.
public struct WorkerTraces: Sendable, Hashable {
    /// An attempt without proof that nothing comes of it any more.
    public struct GivenUp: Sendable, Hashable {
        public let attempt: UUID
        public let time: Timestamp
        public init(_ attempt: UUID, at time: Timestamp) { (self.attempt, self.time) = (attempt, time) }
    }

    /// The newest attempt that ended in the worker's history, and is left there.
    public var last: UUID?
    /// Oldest first.
    public var givenUp: [GivenUp]

    public init(last: UUID? = nil, givenUp: [GivenUp] = []) { (self.last, self.givenUp) = (last, givenUp) }
}
