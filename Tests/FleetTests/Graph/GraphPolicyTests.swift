import Basics
import ComfyAPI
import Fleet
import Testing

struct GraphPolicyTests {
    @Test(arguments: [
        ("KSampler", "KSampler", true), ("KSampler", "KSamplerAdvanced", false),
        ("KSampler*", "KSamplerAdvanced", true),
        ("*", "", true), ("", "", true), ("a*b", "a*b", true), ("a*b", "axb", false), ("ksampler", "KSampler", false),
    ])
    func aStarAtTheEndStandsForAnything(pattern: String, name: String, fits: Bool) {
        #expect(NamePattern(pattern).matches(name) == fits)
    }

    @Test func denyingBeatsAllowing() {
        let rules = NameRules(allowed: ["Save*", "Load*"], denied: ["SaveVideo"])
        #expect(rules.allows("SaveImage"))
        #expect(!rules.allows("SaveVideo"))
        #expect(!rules.allows("KSampler"))
        #expect(!rules.isOpen)
        #expect(NameRules.everything.isOpen)
        #expect(NameRules(allowed: ["*"]).isOpen)
    }

    @Test func savingModelsIsDeniedByDefaultAndNamed() throws {
        let graph: JSON = [
            "1": node("EmptyImage", ["width": 64, "height": 64, "batch_size": 1, "color": 0]),
            "2": node("SaveImage", ["images": ["1", 0], "filename_prefix": "x"]),
        ]
        for flavour in Recordings.flavours {
            let check = Recordings.check(flavour)
            #expect(check.judge(graph).graph != nil)
            var policy = GraphPolicy.standard
            policy.classes.denied.append("Save*")
            let verdict = check.judge(graph, policy: policy)
            #expect(verdict.rejection?.error.type == "class_not_allowed")
            #expect(verdict.types == ["2": ["class_not_allowed"]])
            #expect(verdict.rejection?.nodes.first?.dependentOutputs == ["2"])
            #expect(verdict.rejection?.error.message.contains("Node 2 (SaveImage)") == true)
            #expect(verdict.mayBeStale == false)
        }
        for name in ["CheckpointSave", "SaveLoRA", "SaveTrainingDataset", "TrainLoraNode", "LoadTrainingDataset"] {
            #expect(!GraphPolicy.standard.classes.allows(name))
            #expect(GraphPolicy.permissive.classes.allows(name))
        }
    }

