internal import Basics
internal import ComfyAPI
internal import Store

/// The end of a job that no worker told, in ComfyUI's shapes: what history shows and what its sockets hear.
struct GateEnding {
    /// Nil when there is nothing to show: a job that never ran leaves no trace.
    let result: JobResult?
    /// The terminal event, and that nothing is executing.
    let words: [EventFrame]

    init(_ job: Job, _ state: JobState, _ failure: JobFailure?, at now: Timestamp) {
        let start = WorkerEvent.executionStart(
            WorkerEvent.Moment(promptID: job.publicID, timestamp: Int((job.started ?? now).milliseconds)))
        let last: WorkerEvent
        switch state {
        case .withdrawn:
            (result, words) = (nil, [])
            return
        case .canceled:
            last = .executionInterrupted(
                Interrupted(promptID: job.publicID, node: nil, nodeType: nil, timestamp: Int(now.milliseconds)))
        default:
            last = .executionError(
                ExecutionError(
                    promptID: job.publicID, node: nil, nodeType: nil,
                    exceptionMessage: (failure?.message ?? "The job failed.") + "\n",
                    exceptionType: failure?.code.rawValue ?? "failed", timestamp: Int(now.milliseconds)))
        }
        let status: JSON = [
            "status_str": "error", "completed": false,
            "messages": .array([start, last].map { [.string($0.type), $0.data] }),
        ]
        words = GateEvents.end(of: job.publicID, last)
        result = JobResult(
            outputs: Array("{}".utf8), status: status.encoded(), meta: Array("{}".utf8),
            summary: JobSummary.encode(outputs: JSONObject(), last: last))
    }
}
