public import Basics
public import ComfyAPI
public import Loop
public import Store

/// Jobs and workers for the rest of the gate: callable from every loop, at work on one.
public final class FleetService: Sendable {
    private let loop: EventLoop
    public let ports: FleetPorts
    /// Nil until it works.
    private let confined = Locked<Confined?>(nil)

    /// Questions and news that may be on their way to the fleet's loop; one more is refused.
    public static let waitingLimit = 4_096
    private let waiting = Locked(0)

    // Sendable by hand: made on the loop, and opened only in `perform` and `submit` on the same one.
    private struct Confined: @unchecked Sendable {
        let dispatcher: Dispatcher
    }

    /// - Parameter loop: Owns jobs and links to workers; nothing that takes long may share it.
    public init(ports: FleetPorts, loop: EventLoop) { (self.loop, self.ports) = (loop, ports) }

    /// Begins to work: takes over the jobs that have not ended.
    public func start(
        workers: [WorkerAddress], limits: JobLimits = JobLimits(), resolver: Resolver
    ) async throws(GateError) {
        // Takes a processor for a while, so it goes on beside the store.
        async let remembered = remember()
        // Half-written files of a process that was killed, before anybody begins a new one.
        _ = try? await ports.assets.sweepDrafts()
        let queue = JobQueue(try await ports.jobs.queuedJobs())
        let dispatched = try await ports.jobs.dispatchedJobs()
        let ports = ports
        await ports.shelf.sweepDrafts()
        let stats = await remembered
        let made = await loop.perform { (reactor: Reactor) in
            let dispatcher = Dispatcher(ports, limits: limits, reactor: reactor)
            if let stats { dispatcher.know(stats) }
            dispatcher.start(queue, dispatched, workers.map { WorkerSession($0, dispatcher, resolver: resolver) })
            return Confined(dispatcher: dispatcher)
        }
        confined.withLock { $0 = made }
    }

    /// What an earlier process knew of its worker holds until one is reached.
    private func remember() async -> SystemStats? {
        let ports = ports
        guard ports.catalogue.current == nil, let found = ports.shelf.find(KeptCatalogue.key),
            let bytes = try? await ports.shelf.bytes(found.answer, limit: KeptCatalogue.limit)
        else { return nil }
        let read = try? await ports.lane.run { () throws -> (WorkerCatalogue, SystemStats?)? in
            try KeptCatalogue(bytes).map { (try WorkerCatalogue($0), SystemStats($0.stats)) }
        }
        guard let (catalogue, stats) = read ?? nil else { return nil }
        ports.catalogue.put(catalogue)
        return stats
    }

    /// Ends the links. What runs on workers goes on there; the next process takes it over.
    public func stop() async {
        guard let confined = confined.withLock({ $0 }) else { return }
        await loop.perform { _ in confined.dispatcher.stop() }
    }

    /// Lets everything go; nothing may be asked afterwards.
    public func end() {
        loop.submit { [confined] in
            let own = confined.withLock { confined in
                defer { confined = nil }
                return confined
            }
            own?.dispatcher.end()
        }
    }

    private func tell(_ body: @escaping @Sendable (Dispatcher) -> Void) {
        guard let confined = confined.withLock({ $0 }) else { return }
        loop.submit { body(confined.dispatcher) }
    }

