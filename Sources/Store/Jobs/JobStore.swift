public import Basics

/// A prompt to be kept until it has run.
public struct NewJob: Sendable {
    /// Where in its account's line it goes.
    public enum Position: Sendable, Hashable {
        case last
        /// Ahead of all that gave no number, as `front` asks for.
        case first
        case given(Double)
    }

    public var account: UUID
    public var publicID: String
    public var clientID: String?
    public var position: Position
    public var submitted: Timestamp
    public var signature: Digest32
    public var workflowID: String?
    public var request: JobRequest
    /// The assets it reads; they are kept as long as it is.
    public var inputs: [Digest32]
    public var terms: JobTerms

    public init(
        account: UUID, publicID: String, clientID: String?, position: Position = .last, submitted: Timestamp,
        signature: Digest32, workflowID: String? = nil, request: JobRequest, inputs: [Digest32] = [],
        terms: JobTerms = JobTerms()
    ) {
        (self.account, self.publicID, self.clientID, self.position) = (account, publicID, clientID, position)
        (self.submitted, self.signature, self.workflowID) = (submitted, signature, workflowID)
        (self.request, self.inputs, self.terms) = (request, inputs, terms)
    }
}

/// What became of a submission.
public enum Submission: Sendable, Hashable {
    case created(Job)
    /// The account has a job of this id already: the first answer holds, and nothing is stored.
    case existing(Job)

    public var job: Job {
        switch self {
        case .created(let job), .existing(let job): job
        }
    }
}

/// What a wish to cancel came to.
public enum CancelAnswer: Sendable, Hashable {
    /// It had not been handed to a worker and never will be.
    case canceled(Job)
    /// A worker has it: it has to be stopped there.
    case asked(Job)
    /// It had ended before.
    case ended
    case unknown
}

/// The end of a job.
public struct JobEnd: Sendable, Hashable {
    public var job: Int
    /// The attempt it ended with; nil when none was made or none counts.
    public var attempt: UUID?
    public var state: JobState
    public var failure: JobFailure?
    public var started: Timestamp?
    public var ended: Timestamp
    public var result: JobResult?
    /// The worker's history told the end, and holds the attempt.
    public var isInHistory: Bool

    public init(
        job: Int, attempt: UUID?, state: JobState, failure: JobFailure? = nil, started: Timestamp? = nil,
        ended: Timestamp, result: JobResult? = nil, isInHistory: Bool = false
    ) {
        precondition(state.isFinal, "a job ends in a final state")
        (self.job, self.attempt, self.state, self.failure) = (job, attempt, state, failure)
        (self.started, self.ended, self.result, self.isInHistory) = (started, ended, result, isInHistory)
    }
}

/// A job that a worker had when the store was opened.
public struct DispatchedJob: Sendable, Hashable {
    public let job: Job
    /// The newest, which has not been settled.
    public let attempt: Attempt

    public init(_ job: Job, _ attempt: Attempt) { (self.job, self.attempt) = (job, attempt) }
}

/// A job with what it was submitted with and, once it has ended, what it came to.
public struct JobRecord: Sendable, Hashable {
    public let job: Job
    public let request: JobRequest
    public let result: JobResult?

    public init(_ job: Job, _ request: JobRequest, _ result: JobResult?) {
        (self.job, self.request, self.result) = (job, request, result)
    }
}

/// Which of an account's jobs, in which order; as `/api/jobs` asks.
public struct JobQuery: Sendable, Hashable {
    public enum Order: Sendable, Hashable { case submitted, duration }

    public var states: Set<JobState>
    public var workflowID: String?
    public var order = Order.submitted
    public var isAscending = false
    /// Nil for no limit but the store's own, 1,000.
    public var limit: Int?
    public var offset = 0

    public init(states: Set<JobState> = Set(JobState.allCases)) { self.states = states }
}

/// A part of an account's jobs.
public struct JobPage: Sendable, Hashable {
    public struct Item: Sendable, Hashable {
        public let job: Job
        /// `JobResult.summary`; empty before the end.
        public let summary: [UInt8]
        public init(_ job: Job, summary: [UInt8]) { (self.job, self.summary) = (job, summary) }
    }
    public let items: [Item]
    /// All that the query is true of.
    public let total: Int

    public init(_ items: [Item], total: Int) { (self.items, self.total) = (items, total) }
}

/// A graph that workers died under.
public struct DeadlyGraph: Sendable, Hashable {
    public let signature: Digest32
    public let deaths: Int
    public let last: Timestamp
    /// Whose job it was the last time.
    public let account: UUID

    public init(signature: Digest32, deaths: Int, last: Timestamp, account: UUID) {
        (self.signature, self.deaths, self.last, self.account) = (signature, deaths, last, account)
    }
}

/// What of one account has not ended.
public struct OpenCount: Sendable, Hashable {
    /// Jobs that wait or run.
    public let jobs: Int
    /// Those that wait, and the bytes of their documents.
    public let waiting: Int
    public let waitingBytes: Int

