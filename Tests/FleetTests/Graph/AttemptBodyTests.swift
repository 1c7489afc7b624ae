import Basics
import ComfyAPI
import Fleet
import Testing

struct AttemptBodyTests {
    static func body(
        _ prompt: JSON, request: PromptRequest = PromptRequest(prompt: JSONObject()), policy: GraphPolicy = .standard,
        flavour: ComfyFlavour = .current
    ) throws -> JSON {
        let graph = try #require(
            Recordings.check(flavour).judge(prompt, targets: request.targets, policy: policy).graph)
        let bytes = try AttemptBody.encode(
            graph, request: request, attempt: Account.attempt, names: Account.workerNames)
        return try JSON(parsing: bytes)
    }

    @Test func theWorkerGetsItsOwnNames() throws {
        let prompt = savedPicture(image: "sub/x.png [output]")
        let body = try Self.body(prompt)
        let (id, token) = (Account.attempt.id, Account.attempt.token)
        #expect(
            body == [
                "prompt_id": .string(id), "client_id": .string(id),
                "prompt": [
                    "1": node("LoadImage", ["image": "cg_04040404040404040404040404040404.png"]),
                    "2": node(
                        "SaveImage",
                        [
                            "images": ["1", 0], "filename_prefix": .string(token + "/art/cat"),
                            "comfygate_job": .string(token),
                        ]),
                ],
            ])
    }

    @Test func theUsersGraphStaysAsItWas() throws {
        let prompt = savedPicture(image: "sub/x.png [output]")
        let graph = try #require(Recordings.check(.current).judge(prompt).graph)
        _ = try AttemptBody.encode(
            graph, request: PromptRequest(prompt: JSONObject()), attempt: Account.attempt, names: Account.workerNames)
        #expect(.object(graph.prompt) == prompt)
    }

    @Test func theRestOfTheRequestGoesAlongButNoPlaceInTheQueue() throws {
        let request = PromptRequest(
            prompt: JSONObject(), clientID: "tab", promptID: "mine", number: JSONNumber(-5), front: true,
            targets: ["2"],
            extraPNGInfo: ["workflow": ["nodes": []]], credentials: ["api_key_comfy_org": Secret("key")],
            otherExtraData: ["preview_method": "auto"])
        let body = try Self.body(savedPicture(), request: request)
        #expect(
            Set(body.object?.keys ?? []) == [
                "prompt_id", "client_id", "prompt", "extra_data", "partial_execution_targets",
            ])
        #expect(body["client_id"] == .string(Account.attempt.id))
        #expect(body["partial_execution_targets"] == ["2"])
        #expect(
            body["extra_data"] == [
                "preview_method": "auto", "extra_pnginfo": ["workflow": ["nodes": []]], "api_key_comfy_org": "key",
            ])
    }

    @Test func ofANodeOnlyWhatComfyUINeedsGoesAlong() throws {
        var prompt = savedPicture().object ?? JSONObject()
        prompt["1"] = [
            "inputs": ["image": "cat.png", "upload": "image"], "class_type": "LoadImage", "_meta": ["title": "Cat"],
            "is_changed": ["x"], "override_display_id": "7",
        ]
        let sent = try Self.body(.object(prompt))["prompt"]?["1"]
        #expect(
            sent == [
                "inputs": ["image": "cg_01010101010101010101010101010101.png", "upload": "image"],
                "class_type": "LoadImage", "_meta": ["title": "Cat"],
            ])
    }

    @Test func aWorkersAnswerDecidesTheName() throws {
        let graph = try #require(Recordings.check(.current).judge(savedPicture()).graph)
        let request = PromptRequest(prompt: JSONObject())
        let hash = try #require(graph.files.first?.hash)
        func encode(_ name: String?) throws(AttemptBody.Failure) -> [UInt8] {
            try AttemptBody.encode(
                graph, request: request, attempt: Account.attempt, names: name.map { [hash: $0] } ?? [:])
        }
        let body = try JSON(parsing: encode("cg_x (1).png"))
        #expect(body["prompt"]?["1"]?["inputs"]?["image"] == "cg_x (1).png")
        #expect(throws: AttemptBody.Failure.missingInput(hash)) { try encode(nil) }
        for name in ["/etc/passwd", "../x.png", "x.png [output]", "", "a\\b"] {
            #expect(throws: AttemptBody.Failure.unusableName(name)) { try encode(name) }
        }
    }

    static let odd: ObjectInfo = {
        func make(_ name: String, _ inputs: JSON, output: Bool = true, hidden: JSON = [:]) -> NodeClass {
            NodeClass(
                name: name,
                [
                    "input": [
                        "required": inputs["required"] ?? [:], "optional": inputs["optional"] ?? [:], "hidden": hidden,
                    ],
                    "output": ["IMAGE"], "output_name": ["IMAGE"], "output_is_list": [false],
                    "output_node": .bool(output), "python_module": "custom_nodes.odd",
                ])
        }
        var info = ObjectInfo()
        info["Lazy"] = make(
            "Lazy", ["optional": ["filename_prefix": ["STRING", ["default": "lazy/x"]], "any": ["*", [:]]]])
        info["SaveLoRANode"] = make("SaveLoRANode", ["required": ["prefix": ["STRING", [:]]]])
        info["AddTextPrefix"] = make("AddTextPrefix", ["required": ["prefix": ["STRING", [:]]]])
        for kind in ["PROMPT", "DYNPROMPT", "EXTRA_PNGINFO", "UNIQUE_ID"] {
            info[kind] = make(kind, [:], output: false, hidden: ["x": .string(kind)])
        }
        return info
    }()

    @Test func aPrefixLeftOutIsFilledIn() throws {
        let check = GraphCheck(Self.odd, flavour: .current)
        let graph = try #require(check.judge(["1": node("Lazy", [:])]).graph)
        #expect(graph.writes == [GraphWrite(node: "1", input: "filename_prefix", value: "lazy/x")])
        #expect(graph.prompt["1"]?["inputs"] == [:])
    }

    @Test func onlyTheLoRASaverWritesByPrefix() throws {
        let check = GraphCheck(Self.odd, flavour: .classic)
        let graph: JSON = ["1": node("SaveLoRANode", ["prefix": "a"]), "2": node("AddTextPrefix", ["prefix": "../b"])]
        #expect(check.judge(graph, policy: .permissive).graph?.writes.map(\.node) == ["1"])
        let bad: JSON = ["1": node("SaveLoRANode", ["prefix": "../a"])]
        #expect(check.judge(bad, policy: .permissive).types == ["1": ["unsafe_output_name"]])
    }

    @Test func nodesThatSeeTheGraphAreMarked() throws {
        let inputs: [JSON] = ["PROMPT", "DYNPROMPT", "EXTRA_PNGINFO", "UNIQUE_ID"]
        for name in inputs.compactMap(\.string) {
            let prompt: JSON = ["1": node(name, [:]), "2": node("Lazy", ["any": ["1", 0]])]
            let graph = try #require(GraphCheck(Self.odd, flavour: .current).judge(prompt).graph)
            #expect(graph.marked == (name == "UNIQUE_ID" ? ["2"] : ["1", "2"]))
            let check = GraphCheck(Self.odd, flavour: .current, unmarkable: ["PRO*", "Lazy"])
            let other = try #require(check.judge(prompt).graph)
            #expect(other.unmarkable == (name == "PROMPT" ? ["1", "2"] : ["2"]))
            #expect(!other.marked.contains("2"))
        }
    }

    @Test func aLiteralListGoesWrapped() throws {
        let prompt: JSON = ["1": node("Lazy", ["any": ["__value__": [1, 2, 3]], "filename_prefix": "x"])]
        let graph = try #require(GraphCheck(Self.odd, flavour: .current).judge(prompt).graph)
        #expect(graph.prompt["1"]?["inputs"]?["any"] == [1, 2, 3])
        let bytes = try AttemptBody.encode(
            graph, request: PromptRequest(prompt: JSONObject()), attempt: Account.attempt, names: [:])
        #expect(try JSON(parsing: bytes)["prompt"]?["1"]?["inputs"]?["any"] == ["__value__": [1, 2, 3]])
    }

    @Test(arguments: [
        ("cat.png", ".png"), ("cat.PNG", ".png"), ("cat", ""), (".png", ""), ("a.b.glb", ".glb"), ("a.", ""),
        ("a.p/g", ""), ("a.é", ""), ("a.1234567890", ".1234567890"), ("a.12345678901", ""), ("a.p ng", ""),
    ])
    func theExtensionGoesAlongWhenItIsPlain(name: String, ending: String) {
        #expect(
            AttemptNames.inputName(of: Account.file(255, name)) == "cg_" + String(repeating: "f", count: 32) + ending)
    }

    @Test func theTokenIsTheIdWithoutHyphens() {
        #expect(Account.attempt.token == "3be09ef21c2d4e5f8a9b0123456789ab")
    }
}
