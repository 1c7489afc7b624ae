public import Basics

/// Which jobs of all accounts.
public struct JobFilter: Sendable, Hashable {
    public var account: UUID?
    public var publicID: String?
    public var states: Set<JobState>
    /// Only older ones than this sequence.
    public var before: Int?
    /// At most 1,000.
    public var limit: Int

    public init(
        account: UUID? = nil, publicID: String? = nil, states: Set<JobState> = Set(JobState.allCases),
        before: Int? = nil, limit: Int = 100
    ) {
        (self.account, self.publicID, self.states) = (account, publicID, states)
        (self.before, self.limit) = (before, limit)
    }
}

/// An attempt and what became of it.
public struct AttemptRecord: Sendable, Hashable {
    public let attempt: Attempt
    public let ended: Timestamp?
    /// A final state, or the code of what ended it.
    public let outcome: String?

    public init(_ attempt: Attempt, ended: Timestamp?, outcome: String?) {
        (self.attempt, self.ended, self.outcome) = (attempt, ended, outcome)
    }
}

/// One end of an account's line.
public enum LineEnd: String, Sendable, Hashable, CaseIterable { case first, last }
