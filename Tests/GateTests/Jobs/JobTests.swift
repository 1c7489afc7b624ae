import Basics
import ComfyAPI
import Fleet
import Identity
import Loop
import Simulator
import Store
import Testing
import Wire

@testable import Gate

struct JobTests {
    @Test(
        "A job runs, and its pictures come back under the names it would have had alone",
        arguments: ComfyFlavour.allCases)
    func runs(flavour: ComfyFlavour) async throws {
        try await JobWorld.run(flavour) { world in
            let first = try await world.submit(JobWorld.graph(color: 1, prefix: "a/pic"), as: "alice")
            let other = try await world.submit(JobWorld.graph(color: 1, prefix: "a/pic"), as: "bob")
            for (id, name) in [(first, "alice"), (other, "bob")] {
                let entry = try await world.ended(id, as: name)
                #expect(entry["status"]?["status_str"] == "success")
                let files = JobWorld.files(entry)
                #expect(
                    files.contains(OutputFile(filename: "pic_00001_.png", subfolder: "a", node: "2", kind: "images")))
                #expect(files.count == 2)
                for file in files {
                    let answer = try await world.gate.ask(.get, JobWorld.view(file), as: name)
                    #expect(answer.status == .ok && answer.fields["Content-Type"] == "image/png")
                }
                #expect(try await world.job(id, as: name) == "completed")
            }
            // Nobody finds the other's.
            #expect(try await world.gate.ask(.get, "/history/\(first)", as: "bob").json == [:])
            #expect(try await world.gate.ask(.get, "/history", as: "bob").json?.object?.keys == [other])
            #expect(try await world.gate.ask(.get, "/api/jobs/\(first)", as: "bob").status == .notFound)
            #expect(try await world.gate.ask(.get, "/api/jobs", as: "bob").json?["pagination"]?["total"] == 1)
        }
    }

    @Test(
        "The picture of a branch that both share holds the graph of who asked, and no other",
        arguments: ComfyFlavour.allCases)
    func keepsGraphsApart(flavour: ComfyFlavour) async throws {
        try await JobWorld.run(flavour) { world in
            func graph(_ secret: String) -> JSON {
                guard case .object(var graph) = JobWorld.graph(color: 7) else { return .null }
                graph["9"] = [
                    "class_type": "SaveImage", "inputs": ["images": ["1", 0], "filename_prefix": .string(secret)],
                ]
                return .object(graph)
            }
            for (secret, name) in [("alices-secret", "alice"), ("bobs-secret", "bob")] {
                let id = try await world.submit(graph(secret), as: name)
                for file in JobWorld.files(try await world.ended(id, as: name)) {
                    let answer = try await world.gate.ask(.get, JobWorld.view(file), as: name)
                    #expect(answer.text.contains(secret))
                    #expect(!answer.text.contains(secret == "bobs-secret" ? "alices-secret" : "bobs-secret"))
                    #expect(!answer.text.contains("comfygate_job"))
                }
            }
        }
    }

    @Test("The same prompt_id is one job, and a program that chose it gets its pictures by it")
    func takesTheClientsID() async throws {
        try await JobWorld.run(.current) { world in
            let id = UUID().description
            let again: JSONObject = ["prompt_id": .string(id)]
            #expect(try await world.submit(JobWorld.graph(color: 1), as: "alice", again) == id)
            #expect(try await world.submit(JobWorld.graph(color: 2), as: "alice", again) == id)
            #expect(try await world.submit(JobWorld.graph(color: 3), as: "bob", again) == id)
            let (own, other) = (try await world.ended(id, as: "alice"), try await world.ended(id, as: "bob"))
            #expect(own["prompt"]?[2]?["1"]?["inputs"]?["color"] == 1)
            #expect(other["prompt"]?[2]?["1"]?["inputs"]?["color"] == 3)
            #expect(try await world.gate.ask(.get, "/history", as: "alice").json?.object?.count == 1)
        }
    }

    @Test("An upload is its owner's: a graph of somebody else does not find it, by whatever name")
    func keepsUploadsApart() async throws {
        try await JobWorld.run(.classic) { world in
            let made = try await world.submit(JobWorld.graph(color: 5, prefix: "own"), as: "alice")
            let file = try #require(
                JobWorld.files(try await world.ended(made, as: "alice")).first { $0.type == "output" })
            func load(_ name: String) -> JSON {
                [
                    "1": ["class_type": "LoadImage", "inputs": ["image": .string(name)]],
                    "2": ["class_type": "SaveImage", "inputs": ["images": ["1", 0], "filename_prefix": "copy"]],
                ]
            }
            let name = file.filename + " [output]"
            let id = try await world.submit(load(name), as: "alice")
            #expect(try await world.ended(id, as: "alice")["status"]?["status_str"] == "success")
            for text in [name, "../output/\(file.filename)", "/etc/passwd", "x/../../\(file.filename)", file.filename] {
                await #expect(throws: NotThis.self) { try await world.submit(load(text), as: "bob") }
            }
            for target in [
                JobWorld.view(file), "/view?filename=\(file.filename)%20%5Boutput%5D",
                "/view?filename=\(file.filename)&subfolder=.",
            ] { try await world.gate.expect(.notFound, .get, target, as: "bob") }
            #expect(try await world.gate.ask(.get, "/internal/files/output", as: "bob").json == [])
            // What the worker was sent for alice stands in nobody's list of inputs.
            for name in ["alice", "bob"] {
                let info = try await world.gate.ask(.get, "/object_info/LoadImage", as: name)
                #expect(info.json?["LoadImage"]?["input"]?["required"]?["image"]?[0] == ["example.png"], "\(info.text)")
            }
            #expect(try await world.gate.ask(.get, "/internal/files/output", as: "alice").json?.array?.count == 2)
        }
    }

    @Test("Disabling an account cancels what it has waiting and running")
    func cancelsWithTheAccount() async throws {
        try await JobWorld.run(.current, worker: JobWorld.slow) { world in
            let running = try await world.running(as: "alice")
            let waiting = try await world.submit(JobWorld.graph(color: 2), as: "alice")
            let other = try await world.submit(JobWorld.graph(color: 3), as: "bob")
            let alice = try #require(world.gate.accounts["alice"])
            _ = try await world.gate.server.identity.disable(alice, by: .system)
            // The card is free again, long before that job would have ended.
            #expect(try await world.ended(other, as: "bob")["status"]?["status_str"] == "success")
            let jobs = world.gate.server.shared.fleet.ports.jobs
            #expect(try await jobs.record(account: alice, publicID: running)?.job.state == .canceled)
            #expect(try await jobs.record(account: alice, publicID: waiting)?.job.state == .withdrawn)
        }
    }

    @Test("The picture every ComfyUI comes with is there for everybody", arguments: ComfyFlavour.allCases)
    func hasTheStockPicture(flavour: ComfyFlavour) async throws {
        try await JobWorld.run(flavour) { world in
            let graph: JSON = [
                "1": ["class_type": "LoadImage", "inputs": ["image": "example.png"]],
                "2": ["class_type": "SaveImage", "inputs": ["images": ["1", 0], "filename_prefix": "copy"]],
            ]
            for name in ["alice", "bob"] {
                let id = try await world.submit(graph, as: name)
                #expect(try await world.ended(id, as: name)["status"]?["status_str"] == "success")
                try await world.gate.expect(.ok, .get, "/view?filename=example.png&type=input", as: name)
            }
        }
    }

    @Test("One's own running job is stopped by an interrupt, and nobody else's", arguments: ComfyFlavour.allCases)
    func interrupts(flavour: ComfyFlavour) async throws {
        try await JobWorld.run(flavour, worker: JobWorld.slow) { world in
            let running = try await world.running(as: "alice")
            let waiting = try await world.submit(JobWorld.graph(color: 2), as: "bob")
            for body in ["", #"{"prompt_id":"\#(running)"}"#] {
                try await world.gate.expect(.ok, .post, "/interrupt", as: "bob", body: body)
            }
            try await world.gate.expect(
                .ok, .post, "/queue", as: "bob", body: #"{"delete":["\#(running)"]}"#)
            #expect(
                try await world.gate.ask(.post, "/api/jobs/\(running)/cancel", as: "bob", body: "{}").json == [
                    "cancelled": false
                ])
            #expect(try await world.job(running, as: "alice") == "in_progress")
            #expect(try await world.gate.ask(.get, "/prompt", as: "bob").json == ["exec_info": ["queue_remaining": 1]])
            // What waits is not interrupted, what runs is not deleted.
            try await world.gate.expect(.ok, .post, "/interrupt", as: "bob", body: #"{"prompt_id":"\#(waiting)"}"#)
            #expect(try await world.job(waiting, as: "bob") == "pending")
            try await world.gate.expect(.ok, .post, "/queue", as: "bob", body: #"{"clear":true}"#)
            #expect(try await world.job(waiting, as: "bob") == nil)
            #expect(try await world.gate.ask(.get, "/history", as: "bob").json == [:])
            try await world.gate.expect(.ok, .post, "/interrupt", as: "alice")
            let entry = try await world.ended(running, as: "alice")
            #expect(entry["status"]?["status_str"] == "error")
            #expect(try await world.job(running, as: "alice") == "cancelled")
        }
    }

    @Test("A node that fails tells its owner why, in ComfyUI's words")
    func fails() async throws {
        try await JobWorld.run(.current, worker: { $0.faults.errorAtNode = "2" }) { world in
            let id = try await world.submit(JobWorld.graph(color: 1), as: "alice")
            let entry = try await world.ended(id, as: "alice")
            #expect(entry["status"]?["status_str"] == "error")
            #expect(try await world.job(id, as: "alice") == "failed")
            let text = String(decoding: entry.encoded(), as: UTF8.self)
            #expect(text.contains("execution_error") && text.contains(id))
        }
    }

    @Test("A graph that stops its worker twice runs no more, whoever sends it")
    func quarantines() async throws {
        var shell = SimulatorShellOptions()
        shell.revival = .after(200_000_000)
        try await JobWorld.run(.current, worker: { $0.faults.crashAtNode = "1" }, shell: shell) { world in
            let id = try await world.submit(JobWorld.graph(color: 1), as: "alice")
            let entry = try await world.ended(id, as: "alice")
            #expect(String(decoding: entry.encoded(), as: UTF8.self).contains("worker_crashed"))
            let alice = try #require(world.gate.accounts["alice"])
            let jobs = world.gate.server.shared.fleet.ports.jobs
            #expect(try await jobs.record(account: alice, publicID: id)?.job.attempts == 2)
            let again = try await world.submit(JobWorld.graph(color: 1), as: "bob")
            let other = try await world.ended(again, as: "bob")
            #expect(String(decoding: other.encoded(), as: UTF8.self).contains("an operator must release it"))
        }
    }

    @Test(
        "Two tabs of one account hear of their own jobs only, and others of nothing", arguments: ComfyFlavour.allCases)
    func tellsTheRightTab(flavour: ComfyFlavour) async throws {
        try await JobWorld.run(flavour) { world in
            let heard = try await world.gate.loop.run { reactor in
                let one = try await GateSocket.open(world.gate, "/ws?clientId=one", as: "alice", reactor: reactor)
                let two = try await GateSocket.open(world.gate, "/ws?clientId=two", as: "alice", reactor: reactor)
                let bob = try await GateSocket.open(world.gate, "/ws?clientId=one", as: "bob", reactor: reactor)
                let id = try await world.submit(JobWorld.graph(color: 1), as: "alice", client: "one")
                var texts: [String] = []
                while let text = await one.next() {
                    texts.append(text)
                    if WorkerEvent(frame: Array(text.utf8)) == .executing(.init(node: nil, promptID: id)) { break }
                }
                var others: [[String]] = []
                for socket in [two, bob] {
                    socket.close()
                    var own: [String] = []
                    while let text = await socket.next() { own.append(text) }
                    others.append(own)
                }
                one.close()
                return (id, texts, others)
            }
            let (id, texts, others) = heard
            let types = texts.compactMap { WorkerEvent(frame: Array($0.utf8))?.type }
            let told = types.filter { $0 != "status" && $0 != "progress_state" }
            #expect(told.first == "execution_start")
            #expect(told.contains("executed"))
            #expect(told.suffix(2) == ["execution_success", "executing"])
            // Nothing of the worker's own names.
            for text in texts where !text.contains("status") {
                #expect(text.contains(id), "\(text)")
                #expect(!text.contains("comfygate_job"), "\(text)")
            }
            #expect(others[0].allSatisfy { $0.contains("\"status\"") })
            #expect(others[1].count == 1, "bob is told how many he has, once: \(others[1])")
        }
    }
}