    @Test func everyDeniedClassOfTheStandardExistsSomewhere() {
        let known = Set(Recordings.flavours.flatMap { Recordings.objectInfo[$0]?.classNames ?? [] })
        for pattern in GraphPolicy.standard.classes.denied { #expect(known.contains(pattern.description)) }
    }

    @Test func paidNodesAreDeniedByDefaultAndNeverRunTwice() throws {
        let graph: JSON = [
            "1": node("GeminiInputFiles", ["file": "notes.txt"]), "2": node("PreviewAny", ["source": ["1", 0]]),
        ]
        let check = Recordings.check(.current)
        #expect(check.judge(graph).types == ["1": ["api_node_not_allowed"]])
        #expect(try #require(check.judge(graph, policy: .permissive).graph).mayRetry == false)
        #expect(try #require(check.judge(savedPicture()).graph).mayRetry)
        #expect(check.judge(savedPicture(), policy: GraphPolicy(neverRetried: ["SaveIm*"])).graph?.mayRetry == false)
    }

    static func empty(_ width: Int, _ height: Int, _ batch: Int) -> JSON {
        [
            "1": node(
                "EmptyImage", ["width": JSON(width), "height": JSON(height), "batch_size": JSON(batch), "color": 0]),
            "2": node("PreviewImage", ["images": ["1", 0]]),
        ]
    }

    @Test(arguments: [(63, true), (64, true), (65, false)])
    func pixelsHaveALimit(height: Int, isGood: Bool) {
        let policy = GraphPolicy(limits: GraphLimits(pixels: 64 * 64 * 2))
        let verdict = Recordings.check(.current).judge(Self.empty(64, height, 2), policy: policy)
        #expect((verdict.graph != nil) == isGood)
        guard !isGood else { return }
        #expect(verdict.types == ["1": ["too_many_pixels"]])
        #expect(verdict.rejection?.error.extraInfo["limit"] == 8192)
    }

    @Test(arguments: [(2, false), (3, true), (4, true)])
    func nodesHaveALimit(limit: Int, isGood: Bool) {
        let policy = GraphPolicy(limits: GraphLimits(nodes: limit))
        let graph = savedPicture(more: [("3", node("LoadImage", ["image": "cat.png"]))])
        let verdict = Recordings.check(.current).judge(graph, policy: policy)
        #expect((verdict.graph != nil) == isGood)
        if !isGood { #expect(verdict.rejection?.error.type == "too_many_nodes") }
    }

    @Test(arguments: [(15, false), (16, true), (17, true)])
    func costHasALimit(limit: Int, isGood: Bool) {
        let policy = GraphPolicy(limits: GraphLimits(cost: limit))
        let verdict = Recordings.check(.current).judge(Self.empty(2048, 2048, 4), policy: policy)
        #expect((verdict.graph != nil) == isGood)
        #expect(isGood ? verdict.graph?.cost == 16 : verdict.rejection?.error.type == "too_costly")
    }

    @Test func sizesFromAConstantNodeCount() throws {
        var graph = Self.empty(64, 64, 1).object ?? JSONObject()
        graph["1"] = node("EmptyImage", ["width": ["9", 0], "height": 64, "batch_size": 1, "color": 0])
        graph["9"] = node("PrimitiveInt", ["value": 16_384])
        let policy = GraphPolicy(limits: GraphLimits(pixels: 64 * 16_383))
        #expect(Recordings.check(.current).judge(.object(graph), policy: policy).types == ["1": ["too_many_pixels"]])
    }

    @Test func sizesThatOverflowAreTooLarge() {
        let huge: JSON = .number(JSONNumber(Int.max))
        let graph: JSON = [
            "1": node("EmptyImage", ["width": 64, "height": 64, "batch_size": 1, "color": 0]),
            "2": node("PreviewImage", ["images": ["1", 0], "zzz": ["3", 0]]),
            "3": node("EmptyLatentImage", ["width": huge, "height": huge, "batch_size": huge]),
        ]
        let verdict = Recordings.check(.current).judge(graph)
        #expect(verdict.types == ["3": ["too_many_pixels"]])
    }

    static let models: ObjectInfo = {
        var info = ObjectInfo()
        info["Loader"] = NodeClass(
            name: "Loader",
            [
                "input": [
                    "required": [
                        "ckpt_name": [["a.safetensors", "flux/b.safetensors"], [:]],
                        "odd": [["x.gguf", "y.gguf"], [:]],
                    ],
                    "optional": ["lora_name": [["style/c.safetensors"], [:]]],
                ], "output": ["MODEL"], "output_name": ["MODEL"], "output_is_list": [false], "output_node": true,
                "python_module": "custom_nodes.packed.nodes",
            ])
        info["Text"] = NodeClass(name: "Text", ["input": [:], "output": [["a.safetensors", "flux/b.safetensors"]]])
        return info
    }()

    @Test(arguments: [
        (["flux/*"], "ckpt_name"), (["checkpoints/flux/b.safetensors"], "ckpt_name"), (["loras/*"], "lora_name"),
        (["x.gguf"], "odd"), (["hidden*"], "zzz"),
    ])
    func modelsAreDeniedByNameOrFolder(denied: [String], input: String) {
        let graph: JSON = [
            "1": node(
                "Loader",
                [
                    "ckpt_name": "flux/b.safetensors", "odd": "x.gguf", "lora_name": "style/c.safetensors",
                    "zzz": ["on": true, "list": [["hidden.pt"]]],
                ])
        ]
        let check = GraphCheck(Self.models, flavour: .current)
        let open = check.judge(graph).graph
        #expect(open?.models == ["flux/b.safetensors", "hidden.pt", "style/c.safetensors", "x.gguf"])
        #expect(open?.placement == ["flux/b.safetensors"])
        let policy = GraphPolicy(models: NameRules(denied: denied.map { NamePattern($0) }))
        let verdict = check.judge(graph, policy: policy)
        #expect(verdict.types == ["1": ["model_not_allowed"]])
        #expect(verdict.rejection?.nodes.first?.faults.first?.extraInfo["input_name"] == .string(input))
    }

    @Test func aLinkedModelIsRefusedOnlyWhereModelsAreLimited() {
        let graph: JSON = [
            "1": node("Loader", ["ckpt_name": ["2", 0], "odd": "x.gguf"]), "2": node("Text", [:]),
        ]
        let check = GraphCheck(Self.models, flavour: .classic)
        #expect(check.judge(graph).graph != nil)
        let policy = GraphPolicy(models: NameRules(denied: ["z*"]))
        #expect(check.judge(graph, policy: policy).types == ["1": ["linked_model_not_allowed"]])
    }

    @Test func packsCanBeDenied() {
        let graph: JSON = ["1": node("Loader", ["ckpt_name": "a.safetensors", "odd": "x.gguf"])]
        let check = GraphCheck(Self.models, flavour: .classic)
        let policy = GraphPolicy(packs: NameRules(allowed: []))
        #expect(check.judge(graph, policy: policy).types == ["1": ["pack_not_allowed"]])
    }

    @Test func aMissingClassOrValueMayBeStale() {
        for flavour in Recordings.flavours {
            let check = Recordings.check(flavour)
            #expect(check.judge(savedPicture(loader: "Nowhere")).mayBeStale == true)
            let upscale: JSON = [
                "1": node("UpscaleModelLoader", ["model_name": "x.pth"]),
                "2": node("LoadImage", ["image": "cat.png"]),
                "3": node("ImageUpscaleWithModel", ["upscale_model": ["1", 0], "image": ["2", 0]]),
                "4": node("PreviewImage", ["images": ["3", 0]]),
            ]
            let verdict = check.judge(upscale)
            #expect(verdict.types == ["1": ["value_not_in_list"]])
            #expect(verdict.mayBeStale == true)
            var both = upscale.object ?? JSONObject()
            both["5"] = node("PreviewImage", ["images": ["2", 0]])
            let partial = check.judge(.object(both)).graph
            #expect(partial?.outputs == ["5"])
            #expect(partial?.nodeErrors.map(\.node) == ["1"])
            #expect(partial?.mayBeStale == true)
        }
    }
}

struct GraphRefusalTests {
    /// A chain of as many inverters as wanted, all denied.
    static func chain(_ count: Int) -> JSON {
        var graph: JSONObject = ["0": node("LoadImage", ["image": "cat.png"])]
        for index in 1...count {
            graph["\(index)"] = node("ImageInvert", ["image": [.string("\(index - 1)"), 0]])
        }
        graph["a"] = node("PreviewImage", ["images": [.string("\(count)"), 0]])
        graph["b"] = node("PreviewImage", ["images": ["1", 0]])
        graph["c"] = node("PreviewImage", ["images": ["0", 0]])
        return .object(graph)
    }

    @Test(arguments: [(1, 1), (99, 99), (100, 100), (101, 100), (2_000, 100)])
    func aRefusalNamesALimitedNumberOfNodes(count: Int, named: Int) {
        let policy = GraphPolicy(classes: NameRules(denied: ["ImageInvert"]))
        let verdict = Recordings.check(.current).judge(Self.chain(count), policy: policy)
        #expect(verdict.rejection?.nodes.count == named)
        #expect(verdict.rejection?.nodes.first?.dependentOutputs == ["a", "b"])
        #expect(verdict.rejection?.nodes.last?.dependentOutputs == (count == 1 ? ["a", "b"] : ["a"]))
    }
}

struct FreePathTests {
    static func check(_ input: String, module: String = "custom_nodes.videos") -> GraphCheck {
        var info = ObjectInfo()
        info["Load"] = NodeClass(
            name: "Load",
            [
                "input": ["required": .object([input: ["STRING", [:]]])], "output": [], "output_node": true,
                "python_module": .string(module),
            ])
        return GraphCheck(info, flavour: .current)
    }

    @Test(arguments: [
        ("video_path", "/etc/passwd", false), ("directory", "../x", false), ("file", "a/../../x", false),
        ("output_path", "C:\\x", false), ("Folder", "~/x", false), ("path", "\\\\host\\x", false),
        ("path", "a/b", true), ("path", "", true), ("profile", "/a", true), ("text", "/a", true),
        ("path", "a..b", true),
    ])
    func customNodesTakeRelativePathsOnly(input: String, text: String, isGood: Bool) {
        let graph: JSON = ["1": node("Load", .object([input: .string(text)]))]
        let verdict = Self.check(input).judge(graph)
        #expect(verdict.types == (isGood ? [:] : ["1": ["unsafe_path"]]))
        #expect(Self.check(input).judge(graph, policy: .permissive).graph != nil)
        #expect(Self.check(input, module: "nodes").judge(graph).graph != nil)
    }
}
