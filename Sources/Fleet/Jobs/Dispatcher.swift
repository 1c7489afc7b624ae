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
    var limits: JobLimits
    let reactor: Reactor
    private var queue = JobQueue()
    private(set) var sessions: [WorkerSession] = []
    /// Jobs of an account that have been handed to workers.
    private var live: [Int: WorkerSession] = [:]
    private var liveCounts: [UUID: Int] = [:]
    /// Jobs that a worker had when the gate ended, by the worker's name.
    private var inherited: [String: [DispatchedJob]] = [:]
    /// Accounts whose sockets have been told their number in this interval, and whether it has changed since.
    private var told: [UUID: Bool] = [:]
    private var timers: [UUID: Timer] = [:]
    private var catalogueAsked: UInt64?
    private var statsAsked: UInt64?
    private var stats: SystemStats?
    /// When a fact was asked for last, so that it is not asked for again at once.
    private var factsAsked: [WorkerFact: UInt64] = [:]
    private var stock: Asset?
    private(set) var isStopped = false

    init(_ ports: FleetPorts, limits: JobLimits, reactor: Reactor) {
        (self.ports, self.limits, self.reactor) = (ports, limits, reactor)
    }

    // MARK: Start and end

    /// Takes over what had not ended, and begins to work.
    func start(_ queued: JobQueue, _ dispatched: [DispatchedJob], _ sessions: [WorkerSession]) {
        self.sessions = sessions
        queue = queued
        let names = Set(sessions.map(\.address.name))
        for item in dispatched {
            let worker = item.attempt.worker
            // A worker that is no longer configured cannot be asked; the only one there is may be the same under a new name.
            let name = names.contains(worker) ? worker : sessions.first?.address.name ?? ""
            inherited[name, default: []].append(item)
            liveCounts[item.job.account, default: 0] += 1
        }
        for session in sessions { reactor.loop.spawn(session) }
        reactor.loop.spawn(ShelfSweep(shelf: ports.shelf))
    }

    func stop() {
        isStopped = true
        for session in sessions { session.wake() }
        timers = [:]
    }

    /// Lets the sessions go, which know it as it knows them; nothing may be asked afterwards.
    func end() {
        stop()
        sessions = []
    }

    func takeInherited(_ worker: String) -> [DispatchedJob] { inherited.removeValue(forKey: worker) ?? [] }

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

    /// A job that waits has another place in its account's line; false when it does not wait.
    @discardableResult
    func moved(_ sequence: Int, of account: UUID, to place: JobPlace) -> Bool {
        guard queue.remove(sequence, of: account) else { return false }
        queue.insert(QueuedJob(sequence: sequence, account: account, place: place.value))
        return true
    }

    /// A job that waited has ended by the gate's own word.
    func gaveUp(_ job: Job, _ words: [EventFrame]) {
        queue.remove(job.sequence, of: job.account)
        tellEnd(job, words)
    }

    /// How many jobs of all accounts run before this one; nil when it does not wait.
    func ahead(of sequence: Int, account: UUID) -> Int? { queue.ahead(of: sequence, account: account) }
    /// How many run before the first one of this account.
    func ahead(of account: UUID) -> Int { queue.ahead(of: account) }
    var waitingCount: Int { queue.count }

    func remaining(of account: UUID) -> Int { queue.count(of: account) + (liveCounts[account] ?? 0) }

    /// What the jobs of an account that are at a worker are at.
    func phases(of account: UUID) -> [Int: JobPhase] {
        var phases: [Int: JobPhase] = [:]
        for item in inherited.values.joined() where item.job.account == account {
            phases[item.job.sequence] = .unknown
        }
        for session in sessions {
            if let run = session.run, run.job.account == account { phases[run.job.sequence] = run.phase }
        }
        return phases
    }

    /// For gauges: what waits, and what the jobs at workers are at. One whose files are on their way is being handed over.
    var load: FleetLoad {
        var phases: [JobPhase: Int] = [.unknown: inherited.values.reduce(0) { $0 + $1.count }]
        for session in sessions { if let run = session.run { phases[run.phase, default: 0] += 1 } }
        let preparing = live.keys.count { job in !sessions.contains { $0.run?.job.sequence == job } }
        phases[.dispatching, default: 0] += preparing
        return FleetLoad(waiting: queue.count, phases: phases)
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
    ///
    /// - Parameter limit: Milliseconds after which the caller waits no longer; the question goes on.
    func refreshCatalogue(within limit: UInt64) async {
        guard catalogueAsked.map({ reactor.now - $0 >= Self.catalogueInterval }) ?? true else { return }
        catalogueAsked = reactor.now
        await CatalogueRefresh(sessions.filter { $0.trouble == nil }).wait(reactor, within: limit)
    }

    /// Milliseconds that somebody waits for what is known already, to have it new.
    private static let patience: UInt64 = 1_000
    /// Milliseconds that somebody waits for what nobody knows.
    private static let longPatience: UInt64 = 20_000

    /// What a worker says of itself, asked at most every 5 s; what it said last while none answers.
    func fact(_ fact: WorkerFact) async -> FactAnswer {
        guard let edition = ports.catalogue.current?.edition, let path = fact.path else { return .noWorker }
        let key = WorkerShelf.Key(edition, path)
        let known = ports.shelf.find(key)?.answer
        if let known, let asked = factsAsked[fact], reactor.now - asked < Self.catalogueInterval { return .kept(known) }
        guard let session = sessions.first(where: { $0.trouble == nil }) else {
            return known.map { .kept($0) } ?? .noWorker
        }
        if factsAsked.count >= Self.factLimit { factsAsked = [:] }
        factsAsked[fact] = reactor.now
        let errand = FactErrand(session, fact, key)
        await errand.wait(reactor, within: known == nil ? Self.longPatience : Self.patience)
        guard let known else { return errand.answer ?? .failed(.timedOut) }
        if case .failed = errand.answer { return .kept(known) }
        return errand.answer ?? .kept(known)
    }

    func forgetAsking(_ fact: WorkerFact) { factsAsked[fact] = nil }
    private static let factLimit = 4_096

    /// Has everything asked for that a worker says of itself, in the background: the gate may be alone soon.
    func readFacts() { reactor.loop.spawn(FactReader(self)) }

    /// The figures that an earlier process was told, until a worker tells others.
    func know(_ stats: SystemStats) { if self.stats == nil { self.stats = stats } }

    /// Milliseconds that a worker's figures count as new.
    private static let statsInterval: UInt64 = 2_000

    /// What the first worker says of itself; the last that is known when it does not answer.
    func systemStats() async -> SystemStats? {
        // Where nothing is known yet, everybody waits for an answer.
        if let stats, let statsAsked, reactor.now - statsAsked < Self.statsInterval { return stats }
        statsAsked = reactor.now
        if let session = sessions.first {
            await StatsErrand(session).wait(reactor, within: stats == nil ? Self.longPatience : Self.patience)
        }
        return stats
    }

    func note(_ new: SystemStats) { stats = new }

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

    /// The terminal event to the job's own sockets, with the account's new count between it and that nothing is executing.
    func tellEnd(_ job: Job, _ words: [EventFrame]) {
        guard let client = job.clientID else { return tellCountNow(job.account) }
        deliver(.client(job.account, id: client), Array(words.prefix(1)))
        tellCountNow(job.account)
        deliver(.client(job.account, id: client), Array(words.dropFirst()))
    }

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
