internal import Basics
internal import ComfyAPI
internal import HTTP
internal import Loop
internal import Store

/// One attempt, from the hand-over to what it came to: its event socket, its evidence, its files.
final class AttemptRun {
    enum Outcome {
        /// The worker's history tells the end.
        ///
        /// - `words`: The terminal event, and that nothing is executing.
        case ended(JobEnd, words: [EventFrame])
        /// - `counts`: The worker had it; else it never got there.
        case lost(JobFailure, counts: Bool)
        case rejected(PromptRejection)
        /// It never began and never will.
        case withdrawn
    }

    let job: Job
    let plan: AttemptPlan
    let attempt: Attempt
    private(set) var isCanceled = false
    private let session: WorkerSession
    private let api: WorkerAPI
    private let inbox: EventInbox
    /// What the worker called the inputs; nil for an attempt that was handed over by an earlier process.
    private let inputs: [Digest32: String]?
    private let names: NameMap
    private var narrator: JobNarrator
    private let keeper: OutputKeeper
    private var handOver: HandOver
    private var posted: WorkerAPI.Posted?
    private var sawDeath = false
    private var lostSocket = false
    private var silentSince: UInt64?
    private var isUnknown = false
    private var isFinishing = false
    private var hearing = Hearing()
    private var clock: RunClock
    /// Nodes whose `executed` the owner has heard.
    private var told: Set<String> = []
    private(set) var started: Timestamp?
    private var nextLook: UInt64
    private var nextStop: UInt64 = 0
    private var nextConnect: UInt64 = 0

    /// Milliseconds between two looks at the worker's queue while its event socket is open.
    private static let lookInterval: UInt64 = 10_000
    /// The same when more is known to come soon: without a socket, or with a cancel to be seen through.
    private static let closeInterval: UInt64 = 1_000
    /// Bytes of one message of the worker.
    private static let messageLimit = 64 << 20

    init(
        _ session: WorkerSession, _ job: Job, _ plan: AttemptPlan, _ attempt: Attempt,
        names inputs: [Digest32: String]?,
        sawDeath: Bool = false
    ) {
        self.sawDeath = sawDeath
        (self.session, self.job, self.plan, self.attempt, self.inputs) = (session, job, plan, attempt, inputs)
        api = session.api
        inbox = EventInbox(id: job.sequence, http: api.http, reactor: session.reactor)
        let own = AttemptNames(attempt.id)
        // An earlier process has sent them under these names as a rule.
        let called =
            inputs
            ?? Dictionary(plan.graph.files.map { ($0.hash, AttemptNames.inputName(of: $0)) }) { first, _ in first }
        let names = NameMap(plan.graph, attempt: own, publicID: job.publicID, names: called)
        self.names = names
        narrator = JobNarrator(attempt: attempt.id, nodes: Set(plan.graph.prompt.keys)) { names.map($0) }
        keeper = OutputKeeper(job, attempt, plan.graph, session.ports, session.api, inputs: called)
        handOver = inputs == nil ? .uncertain(since: session.reactor.now) : .pending
        nextLook = session.reactor.now + (inputs == nil ? 0 : Self.closeInterval)
        started = job.started
        clock = RunClock(at: session.reactor.now, hasBegun: job.started != nil)
    }

    private var dispatcher: Dispatcher { session.dispatcher }
    private var now: UInt64 { session.reactor.now }
    var hasStarted: Bool { started != nil }
    var isStuck: Bool { clock.isStuck }
    var overdue: JobFailure? { clock.overdue }
    /// Its files at the worker, as far as it has told.
    var listed: [OutputFile] { Array(keeper.listed) }
    var replay: [EventFrame] { narrator.replay }

    var phase: JobPhase {
        if isFinishing { return .finishing }
        if isUnknown { return .unknown }
        if isCanceled { return .canceling }
        return hasStarted ? .running : .dispatching
    }

    func wake() { inbox.wake() }

    /// Its owner wants it ended; repeated until the worker shows the end.
    func cancel() {
        isCanceled = true
        nextStop = 0
        inbox.wake()
    }

    // MARK: Following it