    private func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (Dispatcher) -> Answer
    ) async throws(GateError) -> Answer {
        let isAdmitted = waiting.withLock { count in
            guard count < Self.waitingLimit else { return false }
            count += 1
            return true
        }
        guard isAdmitted else {
            throw GateError(.overloaded, from: .gateway, "Too much is waiting; try again in a moment.")
        }
        defer { waiting.withLock { $0 -= 1 } }
        guard let confined = confined.withLock({ $0 }) else { throw Self.notStarted }
        return await loop.perform { _ in question(confined.dispatcher) }
    }

    /// What workers can do; nil until one has been reached for the first time.
    public var catalogue: WorkerCatalogue? { ports.catalogue.current }

    /// Asks the workers anew, at most every 5 s: a model may have come a moment ago.
    ///
    /// - Parameter limit: Milliseconds after which what is known has to do.
    public func refreshCatalogue(within limit: UInt64 = 20_000) async {
        guard let confined = confined.withLock({ $0 }) else { return }
        try? await loop.run { _ in await confined.dispatcher.refreshCatalogue(within: limit) }
    }

    /// What a worker says of its machine; nil until one has been reached.
    public func systemStats() async -> SystemStats? {
        guard let confined = confined.withLock({ $0 }) else { return nil }
        return try? await loop.run { _ in await confined.dispatcher.systemStats() }
    }

    /// What the workers say of themselves; from the disk while none answers.
    public func fact(_ fact: WorkerFact) async -> FactAnswer {
        guard let confined = confined.withLock({ $0 }) else { return .noWorker }
        let answer = try? await loop.run { _ in await confined.dispatcher.fact(fact) }
        return answer ?? .noWorker
    }

    /// The members of a fact that is a list of names; none when nobody says.
    public func names(_ fact: WorkerFact) async -> [String] {
        guard case .kept(let answer) = await self.fact(fact), let list = await ports.shelf.json(answer) else {
            return []
        }
        return (list.array ?? []).compactMap(\.string)
    }

    /// A file of the account. The picture every ComfyUI comes with becomes its own when it is first asked for.
    public func file(account: UUID, _ place: FilePlace) async throws(GateError) -> AccountFile? {
        if let own = try await ports.files.file(account: account, place) { return own }
        guard place == StockInput.place, let confined = confined.withLock({ $0 }),
            let asset = try? await loop.run({ _ in await confined.dispatcher.stockInput() })
        else { return nil }
        return try await ports.files.upload(
            account: account, place, asset, overwrites: false, limit: nil, at: ports.clock())
    }

    /// Unloads models, or drops the execution cache, of workers that are idle.
    public func free(models: Bool, cache: Bool) async {
        guard let confined = confined.withLock({ $0 }) else { return }
        try? await loop.run { _ in await confined.dispatcher.free(models: models, cache: cache) }
    }

    private static let notStarted = GateError(
        .overloaded, from: .gateway, "The gate is starting or ending; try again in a moment.")

    // MARK: Jobs

    /// Keeps a job and has it run. Returns once it is on the disk.
    ///
    /// - Throws: `diskLow`, `tooManyJobs` with how many run before the account's own, `quotaExceeded`, and what the store
    ///   throws.
    public func submit(_ job: NewJob, quota: AccountQuota) async throws(GateError) -> Submission {
        let submission: Submission
        do throws(GateError) {
            try await ports.disk.check()
            submission = try await ports.jobs.submit(job, quota: quota)
        } catch {
            ports.meter.refused(error.code)
            ports.disk.note(error)
            guard error.code == .tooManyJobs, let ahead = try? await ask({ $0.ahead(of: job.account) }) else {
                throw error
            }
            throw GateError(
                error.code, from: error.origin,
                "\(error.message) \(ahead) \(ahead == 1 ? "job" : "jobs") of others run before its next one.")
        }
        if case .created(let job) = submission {
            ports.meter.submitted()
            tell { $0.submitted(job) }
        }
        return submission
    }

    /// Which of an account's jobs a wish to cancel is for.
    public enum CancelScope: Sendable, Hashable { case waiting, running, all }

    /// Cancels jobs of an account; those that are not its own, or not in the scope, stay as they are.
    ///
    /// - Parameter publicIDs: Nil for all of them.
    /// - Returns: Whether any was, or will be.
    @discardableResult
    public func cancel(
        account: UUID, _ publicIDs: [String]?, scope: CancelScope = .all
    ) async throws(GateError) -> Bool {
        let wanted = publicIDs.map(Set.init)
        let open = try await ports.jobs.open(of: account).filter { wanted?.contains($0.publicID) ?? true }
        guard !open.isEmpty else { return false }
        let phases = scope == .all ? [:] : try await phases(of: account)
        var any = false
        for job in open {
            let isRunning = phases[job.sequence]?.isRunning ?? false
            guard scope == .all || isRunning == (scope == .running) else { continue }
            let answer: CancelAnswer
            do throws(GateError) {
                answer = try await ports.jobs.requestCancel(
                    account: account, publicID: job.publicID, at: ports.clock())
            } catch {
                // Gives the reserve up: whoever asks again will be heard.
                ports.disk.note(error)
                throw error
            }
            switch answer {
            case .canceled:
                ports.meter.withdrawn()
                any = true
            case .asked: any = true
            case .ended, .unknown: continue
            }
            // Whoever is told of the cancel may rely on it: nothing is handed over from here on.
            if let confined = confined.withLock({ $0 }) {
                await loop.perform { _ in confined.dispatcher.canceled(answer) }
            }
        }
        return any
    }

    /// Puts a job that waits to one end of its account's line; false when it does not wait.
    public func move(_ job: Job, to end: LineEnd) async throws(GateError) -> Bool {
        guard let place = try await ports.jobs.move(job.sequence, to: end) else { return false }
        // Between the store and here a worker may have taken it: then it is where it wanted to be.
        tell { $0.moved(job.sequence, of: job.account, to: place) }
        return true
    }

    /// Ends jobs that have waited longer than they may; returns how many.
    public func expire() async throws(GateError) -> Int {
        var count = 0
        while true {
            let now = ports.clock()
            let overdue = try await ports.jobs.overdue(at: now, limit: 100)
            for job in overdue {
                let failure = JobFailure(
                    .queueExpired, "No worker was free for this job before its time was over; submit it again.")
                let ending = GateEnding(job, .expired, failure, at: now)
                let end = JobEnd(
                    job: job.sequence, attempt: nil, state: .expired, failure: failure, ended: now,
                    result: ending.result)
                guard try await ports.jobs.finish(end) else { continue }
                ports.meter.ended(end)
                count += 1
                tell { $0.gaveUp(job, ending.words) }
            }
            guard overdue.count == 100 else { return count }
        }
    }

    /// Where a job stands among all, and what the workers are at.
    public func standing(of job: Job) async throws(GateError) -> JobStanding {
        try await ask { dispatcher in
            JobStanding(
                ahead: dispatcher.ahead(of: job.sequence, account: job.account), waiting: dispatcher.waitingCount,
                workers: dispatcher.sessions.map(\.state))
        }
    }

    /// What each worker is at.
    public func workers() async throws(GateError) -> [WorkerState] { try await ask { $0.sessions.map(\.state) } }

    /// For gauges.
    public func load() async throws(GateError) -> FleetLoad { try await ask { $0.load } }

    /// Takes other limits over; what runs is judged by them, too.
    public func setLimits(_ limits: JobLimits) { tell { $0.limits = limits } }

    /// What the account's jobs at workers are at, by `Job.sequence`.
    public func phases(of account: UUID) async throws(GateError) -> [Int: JobPhase] {
        try await ask { $0.phases(of: account) }
    }

    /// How many of the account's jobs wait or run.
    public func remaining(of account: UUID) async throws(GateError) -> Int {
        try await ask { $0.remaining(of: account) }
    }

    // MARK: Events

    /// Tells a new event socket how things stand; what happens from then on comes after that.
    public func attach(account: UUID, socket: UInt64, clientID: String) {
        tell { $0.attach(account: account, socket: socket, clientID: clientID) }
    }
}
