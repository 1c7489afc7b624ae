import Basics
import ComfyAPI
import Fleet
import Foundation
import Simulator
import Store
import Testing
import Wire

@testable import Gate

struct JobMetricsTests {
    /// The value of a sample, as the text has it.
    private static func sample(_ name: String, _ world: JobWorld) async throws -> String? {
        let text = try await world.gate.ask(.get, "/metrics", as: "olga").text
        return text.split(separator: "\n").first { $0.hasPrefix(name + " ") }?.dropFirst(name.count + 1).description
    }

    private static func expect(_ value: String, _ name: String, _ world: JobWorld) async throws {
        #expect(try await sample(name, world) == value, "\(name)")
    }

    /// What an owner hears of at once may be counted a moment later.
    private static func become(_ value: String, _ name: String, _ world: JobWorld) async throws {
        for _ in 0..<2_000 { if try await sample(name, world) == value { return } }
        try await expect(value, name, world)
    }

    @Test("What is taken, refused, begun and ended is counted, and names no account")
    func counts() async throws {
        try await JobWorld.run(worker: JobWorld.slow) { world in
            let id = try await world.submit(JobWorld.graph(color: 1), as: "alice")
            _ = try await world.ended(id, as: "alice")
            try await Self.become("1", #"comfygate_jobs_ended_total{state="succeeded"}"#, world)
            for (value, name) in [
                ("1", "comfygate_jobs_submitted_total"), ("1", "comfygate_jobs_attempts_total"),
                ("0", "comfygate_jobs_retries_total"), ("0", "comfygate_jobs_worker_deaths_total"),
                ("1", "comfygate_jobs_waiting_seconds_count"), ("1", "comfygate_jobs_running_seconds_count"),
                ("1", #"comfygate_jobs_running_seconds_bucket{le="+Inf"}"#),
                ("1", #"comfygate_files{type="output"}"#), ("1", #"comfygate_files{type="temp"}"#),
                ("0", "comfygate_disk_low"), ("0", "comfygate_jobs_waiting"),
            ] { try await Self.expect(value, name, world) }
            #expect(try await Self.sample("comfygate_disk_free_bytes", world).flatMap { Int($0) } ?? 0 > 0)

            let bad: JSON = ["prompt": ["1": ["class_type": "NoSuchNode", "inputs": [:]]]]
            let text = String(decoding: bad.encoded(), as: UTF8.self)
            try await world.gate.expect(.badRequest, .post, "/prompt", as: "alice", body: text)
            try await Self.expect("1", #"comfygate_jobs_refused_total{reason="invalid_graph"}"#, world)
            // The same prompt once more is the same job.
            try await Self.expect("1", "comfygate_jobs_submitted_total", world)

            let running = try await world.running(as: "bob")
            try await Self.expect("1", #"comfygate_jobs_running{phase="running"}"#, world)
            let waiting = try await world.submit(JobWorld.graph(color: 2), as: "alice")
            try await Self.become("1", "comfygate_jobs_waiting", world)
            _ = try await world.gate.ask(.post, "/queue", as: "alice", body: #"{"delete":["\#(waiting)"]}"#)
            try await Self.expect("1", #"comfygate_jobs_ended_total{state="withdrawn"}"#, world)
            _ = try await world.gate.ask(.post, "/interrupt", as: "bob", body: #"{"prompt_id":"\#(running)"}"#)
            try await Self.become("0", #"comfygate_jobs_running{phase="running"}"#, world)
            let all = try await world.gate.ask(.get, "/metrics", as: "olga").text
            for name in world.gate.accounts.keys { #expect(!all.contains("\"\(name)")) }
        }
    }

    @Test("Workers that die, the second tries and the quarantine are counted")
    func countsDeaths() async throws {
        var shell = SimulatorShellOptions()
        shell.revival = .after(200_000_000)
        try await JobWorld.run(.current, worker: { $0.faults.crashAtNode = "1" }, shell: shell) { world in
            let id = try await world.submit(JobWorld.graph(color: 1), as: "alice")
            _ = try await world.ended(id, as: "alice")
            try await Self.become("1", #"comfygate_jobs_failed_total{reason="worker_crashed"}"#, world)
            try await Self.expect("2", "comfygate_jobs_worker_deaths_total", world)
            try await Self.expect("1", "comfygate_jobs_retries_total", world)
            let again = try await world.submit(JobWorld.graph(color: 1), as: "bob")
            _ = try await world.ended(again, as: "bob")
            try await Self.become("1", #"comfygate_jobs_failed_total{reason="quarantined"}"#, world)
            try await Self.expect("2", #"comfygate_jobs_ended_total{state="failed"}"#, world)
        }
    }

    @Test("The manual lists every number, and none that is not there")
    func manual() async throws {
        let manual = try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appending(path: "../../../docs/operation.md"), encoding: .utf8)
        let listed = Set(manual.matches(of: /(?m)^\| `(comfygate_[a-z_]+)/).map { String($0.1) })
        try await GateWorld.run({ $0.metrics.isOn = true }) { world in
            await world.server.look()
            let text = try await world.ask(.get, "/metrics", as: "olga").text
            let shown = Set(text.matches(of: #/(?m)^# TYPE (comfygate_[a-z_]+) /#).map { String($0.1) })
            #expect(listed == shown)
        }
    }
}