    /// Returns nil when the gate ends first: the next process finds out.
    func follow() async -> Outcome? {
        defer { inbox.close() }
        await connect()
        if let inputs {
            let body: [UInt8]
            do throws(AttemptBody.Failure) {
                body = try AttemptBody.encode(
                    plan.graph, request: plan.request, attempt: AttemptNames(attempt.id), names: inputs)
            } catch {
                return .rejected(PromptRejection("worker_broken", "The worker gave an input an impossible name."))
            }
            // Nobody listened a moment ago, which is no news of a process that comes now.
            sawDeath = false
            session.reactor.loop.spawn(HandOverWork(self, api, body))
        }
        while !dispatcher.isStopped {
            let next = min(nextLook, mustStop ? nextStop : .max, inbox.isConnected ? .max : nextConnect)
            switch await inbox.next(within: next > now ? next - now : 0) {
            case .text(let bytes): await hear(narrator.take(text: bytes))
            case .binary(let bytes): await hear(narrator.take(binary: bytes))
            case .closed:
                lostSocket = true
                nextConnect = now + 300
                nextLook = min(nextLook, now + 300)
            case .nothing: break
            }
            if let outcome = settleHandOver() { return outcome }
            if mustStop, now >= nextStop {
                await api.stop(attempt.id)
                clock.askedToStop(at: now)
                nextStop = now + Self.closeInterval
                nextLook = now
            }
            if !inbox.isConnected, now >= nextConnect { await connect() }
            if now >= nextLook, let outcome = await look() { return outcome }
        }
        return nil
    }

