internal import Basics
internal import ComfyAPI
internal import HTTP
internal import Loop
internal import Store

/// One worker for as long as the gate runs: finds out whether it is there, takes over what it had, gives it job by job.
final class WorkerSession: LoopWork {
    let address: WorkerAddress
    let api: WorkerAPI
    let dispatcher: Dispatcher
    var ports: FleetPorts { dispatcher.ports }
    var reactor: Reactor { dispatcher.reactor }
    /// The attempt under way.
    private(set) var run: AttemptRun?
    /// Why it gets nothing; nil while it answers.
    private(set) var trouble: String? = "not asked yet"
    /// It waits for a job.
    private(set) var isIdle = false
    /// Jobs that its owner wanted ended before their attempt was made.
    private var unwanted: Set<Int> = []
    /// What the worker called inputs it has, by hash; forgotten when it was away.
    private var uploaded: [Digest32: String] = [:]
    private static let uploadedLimit = 10_000
    /// The attempt that ended last: it stays in the worker's history until the next one has ended.
    private var last: UUID?
    private var waiter: CheckedContinuation<Void, Never>?
    private var timer: Timer?
    private var isWoken = false
    /// Nobody listened at its address, so that what an earlier process of the gate handed over is gone.
    private var sawDeath = false
    /// Attempts that were given up without proof that nothing comes of them, and until when they are looked for.
    private var ghosts: [(attempt: UUID, until: UInt64)] = []
    private static let ghostLimit = 100
    /// Milliseconds.
    private static let ghostTime: UInt64 = 3_600_000

    /// Milliseconds between two tries to reach a worker that does not answer, at first and at most.
    private static let backoff: ClosedRange<UInt64> = 250...10_000
    /// Milliseconds between two looks at an idle worker.
    private static let probeInterval: UInt64 = 15_000

    init(_ address: WorkerAddress, _ dispatcher: Dispatcher, resolver: Resolver) {
        (self.address, self.dispatcher) = (address, dispatcher)
        api = WorkerAPI(address, reactor: dispatcher.reactor, resolver: resolver)
    }

    // MARK: Waiting

    func wake() {
        isWoken = true
        run?.wake()
        let waiter = waiter
        self.waiter = nil
        waiter?.resume()
    }

    func pause(_ milliseconds: UInt64) async {
        if !isWoken {
            timer = reactor.timer(after: milliseconds) { [weak self] in self?.wake() }
            await withCheckedContinuation { waiter = $0 }
            timer = nil
        }
        isWoken = false
    }

    /// The owner of a job wants it ended.
    func cancel(_ sequence: Int) {
        if let run, run.job.sequence == sequence { run.cancel() } else { unwanted.insert(sequence) }
    }

    // MARK: Life

    func run() async {
        var delay = Self.backoff.lowerBound
        while !dispatcher.isStopped {
            guard await isThere() else {
                await pause(delay)
                delay = min(delay * 2, Self.backoff.upperBound)
                continue
            }
            delay = Self.backoff.lowerBound
            for item in dispatcher.takeInherited(address.name) { await resume(item) }
            sawDeath = false
            await serve()
        }
    }

    private func isThere() async -> Bool {
        let before = trouble
        do throws(UpstreamFailure) {
            let stats = try await api.systemStats()
            // Also for one that was away for a moment: it may have come back with other nodes.
            if before != nil {
                try await readCatalogue(stats)
                dispatcher.readFacts()
            }
            trouble = nil
        } catch {
            trouble = "\(error)"
            sawDeath = sawDeath || error.isRefusal
            // A worker that comes back may be another, with an empty input folder.
            uploaded = [:]
        }
        if (before == nil) != (trouble == nil) {
            ports.log(
                trouble == nil ? "worker_up" : "worker_down",
                ["worker": .string(address.name), "reason": .string(trouble ?? "")])
        }
        return trouble == nil
    }

    /// Asks what the worker can do and lets the gate know; reading that takes too long for a loop.
    func readCatalogue(_ stats: SystemStats? = nil) async throws(UpstreamFailure) {
        var known = stats
        if known == nil { known = try await api.systemStats() }
        guard var stats = known else { return }
        let (features, objectInfo) = (try await api.features(), try await api.objectInfo())
        stats.system["argv"] = []
        let kept = KeptCatalogue(
            version: stats.version, edition: stats.edition, features: features, stats: stats.json,
            objectInfo: objectInfo)
        do {
            let known = ports.catalogue.current
            let read = try await ports.lane.run {
                known?.isSame(as: kept) == true ? nil : try WorkerCatalogue(kept)
            }
            guard let read else { return }
            ports.catalogue.put(read)
            reactor.loop.spawn(CatalogueKeeper(kept, ports.shelf, now: reactor.now))
        } catch let error as WorkflowError {
            throw .invalid("/object_info: \(error.message)")
        } catch {
            throw .overloaded
        }
    }

