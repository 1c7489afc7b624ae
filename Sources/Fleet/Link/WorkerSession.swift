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
            await serve()
        }
    }

    private func isThere() async -> Bool {
        let before = trouble
        do throws(UpstreamFailure) {
            let stats = try await api.systemStats()
            // Also for one that was away for a moment: it may have come back with other nodes.
            if before != nil { try await readCatalogue(stats) }
            trouble = nil
        } catch {
            trouble = "\(error)"
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
        let version: String
        if let stats { version = stats.version } else { version = try await api.systemStats().version }
        let (features, objectInfo) = (try await api.features(), try await api.objectInfo())
        do {
            let read = try await ports.lane.run {
                try WorkerCatalogue(version: version, objectInfo: objectInfo, features: features)
            }
            ports.catalogue.put(read)
        } catch let error as WorkflowError {
            throw .invalid("/object_info: \(error.message)")
        } catch {
            throw .overloaded
        }
    }

    /// Until the worker no longer answers.
    private func serve() async {
        var asked = reactor.now
        while trouble == nil, !dispatcher.isStopped {
            if let job = dispatcher.next(for: self) {
                await begin(job)
                asked = reactor.now
                continue
            }
            isIdle = true
            await pause(Self.probeInterval)
            isIdle = false
            if reactor.now - asked >= Self.probeInterval {
                asked = reactor.now
                guard await isThere() else { return }
            }
        }
    }

    // MARK: One job

    private func begin(_ queued: QueuedJob) async {
        defer { unwanted.remove(queued.sequence) }
        do {
            guard let record = try await ports.jobs.record(of: queued.sequence), record.job.state == .queued,
                record.job.cancelRequested == nil
            else { return dispatcher.left(queued.sequence, of: queued.account) }
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
        var record: JobRecord?
        while record == nil, !dispatcher.isStopped {
            do throws(GateError) {
                guard let found = try await ports.jobs.record(of: item.job.sequence) else { return }
                record = found
            } catch {
                await pause(1_000)
            }
        }
        guard let record, let plan = AttemptPlan(record) else { return }
        dispatcher.resumed(record.job, on: self)
        let run = AttemptRun(self, record.job, plan, attempt, names: nil)
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
            tellEnd(job, words)
            if let last { await api.forget([last]) }
            last = run.attempt.id
        case .lost(let failure, let counts):
            if failure == .workerDied || failure == .workerUnreachable { trouble = failure.message }
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
        dispatcher.left(run.job.sequence, of: run.job.account)
        if isQueued { dispatcher.submitted(run.job) }
    }

    /// Ends a job by the gate's own word.
    private func end(_ job: Job, _ run: AttemptRun?, _ state: JobState, _ failure: JobFailure?) async {
        let now = ports.clock()
        let ending = GateEnding(job, state, failure, at: now)
        let end = JobEnd(
            job: job.sequence, attempt: run?.attempt.id, state: state, failure: failure, started: run?.started,
            ended: now, result: ending.result)
        let isEnd = await commit(end)
        dispatcher.left(job.sequence, of: job.account)
        if isEnd { tellEnd(job, ending.words) }
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
                ports.log(
                    "store_failed", ["code": .string(error.code.rawValue), "detail": .string(error.detail ?? "")])
                guard !dispatcher.isStopped else { return nil }
                await pause(1_000)
            }
        }
    }

    private func tellEnd(_ job: Job, _ words: [EventFrame]) {
        guard let client = job.clientID else { return dispatcher.tellCountNow(job.account) }
        dispatcher.deliver(.client(job.account, id: client), Array(words.prefix(1)))
        dispatcher.tellCountNow(job.account)
        dispatcher.deliver(.client(job.account, id: client), Array(words.dropFirst()))
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
