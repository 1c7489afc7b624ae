internal import Basics
internal import Identity
internal import Loop
internal import Store
internal import Telemetry

/// One loop's numbers.
struct LoopNumbers: Sendable {
    struct Upstream: Sendable {
        let name: String
        var open: Int
        var idle: Int
        var waiting: Int
    }
    var responses = [Int](repeating: 0, count: 6)
    var connections = 0
    var upstreams: [Upstream] = []

    mutating func add(_ other: LoopNumbers) {
        for index in responses.indices { responses[index] += other.responses[index] }
        connections += other.connections
        for upstream in other.upstreams {
            if let at = upstreams.firstIndex(where: { $0.name == upstream.name }) {
                upstreams[at].open += upstream.open
                upstreams[at].idle += upstream.idle
                upstreams[at].waiting += upstream.waiting
            } else {
                upstreams.append(upstream)
            }
        }
    }
}

/// What `/metrics` shows of a gate; no account is ever named.
struct GateMetrics: Sendable {
    var loops = LoopNumbers()
    var lanes: [(name: String, load: Lane.Load)] = []
    var store: StoreLoad?
    var droppedLogLines = 0
    var logins = PasswordGate.Counts()
    var sessions = 0
    var tokens = 0
    var readiness: Readiness?
    var jobs = JobNumbers()
    var started: Timestamp

    var text: String {
        var out = MetricsText()
        out.family("comfygate_build_info", .gauge, "The version of this build; the value is always 1.")
        out.sample(1, ["version": GateVersion.current])
        out.family("comfygate_process_start_time_seconds", .gauge, "When the gate was started, in seconds since 1970.")
        out.sample(Double(started.milliseconds) / 1_000)
        out.family("comfygate_requests_total", .counter, "Requests that were answered, by class of status.")
        for index in 1...5 { out.sample(loops.responses[index], ["class": "\(index)xx"]) }
        out.family("comfygate_connections", .gauge, "Connections of clients that are open.")
        out.sample(loops.connections)
        out.family("comfygate_upstream_connections", .gauge, "Connections to the worker and to services.")
        for upstream in loops.upstreams {
            out.sample(upstream.idle, ["upstream": upstream.name, "state": "idle"])
            out.sample(upstream.open - upstream.idle, ["upstream": upstream.name, "state": "busy"])
        }
        out.family("comfygate_upstream_waiting_requests", .gauge, "Requests that wait for such a connection.")
        for upstream in loops.upstreams { out.sample(upstream.waiting, ["upstream": upstream.name]) }
        writeLanes(&out)
        if let store { Self.write(store, &out) }
        out.family("comfygate_log_lines_dropped_total", .counter, "Lines of the log that could not be written.")
        out.sample(droppedLogLines)
        out.family("comfygate_logins_total", .counter, "Passwords that were tried, by what became of it.")
        out.sample(logins.succeeded, ["result": "ok"])
        out.sample(logins.failed, ["result": "failed"])
        out.sample(logins.refused, ["result": "refused"])
        out.family("comfygate_logins_delayed_total", .counter, "Of these, how many were held back first.")
        out.sample(logins.delayed)
        out.family("comfygate_sessions", .gauge, "Browser logins that have not ended.")
        out.sample(sessions)
        out.family("comfygate_tokens", .gauge, "Tokens that have not been revoked.")
        out.sample(tokens)
        if let readiness {
            out.family("comfygate_worker_up", .gauge, "Whether the worker answered when it was last asked.")
            out.sample(readiness.worker == .up ? 1 : 0)
            out.family("comfygate_worker_asked_time_seconds", .gauge, "When that was, in seconds since 1970.")
            out.sample(Double(readiness.asked.milliseconds) / 1_000)
        }
        jobs.write(&out)
        return out.text
    }

    private static func write(_ store: StoreLoad, _ out: inout MetricsText) {
        out.family("comfygate_store_queue_length", .gauge, "Changes that wait to be stored.")
        out.sample(store.waiting)
        out.family("comfygate_store_queue_capacity", .gauge, "How many may wait.")
        out.sample(store.capacity)
        out.family("comfygate_store_transactions_total", .counter, "Transactions that were stored, or failed.")
        out.sample(store.transactions)
        out.family("comfygate_store_changes_total", .counter, "The changes in them; many a transaction is a busy disk.")
        out.sample(store.items)
    }

    private func writeLanes(_ out: inout MetricsText) {
        out.family("comfygate_lane_queue_length", .gauge, "Pieces of blocking work that wait for a thread.")
        for lane in lanes { out.sample(lane.load.waiting, ["lane": lane.name]) }
        out.family("comfygate_lane_queue_capacity", .gauge, "How many may wait.")
        for lane in lanes { out.sample(lane.load.capacity, ["lane": lane.name]) }
        out.family("comfygate_lane_refusals_total", .counter, "Pieces of work turned away because the queue was full.")
        for lane in lanes { out.sample(lane.load.refused, ["lane": lane.name]) }
    }
}
