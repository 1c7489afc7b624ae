public import Basics

/// What one account may have waiting, and may use; nil is no limit.
public struct AccountQuota: Sendable, Hashable {
    /// What jobs came to in a time.
    public struct Use: Sendable, Hashable {
        public var jobs: Int?
        public var gpuSeconds: Int?
        public init(jobs: Int? = nil, gpuSeconds: Int? = nil) { (self.jobs, self.gpuSeconds) = (jobs, gpuSeconds) }
        public var isOpen: Bool { jobs == nil && gpuSeconds == nil }
    }

    /// Jobs that wait.
    public var waitingJobs = 200
    /// Bytes of their documents.
    public var waitingBytes = 256 << 20
    /// In a day, and a month, of UTC; what still waits or runs counts as a job of now.
    public var day = Use()
    public var month = Use()
    /// Bytes of the account's files, each counted under every name it has. An account over it gets no new jobs and uploads
    /// nothing; what runs keeps its pictures.
    public var storedBytes: Int?

    public init() {}
}

/// What holds for a job as long as it lives, whatever its account's policy says later.
public struct JobTerms: Sendable, Hashable {
    /// A job that has not been begun by then expires.
    public var queueUntil: Timestamp?
    /// Milliseconds from a worker's start to the end.
    public var runLimit: Int?
    /// The public id of the job that it does again.
    public var retryOf: String?

    public init(queueUntil: Timestamp? = nil, runLimit: Int? = nil, retryOf: String? = nil) {
        (self.queueUntil, self.runLimit, self.retryOf) = (queueUntil, runLimit, retryOf)
    }
}

extension GateError.Code {
    /// An account has used as much of something as it may.
    public static let quotaExceeded: Self = "quota_exceeded"
}
