import Basics
import ComfyAPI
import Fleet
import class Foundation.FileManager
import Loop
import Simulator
import Store
import TestSupport
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
        try await world(worker: { $0.faults.socketDelay = 3_000_000_000 }) { world, journal in
            let id = try await world.submit(JobWorld.graph(color: 1), as: "alice")
            while let state = try await record(world, id, of: "alice")?.job.state, state != .dispatched {
                try #require(!state.isFinal, "it ended before it was seen dispatched")
            }
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

    @Test("Results wait on the worker for as long as the gate's disk is full, unless their owner wants them no more")
    func waitsForRoom() async throws {
        let room = Locked((free: 1 << 40, looks: 0))
        let journal = Journal()
        let log = try TestLog()
        try await JobWorld.run(
            // The first job must not have ended before there is no room.
            worker: { $0.nodeTime = 20_000_000 },
            gate: {
                $0.jobs.finishGrace = .milliseconds(1)
                $0.jobs.diskLow = .gigabytes(1)
            }, log: log,
            room: { _ in
                room.withLock {
                    $0.looks += 1
                    return .init(free: $0.free, total: 1 << 40)
                }
            }, journal: { line in journal.lines.withLock { $0.append(line) } }
        ) { world in
            let first = try await world.submit(JobWorld.chain(100), as: "alice")
            let second = try await world.submit(JobWorld.graph(color: 2), as: "alice")
            room.withLock { $0.free = 1 }
            world.gate.server.shared.fleet.ports.disk.noteFull()
            #expect(try await world.gate.ask(.post, "/prompt", as: "alice", body: "{}").status == .badRequest)
            while journal.count("ended") < 1 { _ = try await world.job(first, as: "alice") }
            // Longer than a worker may keep a file back.
            let looks = room.withLock { $0.looks }
            while room.withLock({ $0.looks }) < looks + 2 { _ = try await world.job(first, as: "alice") }
            #expect(try await world.job(first, as: "alice") == "in_progress")
            let answer = try await world.gate.ask(.post, "/api/jobs/\(first)/cancel", as: "alice", body: "{}")
            #expect(answer.json == ["cancelled": true])
            #expect(try await record(world, first, of: "alice")?.job.cancelRequested != nil)
            while journal.count("ended") < 2 { _ = try await world.job(second, as: "alice") }
            #expect(try await record(world, first, of: "alice")?.job.state == .canceled)
            room.withLock { $0.free = 1 << 40 }
            let entry = try await world.ended(second, as: "alice")
            #expect(entry["status"]?["status_str"] == "success")
            #expect(JobWorld.files(entry).count == 2)
            #expect(journal.count("received") == 2)
            let lines = try await log.read()
            // Once a job, however often it is tried; the second may have come when there was room.
            #expect((1...2).contains(lines.split(separator: "\n").count { $0.contains("outputs_waiting") }))
        }
    }

    @Test("Whoever asks how the worker is, while nobody knows yet, waits for its answer")
    func manyAskAtOnce() async throws {
        try await world { world, _ in
            let answers = try await withThrowingTaskGroup(of: Status.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await world.gate.ask(.get, "/system_stats", as: "alice").status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0 == .ok }, "\(answers)")
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

    @Test("Who comes while a job runs hears what its nodes have made")
    func tellsWhoComesLate() async throws {
        try await world(worker: { $0.faults.hangAtNode = "3" }) { world, _ in
            let types = try await world.gate.loop.run { reactor in
                let early = try await GateSocket.open(world.gate, "/ws?clientId=tab", as: "alice", reactor: reactor)
                _ = try await world.submit(JobWorld.twoPreviews, as: "alice")
                func types(of socket: GateSocket, through last: String) async throws -> [String] {
                    var types: [String] = []
                    while types.last != last, let text = await socket.next() {
                        if let event = WorkerEvent(frame: Array(text.utf8)) { types.append(event.type) }
                    }
                    return types
                }
                _ = try await types(of: early, through: "executed")
                early.close()
                let late = try await GateSocket.open(world.gate, "/ws?clientId=tab", as: "alice", reactor: reactor)
                let told = try await types(of: late, through: "executing")
                late.close()
                return told
            }
            #expect(types.filter { $0 == "executed" }.count == 1, "\(types)")
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

    @Test("A worker that goes on with what it was asked to stop is restarted by its command")
    func restartsAStuckWorker() async throws {
        let folder = TemporaryFolder()
        let mark = folder.path("restarted")
        try await JobWorld.run(
            worker: { $0.faults.hangAtNode = "2" },
            gate: {
                $0.worker.restart = ["/bin/sh", "-c", "echo once >> '\(mark)'"]
                $0.jobs.cancelGrace = .seconds(1)
            }
        ) { world in
            let id = try await world.submit(JobWorld.graph(color: 1), as: "alice")
            while try await record(world, id, of: "alice")?.job.started == nil {}
            _ = try await world.gate.ask(.post, "/api/jobs/\(id)/cancel", as: "alice", body: "{}")
            while !FileManager.default.fileExists(atPath: mark) { _ = try await record(world, id, of: "alice") }
            // What the command does to a real one.
            try await world.worker.perform { server in
                server.withWorker { $0.faults.hangAtNode = nil }
                server.crash()
                try server.restart()
            }
            while try await record(world, id, of: "alice")?.job.state == .dispatched {}
            #expect(try await record(world, id, of: "alice")?.job.state == .canceled)
            let next = try await world.submit(JobWorld.graph(color: 2), as: "bob")
            _ = try await world.ended(next, as: "bob")
            #expect(try String(contentsOfFile: mark, encoding: .utf8) == "once\n")
        }
    }

    @Test("With the worker's folder at hand, nothing of a job stays there once it is kept")
    func cleansUp() async throws {
        let folder = TemporaryFolder()
        try await JobWorld.run(
            worker: { $0.dataDirectory = folder.path("comfy") },
            gate: { $0.worker.files = folder.path("comfy") }
        ) { world in
            for color in 1...3 {
                let entry = try await world.ended(
                    try await world.submit(JobWorld.graph(color: color), as: "alice"), as: "alice")
                let files = JobWorld.files(entry)
                #expect(files.count == 2)
                for file in files {
                    #expect(try await world.gate.ask(.get, JobWorld.view(file), as: "alice").status == .ok)
                }
            }
            func left(_ name: String) -> [String] {
                ((try? FileManager.default.subpathsOfDirectory(atPath: folder.path("comfy/" + name))) ?? ["missing"])
            }
            // In the background, so that nobody waits for it.
            while !left("output").isEmpty || !left("temp").isEmpty {
                _ = try await world.gate.ask(.get, "/queue", as: "alice")
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
