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
    private let inputs: SentInputs
    /// The worker gets nothing while one of them is there.
    private let givenUp: GivenUpAttempts
    /// Its folder, if this machine has it.
    private let files: WorkerFiles?
    /// The attempt that ended last: it stays in the worker's history until the next one has ended, as `Attempt.marker`.
    private var last: UUID?
    /// What an earlier process of the gate left has been looked for.
    private var hasRecalled = false
    private var waiter: Latch?
    private var timer: Timer?
    private var isWoken = false
    /// Jobs in a row that could not be begun.
    private var failures = 0
    /// One of so many failures of the same thing, a second apart, is told in the log.
    static let toldFailures = 60
    /// Nobody listened at its address, so that what an earlier process of the gate handed over is gone.
    private var sawDeath = false

    /// Milliseconds between two tries to reach a worker that does not answer, at first and at most.
    private static let backoff: ClosedRange<UInt64> = 250...10_000
    /// Milliseconds between two looks at an idle worker.
    private static let probeInterval: UInt64 = 15_000

    init(_ address: WorkerAddress, _ dispatcher: Dispatcher, resolver: Resolver) {
        (self.address, self.dispatcher) = (address, dispatcher)
        api = WorkerAPI(address, reactor: dispatcher.reactor, resolver: resolver)
        files = address.files.map { WorkerFiles(path: $0) }
        inputs = SentInputs(api, files, dispatcher.ports)
        givenUp = GivenUpAttempts(api, reactor: dispatcher.reactor)
    }

    // MARK: Waiting

    func wake() {
        isWoken = true
        run?.wake()
        let waiter = waiter
        self.waiter = nil
        waiter?.open()
    }

    func pause(_ milliseconds: UInt64) async {
        if !isWoken {
            timer = reactor.timer(after: milliseconds) { [weak self] in self?.wake() }
            await Latch.wait { waiter = $0 }
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
            await recall()
            for item in dispatcher.takeInherited(address.name) { await resume(item) }
            sawDeath = false
            await serve()
        }
    }

    private func isThere() async -> Bool {
        let before = trouble
        do throws(UpstreamFailure) {
            let stats = try await api.systemStats()
            dispatcher.note(stats)
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
            inputs.forget()
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

    /// What an earlier process of the gate left here.
    private func recall() async {
        guard !hasRecalled else { return }
        let now = ports.clock()
        let since = now.advanced(byMilliseconds: -Int64(GivenUpAttempts.time))
        guard let traces = try? await ports.jobs.traces(at: address.name, since: since) else { return }
        hasRecalled = true
        last = traces.last
        givenUp.recall(traces.givenUp, now: now)
    }

    /// What tells this process of the worker's from the next one; nil when nothing does.
    private func marker() async -> UUID? {
        guard let known = last else { return nil }
        do throws(UpstreamFailure) {
            if try await !api.remembers(known) { last = nil }
        } catch {
            return nil
        }
        return last
    }

    /// Until the worker no longer answers.
    private func serve() async {
        var asked = reactor.now
        var worked = reactor.now
        var isLoaded = true
        while trouble == nil, !dispatcher.isStopped {
            if await stopGivenUp() {
                await pause(GivenUpAttempts.interval)
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
            await pause(givenUp.isEmpty ? Self.probeInterval : GivenUpAttempts.interval)
            isIdle = false
            if reactor.now - asked >= Self.probeInterval {
                asked = reactor.now
                guard await isThere() else { return }
            }
        }
    }

    // MARK: Attempts that were given up

    /// Stops what was given up and has turned up after all.
    ///
    /// - Returns: Whether any is still there.
    @discardableResult
    func stopGivenUp() async -> Bool { await givenUp.look { clean($0) } }

    var seeksGivenUp: Bool { !givenUp.isEmpty }

    /// The run has been asked to stop and does not.
    func gotStuck(_ run: AttemptRun) {
        ports.log(
            "worker_stuck",
            ["worker": .string(address.name), "attempt": .string(run.attempt.id.description)])
        reactor.loop.spawn(WorkerRestart(address, ports))
    }

    /// The worker keeps nothing of an attempt whose files have been taken home, or will not be.
    private func clean(_ attempt: UUID, _ listed: [OutputFile] = []) {
        guard let files else { return }
        reactor.loop.spawn(WorkerCleaning(files, attempt, listed, worker: address.name, ports))
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
                guard let sent = try await inputs.send(plan.graph.files) else {
                    return await end(record.job, nil, .failed, .inputLost)
                }
                names = sent
            } catch {
                trouble = "\(error)"
                return dispatcher.giveBack(queued)
            }
            let attempt = Attempt(
                id: UUID(), job: queued.sequence, ordinal: record.job.attempts + 1, worker: address.name,
                began: ports.clock(), marker: await marker())
            guard try await ports.jobs.begin(attempt) else {
                return dispatcher.left(queued.sequence, of: queued.account)
            }
            ports.meter.began(attempt, of: record.job)
            var job = record.job
            (job.state, job.attempts) = (.dispatched, attempt.ordinal)
            failures = 0
            await go(AttemptRun(self, job, plan, attempt, names: names))
        } catch {
            ports.disk.note(error)
            if failures % Self.toldFailures == 0 {
                ports.log("dispatch_failed", ["worker": .string(address.name), "reason": .string("\(error)")])
            }
            failures += 1
            dispatcher.giveBack(queued)
            await pause(1_000)
        }
    }

    /// An attempt of an earlier process: where it is now must be found out before the worker gets anything else.
    private func resume(_ item: DispatchedJob) async {
        let attempt = item.attempt
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
            leave(job)
            guard isEnd else { return }
            dispatcher.tellEnd(job, words)
            if let last { await api.forget([last]) }
            last = run.attempt.id
            clean(run.attempt.id, run.listed)
        case .lost(let failure, let counts):
            ports.meter.lost(failure)
            if [.workerDied, .workerUnreachable, .notHandedOver].contains(failure) { trouble = failure.message }
            if failure == .workerDied { givenUp.forget() }
            if failure == .handOverUnknown || failure == .workerUnreachable { givenUp.add(run.attempt.id) }
            clean(run.attempt.id, run.listed)
            ports.log(
                "attempt_lost",
                [
                    "worker": .string(address.name), "attempt": .string(run.attempt.id.description),
                    "reason": .string(failure.code.rawValue),
                ])
            let mayRun =
                !counts || run.plan.graph.mayRetry && run.attempt.ordinal < dispatcher.limits.attempts
            // What was stopped because it took too long would do so again.
            guard mayRun, !run.isCanceled, run.overdue == nil else {
                return await end(
                    job, run, run.isCanceled ? (run.hasStarted ? .canceled : .withdrawn) : .failed,
                    run.overdue ?? failure)
            }
            await requeue(run, failure)
        case .rejected(let rejection):
            // The file may have been swept there: send it again, once.
            inputs.forget()
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
        leave(run.job)
        dispatcher.submitted(run.job)
    }

    /// The job is no longer here. In the same turn as what is told of it: a socket that comes later must not be told how far
    /// the run is.
    private func leave(_ job: Job) {
        run = nil
        dispatcher.left(job.sequence, of: job.account)
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
        leave(job)
        if isEnd { dispatcher.tellEnd(job, ending.words) }
    }

    /// True when this was the job's end; nothing but the gate's own end keeps it from being stored.
    private func commit(_ end: JobEnd) async -> Bool {
        let ports = ports
        let isEnd = await retrying { () async throws(GateError) -> Bool in try await ports.jobs.finish(end) } ?? false
        if isEnd { ports.meter.ended(end) }
        return isEnd
    }

    private func retrying(
        _ body: nonisolated(nonsending) @Sendable () async throws(GateError) -> Bool
    ) async -> Bool? {
        var failures = 0
        while true {
            do throws(GateError) { return try await body() } catch {
                ports.disk.note(error)
                if failures % Self.toldFailures == 0 {
                    ports.log(
                        "store_failed", ["code": .string(error.code.rawValue), "detail": .string(error.detail ?? "")])
                }
                failures += 1
                guard !dispatcher.isStopped else { return nil }
                await pause(1_000)
            }
        }
    }
}

extension JobFailure {
    static let unreadable = JobFailure(.storeCorrupt, "What was stored of this job cannot be read; submit it again.")
    static let quarantined = JobFailure(
        .workerCrashed, "Workers stopped while they ran graphs like this one; an operator must release it.")
    static let inputLost = JobFailure(.inputLost, "A file that this job reads is no longer there; upload it again.")
}
