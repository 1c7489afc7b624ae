import Basics
import ComfyAPI
@testable import Simulator
import Testing

/// Every recorded body of `http/` has the shape that the simulated worker gives.
struct RecordedBodyTests {
    /// Recordings that are compared elsewhere or not at all, and why.
    static let left: [String: String] = [
        "assets.list": ProbeTests.assets, "assets.seed.status": ProbeTests.assets, "tags": ProbeTests.assets,
        "history.entry.success": transcripts, "history.entry.cached": transcripts,
        "history.entry.subfolder": transcripts,
        "history.entry.no_client_id": transcripts, "history.entry.text_output": transcripts,
        "history.entry.error": transcripts, "history.entry.interrupted": transcripts,
    ]
    static let transcripts = "compared in TranscriptTests"
    /// Answers that need no preparation.
    static let plain: [String: String] = [
        "embeddings": "/embeddings", "experiment_models": "/experiment/models",
        "experiment_models.checkpoints": "/experiment/models/checkpoints", "extensions": "/extensions",
        "features": "/features", "history.empty": "/history", "i18n": "/i18n",
        "internal.files.input": "/internal/files/input", "internal.folder_paths": "/internal/folder_paths",
        "jobs.empty": "/api/jobs", "models": "/models", "models.checkpoints": "/models/checkpoints",
        "node_replacements": "/node_replacements", "object_info.KSampler": "/object_info/KSampler",
        "object_info.unknown": "/object_info/Unknown", "prompt.get": "/prompt", "queue.empty": "/queue",
        "settings": "/settings", "system_stats": "/system_stats", "users": "/users", "v2_userdata": "/v2/userdata",
        "workflow_templates": "/workflow_templates", "global_subgraphs.first3": "/global_subgraphs",
    ]

    @Test(arguments: ComfyFlavour.allCases) func everyRecordedBodyHasItsShape(flavour: ComfyFlavour) throws {
        for file in Fixtures.names("\(flavour.rawValue)/http") {
            let name = String(file.dropLast(5))
            guard Self.left[name] == nil else { continue }
            var recorded = try Fixtures.json("\(flavour.rawValue)/http/\(file)")
            var actual = try body(name, recorded, flavour)
            if name == "global_subgraphs.first3" {
                // Named by the digests of files that only an installation has.
                (recorded, actual) = (Self.values(recorded), Self.values(actual))
            }
            // Which nodes were cached depends on what ran before.
            let ignored = ProbeTests.assetMembers.union(name == "history.entry.output_kinds" ? ["nodes"] : [])
            let differences = ShapeComparison.differences(recorded, actual, ignoring: ignored)
            #expect(differences == [], "\(flavour.rawValue) \(name)")
        }
    }

    private static func values(_ object: JSON) -> JSON { .array(object.object?.members.map(\.value) ?? []) }

