internal import Basics
internal import ComfyAPI
internal import Fleet
internal import HTTP
internal import Identity
internal import Loop
internal import Store
internal import Wire

/// ComfyUI's own API: each account has a queue, a history, files and events of its own, whatever the worker knows.
///
/// Jobs, files, settings and events are answered from the gate's own store. What is the same for all is the
/// worker's: its pages and what it can do, which the gate keeps for the time when no worker answers.
final class NativeSurface {
    var shared: GateShared
    let pool: UpstreamPool
    /// For the web UI's files: who waits for one can have an older one.
    let pages: UpstreamPool
    let pageClient: HTTPClient
    /// When the worker last did not answer, on the clock of the loop.
    var workerFailed: UInt64?
    let sockets: EventSockets
    let budgets: LoopBudgets
    var fleet: FleetService { shared.fleet }

    init(
        shared: GateShared, sockets: EventSockets, budgets: LoopBudgets, reactor: Reactor, resolver: Resolver
    ) {
        (self.shared, self.sockets, self.budgets) = (shared, sockets, budgets)
        pool = UpstreamPool(shared.settings.worker, reactor: reactor, resolver: resolver)
        var options = shared.settings.worker
        options.responseTime = 5_000
        pages = UpstreamPool(options, reactor: reactor, resolver: resolver)
        pageClient = HTTPClient(pages, authority: shared.settings.workerAuthority)
    }

    func answer(_ visit: Visit, _ route: Route<NativeAction>, _ parameters: [String]) async throws {
        switch route.action {
        case .page: try await page(visit)
        case .fact(let fact): try await self.fact(visit, fact, parameters)
        case .features: try await features(visit)
        case .worker: try forward(visit, .data)
        case .userData(let action): try await userData(visit, action, parameters)
        case .submit: try await submit(visit)
        case .promptCount: try await promptCount(visit)
        case .queue: try await queue(visit)
        case .changeQueue: try await changeQueue(visit)
        case .interrupt: try await interrupt(visit)
        case .history: try await history(visit)
        case .historyEntry: try await historyEntry(visit, parameters[0])
        case .changeHistory: try await changeHistory(visit)
        case .jobList: try await jobList(visit)
        case .job: try await job(visit, parameters[0])
        case .cancelJob: try await cancelJob(visit, parameters[0])
        case .cancelJobs: try await cancelJobs(visit)
        case .events: try await events(visit)
        case .view: try await view(visit)
        case .upload: try await upload(visit)
        case .uploadMask: try await uploadMask(visit)
        case .asset(let action): try await assets(visit, action, parameters)
        case .fileNames: try await fileNames(visit, parameters[0])
        case .noPaths: try await respond(visit, .ok, [:])
        case .free: try await free(visit)
        case .systemStats: try await systemStats(visit)
        case .objectInfo: try await objectInfo(visit, parameters.first)
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

    func isOperator(_ visit: Visit) -> Bool {
        let action = Identity.Action(.operator, at: .gate)
        return Policy.decide(visit.principal, action, now: shared.clock()) == .allow
    }

    func respond(_ visit: Visit, _ status: Status, _ body: JSON) async throws {
        try await respond(visit, status, json: body.encoded())
    }

    /// JSON that is text already.
    func respond(_ visit: Visit, _ status: Status, json: [UInt8]) async throws {
        try await visit.respond(
            status, ["Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"], json)
    }

    /// What holds for who asks.
    func policy(_ visit: Visit) async throws -> AccountPolicy {
        guard let principal = visit.principal else { throw Refusal.unauthenticated }
        return try await shared.settings.policies.policy(
            of: principal.role, teams: principal.teams, shared.identity)
    }

    func account(_ visit: Visit) throws -> UUID {
        guard let principal = visit.principal else { throw Refusal.unauthenticated }
        return principal.account
    }
}
