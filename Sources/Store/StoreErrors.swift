public import Basics

extension GateError.Code {
    /// The disk or the quota is full; what was acknowledged is safe.
    public static let storeFull: Self = "store_full"
    /// The disk or the file system reported an error.
    public static let storeIO: Self = "store_io"
    /// The file or its file system cannot be written.
    public static let storeReadOnly: Self = "store_read_only"
    /// Another process holds the database for longer than the busy limit.
    public static let storeBusy: Self = "store_busy"
    /// The data was written by a newer version of the program.
    public static let storeTooNew: Self = "store_too_new"
    /// Another process has taken the store over: this one must end.
    public static let storeTakenOver: Self = "store_taken_over"
    /// The file system cannot keep the store's promises.
    public static let unsupportedFileSystem: Self = "unsupported_file_system"
    /// The change would leave nobody who can administer the gate.
    public static let lastAdministrator: Self = "last_administrator"
    /// An account has as much waiting as it may.
    public static let tooManyJobs: Self = "too_many_jobs"
    /// An account keeps as many files, bytes or settings as it may.
    public static let userDataFull: Self = "user_data_full"
    /// The path of a file is longer than one may be.
    public static let pathTooLong: Self = "path_too_long"
    /// The worker's process ended while it ran a job; the store counts these by graph.
    public static let workerCrashed: Self = "worker_crashed"
    /// The connection broke while a job was handed to a worker; the store remembers these, because it may turn up.
    public static let handOverUnknown: Self = "handover_unknown"
    /// The worker that ran a job is out of reach; remembered, too.
    public static let workerUnreachable: Self = "worker_unreachable"
}