    private func body(_ name: String, _ recorded: JSON, _ flavour: ComfyFlavour) throws -> JSON {
        let bench = try Bench(flavour)
        if let path = Self.plain[name] { return try bench.json(path) }
        switch name {
        case "prompt.ok":
            let response = bench.post("/prompt", recorded["request"] ?? .null)
            return [
                "request": recorded["request"] ?? .null, "status": JSON(response.status), "response": try response.json,
            ]
        case "prompt.400":
            return .array(
                try (recorded.array ?? []).map { probe in
                    let response = bench.post("/prompt", probe["request"]?["json"] ?? .null)
                    var copy = probe.object ?? JSONObject()
                    #expect(response.status == probe["status"]?.int, "\(probe["name"] ?? .null)")
                    // One by one, since the shapes of the list's elements differ.
                    let differences = ShapeComparison.differences(probe["response"] ?? .null, try response.json)
                    #expect(differences == [], "\(flavour.rawValue) \(probe["name"] ?? .null)")
                    copy["response"] = try response.json
                    return .object(copy)
                })
        case "upload.image":
            return try bench.upload("/upload/image", [("image", [1, 2], "corrupt.png")]).json
        case "queue.busy", "jobs.busy":
            let slow = try Fixtures.json("modelless/slow_chain.api.json")
            for front in [false, false, false, true] {
                bench.post("/prompt", ["prompt": slow, "client_id": "a", "front": JSON(front)])
                bench.worker.advance(to: bench.worker.now)
            }
            if name == "queue.busy" { return try bench.json("/queue") }
            // The recording also has jobs that ended before, one each way.
            var page = try bench.json("/api/jobs").object ?? JSONObject()
            let ended = try finishedJobs(try Bench(flavour))["jobs"]?.array ?? []
            page["jobs"] = .array((page["jobs"]?.array ?? []) + ended.filter { $0["status"] != "cancelled" })
            return .object(page)
        case "jobs.list": return try finishedJobs(bench)
        case "jobs.one.completed":
            let ok = try Fixtures.json("\(flavour.rawValue)/http/prompt.ok.json")
            return try one(bench, ok["request"] ?? .null, "/api/jobs/")
        case "jobs.one.failed":
            bench.upload("/upload/image", [("image", [1, 2], "corrupt.png")])
            return try one(bench, ["prompt": Self.failing, "client_id": "a"], "/api/jobs/")
        case "history.max2":
            for colour in 1...3 {
                let graph: JSON = [
                    "1": [
                        "class_type": "EmptyImage",
                        "inputs": ["width": 8, "height": 8, "batch_size": 1, "color": JSON(colour)],
                    ],
                    "99": ["class_type": "SaveImage", "inputs": ["images": ["1", 0], "filename_prefix": "slow"]],
                ]
                bench.post("/prompt", ["prompt": graph, "client_id": "a"])
                bench.settle()
            }
            var all = try bench.json("/history?max_items=2").object ?? JSONObject()
            // The recording replaces the item's members.
            for (id, entry) in all.members {
                var entry = entry.object ?? JSONObject()
                entry["prompt"] = recorded.object?.members.first?.value["prompt"]
                all[id] = .object(entry)
            }
            return .object(all)
        case "history.entry.no_client_id.first", "history.entry.no_client_id.repeat", "history.entry.output_kinds":
            let (_, entry) = try #require(recorded.object?.members.first)
            let request: JSON = ["prompt": entry["prompt"]?[2] ?? .null]
            if name.hasSuffix("output_kinds") {
                return try one(bench, ["prompt": entry["prompt"]?[2] ?? .null, "client_id": "a"], "/history/")
            }
            if name.hasSuffix("repeat") { _ = try one(bench, request, "/history/") }
            return try one(bench, request, "/history/")
        default:
            Issue.record("no request known for \(name)")
            return .null
        }
    }

    private func one(_ bench: Bench, _ request: JSON, _ path: String) throws -> JSON {
        let answer = try bench.post("/prompt", request).json
        bench.settle()
        return try bench.json(path + (answer["prompt_id"]?.string ?? ""))
    }

    /// Jobs that ended in each way, one of them of a saved workflow, one with text.
    private func finishedJobs(_ bench: Bench) throws -> JSON {
        let ok = try Fixtures.json("0.26.0/http/prompt.ok.json")
        bench.post("/prompt", ok["request"] ?? .null)
        bench.settle()
        bench.upload("/upload/image", [("image", [1, 2], "corrupt.png")])
        bench.post("/prompt", ["prompt": Self.failing, "client_id": "a"])
        bench.settle()
        bench.post("/prompt", ["prompt": Graphs.basic(colour: 5), "client_id": "a"])
        while bench.worker.lastNode == nil, bench.step() {}
        bench.post("/interrupt", [:])
        bench.settle()
        return try bench.json("/api/jobs")
    }

    static let failing: JSON = [
        "1": ["class_type": "LoadImage", "inputs": ["image": "corrupt.png"]],
        "2": ["class_type": "ImageInvert", "inputs": ["image": ["1", 0]]],
        "3": ["class_type": "PreviewImage", "inputs": ["images": ["2", 0]]],
    ]

    @Test func aBlueprintIsAGraphOfOneSubgraphAsText() throws {
        let bench = try Bench(.current)
        let listed = try #require(try bench.json("/global_subgraphs").object)
        for (id, entry) in listed.members {
            let whole = try bench.json("/global_subgraphs/\(id)")
            #expect(whole["name"] == entry["name"])
            #expect(entry["data"] == nil)
            let graph = try JSON(parsing: Array(try #require(whole["data"]?.string).utf8), dialect: .python)
            let subgraph = graph["definitions"]?["subgraphs"]?.array?.first
            #expect(subgraph?["id"] == graph["nodes"]?.array?.first?["type"])
        }
        #expect(!listed.isEmpty)
        #expect(try bench.json("/global_subgraphs/none") == .null)
    }
}
