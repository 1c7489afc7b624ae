internal import Basics
internal import ComfyAPI
internal import Store

/// The end of a job that the worker's history tells, in its owner's words.
struct HistoryEnding {
    let end: JobEnd
    /// The terminal event, and that nothing is executing.
    let words: [EventFrame]

    /// Nil when the entry does not tell how the job ended.
    ///
    /// - Parameters:
    ///   - json: What `entry` was read from.
    ///   - outputs: Those of the entry, with the files' names for the owner.
    ///   - overdue: Why the gate had it stopped, if it had.
    ///   - started: Nil when nobody saw it.
    init?(
        _ entry: HistoryEntry, _ json: JSON, outputs: JSONObject, of job: Job, _ attempt: Attempt, _ names: NameMap,
        isCanceled: Bool, overdue: JobFailure?, started: Timestamp?, ended: Timestamp
    ) {
        let state: JobState
        var failure: JobFailure?
        switch entry.outcome {
        case .success: state = .succeeded
        case .interrupted:
            state = isCanceled ? .canceled : .failed
            failure = isCanceled ? nil : overdue
        case .error(let error):
            state = .failed
            let message = error.map { names.map($0.exceptionMessage) } ?? "The worker reported an error."
            failure = JobFailure(.executionFailed, String(message.prefix(1_000)))
        case .unknown: return nil
        }
        let last = entry.messages.last { message in
            switch message {
            case .executionSuccess, .executionInterrupted: true
            case .executionError(let error): !error.isBlock
            default: false
            }
        }
        let shown = last.flatMap { WorkerEvent(frame: names.map($0.encoded())) }
        let result = JobResult(
            outputs: names.map(JSON.object(outputs).encoded()),
            status: names.map((json["status"] ?? .null).encoded()), meta: names.map((json["meta"] ?? [:]).encoded()),
            summary: JobSummary.encode(outputs: outputs, last: shown))
        end = JobEnd(
            job: job.sequence, attempt: attempt.id, state: state, failure: failure, started: started ?? ended,
            ended: ended, result: result, isInHistory: true)
        words = shown.map { GateEvents.end(of: job.publicID, $0) } ?? []
    }
}