    private func connect() async {
        nextConnect = now + Self.closeInterval
        let target = api.address.basePath + "/ws?clientId=" + attempt.id.description
        do throws(UpstreamFailure) {
            try await inbox.connect(target, api.address.credential, messageLimit: Self.messageLimit)
            hearing.opened(at: now)
            inbox.send(#"{"type":"feature_flags","data":{"supports_preview_metadata":true}}"#)
        } catch {
            if error.isRefusal { sawDeath = true }
        }
    }

    fileprivate func answered(_ answer: WorkerAPI.Posted) {
        posted = answer
        inbox.wake()
    }

    private func settleHandOver() -> Outcome? {
        guard let posted else { return nil }
        self.posted = nil
        switch posted {
        case .accepted: handOver = .accepted
        case .rejected(let rejection):
            let shown = (try? JSON(parsing: names.map(rejection.encoded()))).flatMap { PromptRejection($0) }
            return .rejected(shown ?? rejection)
        case .notSent: return isCanceled ? .withdrawn : .lost(.notHandedOver, counts: false)
        case .unknown(let reason):
            session.ports.log(
                "handover_unknown",
                ["attempt": .string(attempt.id.description), "reason": .string(reason)])
            handOver = .uncertain(since: now)
            nextLook = now
        }
        return nil
    }

    // MARK: What the worker says

    private func hear(_ step: JobNarrator.Step) async {
        hearing.heard(isOwn: step != .nothing, at: now)
        if step != .nothing { clock.signOfLife(at: now) }
        if narrator.hasStarted, started == nil { began() }
        switch step {
        case .deliver(let frame): tell(frame)
        case .executed(let executed):
            // Its files are stored first: who hears of a picture may ask for it at once.
            guard var event = try? await keeper.keep(executed) else { return }
            event.promptID = job.publicID
            tell(event)
        case .ended(let isSettled):
            hearing.heardEnd()
            nextLook = min(nextLook, now + (isSettled ? 0 : 250))
        case .nothing: break
        }
    }

    private func tell(_ executed: WorkerEvent.Executed) {
        told.insert(executed.node)
        let frame = EventFrame.text(names.map(WorkerEvent.executed(executed).encoded()))
        narrator.tells(executed: frame)
        tell(frame)
    }

    private func tell(_ frame: EventFrame) {
        guard let client = job.clientID else { return }
        dispatcher.deliver(.client(job.account, id: client), [frame])
    }

    private func began() {
        let time = session.ports.clock()
        started = time
        clock.began(at: now)
        if case .uncertain = handOver { handOver = .accepted }
        session.reactor.loop.spawn(NoteStart(attempt.id, time, session.ports))
        dispatcher.tellCount(job.account)
    }

    // MARK: Looking

    /// What the worker's queue and history say, and what follows.
    private func look() async -> Outcome? {
        let sighting: Sighting
        var entry: JSON?
        do throws(UpstreamFailure) {
            (sighting, entry) = try await api.sighting(of: attempt.id)
            silentSince = nil
        } catch {
            sawDeath = sawDeath || error.isRefusal
            silentSince = silentSince ?? now
            sighting = .silent(isDead: error.isRefusal)
        }
        if case .silent = sighting { isUnknown = true } else { isUnknown = false }
        switch sighting {
        case .running, .pending:
            if case .uncertain = handOver { handOver = .accepted }
            if sighting == .running, started == nil { began() }
        default: break
        }
        let wasStuck = isStuck
        clock.judge(dispatcher.limits, runLimit: job.terms.runLimit.map { UInt64($0) }, at: now)
        if isStuck, !wasStuck { session.gotStuck(self) }
        if sighting == .running, inbox.isConnected, hearing.isDeaf(at: now) {
            inbox.close()
            nextConnect = now + 300
        }
        if sighting == .absent { await judgeProcess() }
        if session.seeksGivenUp { await session.stopGivenUp() }
        let isClose =
            mustStop || isUnknown || !inbox.isConnected || !hearing.isProved || handOver != .accepted
            || session.seeksGivenUp
        nextLook = now + (isClose ? Self.closeInterval : Self.lookInterval)
        let evidence = AttemptRules.Evidence(
            handOver: handOver, sighting: sighting, isCanceled: isCanceled, sawDeath: sawDeath,
            lostSocket: lostSocket, silentSince: silentSince, now: now)
        switch dispatcher.limits.rules.decide(evidence) {
        case .wait: return nil
        case .over(let failure): return .lost(failure, counts: true)
        case .withdrawn: return hasStarted ? .lost(.jobVanished, counts: true) : .withdrawn
        case .finish:
            if inbox.isConnected, hearing.mustHearOut(at: now) {
                nextLook = now + 100
                return nil
            }
            return await finish(entry ?? .null)
        }
    }

    private var mustStop: Bool { isCanceled || clock.overdue != nil }

    /// What the worker's history held at the hand-over lives as long as its process.
    private func judgeProcess() async {
        guard !sawDeath, let marker = attempt.marker else { return }
        if (try? await api.remembers(marker)) == false { sawDeath = true }
    }

    // MARK: The end

    private func finish(_ json: JSON) async -> Outcome? {
        guard let entry = HistoryEntry(json) else {
            return .lost(.workerBroken, counts: true)
        }
        if case .interrupted = entry.outcome, !mustStop {
            // ComfyUI's interrupt can hit the next job: nobody asked for this one's end.
            return .lost(.interruptedByOthers, counts: true)
        }
        isFinishing = true
        let outputs: JSONObject
        switch await keep(entry.outputs) {
        case .kept(let renamed): outputs = renamed
        case .failed(let failure): return .lost(failure, counts: true)
        case .gateEnds: return nil
        }
        tellUntold(outputs)
        let ending = HistoryEnding(
            entry, json, outputs: outputs, of: job, attempt, names, isCanceled: isCanceled, overdue: clock.overdue,
            started: started, ended: session.ports.clock())
        return ending.map { .ended($0.end, words: $0.words) } ?? .lost(.workerBroken, counts: true)
    }

    /// What a lost socket, or an earlier process, did not tell of.
    private func tellUntold(_ outputs: JSONObject) {
        for (node, output) in outputs.members where !told.contains(node) {
            tell(WorkerEvent.Executed(promptID: job.publicID, node: node, displayNode: node, output: output))
        }
    }

    private enum Keeping {
        case kept(JSONObject)
        case failed(JobFailure)
        case gateEnds
    }

    /// Stores every file, again and again for as long as the worker may be asked. While the gate's own disk is full they
    /// wait on the worker, however long that takes.
    private func keep(_ outputs: JSONObject) async -> Keeping {
        var deadline = now + dispatcher.limits.finishGrace
        var failures = 0
        while true {
            do {
                return .kept(try await keeper.keep(outputs))
            } catch {
                let own = error as? GateError
                if let own { session.ports.disk.note(own) }
                if failures % WorkerSession.toldFailures == 0 {
                    session.ports.log(
                        "outputs_waiting",
                        ["attempt": .string(attempt.id.description), "reason": .string("\(error)")])
                }
                failures += 1
                if dispatcher.isStopped { return .gateEnds }
                if own?.code == .storeFull || own?.code == .storeReadOnly {
                    // Its owner wants it no more, and others wait for the worker.
                    if isCanceled { return .failed(.outputsLost) }
                    deadline = now + dispatcher.limits.finishGrace
                }
                if now >= deadline { return .failed(.outputsLost) }
                await session.pause(Self.closeInterval)
            }
        }
    }
}

/// The hand-over itself, which waits as long as it takes, while its attempt listens.
private final class HandOverWork: LoopWork {
    private let run: AttemptRun
    private let api: WorkerAPI
    private let body: [UInt8]

    init(_ run: AttemptRun, _ api: WorkerAPI, _ body: [UInt8]) { (self.run, self.api, self.body) = (run, api, body) }

    func run() async {
        // Whoever was told that a job is canceled will not see it begin.
        guard !run.isCanceled else { return run.answered(.notSent) }
        run.answered(await api.post(body, attempt: run.attempt.id))
    }
}

/// Notes in the store when the worker began; nobody waits for it, and the end notes it again.
private final class NoteStart: LoopWork {
    private let attempt: UUID
    private let time: Timestamp
    private let ports: FleetPorts

    init(_ attempt: UUID, _ time: Timestamp, _ ports: FleetPorts) {
        (self.attempt, self.time, self.ports) = (attempt, time, ports)
    }

    func run() async { try? await ports.jobs.started(attempt, at: time) }
}