    /// Until the worker no longer answers.
    private func serve() async {
        var asked = reactor.now
        var worked = reactor.now
        var isLoaded = true
        while trouble == nil, !dispatcher.isStopped {
            if await layGhosts() {
                await pause(Self.ghostInterval)
                continue
            }
            if let job = dispatcher.next(for: self) {
                await begin(job)
                (asked, worked, isLoaded) = (reactor.now, reactor.now, true)
                continue
            }
            if isLoaded, let time = dispatcher.limits.idleUnload, reactor.now - worked >= time, await api.isIdle() {
                isLoaded = await !api.free(models: true, cache: true)
            }
            isIdle = true
            await pause(ghosts.isEmpty ? Self.probeInterval : Self.ghostInterval)
            isIdle = false
            if reactor.now - asked >= Self.probeInterval {
                asked = reactor.now
                guard await isThere() else { return }
            }
        }
    }

    // MARK: Attempts that were given up

    /// Milliseconds between two looks for attempts that were given up.
    private static let ghostInterval: UInt64 = 1_000

    /// Stops what was given up and has turned up after all; its job has moved on, and nobody wants what comes of it.
    ///
    /// - Returns: Whether any is still there: the worker gets nothing else before it has gone.
    @discardableResult
    func layGhosts() async -> Bool {
        var isThere = false
        for ghost in ghosts {
            guard let (sighting, _) = try? await api.sighting(of: ghost.attempt) else { continue }
            switch sighting {
            case .pending, .running:
                isThere = true
                await api.stop(ghost.attempt)
            case .ended:
                await api.forget([ghost.attempt])
                ghosts.removeAll { $0.attempt == ghost.attempt }
            case .absent, .silent: break
            }
        }
        ghosts.removeAll { $0.until <= reactor.now }
        return isThere
    }

    var hasGhosts: Bool { !ghosts.isEmpty }

    private func suspect(_ attempt: UUID) {
        if ghosts.count >= Self.ghostLimit { ghosts.removeFirst() }
        ghosts.append((attempt, reactor.now + Self.ghostTime))
    }

    // MARK: One job

    private func begin(_ queued: QueuedJob) async {
        defer { unwanted.remove(queued.sequence) }
        do {
            guard let record = try await ports.jobs.record(of: queued.sequence), record.job.state == .queued
            else { return dispatcher.left(queued.sequence, of: queued.account) }
            guard record.job.cancelRequested == nil else { return await end(record.job, nil, .withdrawn, nil) }
            guard let plan = AttemptPlan(record) else {
                return await end(record.job, nil, .failed, .unreadable)
            }
            guard try await ports.jobs.deaths(of: record.job.signature) < dispatcher.limits.deaths else {
                return await end(record.job, nil, .failed, .quarantined)
            }
            let names: [Digest32: String]
            do throws(UpstreamFailure) {
                guard let sent = try await send(plan.graph.files) else {
                    return await end(record.job, nil, .failed, .inputLost)
                }
                names = sent
            } catch {
                trouble = "\(error)"
                return dispatcher.giveBack(queued)
            }
            let attempt = Attempt(
                id: UUID(), job: queued.sequence, ordinal: record.job.attempts + 1, worker: address.name,
                began: ports.clock())
            guard try await ports.jobs.begin(attempt) else {
                return dispatcher.left(queued.sequence, of: queued.account)
            }
            var job = record.job
            (job.state, job.attempts) = (.dispatched, attempt.ordinal)
            await go(AttemptRun(self, job, plan, attempt, names: names))
        } catch {
            ports.log("dispatch_failed", ["worker": .string(address.name), "reason": .string("\(error)")])
            dispatcher.giveBack(queued)
            await pause(1_000)
        }
    }

    /// An attempt of an earlier process: where it is now must be found out before the worker gets anything else.
    private func resume(_ item: OpenJob) async {
        guard let attempt = item.attempt else { return }
        // Before the record is read: a cancel that comes afterwards must find its way here.
        dispatcher.resumed(item.job, on: self)
        var record: JobRecord?
        while record == nil, !dispatcher.isStopped {
            do throws(GateError) {
                guard let found = try await ports.jobs.record(of: item.job.sequence) else {
                    return dispatcher.left(item.job.sequence, of: item.job.account)
                }
                record = found
            } catch {
                await pause(1_000)
            }
        }
        guard let record else { return }
        guard let plan = AttemptPlan(record) else {
            return await end(record.job, nil, attempt: attempt.id, .failed, .unreadable)
        }
        let run = AttemptRun(self, record.job, plan, attempt, names: nil, sawDeath: sawDeath)
        if record.job.cancelRequested != nil { run.cancel() }
        await go(run)
    }

    private func go(_ run: AttemptRun) async {
        self.run = run
        if unwanted.contains(run.job.sequence) { run.cancel() }
        let outcome = await run.follow()
        if let outcome { await settle(run, outcome) }
        self.run = nil
    }