    public init(jobs: Int = 0, waiting: Int = 0, waitingBytes: Int = 0) {
        (self.jobs, self.waiting, self.waitingBytes) = (jobs, waiting, waitingBytes)
    }
}

/// Durable memory of jobs; every implementation passes `JobStoreTests`. What returns has been synced.
///
/// Failures of the store itself come with the codes of `StoreErrors.swift`.
public protocol JobStore: Sendable {
    // MARK: Changes

    /// Keeps a job, unless the account has one of that id.
    ///
    /// - Throws: `tooManyJobs` when too much waits; `quotaExceeded` when too much has been used.
    func submit(_ job: NewJob, quota: AccountQuota) async throws(GateError) -> Submission
    /// Notes that a worker is about to get a job; false when it is no longer queued.
    func begin(_ attempt: Attempt) async throws(GateError) -> Bool
    /// Notes when the worker began with it.
    func started(_ attempt: UUID, at time: Timestamp) async throws(GateError)
    /// Gives a job back to the queue after an attempt that came to nothing; files the attempt brought are forgotten. False,
    /// and nothing is changed, when the attempt is not the one that counts or the owner wants the job ended.
    func requeue(_ attempt: UUID, reason: JobFailure, at time: Timestamp) async throws(GateError) -> Bool
    func requestCancel(account: UUID, publicID: String, at time: Timestamp) async throws(GateError) -> CancelAnswer
    /// Ends a job. The first end counts: false when it had one, or when another attempt has taken over. An end without an
    /// attempt is for a job that waits: false when a worker has it by now.
    func finish(_ end: JobEnd) async throws(GateError) -> Bool
    /// Lets graphs of a signature run again after workers died under them; false when none had.
    func release(_ signature: Digest32) async throws(GateError) -> Bool
    /// Forgets ended jobs of an account: those named, or all. Files stay.
    func forget(account: UUID, publicIDs: [String]?) async throws(GateError)
    /// Forgets jobs of an account that ended before a time, at most 1,000 at once; returns how many.
    ///
    /// - Parameter isTrial: Counts them all and forgets none.
    func forget(account: UUID, endedBefore time: Timestamp, isTrial: Bool) async throws(GateError) -> Int
    /// Puts a job that waits to one end of its account's line, and returns its new place; nil when it does not wait.
    func move(_ job: Int, to end: LineEnd) async throws(GateError) -> JobPlace?

    // MARK: Questions

    /// Under how many attempts of graphs of this signature a worker died since one of them succeeded.
    func deaths(of signature: Digest32) async throws(GateError) -> Int
    /// Graphs that workers died under, the latest first.
    func deadly(limit: Int) async throws(GateError) -> [DeadlyGraph]
    /// What may still be in a worker's queue or memory of what was given up since `time`, and of what ended.
    func traces(at worker: String, since time: Timestamp) async throws(GateError) -> WorkerTraces
    /// All that wait, in no order.
    func queuedJobs() async throws(GateError) -> [QueuedJob]
    /// All that were handed to workers and have not ended, oldest first.
    func dispatchedJobs() async throws(GateError) -> [DispatchedJob]
    func record(of job: Int) async throws(GateError) -> JobRecord?
    /// Of all accounts, newest first, without documents.
    func jobs(_ filter: JobFilter) async throws(GateError) -> [Job]
    /// How many jobs of each state there are.
    ///
    /// - Parameter account: Nil for all.
    func tally(of account: UUID?) async throws(GateError) -> [JobState: Int]
    /// Of every account that has any.
    func openCounts() async throws(GateError) -> [UUID: OpenCount]
    /// The assets that a job reads.
    func inputs(of job: Int) async throws(GateError) -> [Digest32]
    /// Oldest first.
    func attempts(of job: Int) async throws(GateError) -> [AttemptRecord]
    /// Jobs that have waited longer than they may, at most `limit`.
    func overdue(at time: Timestamp, limit: Int) async throws(GateError) -> [Job]
    /// What has been used from one day to another, both included; ordered by day.
    ///
    /// - Parameter account: Nil for all.
    func usage(of account: UUID?, _ days: ClosedRange<UsageDay>) async throws(GateError) -> [UsageRecord]
    func record(account: UUID, publicID: String) async throws(GateError) -> JobRecord?
    /// What has not ended, in the order of the account's line, without documents.
    func open(of account: UUID) async throws(GateError) -> [Job]
    /// What has not ended, in the order of the account's line.
    ///
    /// - Parameter limit: At most 500.
    func pending(of account: UUID, limit: Int) async throws(GateError) -> [JobRecord]
    /// Jobs that ran, oldest first.
    ///
    /// - Parameters:
    ///   - limit: The newest so many; at most 1,000.
    ///   - offset: Counted from the oldest, as ComfyUI does; nil takes the newest.
    func history(of account: UUID, limit: Int, offset: Int?) async throws(GateError) -> [JobRecord]
    func jobs(of account: UUID, _ query: JobQuery) async throws(GateError) -> JobPage
}
