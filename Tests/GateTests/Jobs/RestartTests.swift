import Basics
import ComfyAPI
import Fleet
import HTTP
import Loop
import Simulator
import Store
import TestSupport
import Testing
import Wire

@testable import Gate

/// What a gate that is started again finds out about what the one before it left at its worker.
struct RestartTests {
    private static func gate(
        _ worker: SimulatorHost, _ folder: TemporaryFolder,
        _ change: @Sendable (inout Configuration) -> Void = { _ in },
        _ body: nonisolated(nonsending) (JobWorld) async throws -> Void
    ) async throws {
        try await GateWorld.run(
            {
                $0.worker.url = HTTPAddress("http://\(worker.address)")
                ($0.limits.requestRate, $0.limits.requestBurst) = (1_000_000, 1_000_000)
                change(&$0)
            }, folder: folder
        ) { try await body(JobWorld(gate: $0, worker: worker)) }
    }

    private static func worker(_ change: (inout SimulatorOptions) -> Void = { _ in }) async throws -> SimulatorHost {
        var options = SimulatorOptions(.current)
        options.stepTime = 20_000_000
        change(&options)
        var shell = SimulatorShellOptions()
        shell.revival = .after(1_000_000)
        return try await SimulatorHost.start(options, shell: shell)
    }

    private static func record(_ world: JobWorld, _ id: String) async throws -> JobRecord {
        let account = try #require(world.gate.accounts["alice"])
        return try #require(
            try await world.gate.server.shared.fleet.ports.jobs.record(account: account, publicID: id))
    }

    /// How many ended attempts the worker has in its history.
    private static func remembered(_ world: JobWorld) async throws -> Int {
        let endpoint = UpstreamOptions.Endpoint.host("127.0.0.1", port: world.worker.address.port ?? 0)
        return try await world.gate.send(ClientRequest(.get, "/history"), to: endpoint).json?.object?.count ?? 0
    }

    @Test("A worker that died while no gate was there is found out by what it no longer remembers")
    func missedDeath() async throws {
        let folder = TemporaryFolder()
        let worker = try await Self.worker()
        let id = UUID().description
        try await Self.gate(worker, folder) { world in
            let first = try await world.submit(JobWorld.graph(color: 1), as: "alice")
            _ = try await world.ended(first, as: "alice")
            // Its owner's history is no witness: people clear it.
            _ = try await world.gate.ask(.post, "/history", as: "alice", body: #"{"clear":true}"#)
            try await worker.perform { server in server.withWorker { $0.faults.hangAtNode = "5" } }
            _ = try await world.submit(JobWorld.chain(8), as: "alice", ["prompt_id": .string(id)])
            while try await Self.record(world, id).job.started == nil {}
        }
        try await worker.perform { server in
            server.withWorker { $0.faults.hangAtNode = nil }
            server.crash()
        }
        // Without a witness it would have to wait as long as this before anything may follow.
        try await Self.gate(worker, folder, { $0.jobs.handOverGrace = .seconds(86_400) }) { world in
            let entry = try await world.ended(id, as: "alice")
            #expect(entry["status"]?["status_str"] == "success")
            let jobs = world.gate.server.shared.fleet.ports.jobs
            let job = try await Self.record(world, id).job
            let attempts = try await jobs.attempts(of: job.sequence)
            #expect(attempts.map(\.outcome) == ["worker_crashed", "succeeded"])
            #expect(attempts[0].attempt.marker != nil && attempts[1].attempt.marker == nil)
            #expect(try await jobs.deaths(of: job.signature) == 0, "a success shows that the graph is harmless")
        }
        await worker.stop()
    }

    @Test("A worker that lives on is not taken for dead, and nothing of the run is lost")
    func livesOn() async throws {
        let folder = TemporaryFolder()
        let worker = try await Self.worker { $0.nodeTime = 40_000_000 }
        let id = UUID().description
        try await Self.gate(worker, folder) { world in
            _ = try await world.ended(try await world.submit(JobWorld.graph(color: 1), as: "alice"), as: "alice")
            _ = try await world.submit(JobWorld.chain(40), as: "alice", ["prompt_id": .string(id)])
            while try await Self.record(world, id).job.started == nil {}
        }
        try await Self.gate(worker, folder) { world in
            _ = try await world.ended(id, as: "alice")
            let job = try await Self.record(world, id).job
            #expect(job.state == .succeeded && job.attempts == 1)
            // Of all that ended the worker remembers the last one.
            _ = try await world.ended(try await world.submit(JobWorld.graph(color: 3), as: "alice"), as: "alice")
            while try await Self.remembered(world) > 1 {}
        }
        await worker.stop()
    }

    @Test("What was given up is still looked for by the next gate, and stopped")
    func remembersWhatWasGivenUp() async throws {
        let folder = TemporaryFolder()
        let worker = try await Self.worker {
            // Nobody hears of the hand-over, and the run takes longer than anybody waits.
            ($0.faults.stalledPosts, $0.faults.postStall, $0.faults.lostAnswers) = (1, 1_000_000_000, 1)
            $0.nodeTime = 100_000_000
        }
        let id = UUID().description
        try await Self.gate(worker, folder, { ($0.jobs.handOverGrace, $0.jobs.attempts) = (.zero, 1) }) { world in
            _ = try await world.submit(JobWorld.chain(200), as: "alice", ["prompt_id": .string(id)])
            while try await !Self.record(world, id).job.state.isFinal {}
            #expect(try await Self.record(world, id).job.failure?.code == .handOverUnknown)
        }
        try await Self.gate(worker, folder) { world in
            // It would run for 20 s in front of this one.
            let next = try await world.submit(JobWorld.graph(color: 7), as: "bob")
            _ = try await world.ended(next, as: "bob")
            while try await Self.remembered(world) > 1 {}
        }
        await worker.stop()
    }
}