    private func settle(_ run: AttemptRun, _ outcome: AttemptRun.Outcome) async {
        let job = run.job
        switch outcome {
        case .ended(let end, let words):
            // Not its end when the job is gone, with its account perhaps; it is no longer here all the same.
            let isEnd = await commit(end)
            dispatcher.left(job.sequence, of: job.account)
            guard isEnd else { return }
            dispatcher.tellEnd(job, words)
            if let last { await api.forget([last]) }
            last = run.attempt.id
        case .lost(let failure, let counts):
            if failure == .workerDied || failure == .workerUnreachable { trouble = failure.message }
            if failure == .workerDied { ghosts = [] }
            if counts, failure == .handOverUnknown || failure == .workerUnreachable { suspect(run.attempt.id) }
            ports.log(
                "attempt_lost",
                [
                    "worker": .string(address.name), "attempt": .string(run.attempt.id.description),
                    "reason": .string(failure.code.rawValue),
                ])
            let mayRun =
                !counts || run.plan.graph.mayRetry && run.attempt.ordinal < dispatcher.limits.attempts
            guard mayRun, !run.isCanceled else {
                return await end(
                    job, run, run.isCanceled ? (run.hasStarted ? .canceled : .withdrawn) : .failed, failure)
            }
            await requeue(run, failure)
        case .rejected(let rejection):
            // The file may have been swept there: send it again, once.
            uploaded = [:]
            let isInput = rejection.nodes.contains { $0.faults.contains { $0.type == "custom_validation_failed" } }
            if isInput, run.plan.graph.mayRetry, run.attempt.ordinal < dispatcher.limits.attempts, !run.isCanceled {
                return await requeue(
                    run, JobFailure(GateError.Code(rawValue: rejection.error.type), rejection.description))
            }
            await end(job, run, .failed, JobFailure(.workerRejected, rejection.description))
        case .withdrawn: await end(job, run, .withdrawn, nil)
        }
    }

    private func requeue(_ run: AttemptRun, _ failure: JobFailure) async {
        let ports = ports
        let attempt = run.attempt.id
        let isQueued = await retrying { () async throws(GateError) -> Bool in
            try await ports.jobs.requeue(attempt, reason: failure, at: ports.clock())
        }
        guard let isQueued else { return }
        // Canceled between the last look and the store's word, or ended by somebody else.
        guard isQueued else { return await end(run.job, run, run.hasStarted ? .canceled : .withdrawn, failure) }
        dispatcher.left(run.job.sequence, of: run.job.account)
        dispatcher.submitted(run.job)
    }

    /// Ends a job by the gate's own word.
    ///
    /// - Parameter attempt: That of a job which has one; `run`'s own if there is a run.
    private func end(
        _ job: Job, _ run: AttemptRun?, attempt: UUID? = nil, _ state: JobState, _ failure: JobFailure?
    ) async {
        let now = ports.clock()
        let ending = GateEnding(job, state, failure, at: now)
        let end = JobEnd(
            job: job.sequence, attempt: run?.attempt.id ?? attempt, state: state, failure: failure,
            started: run?.started,
            ended: now, result: ending.result)
        let isEnd = await commit(end)
        dispatcher.left(job.sequence, of: job.account)
        if isEnd { dispatcher.tellEnd(job, ending.words) }
    }

    /// True when this was the job's end; nothing but the gate's own end keeps it from being stored.
    private func commit(_ end: JobEnd) async -> Bool {
        let ports = ports
        return await retrying { () async throws(GateError) -> Bool in try await ports.jobs.finish(end) } ?? false
    }

    private func retrying(
        _ body: nonisolated(nonsending) @Sendable () async throws(GateError) -> Bool
    ) async -> Bool? {
        while true {
            do throws(GateError) { return try await body() } catch {
                if error.code == .storeFull { ports.disk.noteFull() }
                ports.log(
                    "store_failed", ["code": .string(error.code.rawValue), "detail": .string(error.detail ?? "")])
                guard !dispatcher.isStopped else { return nil }
                await pause(1_000)
            }
        }
    }

    // MARK: Inputs

    /// The worker's names of files; nil when the gate itself has lost one.
    private func send(_ files: [GraphFile]) async throws(UpstreamFailure) -> [Digest32: String]? {
        var names: [Digest32: String] = [:]
        for file in files {
            if let known = uploaded[file.hash] {
                names[file.hash] = known
                continue
            }
            guard let bytes = try? await ports.assets.read(file.hash) else { return nil }
            let name = try await api.upload(bytes, name: AttemptNames.inputName(of: file))
            if uploaded.count >= Self.uploadedLimit { uploaded = [:] }
            (uploaded[file.hash], names[file.hash]) = (name, name)
        }
        return names
    }
}

extension JobFailure {
    static let unreadable = JobFailure(.storeCorrupt, "What was stored of this job cannot be read; submit it again.")
    static let quarantined = JobFailure(
        .workerCrashed, "Workers stopped while they ran graphs like this one; an operator must release it.")
    static let inputLost = JobFailure(.inputLost, "A file that this job reads is no longer there; upload it again.")
}
