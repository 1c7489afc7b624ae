public import Basics
internal import CLinux
internal import Fleet
internal import HTTP
internal import Identity
internal import Loop
internal import Store
internal import Telemetry

extension GateServer {
    // MARK: What the console and the numbers show

    /// For the console; keeps nothing alive.
    func view() -> GateView {
        var view = GateView()
        view.status = { [weak self] in await self?.status() ?? .null }
        view.work = { [current] in GateWork(current.withLock { $0.shared }) }
        view.metrics = { [weak self] in await self?.metrics().text ?? "" }
        view.readiness = { [shared] in shared.readiness.current }
        view.exposure = { [exposure] in exposure.withLock { $0 } }
        return view
    }

    private func status() async -> JSON {
        let numbers = await numbers()
        let classes = (1...5).map { ("\($0)xx", JSON(numbers.responses[$0])) }
        var status: JSONObject = [
            "worker": configuration.worker.url.map { .string($0.description) } ?? .null,
            "loops": JSON(members.withLock { $0.count }), "connections": JSON(numbers.connections),
            "responses": .object(JSONObject(classes)),
        ]
        if let readiness = shared.readiness.current { status["readiness"] = .object(readiness.json()) }
        let around = exposure.withLock { $0 }
        if !around.isEmpty { status["worker_reachable_around_gate"] = .array(around.map { .string($0) }) }
        return .object(status)
    }

    private func numbers() async -> LoopNumbers {
        var sum = LoopNumbers()
        for member in members.withLock({ $0 }) { sum.add(await member.loop.perform { _ in member.numbers }) }
        return sum
    }

    func metrics() async -> GateMetrics {
        var metrics = GateMetrics(started: started)
        metrics.loops = await numbers()
        metrics.lanes = lanes.map { ($0.name, $0.load) }
        metrics.droppedLogLines = shared.log.droppedCount
        metrics.logins = shared.identity.loginCounts
        (metrics.sessions, metrics.tokens) = await console.withLock { $0 }?.credentialCounts() ?? (0, 0)
        metrics.store = shared.identity.storeLoad
        metrics.readiness = shared.readiness.current
        metrics.jobs = await shared.fleet.numbers()
        return metrics
    }

    // MARK: The worker

    /// Asks the worker and the store how they are; bounded, and shown on the console and by `/ready`.
    public func look() async { _ = await readiness(maximumAge: 0) }

    private func readiness(maximumAge: UInt64) async -> Readiness? {
        guard let member = members.withLock({ $0.first }) else { return nil }
        return try? await member.loop.run { _ in await member.application.watch.readiness(maximumAge: maximumAge) }
    }

    /// The addresses of this machine at which the worker answers people who walk around the gate; none is what must be.
    public func findExposure() async -> [String] { await findExposure { SocketAddress.own(port: $0) } }

    func findExposure(at addresses: @Sendable (UInt16) -> [SocketAddress]) async -> [String] {
        guard let member = members.withLock({ $0.first }), let url = configuration.worker.url,
            configuration.worker.unix == nil
        else { return [] }
        // A worker that does not answer the gate may still answer others, but nobody knows which address is its own.
        guard let readiness = await readiness(maximumAge: 1_000), readiness.worker == .up else {
            return exposure.withLock { $0 }
        }
        let wanted = addresses(url.port)
        let found = try? await member.loop.run { reactor in
            await WorkerExposure.find(argv: readiness.argv, addresses: wanted, reactor: reactor, resolver: resolver)
        }
        let spelled = (found ?? []).map(\.description)
        let before = exposure.withLock { exposure in
            defer { exposure = spelled }
            return exposure
        }
        if spelled != before {
            if spelled.isEmpty {
                shared.log.info("worker_reachable_by_gate_only")
            } else {
                shared.log.error("worker_reachable_around_gate", ["addresses": .array(spelled.map { .string($0) })])
            }
        }
        for member in members.withLock({ $0 }) {
            await member.loop.perform { _ in member.application.exposure = spelled }
        }
        return spelled
    }

    // MARK: Every minute

    /// Stores when credentials were last used, ends what has expired, writes the audit trail's head to the log, and looks
    /// after the worker; called every 60 s. One part that fails keeps no other from its turn.
    ///
    /// - Throws: The first failure of the store.
    public func keepHouse() async throws(GateError) {
        var failure: GateError?
        var touches = Touches()
        for member in members.withLock({ $0 }) {
            let now = shared.clock()
            let own = await member.loop.perform { _ in
                member.application.closeOutlived(now: now)
                return member.application.snapshot.takeTouches()
            }
            touches.merge(own)
        }
        if let console = console.withLock({ $0 }) { touches.merge(await console.takeTouches()) }
        do throws(GateError) { try await shared.identity.touch(touches) } catch { failure = error }
        do throws(GateError) { try await shared.identity.sweep() } catch { failure = failure ?? error }
        do throws(GateError) { try await logAuditHead() } catch { failure = failure ?? error }
        do throws(GateError) { try await keepJobs() } catch { failure = failure ?? error }
        await look()
        _ = await findExposure()
        // Long answers leave the allocator with memory that it would keep for ever, in the part of each thread.
        try? await shared.fleet.ports.lane.run { gate_trim_memory() }
        if let failure {
            shared.log.error(
                "house_failed",
                ["code": .string(failure.code.rawValue), "detail": .string(failure.detail ?? failure.message)])
            throw failure
        }
    }

    /// Ends jobs that have waited too long; every hour, lets go what is no longer kept.
    private func keepJobs() async throws(GateError) {
        _ = try await shared.fleet.expire()
        await shared.fleet.ports.disk.lookAgain()
        let now = shared.clock()
        let isDue = retained.withLock { retained in
            if let retained, now.milliseconds - retained.milliseconds < Self.retentionInterval { return false }
            retained = now
            return true
        }
        guard isDue else { return }
        let retention = Retention(shared.identity, GateWork(shared))
        let report = try await retention.run(nil, isTrial: false)
        let freed = try await retention.collect(before: now.advanced(byMilliseconds: -Int64(AssetCollector.grace)))
        shared.log.info(
            "retention",
            [
                "files": JSON(report.files.files), "jobs": JSON(report.jobs), "assets": JSON(freed.files),
                "bytes_freed": JSON(freed.bytes),
            ])
    }

    private static let retentionInterval: Int64 = 3_600_000

    /// Whoever cuts the end of the trail off later must cut the log, too: `audit verify --head` compares.
    private func logAuditHead() async throws(GateError) {
        let head = try await shared.identity.auditHead()
        shared.log.info("audit_head", ["count": JSON(head.count), "head": .string(head.description)])
    }
}

extension ServerMember<GateApplication> {
    /// Only on the loop.
    var numbers: LoopNumbers {
        var numbers = LoopNumbers()
        numbers.responses = application.counts.byClass
        numbers.connections = server.connectionCount
        let pools =
            [("worker", application.native.pool)] + application.services.map { ("service:\($0.options.name)", $0.pool) }
        numbers.upstreams = pools.map { name, pool in
            LoopNumbers.Upstream(
                name: name, open: pool.connectionCount, idle: pool.idleCount, waiting: pool.waitingCount)
        }
        return numbers
    }
}
