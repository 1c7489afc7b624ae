internal import Basics

/// An account of what really ran, for judges.
extension SimulatedWorker {
    /// One line: `{"event", "id", …}`. Events are `received` (with the graph), `started`, `deleted` from the queue, `ended`
    /// (with what history says), and `crashed` (with the prompt that ran, if one did).
    func note(_ event: String, _ job: Job?, _ more: [(String, JSON)] = []) { note(event, id: job?.id, more) }

    func note(_ event: String, id: String?, _ more: [(String, JSON)] = []) {
        guard let journal else { return }
        journal(.object(JSONObject([("event", .string(event)), ("id", id.map { .string($0) } ?? nil)] + more)))
    }
}
