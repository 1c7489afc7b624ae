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
        let open = try await ports.jobs.openJobs()
        let ports = ports
        let made = await loop.perform { (reactor: Reactor) in
            let dispatcher = Dispatcher(ports, limits: limits, reactor: reactor)
            dispatcher.start(open, workers.map { WorkerSession($0, dispatcher, resolver: resolver) })
            return Confined(dispatcher: dispatcher)
        }
        confined.withLock { $0 = made }
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
            own?.dispatcher.stop()
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
    public func refreshCatalogue() async {
        guard let confined = confined.withLock({ $0 }) else { return }
        try? await loop.run { _ in await confined.dispatcher.refreshCatalogue() }
    }

    /// What a worker says of its machine; nil until one has been reached.
    public func systemStats() async -> SystemStats? {
        guard let confined = confined.withLock({ $0 }) else { return nil }
        return try? await loop.run { _ in await confined.dispatcher.systemStats() }
    }

    /// A file of the account. The picture every ComfyUI comes with becomes its own when it is first asked for.
    public func file(account: UUID, _ place: FilePlace) async throws(GateError) -> AccountFile? {
        if let own = try await ports.files.file(account: account, place) { return own }
        guard place == StockInput.place, let confined = confined.withLock({ $0 }),
            let asset = try? await loop.run({ _ in await confined.dispatcher.stockInput() })
        else { return nil }
        return try await ports.files.upload(account: account, place, asset, overwrites: false, at: ports.clock())
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
    /// - Throws: `tooManyJobs`, and what the store throws.
    public func submit(_ job: NewJob, limits: PendingLimits) async throws(GateError) -> Submission {
        let submission = try await ports.jobs.submit(job, limits: limits)
        if case .created(let job) = submission { tell { $0.submitted(job) } }
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
            let answer = try await ports.jobs.requestCancel(
                account: account, publicID: job.publicID, at: ports.clock())
            switch answer {
            case .canceled, .asked: any = true
            case .ended, .unknown: continue
            }
            tell { $0.canceled(answer) }
        }
        return any
    }

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
