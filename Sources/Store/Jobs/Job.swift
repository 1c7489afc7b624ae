public import Basics

/// Where a job stands on the disk. What happens between `dispatched` and the end is seen live and not stored.
public enum JobState: String, Sendable, Hashable, CaseIterable {
    case queued
    /// Handed to a worker, or about to be: its newest attempt says to which.
    case dispatched
    case succeeded
    case failed
    /// Stopped while it ran.
    case canceled
    /// Canceled before a worker began: ComfyUI shows no trace of such a prompt.
    case withdrawn
    /// It waited longer than it may.
    case expired

    public var isFinal: Bool { self != .queued && self != .dispatched }
}

/// Where a job stands in its account's line; the lowest goes first, equal ones by age.
public struct JobPlace: Sendable, Hashable, Comparable {
    public let value: Double
    /// The submitter chose it; ComfyUI then writes it as a float.
    public let isGiven: Bool

    public init(_ value: Double, isGiven: Bool) { (self.value, self.isGiven) = (value, isGiven) }

    /// `number` as ComfyUI's answers have it.
    public var number: JSONNumber {
        isGiven ? JSONNumber(value) : JSONNumber(Int(exactly: value) ?? 0)
    }

    public static func < (left: JobPlace, right: JobPlace) -> Bool { left.value < right.value }
}

/// A submitted prompt, without its documents.
public struct Job: Sendable, Hashable {
    /// The store's own number; rises with age and is never shown.
    public let sequence: Int
    public let account: UUID
    /// Unique within the account.
    public let publicID: String
    /// Which event sockets of the account hear of it.
    public let clientID: String?
    public let place: JobPlace
    public var state: JobState
    public let submitted: Timestamp
    /// When the worker began; nil before, and for a job that never ran.
    public var started: Timestamp?
    public var ended: Timestamp?
    public var cancelRequested: Timestamp?
    /// Attempts so far.
    public var attempts: Int
    /// Equal for graphs that do the same work.
    public let signature: Digest32
    /// Bytes of the documents that were submitted.
    public let byteCount: Int
    /// The editor's id of the workflow, when it has one.
    public let workflowID: String?
    /// Why it did not succeed: a stable code and one sentence.
    public var failure: JobFailure?
    public let terms: JobTerms

    public init(
        sequence: Int, account: UUID, publicID: String, clientID: String?, place: JobPlace, state: JobState,
        submitted: Timestamp, started: Timestamp? = nil, ended: Timestamp? = nil, cancelRequested: Timestamp? = nil,
        attempts: Int = 0, signature: Digest32, byteCount: Int, workflowID: String? = nil, failure: JobFailure? = nil,
        terms: JobTerms = JobTerms()
    ) {
        (self.sequence, self.account, self.publicID, self.clientID) = (sequence, account, publicID, clientID)
        (self.place, self.state, self.submitted, self.started, self.ended) = (place, state, submitted, started, ended)
        (self.cancelRequested, self.attempts, self.signature) = (cancelRequested, attempts, signature)
        (self.byteCount, self.workflowID, self.failure, self.terms) = (byteCount, workflowID, failure, terms)
    }
}

/// Why a job did not succeed.
public struct JobFailure: Sendable, Hashable {
    /// Stable snake_case, listed in `docs/errors.md`.
    public let code: GateError.Code
    /// One sentence for its owner.
    public let message: String

    public init(_ code: GateError.Code, _ message: String) { (self.code, self.message) = (code, message) }
}

/// What a job was submitted with; each member is JSON text, ready to be written into an answer.
public struct JobRequest: Sendable, Hashable {
    /// The graph, as its owner sees it.
    public var prompt: [UInt8]
    /// `extra_data` without credentials.
    public var extraData: [UInt8]
    /// An array of the ids of the output nodes that run.
    public var outputs: [UInt8]
    /// What the gate found in the graph and needs for an attempt.
    public var plan: [UInt8]
    /// Keys for paid nodes; forgotten with the job's end.
    public var credentials: [UInt8]?

    public init(
        prompt: [UInt8], extraData: [UInt8], outputs: [UInt8], plan: [UInt8], credentials: [UInt8]? = nil
    ) {
        (self.prompt, self.extraData, self.outputs) = (prompt, extraData, outputs)
        (self.plan, self.credentials) = (plan, credentials)
    }

    public var byteCount: Int {
        prompt.count + extraData.count + outputs.count + plan.count + (credentials?.count ?? 0)
    }
}

/// What a finished job came to; JSON text as in a history entry, names already its owner's.
public struct JobResult: Sendable, Hashable {
    /// An object: node to what it reported.
    public var outputs: [UInt8]
    /// `{"status_str", "completed", "messages"}`.
    public var status: [UInt8]
    /// An object: node to where it stands in the graph.
    public var meta: [UInt8]
    /// Members that `/api/jobs` adds to a finished job, as one object.
    public var summary: [UInt8]

    public init(outputs: [UInt8], status: [UInt8], meta: [UInt8], summary: [UInt8]) {
        (self.outputs, self.status, self.meta, self.summary) = (outputs, status, meta, summary)
    }
}

/// One try to run a job on one worker.
public struct Attempt: Sendable, Hashable {
    /// The worker's `prompt_id`, and the client id of the attempt's event socket; nobody else ever sees it.
    public let id: UUID
    public let job: Int
    /// Counts from 1.
    public let ordinal: Int
    /// The worker's name in the configuration.
    public let worker: String
    public let began: Timestamp
    /// An earlier attempt that the worker's history held at the hand-over. A worker keeps its history in memory: once this
    /// one is gone, the process is another. Nil when it held none of the gate's.
    public let marker: UUID?

    public init(id: UUID, job: Int, ordinal: Int, worker: String, began: Timestamp, marker: UUID? = nil) {
        (self.id, self.job, self.ordinal, self.worker, self.began) = (id, job, ordinal, worker, began)
        self.marker = marker
    }
}
