import Basics
import ComfyAPI
import Fleet
import Loop
import Simulator
import Store
import Testing
import Wire

@testable import Gate

/// What a worker and its network do to jobs, one fault at a time; `scripts/faults` mixes them.
struct JobFireTests {
    /// What the worker noted of prompts.
    private final class Journal: Sendable {
        let lines = Locked<[JSON]>([])
        func count(_ event: String) -> Int { lines.withLock { $0.count { $0["event"] == .string(event) } } }
    }

    private func world(
        _ flavour: ComfyFlavour = .current, worker change: (inout SimulatorOptions) -> Void = { _ in },
        shell: SimulatorShellOptions = SimulatorShellOptions(),
        limits: @Sendable (inout Configuration.Jobs) -> Void = { _ in },
        _ body: nonisolated(nonsending) (JobWorld, Journal) async throws -> Void
    ) async throws {
        let journal = Journal()
        try await JobWorld.run(
            flavour, worker: change, shell: shell, gate: { limits(&$0.jobs) },
            journal: { line in journal.lines.withLock { $0.append(line) } }
        ) { try await body($0, journal) }
    }

    private func faults(_ world: JobWorld, _ change: @escaping @Sendable (inout FaultPlan) -> Void) async throws {
        try await world.worker.perform { server in server.withWorker { change(&$0.faults) } }
    }

    private func record(_ world: JobWorld, _ id: String, of name: String) async throws -> JobRecord? {
        let account = try #require(world.gate.accounts[name])
        return try await world.gate.server.shared.fleet.ports.jobs.record(account: account, publicID: id)
    }

    @Test("A job whose cancel was acknowledged before its hand-over is never handed over")
    func cancelsBeforeTheHandOver() async throws {
        // The event socket comes first, and takes its time.
        try await world(worker: { $0.faults.socketDelay = 300_000_000 }) { world, journal in
            let id = try await world.submit(JobWorld.graph(color: 1), as: "alice")
            while try await record(world, id, of: "alice")?.job.state != .dispatched {}
            let answer = try await world.gate.ask(.post, "/api/jobs/\(id)/cancel", as: "alice", body: "{}")
            #expect(answer.json == ["cancelled": true])
            while try await record(world, id, of: "alice")?.job.state == .dispatched {}
            #expect(try await record(world, id, of: "alice")?.job.state == .withdrawn)
            try await faults(world) { $0.socketDelay = 0 }
            let next = try await world.submit(JobWorld.graph(color: 2), as: "bob")
            _ = try await world.ended(next, as: "bob")
            #expect(journal.count("received") == 1)
        }
    }

    @Test("A prompt sent again has the first answer, whatever is sent with it and whether or not a worker is there")
    func answersAgain() async throws {
        try await world { world, _ in
            let id = UUID().description
            let own: JSONObject = ["prompt_id": .string(id)]
            #expect(try await world.submit(JobWorld.graph(color: 1), as: "alice", own) == id)
            _ = try await world.ended(id, as: "alice")
            #expect(try await world.submit(["1": ["class_type": "Nowhere", "inputs": [:]]], as: "alice", own) == id)
            await #expect(throws: NotThis.self) {
                try await world.submit(["1": ["class_type": "Nowhere", "inputs": [:]]], as: "bob", own)
            }
        }
    }

    @Test("Events that were lost with a socket are told before the end")
    func tellsWhatWasLost() async throws {
        // As a socket that is forgotten: nothing but the end of the run is found out.
        try await world(worker: { $0.faults.deafSockets = true }) { world, _ in
            let heard = try await world.gate.loop.run { reactor in
                let socket = try await GateSocket.open(world.gate, "/ws?clientId=tab", as: "alice", reactor: reactor)
                let id = try await world.submit(JobWorld.graph(color: 1), as: "alice")
                var types: [String] = []
                while let text = await socket.next() {
                    guard let event = WorkerEvent(frame: Array(text.utf8)) else { continue }
                    types.append(event.type)
                    if event == .executing(.init(node: nil, promptID: id)) { break }
                }
                socket.close()
                return types
            }
            #expect(heard.filter { $0 == "executed" }.count == 2, "\(heard)")
            #expect(heard.firstIndex(of: "executed") ?? 99 < heard.firstIndex(of: "execution_success") ?? 0)
        }
    }

    @Test("A file that breaks off is fetched again, whole")
    func fetchesAgain() async throws {
        try await world(worker: { $0.faults.brokenFiles = 3 }) { world, _ in
            let id = try await world.submit(JobWorld.graph(color: 5), as: "alice")
            let entry = try await world.ended(id, as: "alice")
            for file in JobWorld.files(entry) {
                let answer = try await world.gate.ask(.get, JobWorld.view(file), as: "alice")
                #expect(answer.status == .ok && answer.text.contains("IEND"))
            }
        }
    }

    @Test("An attempt that was given up and turns up after all is stopped, and its job ends once")
    func laysGhosts() async throws {
        try await world(
            worker: {
                // The request lies in the worker's buffers for longer than the gate waits, and the connection is lost.
                ($0.faults.stalledPosts, $0.faults.postStall) = (1, 2_500_000_000)
                $0.faults.lostAnswers = 1
                // Few nodes, or the worker is too busy with telling of them to hear anybody.
                $0.nodeTime = 200_000_000
            }, limits: { $0.handOverGrace = .seconds(1) }
        ) { world, journal in
            let id = try await world.submit(JobWorld.chain(40), as: "alice")
            let entry = try await world.ended(id, as: "alice")
            #expect(entry["status"]?["status_str"] == "success")
            // The first attempt began when the second had ended, or waited behind it.
            while journal.count("deleted") + journal.count("ended") < 2 { _ = try await record(world, id, of: "alice") }
            #expect(journal.count("received") == 2)
            let ends = journal.lines.withLock { lines in lines.filter { $0["event"] == "ended" } }
            let all = journal.lines.withLock { $0.map { String(decoding: $0.encoded(), as: UTF8.self) } }
            #expect(ends.count { $0["completed"] == true } == 1, "\(all.joined(separator: "\n"))")
            #expect(try await world.gate.ask(.get, "/history", as: "alice").json?.object?.count == 1)
        }
    }
}
