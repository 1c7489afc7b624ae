internal import Basics
internal import ComfyAPI
internal import HTTP
internal import Identity
internal import Loop
internal import Store
internal import Wire

/// ComfyUI's own API in front of one worker.
///
/// All accounts share one ComfyUI here: they see one queue and one history. What the gate adds is who may ask for what,
/// prompts that cannot hurt the worker, event ids that cannot be taken over, and cancelling only what is one's own.
final class NativeSurface {
    var shared: GateShared
    let pool: UpstreamPool
    let client: HTTPClient

    init(shared: GateShared, reactor: Reactor, resolver: Resolver) {
        self.shared = shared
        pool = UpstreamPool(shared.settings.worker, reactor: reactor, resolver: resolver)
        client = HTTPClient(pool, authority: shared.settings.workerAuthority)
    }

    func answer(_ visit: Visit, _ route: Route<NativeAction>, _ parameters: [String]) async throws {
        switch route.action {
        case .page: try forward(visit, .page)
        case .worker: try forward(visit, .data)
        case .userFile: try forward(visit, .userFile)
        case .upload: try forward(visit, .data)
        case .submit: try await submit(visit)
        case .events: try await events(visit)
        case .interrupt: try await interrupt(visit)
        case .changeQueue: try await changeQueue(visit)
        case .changeHistory: try await changeHistory(visit)
        case .cancelJob: try await cancelJobs(visit, parameters, single: true)
        case .cancelJobs: try await cancelJobs(visit, nil, single: false)
        case .emptyObject: try await onlyOperatorsSee(visit, [:])
        case .emptyList: try await onlyOperatorsSee(visit, [])
        }
    }

    // MARK: Forwarding

    /// Hands the exchange to the worker, body and answer streaming.
    func forward(_ visit: Visit, _ filter: WorkerFilter) throws(Refusal) {
        if let length = visit.request.contentLength, length > shared.settings.body {
            throw .tooLarge(shared.settings.body)
        }
        let head = WorkerHead.make(visit, shared.settings)
        visit.exchange.forward(
            to: pool, head: head, filter: filter.filter, bodyLimit: shared.settings.body, failed: visit.failed)
    }

    private func onlyOperatorsSee(_ visit: Visit, _ otherwise: JSON) async throws {
        if isOperator(visit) { return try forward(visit, .data) }
        try await respond(visit, .ok, otherwise)
    }

    func isOperator(_ visit: Visit) -> Bool {
        guard let principal = visit.principal else { return false }
        let action = Identity.Action(.operator, at: .gate)
        return Policy.decide(principal, action, now: shared.clock()) == .allow
    }

    func respond(_ visit: Visit, _ status: Status, _ body: JSON) async throws {
        try await visit.respond(
            status, ["Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"], body.encoded())
    }

    /// Passes on an answer that the gate fetched itself.
    func relay(_ visit: Visit, _ answer: (status: Status, fields: Fields, body: [UInt8])) async throws {
        var fields = Fields()
        if let type = answer.fields["Content-Type"] { fields["Content-Type"] = type }
        fields["X-Content-Type-Options"] = "nosniff"
        try await visit.respond(answer.status, fields, answer.body)
    }

    func account(_ visit: Visit) throws -> UUID {
        guard let principal = visit.principal else { throw Refusal.unauthenticated }
        return principal.account
    }

    func ask(_ method: Method, _ path: String, _ body: JSON? = nil, id: String? = nil) async throws(UpstreamFailure)
        -> (
            status: Status, fields: Fields, body: [UInt8]
        )
    {
        var fields = WorkerHead.credential(shared.settings)
        if let id { fields["X-Request-Id"] = id }
        if body != nil { fields["Content-Type"] = "application/json" }
        let target = shared.settings.workerBasePath + path
        return try await client.fetch(ClientRequest(method, target, fields, body: body?.encoded() ?? []))
    }

    // MARK: Events

    private func events(_ visit: Visit) async throws {
        guard visit.request.wantsUpgrade else {
            throw Refusal(.badRequest, .invalidArgument, "A WebSocket upgrade was expected here.")
        }
        let clients = visit.query.all("clientId")
        guard clients.count <= 1 else {
            throw Refusal(.badRequest, .invalidArgument, "clientId is given twice.")
        }
        if let id = clients.first, !id.isEmpty, !shared.clients.claim(id, for: try account(visit)) {
            throw Refusal(.forbidden, "client_id_taken", "This clientId belongs to another account; use another one.")
        }
        try forward(visit, .data)
    }
}
