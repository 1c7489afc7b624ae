internal import Basics
internal import Store
internal import Wire

/// What `GET /api/jobs` asks for (ComfyUI 0.26).
///
/// Source: ComfyUI's `server.py`, `get_jobs`.
struct JobListRequest: Sendable, Hashable {
    static let statuses = ["pending", "in_progress", "completed", "failed", "cancelled"]

    var statuses: Set<String>
    var workflowID: String?
    var order = JobQuery.Order.submitted
    var isAscending = false
    var limit: Int?
    var offset = 0

    /// One sentence, as ComfyUI's 400 has it.
    struct Fault: Error, Sendable, Hashable {
        let message: String
        init(_ message: String) { self.message = message }
    }

    init(_ query: Query) throws(Fault) {
        func value(_ name: String) -> String? { query[name].flatMap { $0.isEmpty ? nil : $0 } }
        statuses = Set(Self.statuses)
        if let text = value("status") {
            let wanted = text.split(separator: ",").map { String($0.drop { $0 == " " }).lowercased() }
            let unknown = wanted.filter { !Self.statuses.contains($0) }
            guard unknown.isEmpty else {
                throw Fault(
                    "Invalid status value(s): \(unknown.joined(separator: ", ")). Valid values: "
                        + Self.statuses.joined(separator: ", "))
            }
            statuses = Set(wanted)
        }
        switch value("sort_by") ?? "created_at" {
        case "created_at": order = .submitted
        case "execution_duration": order = .duration
        default: throw Fault("sort_by must be 'created_at' or 'execution_duration'")
        }
        switch value("sort_order") ?? "desc" {
        case "desc": isAscending = false
        case "asc": isAscending = true
        default: throw Fault("sort_order must be 'asc' or 'desc'")
        }
        if let text = query["limit"] {
            guard let number = Int(text) else { throw Fault("limit must be an integer") }
            guard number > 0 else { throw Fault("limit must be a positive integer") }
            limit = number
        }
        if let text = query["offset"] {
            guard let number = Int(text) else { throw Fault("offset must be an integer") }
            offset = max(0, number)
        }
        workflowID = value("workflow_id")
    }

    /// Which stored states may be meant.
    var states: Set<JobState> {
        var states: Set<JobState> = []
        for status in statuses {
            switch status {
            case "pending": states.formUnion([.queued, .dispatched])
            case "in_progress": states.insert(.dispatched)
            case "completed": states.insert(.succeeded)
            case "failed": states.formUnion([.failed, .expired])
            default: states.insert(.canceled)
            }
        }
        return states
    }

    /// What is at a worker is pending or in progress, and only the fleet knows which: both or neither can be asked of the
    /// store alone.
    var needsPhases: Bool { statuses.contains("pending") != statuses.contains("in_progress") }
}
