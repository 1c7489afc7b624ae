internal import Basics
internal import HTTP
internal import Identity
internal import Loop
internal import Wire

/// Looks at the worker and the store from one loop: one look at a time, whoever asks, and each has an end.
final class ReadinessWatch: LoopWork {
    /// Milliseconds for all of a look, name look-up included.
    static let patience: UInt64 = 8_000

    var shared: GateShared
    private let reactor: Reactor
    private let resolver: Resolver
    private var isLooking = false
    private var timer: Timer?
    private var waiters: [CheckedContinuation<Void, Never>] = []

    init(shared: GateShared, reactor: Reactor, resolver: Resolver) {
        (self.shared, self.reactor, self.resolver) = (shared, reactor, resolver)
    }

    /// What is known, or found out now when it is older than so many milliseconds.
    func readiness(maximumAge: UInt64) async -> Readiness {
        if let known = shared.readiness.current(now: reactor.now, maximumAge: maximumAge) { return known }
        if !isLooking {
            isLooking = true
            timer = reactor.timer(after: Self.patience) { [weak self] in self?.settle(nil) }
            reactor.loop.spawn(self)
        }
        await withCheckedContinuation { waiters.append($0) }
        return shared.readiness.current ?? timedOut
    }

    func run() async {
        var readiness = await askWorker()
        do throws(GateError) { _ = try await shared.identity.auditHead() } catch { readiness.storeFailure = error.code }
        settle(readiness)
    }

    private var timedOut: Readiness {
        let now = shared.clock()
        return Readiness(worker: .failing(.timedOut), asked: now, since: now)
    }

    private func settle(_ found: Readiness?) {
        guard isLooking else { return }
        isLooking = false
        timer = nil
        let (before, now) = shared.readiness.record(found ?? timedOut, now: reactor.now)
        if before.map({ ($0.worker == .up) != (now.worker == .up) }) ?? (now.worker != .up) {
            if now.worker == .up {
                shared.log.info("worker_up")
            } else {
                shared.log.warning("worker_down", ["reason": .string(now.reason?.text(in: .english) ?? "")])
            }
        }
        if let code = now.storeFailure, before?.storeFailure == nil {
            shared.log.error("store_failed", ["code": .string(code.rawValue)])
        }
        let done = waiters
        waiters = []
        for waiter in done { waiter.resume() }
    }

    /// By a connection of its own: neither the worker's queue of requests nor its own slowness may hold this up.
    private func askWorker() async -> Readiness {
        let now = shared.clock()
        var readiness = Readiness(worker: .up, asked: now, since: now)
        var options = shared.settings.worker
        (options.connections, options.waiting) = (1, 1)
        (options.connectTime, options.responseTime, options.bodyStall) = (2_000, 5_000, 5_000)
        let pool = UpstreamPool(options, reactor: reactor, resolver: resolver)
        defer { pool.closeIdle() }
        let client = HTTPClient(pool, authority: shared.settings.workerAuthority)
        let request = ClientRequest(
            .get, shared.settings.workerBasePath + "/system_stats", WorkerHead.credential(shared.settings))
        do throws(UpstreamFailure) {
            let answer = try await client.fetch(request, limit: 1 << 20)
            if answer.status == .ok {
                if let stats = try? JSON(parsing: answer.body, dialect: .python) { readiness.read(stats) }
            } else {
                readiness.worker = .refusing(answer.status.code)
            }
        } catch { readiness.worker = .failing(error) }
        return readiness
    }
}
