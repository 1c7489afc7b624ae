import Basics
import ComfyAPI
@testable import Simulator
import Testing

/// What models would paint, and whole template graphs.
struct DreamTests {
    private func painted(_ graph: JSON) throws -> [UInt8] {
        let bench = try Bench(.current) { $0.models = ["checkpoints": ["m.safetensors"]] }
        #expect(bench.post("/prompt", ["prompt": graph, "client_id": "a"]).status == 200)
        bench.settle()
        let picture = PNGCodec.decode(bench.get("/view?filename=dream_00001_.png").body, limit: 1 << 20)
        return picture?.rows(alpha: false) ?? []
    }

    @Test func theSameWordsAndSeedPaintTheSame() throws {
        let first = try painted(Graphs.diffusion(seed: 7, steps: 1))
        #expect(first.count == 64 * 64 * 3)
        #expect(try painted(Graphs.diffusion(seed: 7, steps: 1)) == first)
        #expect(try painted(Graphs.diffusion(seed: 8, steps: 1)) != first)
        #expect(try painted(Graphs.diffusion(seed: 7, steps: 1, words: "a hill")) != first)
        #expect(Set(first).count > 30)
    }

    @Test func stepsTakeTheirTime() throws {
        let bench = try Bench(.current) {
            $0.models = ["checkpoints": ["m.safetensors"]]
            $0.stepTime = 1_000_000_000
        }
        bench.post("/prompt", ["prompt": Graphs.diffusion(steps: 20), "client_id": "a"])
        let before = bench.worker.now
        bench.settle()
        let seconds = Double(bench.worker.now - before) / 1e9
        #expect(seconds > 20 && seconds < 20.1)
    }

    @Test func modelsThatAreNotThereAreRefused() throws {
        let bench = try Bench()
        let answer = bench.post("/prompt", ["prompt": Graphs.diffusion(), "client_id": "a"])
        #expect(answer.status == 400)
        #expect(answer.text.contains("ckpt_name: 'm.safetensors' not in []"))
    }

    @Test func modelsShowInListsAndCombos() throws {
        let bench = try Bench { $0.models = ["loras": ["b.safetensors", "a.safetensors"], "embeddings": ["e.pt"]] }
        #expect(try bench.json("/models/loras") == ["a.safetensors", "b.safetensors"])
        #expect(try bench.json("/embeddings") == ["e"])
        let combo = try bench.json("/object_info/LoraLoader")["LoraLoader"]?["input"]?["required"]?["lora_name"]?[0]
        #expect(combo == ["a.safetensors", "b.safetensors"])
    }

    @Test(arguments: [true, false]) func aSwitchRunsOnlyTheSideThatIsOn(isOn: Bool) throws {
        let bench = try Bench()
        let socket = try bench.connect("a")
        func empty(_ colour: Int) -> JSON {
            ["class_type": "EmptyImage", "inputs": ["width": 4, "height": 4, "batch_size": 1, "color": JSON(colour)]]
        }
        let graph: JSON = [
            "1": empty(1), "2": empty(2), "3": ["class_type": "PrimitiveBoolean", "inputs": ["value": JSON(isOn)]],
            "4": [
                "class_type": "ComfySwitchNode",
                "inputs": ["switch": ["3", 0], "on_true": ["1", 0], "on_false": ["2", 0]],
            ],
            "5": ["class_type": "PreviewImage", "inputs": ["images": ["4", 0]]],
        ]
        #expect(bench.post("/prompt", ["prompt": graph, "client_id": "a"]).status == 200)
        bench.settle()
        let ran = Set(
            try bench.events(socket).compactMap { $0["type"] == "executing" ? $0["data"]?["node"]?.string : nil })
        #expect(ran == [isOn ? "1" : "2", "3", "4", "5"])
    }

    static let haveTemplates = DiskFiles.info(Fixtures.shared + "/fixtures/comfyui/workflows/models.json") != nil

    @Test(
        .enabled(if: haveTemplates, "the workflow templates are not here; set COMFYGATE_SHARED"),
        arguments: ComfyFlavour.allCases)
    func everyTemplateRunsWhenItsModelsAreThere(flavour: ComfyFlavour) throws {
        let root = Fixtures.shared + "/fixtures/comfyui/workflows"
        func json(_ path: String) throws -> JSON {
            guard let bytes = DiskFiles.read(path, limit: 1 << 24) else { throw MissingFixture(path: path) }
            return try JSON(parsing: bytes, dialect: .python)
        }
        let known = try json("\(root)/models.json")[flavour.rawValue]?.object ?? JSONObject()
        var models: [String: [String]] = [:]
        for (_, template) in known.members {
            for model in template["models"]?.array ?? [] {
                models[model["directory"]?.string ?? "", default: []].append(model["name"]?.string ?? "")
            }
        }
        for (name, _) in known.members {
            let bench = try Bench(flavour) {
                $0.models = models
                $0.stepTime = 1_000_000
                $0.sendsPreviews = false
            }
            let graph = Self.small(try json("\(root)/\(flavour.rawValue)/\(name).api.json"))
            for picture in Self.pictures(in: graph) {
                let named = FilePath.annotated(picture)
                let bytes = PNGCodec.encode(Picture(width: 8, height: 8, plain: Picture.Pixel(r: 9, g: 9, b: 9)))
                #expect(bench.worker.files.write("\(named.type ?? "input")/\(named.name)", bytes, at: 1))
            }
            let answer = bench.post("/prompt", ["prompt": graph, "client_id": "a"])
            #expect(answer.status == 200, "\(name): \(answer.text.prefix(600))")
            #expect(try answer.json["node_errors"] == [:], "\(name)")
            bench.settle()
            let entry = try bench.json("/history").object?.members.last?.value
            #expect(entry?["status"]?["status_str"] == "success", "\(name): \(entry?["status"] ?? .null)")
            #expect(entry?["outputs"]?.object?.isEmpty == false, "\(name)")
        }
    }

    /// The same graph with small pictures, since painting megapixels takes long in a debug build.
    private static func small(_ graph: JSON) -> JSON {
        var nodes = graph.object ?? JSONObject()
        for (id, node) in nodes.members {
            var changed = node.object ?? JSONObject()
            var inputs = changed["inputs"]?.object ?? JSONObject()
            for name in ["width", "height"] where inputs[name]?.int != nil { inputs[name] = 64 }
            if inputs["megapixels"]?.double != nil { inputs["megapixels"] = 0.01 }
            changed["inputs"] = .object(inputs)
            nodes[id] = .object(changed)
        }
        return .object(nodes)
    }

    private static func pictures(in graph: JSON) -> [String] {
        (graph.object?.members ?? []).compactMap { node in
            node.value["class_type"]?.string?.hasPrefix("LoadImage") == true
                ? node.value["inputs"]?["image"]?.string : nil
        }
    }
}
