import Basics
import ComfyAPI
import Fleet
import HTTP
import Loop
import Simulator
import TestSupport
import Testing
import Wire

@testable import Gate

/// A gate in front of a simulated worker that really runs what it is given.
struct JobWorld: Sendable {
    let gate: GateWorld
    let worker: SimulatorHost

    static func run(
        _ flavour: ComfyFlavour = .current, worker change: (inout SimulatorOptions) -> Void = { _ in },
        shell: SimulatorShellOptions = SimulatorShellOptions(), folder: TemporaryFolder = TemporaryFolder(),
        gate changeGate: (inout Configuration) -> Void = { _ in }, log: TestLog? = nil,
        room: @escaping @Sendable (String) -> DiskGuard.Room? = DiskGuard.room,
        journal: (@Sendable (JSON) -> Void)? = nil,
        _ body: nonisolated(nonsending) (JobWorld) async throws -> Void
    ) async throws {
        var options = SimulatorOptions(flavour)
        options.stepTime = 20_000_000
        change(&options)
        let worker = try await SimulatorHost.start(options, shell: shell, journal: journal)
        do {
            try await GateWorld.run(
                {
                    $0.worker.url = HTTPAddress("http://\(worker.address)")
                    // Tests ask again and again until something has happened.
                    ($0.limits.requestRate, $0.limits.requestBurst) = (1_000_000, 1_000_000)
                    changeGate(&$0)
                }, folder: folder, log: log, room: room
            ) { gate in
                try await body(JobWorld(gate: gate, worker: worker))
            }
        } catch {
            await worker.stop()
            throw error
        }
        await worker.stop()
    }

    /// A picture of one colour, saved and shown.
    static func graph(color: Int, prefix: String = "pic") -> JSON {
        [
            "1": [
                "class_type": "EmptyImage",
                "inputs": ["width": 64, "height": 64, "batch_size": 1, "color": JSON(color)],
            ],
            "2": ["class_type": "SaveImage", "inputs": ["images": ["1", 0], "filename_prefix": .string(prefix)]],
            "3": ["class_type": "PreviewImage", "inputs": ["images": ["1", 0]]],
        ]
    }

    /// Shows a picture, then another.
    static let twoPreviews: JSON = [
        "1": ["class_type": "EmptyImage", "inputs": ["width": 64, "height": 64, "batch_size": 1, "color": 1]],
        "2": ["class_type": "PreviewImage", "inputs": ["images": ["1", 0]]],
        "3": ["class_type": "ImageInvert", "inputs": ["image": ["1", 0]]],
        "4": ["class_type": "PreviewImage", "inputs": ["images": ["3", 0]]],
    ]

    /// For `running(as:)`: a job of two and a half minutes, which still runs on a machine that is busy with other tests.
    static func slow(_ options: inout SimulatorOptions) { options.nodeTime = 300_000_000 }

    static func chain(_ count: Int) -> JSON {
        var graph: JSONObject = [
            "1": ["class_type": "EmptyImage", "inputs": ["width": 16, "height": 16, "batch_size": 1, "color": 1]]
        ]
        for node in 2..<count {
            graph["\(node)"] = ["class_type": "ImageInvert", "inputs": ["image": [.string("\(node - 1)"), 0]]]
        }
        graph["\(count)"] = [
            "class_type": "SaveImage", "inputs": ["images": [.string("\(count - 1)"), 0], "filename_prefix": "long"],
        ]
        return .object(graph)
    }

    /// Submits as soon as the gate knows its worker; returns the prompt's id.
    func submit(_ graph: JSON, as name: String, client: String = "tab", _ extra: JSONObject = [:]) async throws
        -> String
    {
        var body: JSONObject = ["prompt": graph, "client_id": .string(client)]
        for member in extra.members { body[member.key] = member.value }
        while true {
            let text = String(decoding: JSON.object(body).encoded(), as: UTF8.self)
            let answer = try await gate.ask(.post, "/prompt", as: name, body: text)
            if answer.status == .serviceUnavailable { continue }
            guard answer.status == .ok, let id = answer.json?["prompt_id"]?.string else {
                throw NotThis("\(answer.status.code) \(answer.text)")
            }
            return id
        }
    }

    /// The history entry of a job, once it has ended.
    func ended(_ id: String, as name: String) async throws -> JSON {
        while true {
            let history = try await gate.ask(.get, "/history/\(id)", as: name)
            if let entry = history.json?[id] { return entry }
        }
    }

    /// Submits what takes a `slow` worker long, and waits until it runs; returns the prompt's id.
    func running(as name: String) async throws -> String {
        // Many nodes, so that an interrupt soon finds a place between two.
        let id = try await submit(Self.chain(500), as: name)
        while true {
            switch try await job(id, as: name) {
            case "in_progress": return id
            case "pending": continue
            case let state: throw NotThis("\(state ?? "nothing") before it was seen running")
            }
        }
    }

    func job(_ id: String, as name: String) async throws -> String? {
        try await gate.ask(.get, "/api/jobs/\(id)", as: name).json?["status"]?.string
    }

    /// The files of a history entry.
    static func files(_ entry: JSON) -> [OutputFile] {
        (entry["outputs"]?.object?.members ?? []).flatMap { OutputFile.list(node: $0.key, $0.value) }
    }

    static func view(_ file: OutputFile) -> String {
        "/view?" + Query([("filename", file.filename), ("subfolder", file.subfolder), ("type", file.type)]).encoded
    }
}

struct NotThis: Error {
    let found: String
    init(_ found: String) { self.found = found }
}
