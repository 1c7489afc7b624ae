internal import Basics
internal import ComfyAPI
internal import HTTP
internal import Loop
internal import Store
internal import Wire

/// Owns everything about jobs that is not on the disk: who waits, who runs where, who hears of it.
///
/// Belongs to one loop. The order of things is always the same: first the store, then what is held here, then events.
final class Dispatcher {
    let ports: FleetPorts
    let limits: JobLimits
    let reactor: Reactor
    private var queue = JobQueue()
    private(set) var sessions: [WorkerSession] = []
    /// Jobs of an account that have been handed to workers.
    private var live: [Int: WorkerSession] = [:]
    private var liveCounts: [UUID: Int] = [:]
    /// Jobs that a worker had when the gate ended, by the worker's name.
    private var inherited: [String: [OpenJob]] = [:]
    /// Accounts whose sockets have been told their number in this interval, and whether it has changed since.
    private var told: [UUID: Bool] = [:]
    private var timers: [UUID: Timer] = [:]
    private var catalogueAsked: UInt64?
    private var statsAsked: UInt64?
    private var stats: SystemStats?
    private var stock: Asset?
    private(set) var isStopped = false

    init(_ ports: FleetPorts, limits: JobLimits, reactor: Reactor) {
        (self.ports, self.limits, self.reactor) = (ports, limits, reactor)
    }

    // MARK: Start and end

    /// Takes over what had not ended, and begins to work.
    func start(_ open: [OpenJob], _ sessions: [WorkerSession]) {
        self.sessions = sessions
        let names = Set(sessions.map(\.address.name))
        for item in open {
            if item.job.state == .queued { queue.insert(QueuedJob(item.job)) }
            guard let attempt = item.attempt else { continue }
            // A worker that is no longer configured cannot be asked; the only one there is may be the same under a new name.
            let name = names.contains(attempt.worker) ? attempt.worker : sessions.first?.address.name ?? ""
            inherited[name, default: []].append(item)
            liveCounts[item.job.account, default: 0] += 1
        }
        for session in sessions { reactor.loop.spawn(session) }
    }

    func stop() {
        isStopped = true
        for session in sessions { session.wake() }
        timers = [:]
    }

    func takeInherited(_ worker: String) -> [OpenJob] { inherited.removeValue(forKey: worker) ?? [] }

    // MARK: Jobs come and go

    func submitted(_ job: Job) {
        guard !isStopped else { return }
        queue.insert(QueuedJob(job))
        tellCount(job.account)
        for session in sessions where session.isIdle { session.wake() }
    }

    /// The next job, for this session; from now on it counts as handed over.
    func next(for session: WorkerSession) -> QueuedJob? {
        guard !isStopped, let job = queue.next() else { return nil }
        live[job.sequence] = session
        liveCounts[job.account, default: 0] += 1
        return job
    }

    /// A job that could not be begun goes back where it was.
    func giveBack(_ job: QueuedJob) {
        left(job.sequence, of: job.account)
        queue.insert(job)
    }

    /// Takes over a job of an earlier process; its account's count has it already.
    func resumed(_ job: Job, on session: WorkerSession) { live[job.sequence] = session }

    /// The job is no longer at a worker.
    func left(_ sequence: Int, of account: UUID) {
        live[sequence] = nil
        let count = (liveCounts[account] ?? 1) - 1
        liveCounts[account] = count > 0 ? count : nil
    }

    func remaining(of account: UUID) -> Int { queue.count(of: account) + (liveCounts[account] ?? 0) }

    /// What the jobs of an account that are at a worker are at.
    func phases(of account: UUID) -> [Int: JobPhase] {
        var phases: [Int: JobPhase] = [:]
        for session in sessions {
            if let run = session.run, run.job.account == account { phases[run.job.sequence] = run.phase }
        }
        return phases
    }

    /// A cancel that has been stored.
    func canceled(_ answer: CancelAnswer) {
        switch answer {
        case .canceled(let job):
            queue.remove(job.sequence, of: job.account)
            tellCount(job.account)
        case .asked(let job): live[job.sequence]?.cancel(job.sequence)
        case .ended, .unknown: break
        }
    }

    // MARK: What workers can do

    /// Milliseconds between two questions for the same thing, whoever asks.
    private static let catalogueInterval: UInt64 = 5_000

    /// Asks anew what the workers can do, unless somebody did a moment ago.
    func refreshCatalogue() async {
        guard catalogueAsked.map({ reactor.now - $0 >= Self.catalogueInterval }) ?? true else { return }
        catalogueAsked = reactor.now
        for session in sessions where session.trouble == nil { try? await session.readCatalogue() }
    }

    /// Milliseconds that a worker's figures count as new.
    private static let statsInterval: UInt64 = 2_000

    /// What the first worker says of itself; the last that is known when it does not answer.
    func systemStats() async -> SystemStats? {
        if statsAsked.map({ reactor.now - $0 < Self.statsInterval }) ?? false { return stats }
        statsAsked = reactor.now
        if let session = sessions.first, let new = try? await session.api.systemStats() { stats = new }
        return stats
    }

    /// The picture every ComfyUI comes with; nil when no worker gives it.
    func stockInput() async -> Asset? {
        if let stock { return stock }
        for session in sessions where session.trouble == nil {
            guard let response = try? await session.api.view(StockInput.file), response.status == .ok,
                let bytes = try? await response.body(limit: StockInput.limit)
            else { continue }
            stock = try? await ports.assets.store(bytes)
        }
        return stock
    }

    /// Frees the memory of workers that are known to be idle; what is loaded for a run stays.
    func free(models: Bool, cache: Bool) async {
        for session in sessions where session.isIdle && session.trouble == nil {
            guard await session.api.isIdle() else { continue }
            _ = await session.api.free(models: models, cache: cache)
        }
    }

    // MARK: Events

    func deliver(_ audience: EventAudience, _ frames: [EventFrame]) {
        guard !frames.isEmpty else { return }
        ports.deliver(EventDelivery(audience, frames))
    }

    /// What a socket that has just come is told: how many jobs there are, and how far its own one is.
    func attach(account: UUID, socket: UInt64, clientID: String) {
        var frames = [GateEvents.status(remaining: remaining(of: account), sid: clientID)]
        for session in sessions {
            if let run = session.run, run.job.account == account, run.job.clientID == clientID { frames += run.replay }
        }
        deliver(.socket(account, number: socket), frames)
    }

    /// Milliseconds between two counts told to one account; the last one is always told.
    private static let countInterval: UInt64 = 500

    func tellCount(_ account: UUID) {
        guard told[account] == nil else {
            told[account] = true
            return
        }
        told[account] = false
        deliver(.account(account), [GateEvents.status(remaining: remaining(of: account))])
        timers[account] = reactor.timer(after: Self.countInterval) { [weak self] in self?.countIntervalEnded(account) }
    }

    /// The number of now, whatever was told before; for what has to come behind it.
    func tellCountNow(_ account: UUID) {
        told[account] = nil
        timers[account] = nil
        tellCount(account)
    }

    private func countIntervalEnded(_ account: UUID) {
        timers[account] = nil
        if told.removeValue(forKey: account) == true { tellCount(account) }
    }
}

extension QueuedJob {
    init(_ job: Job) { self.init(sequence: job.sequence, account: job.account, place: job.place.value) }
}
