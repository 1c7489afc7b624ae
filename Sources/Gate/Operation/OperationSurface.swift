internal import Basics
internal import Fleet
internal import HTTP
internal import Identity
internal import Telemetry
internal import Wire

/// `/health`, `/ready` and `/metrics` at the gate's listeners.
///
/// `/health` says that the process serves requests and asks nobody. `/ready` says whether work can be taken: the worker
/// answers, the store can be read, and the gate is not about to end. Why, and all of `/metrics`, is for those who look
/// after the gate: the bearer of `metrics.token_file`, or an operator's session or token with the scope `admin`.
struct OperationSurface {
    let shared: GateShared
    let application: GateApplication

    /// True when the request was one of these and has been answered.
    func answer(_ visit: Visit) async throws -> Bool {
        guard visit.segments.count == 1, let word = visit.segments.first?.text,
            visit.request.method == .get || visit.request.method == .head
        else { return false }
        switch word {
        case "health": try await json(visit, .ok, ["status": "alive"])
        case "ready": try await ready(visit)
        case "metrics": try await metrics(visit)
        default: return false
        }
        return true
    }

    private func ready(_ visit: Visit) async throws {
        var body = JSONObject()
        let isDraining = shared.isDraining.withLock { $0 }
        let readiness = await application.watch.readiness(maximumAge: 1_000)
        // Before a worker's nodes are known no prompt can be judged.
        let knowsNodes = shared.fleet.catalogue != nil
        let isReady = readiness.isReady && knowsNodes && !isDraining
        body["status"] = isReady ? "ready" : "unavailable"
        // Strangers need not know what is wrong here, nor that there is a way around the gate.
        if (try? mayLook(visit)) != nil {
            for member in readiness.json().members { body[member.key] = member.value }
            if isDraining { body["draining"] = true }
            if readiness.isReady, !knowsNodes { body["reading_nodes"] = true }
            if !application.exposure.isEmpty {
                body["worker_reachable_around_gate"] = .array(application.exposure.map { .string($0) })
            }
        }
        try await json(visit, isReady ? .ok : .serviceUnavailable, .object(body))
    }

    private func metrics(_ visit: Visit) async throws {
        guard shared.settings.showsMetrics else { throw Refusal.notFound }
        try mayLook(visit)
        guard let text = await shared.metrics.withLock({ $0 })?() else { throw Refusal.notFound }
        try await visit.respond(.ok, Self.textFields, Array(text.utf8))
    }

    static let textFields: Fields = ["Content-Type": MetricsText.mediaType, "Cache-Control": "no-store"]

    private func mayLook(_ visit: Visit) throws {
        if let wanted = shared.settings.metricsToken, case .bearer(let secret, inQuery: false) = visit.credential,
            Digest.sha256(Array(secret.reveal().utf8)) == Digest.sha256(Array(wanted.reveal().utf8))
        {
            return
        }
        var visit = visit
        try application.authenticate(&visit)
        try application.admit(visit)
        try application.decide(.operator, visit)
    }

    private func json(_ visit: Visit, _ status: Status, _ body: JSON) async throws {
        var fields: Fields = ["Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"]
        if status == .serviceUnavailable { fields["Retry-After"] = "5" }
        try await visit.respond(status, fields, body.encoded())
    }
}
