import Basics
import ComfyAPI
import HTTP
import Simulator
import TestSupport
import Testing
import Wire

@testable import Fleet
@testable import Gate

struct FactTests {
    /// As soon as the gate knows its worker.
    private static func known(_ world: GateWorld, _ path: String) async throws -> Answer {
        while true {
            let answer = try await world.ask(.get, path, as: "alice")
            if answer.status != .serviceUnavailable { return answer }
        }
    }

    /// Every fact, asked below both prefixes in turn.
    private static let paths = [
        "/object_info", "/system_stats", "/api/features", "/embeddings", "/api/models", "/models/checkpoints",
        "/api/experiment/models", "/experiment/models/checkpoints", "/api/extensions", "/i18n",
        "/api/workflow_templates", "/api/object_info/KSampler",
    ]

    @Test(
        "A gate that starts with no worker up says what the last worker said, and takes prompts",
        arguments: [
            ComfyFlavour.classic, .current,
        ])
    func remembers(flavour: ComfyFlavour) async throws {
        let folder = TemporaryFolder()
        var paths = Self.paths
        if flavour == .current { paths += ["/global_subgraphs", "/api/node_replacements"] }
        var told: [String: Answer] = [:]
        var subgraph = ""
        try await JobWorld.run(flavour, worker: { $0.models = ["checkpoints": ["a.safetensors"]] }, folder: folder) {
            world in
            for path in paths { told[path] = try await Self.known(world.gate, path) }
            if flavour == .current {
                subgraph = "/global_subgraphs/" + (told["/global_subgraphs"]?.json?.object?.keys.first ?? "")
                told[subgraph] = try await Self.known(world.gate, subgraph)
                #expect(told[subgraph]?.json?["data"] != nil)
            }
        }
        try await GateWorld.run(
            { $0.worker.url = HTTPAddress("http://127.0.0.1:1") }, folder: folder
        ) { world in
            for (path, before) in told {
                let now = try await world.ask(.get, path, as: "alice")
                #expect(now.status == .ok, "\(path)")
                #expect(now.json == before.json, "\(path)")
            }
            let body = JSON.object(["prompt": JobWorld.graph(color: 1)]).encoded()
            let answer = try await world.ask(
                .post, "/prompt", as: "alice", body: String(decoding: body, as: UTF8.self))
            #expect(answer.status == .ok, "\(answer.text)")
            let queue = try await world.ask(.get, "/queue", as: "alice")
            #expect(queue.json?["queue_pending"]?.array?.count == 1)
        }
    }

    @Test("No path of the worker's disk leaves")
    func hidesPaths() async throws {
        try await GateWorld.run { world in
            world.answers.withLock {
                $0["GET /models"] = ScriptedAnswer(body: #"["loras","/opt/x"]"#)
                $0["GET /models/loras"] = ScriptedAnswer(body: #"["a.safetensors","/opt/b","C:\\x","s/c.pt"]"#)
                $0["GET /experiment/models"] = ScriptedAnswer(body: #"[{"name":"loras","folders":["/opt/a","/b"]}]"#)
                $0["GET /experiment/models/loras"] = ScriptedAnswer(
                    body: #"[{"name":"a","pathIndex":0,"modified":1.5,"created":2.5,"size":3,"path":"/opt/a"}]"#)
                $0["GET /extensions"] = ScriptedAnswer(body: #"["/extensions/a/b.js","/opt/c.js"]"#)
                $0["GET /global_subgraphs"] = ScriptedAnswer(body: #"{"1":{"source":"x","path":"/opt/y"}}"#)
            }
            var answers: [String: JSON?] = [:]
            for path in ["/models", "/models/loras", "/experiment/models", "/experiment/models/loras", "/extensions"] {
                answers[path] = try await Self.known(world, path).json
            }
            #expect(answers["/models"] == ["loras"])
            #expect(answers["/models/loras"] == ["a.safetensors", "s/c.pt"])
            #expect(answers["/experiment/models"] == [["name": "loras", "folders": ["", ""]]])
            #expect(
                answers["/experiment/models/loras"]
                    == [["name": "a", "pathIndex": 0, "modified": 1.5, "created": 2.5, "size": 3]])
            #expect(answers["/extensions"] == ["/extensions/a/b.js"])
            try await world.expect(.notFound, .get, "/experiment/models/preview/loras/0/a.png", as: "alice")
        }
    }

    @Test("What a model says of itself is told of listed models only")
    func tellsOfListedModels() async throws {
        try await GateWorld.run { world in
            world.answers.withLock {
                $0["GET /models/loras"] = ScriptedAnswer(body: #"["a-b.safetensors"]"#)
                $0["GET /view_metadata/loras?filename=a-b.safetensors"] = ScriptedAnswer(body: #"{"ss_tag":"x"}"#)
            }
            _ = try await Self.known(world, "/object_info")
            let good = try await Self.known(world, "/view_metadata/loras?filename=a-b.safetensors")
            #expect(good.json == ["ss_tag": "x"])
            for query in ["", "?filename=b.safetensors", "?filename=..%2Fa-b.safetensors", "?filename="] {
                try await world.expect(.notFound, .get, "/view_metadata/loras" + query, as: "alice")
            }
            try await world.expect(.notFound, .get, "/view_metadata/vae?filename=a-b.safetensors", as: "alice")
        }
    }

    @Test("Who asks for all classes gets those that came a moment ago, and the worker is asked at most every 5 s")
    func asksAgain() async throws {
        try await GateWorld.run { world in
            _ = try await Self.known(world, "/features")
            func answer(_ name: String) {
                let text = #"{"\#(name)":{"input":{"required":{}},"output":[],"name":"\#(name)","output_node":true}}"#
                world.answers.withLock { $0["GET /object_info"] = ScriptedAnswer(body: text) }
            }
            answer("New")
            #expect(try await world.ask(.get, "/object_info", as: "alice").json?["New"] != nil)
            answer("Newer")
            #expect(try await world.ask(.get, "/object_info", as: "alice").json?["New"] != nil)
        }
    }

    @Test("Features say what the gate itself can do, and what else the worker says")
    func tellsFeatures() throws {
        let catalogue = try WorkerCatalogue(
            version: "0.3.64", edition: "", objectInfo: Array("{}".utf8),
            features: ["supports_preview_metadata": false, "max_upload_size": 1, "x": ["y": true]])
        #expect(
            GateFeatures.of(catalogue, body: 5)
                == ["supports_preview_metadata": true, "max_upload_size": 5, "x": ["y": true]])
    }
}
