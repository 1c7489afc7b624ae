import Basics
import ComfyAPI
import Testing

struct UIWorkflowConverterTests {
    @Test(.enabled(if: Templates.arePresent, Templates.absence), arguments: Templates.all)
    func convertsTemplatesAsTheWebUIDoes(_ template: Templates.Template) throws {
        let converted = try UIWorkflowConverter(Recordings.info(template.flavour)).convert(try template.ui())
        let expected = try Workflow(try template.api())
        let lines = WorkflowEditing.diff(expected, converted).lines
        #expect(lines == [])
        #expect(converted.json == expected.json)
    }

    @Test(.enabled(if: Templates.arePresent, Templates.absence)) func allTemplatesAreThere() {
        #expect(Templates.all.count == 13)
    }

    @Test(arguments: Recordings.flavours) func convertsTheGraphWithoutModels(_ flavour: ComfyFlavour) throws {
        let ui = try Recordings.json("modelless/basic.ui.json")
        let api = try Workflow(try Recordings.json("modelless/basic.api.json"))
        let converted = try UIWorkflowConverter(Recordings.info(flavour)).convert(ui)
        // The API graph was written by hand, with titles of its own.
        let diff = WorkflowEditing.diff(api, converted)
        #expect(diff.added.isEmpty && diff.removed.isEmpty)
        #expect(diff.changed.allSatisfy { $0.inputs.isEmpty && $0.classType == nil })
    }

    // MARK: Small graphs for each rule

    static func node(
        _ id: Int, _ type: String, mode: Int = 0, inputs: [(String, String, Int?)] = [], widgets: JSON = .null,
        more: [(String, JSON)] = []
    ) -> JSON {
        let slots = inputs.map { name, type, link -> JSON in
            let isField = ["INT", "STRING", "FLOAT", "BOOLEAN", "COMBO"].contains(type)
            var slot = JSONObject([
                ("name", .string(name)), ("type", .string(type)), ("link", link.map { JSON($0) } ?? .null),
            ])
            if isField { slot["widget"] = ["name": .string(name)] }
            return .object(slot)
        }
        return .object(
            JSONObject(
                [
                    ("id", JSON(id)), ("type", .string(type)), ("mode", JSON(mode)), ("inputs", .array(slots)),
                    ("widgets_values", widgets),
                ] + more))
    }

    static func convert(
        _ nodes: [JSON], _ links: JSON, subgraphs: [JSON] = [], flavour: ComfyFlavour = .current,
        options: UIWorkflowConverter.Options = .init()
    ) throws -> Workflow {
        let ui: JSON = [
            "nodes": .array(nodes), "links": links, "definitions": ["subgraphs": .array(subgraphs)],
        ]
        return try UIWorkflowConverter(Recordings.info(flavour), options: options).convert(ui)
    }

    static let empty = node(1, "EmptyImage", widgets: [8, 9, 1, 0])

    @Test func reroutesVanish() throws {
        let workflow = try Self.convert(
            [
                Self.empty, Self.node(2, "Reroute", inputs: [("", "*", 1)]),
                Self.node(3, "Reroute", inputs: [("", "*", 2)]),
                Self.node(4, "PreviewImage", inputs: [("images", "IMAGE", 3)]), Self.node(5, "Note", widgets: ["hi"]),
            ], [[1, 1, 0, 2, 0, "*"], [2, 2, 0, 3, 0, "*"], [3, 3, 0, 4, 0, "*"]])
        #expect(workflow.ids == ["1", "4"])
        #expect(workflow["4"]?.inputs["images"] == ["1", 0])
    }

    @Test(arguments: [
        // A muted source takes the link away; a bypassed one hands through what fits its type.
        (2, JSON?.none), (4, ["1", 0] as JSON),
    ]) func mutedAndBypassedNodes(_ mode: Int, _ expected: JSON?) throws {
        let workflow = try Self.convert(
            [
                Self.empty, Self.node(2, "ImageInvert", mode: mode, inputs: [("image", "IMAGE", 1)]),
                Self.node(4, "PreviewImage", inputs: [("images", "IMAGE", 2)]),
            ], [[1, 1, 0, 2, 0, "IMAGE"], [2, 2, 0, 4, 0, "IMAGE"]])
        #expect(workflow["2"] == nil)
        #expect(workflow["4"]?.inputs["images"] == expected)
    }

    @Test func bypassOfANodeWithoutAFittingInputCutsTheLink() throws {
        let workflow = try Self.convert(
            [
                Self.node(1, "EmptyImage", mode: 4, widgets: [8, 9, 1, 0]),
                Self.node(4, "PreviewImage", inputs: [("images", "IMAGE", 1)]),
            ], [[1, 1, 0, 4, 0, "IMAGE"]])
        #expect(workflow["4"]?.inputs["images"] == nil)
    }

    @Test func primitivesFillFieldsEvenThroughReroutes() throws {
        let primitive = Self.node(7, "PrimitiveNode", widgets: [33, "fixed"])
        let workflow = try Self.convert(
            [
                primitive, Self.node(8, "Reroute", inputs: [("", "*", 1)]),
                Self.node(
                    1, "EmptyImage", inputs: [("height", "INT", 3), ("width", "INT", 2)], widgets: [8, 9, 1, 0]),
            ],
            [
                "1": ["id": 1, "origin_id": 7, "origin_slot": 0], "2": ["id": 2, "origin_id": 8, "origin_slot": 0],
                "3": ["id": 3, "origin_id": 7, "origin_slot": 0],
            ])
        #expect(workflow.ids == ["1"])
        #expect(workflow["1"]?.inputs["width"] == 33)
        #expect(workflow["1"]?.inputs["height"] == 33)
    }

    @Test func aLinkBeatsTheFieldItReplaced() throws {
        let workflow = try Self.convert(
            [
                Self.node(9, "PrimitiveInt", widgets: [40, "fixed"]),
                Self.node(1, "EmptyImage", inputs: [("width", "INT", 1)], widgets: [8, 9, 1, 0]),
            ], [[1, 9, 0, 1, 0, "INT"]])
        #expect(
            workflow["1"]?.inputs == JSONObject([("width", ["9", 0]), ("height", 9), ("batch_size", 1), ("color", 0)]))
    }

    @Test func seedsSkipTheirControlField() throws {
        let values: JSON = [7, "randomize", 20, 8.5, "euler", "normal", 1]
        let workflow = try Self.convert([Self.node(3, "KSampler", widgets: values)], [])
        #expect(workflow["3"]?.inputs["seed"] == 7)
        #expect(workflow["3"]?.inputs["steps"] == 20)
        #expect(workflow["3"]?.inputs["denoise"] == 1)
    }

    @Test func missingValuesAreTheClassesDefaults() throws {
        let workflow = try Self.convert([Self.node(1, "EmptyImage", widgets: [8])], [])
        #expect(workflow["1"]?.inputs["height"] == 512)
        #expect(workflow["1"]?.title == "Empty Image")
    }

    @Test func valuesMayBeAnObject() throws {
        let workflow = try Self.convert([Self.node(1, "EmptyImage", widgets: ["height": 10, "width": 20])], [])
        #expect(workflow["1"]?.inputs["width"] == 20)
        #expect(workflow["1"]?.inputs["height"] == 10)
    }

    @Test func listsAreWrapped() throws {
        let box: JSON = [1, 2]
        let workflow = try Self.convert([Self.node(1, "EmptyImage", widgets: ["width": box])], [])
        #expect(workflow["1"]?.inputs["width"] == ["__value__": [1, 2]])
    }

    @Test func dynamicCombosBringTheFieldsOfTheirBranch() throws {
        let workflow = try Self.convert(
            [
                Self.empty,
                Self.node(
                    2, "ResizeImageMaskNode", inputs: [("input", "IMAGE,MASK", 1)],
                    widgets: ["scale dimensions", 64, 32, "center", "area"]),
                Self.node(
                    3, "ResizeImageMaskNode",
                    inputs: [("input", "IMAGE,MASK", 2), ("resize_type.match", "IMAGE,MASK", 1)],
                    widgets: ["match size", "disabled", "bicubic"]),
            ], [[1, 1, 0, 2, 0, "IMAGE"], [2, 2, 0, 3, 0, "IMAGE"]])
        #expect(
            workflow["2"]?.inputs
                == JSONObject([
                    ("input", ["1", 0]), ("resize_type", "scale dimensions"), ("resize_type.width", 64),
                    ("resize_type.height", 32), ("resize_type.crop", "center"), ("scale_method", "area"),
                ]))
        #expect(
            workflow["3"]?.inputs
                == JSONObject([
                    ("input", ["2", 0]), ("resize_type", "match size"), ("resize_type.match", ["1", 0]),
                    ("resize_type.crop", "disabled"), ("scale_method", "bicubic"),
                ]))
    }

    @Test func growingGroupsKeepTheirDottedNames() throws {
        let workflow = try Self.convert(
            [
                Self.empty,
                Self.node(
                    2, "BatchImagesNode", inputs: [("images.image0", "IMAGE", 1), ("images.image1", "IMAGE", 2)]),
            ], [[1, 1, 0, 2, 0, "IMAGE"], [2, 1, 0, 2, 1, "IMAGE"]])
        #expect(workflow["2"]?.inputs == JSONObject([("images.image0", ["1", 0]), ("images.image1", ["1", 0])]))
    }

    // MARK: Subgraphs

    /// A subgraph `name` whose one node inverts what comes in, or holds another subgraph.
    static func subgraph(_ id: String, inner: JSON, innerID: Int) -> JSON {
        [
            "id": .string(id), "name": .string(id), "inputNode": ["id": -10], "outputNode": ["id": -20],
            "inputs": [["name": "in", "type": "IMAGE"]], "outputs": [["name": "out", "type": "IMAGE"]],
            "nodes": [inner],
            "links": [
                ["id": 1, "origin_id": -10, "origin_slot": 0, "target_id": JSON(innerID), "target_slot": 0],
                ["id": 2, "origin_id": JSON(innerID), "origin_slot": 0, "target_id": -20, "target_slot": 0],
            ],
        ]
    }

    @Test(arguments: [0, 2, 4]) func nestedSubgraphsAreFlattened(_ mode: Int) throws {
        let inner = Self.subgraph(
            "inner", inner: Self.node(8, "ImageInvert", inputs: [("image", "IMAGE", 1)]), innerID: 8)
        let outer = Self.subgraph("outer", inner: Self.node(5, "inner", inputs: [("in", "IMAGE", 1)]), innerID: 5)
        let workflow = try Self.convert(
            [
                Self.empty, Self.node(57, "outer", mode: mode, inputs: [("in", "IMAGE", 1)]),
                Self.node(4, "PreviewImage", inputs: [("images", "IMAGE", 2)]),
            ], [[1, 1, 0, 57, 0, "IMAGE"], [2, 57, 0, 4, 0, "IMAGE"]], subgraphs: [inner, outer])
        switch mode {
        case 0:
            #expect(workflow.ids == ["1", "4", "57:5:8"])
            #expect(workflow["57:5:8"]?.inputs["image"] == ["1", 0])
            #expect(workflow["4"]?.inputs["images"] == ["57:5:8", 0])
        case 2:
            #expect(workflow.ids == ["1", "4"])
            #expect(workflow["4"]?.inputs["images"] == nil)
        default:
            #expect(workflow["4"]?.inputs["images"] == ["1", 0])
        }
    }

    static let promoting: JSON = [
        "id": "sub", "name": "sub", "inputs": [["name": "wide", "type": "INT"]],
        "outputs": [["name": "out", "type": "IMAGE"]],
        "nodes": [node(8, "EmptyImage", inputs: [("width", "INT", 1)], widgets: [8, 9, 1, 0])],
        "links": [
            ["id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 8, "target_slot": 0],
            ["id": 2, "origin_id": 8, "origin_slot": 0, "target_id": -20, "target_slot": 0],
        ],
    ]

    @Test(arguments: [
        // Values of the instance, by promoted inputs or by its list of proxies; without any the node inside keeps its own.
        ([] as JSON, JSON.null, JSON(8)), ([77] as JSON, JSON.null, JSON(77)),
        ([78] as JSON, [["8", "width"]] as JSON, JSON(78)), ([79] as JSON, [["-1", "wide"]] as JSON, JSON(79)),
        ([] as JSON, [["8", "width"]] as JSON, JSON(8)),
    ]) func promotedWidgets(_ values: JSON, _ proxies: JSON, _ expected: JSON) throws {
        let workflow = try Self.convert(
            [
                Self.node(
                    57, "sub", inputs: [("wide", "INT", nil)], widgets: values,
                    more: [("properties", ["proxyWidgets": proxies])])
            ], [], subgraphs: [Self.promoting])
        #expect(workflow["57:8"]?.inputs["width"] == expected)
        #expect(workflow["57:8"]?.inputs["height"] == 9)
    }

    @Test func refusesWhatItCannotConvert() {
        let loop = Self.subgraph("loop", inner: Self.node(5, "loop", inputs: [("in", "IMAGE", 1)]), innerID: 5)
        let cases: [([JSON], JSON, [JSON], String)] = [
            ([Self.node(3, "NoSuch")], [], [], "node 3: The worker has no class NoSuch"),
            ([Self.node(3, "workflow/mine")], [], [], "node 3: Group nodes are not supported"),
            ([Self.node(3, "loop")], [], [loop], "nested too deeply"),
            (
                [
                    Self.node(3, "ImageInvert", mode: 4, inputs: [("image", "IMAGE", 1)]),
                    Self.node(4, "ImageInvert", inputs: [("image", "IMAGE", 1)]),
                ], [[1, 3, 0, 3, 0, "IMAGE"]], [], "in a circle"
            ),
            ([["id": 1]], [], [], "node 1: The node has no type."),
        ]
        for (nodes, links, subgraphs, message) in cases {
            do {
                _ = try Self.convert(nodes, links, subgraphs: subgraphs)
                Issue.record("accepted: \(message)")
            } catch {
                #expect("\(error)".contains(message), "\(error)")
            }
        }
    }

    @Test func subgraphsThatMultiplyAreLimited() {
        // Each holds ten of the next: a billion nodes from ten definitions.
        let subgraphs = (0..<10).map { level -> JSON in
            let type = level == 9 ? "EmptyImage" : "s\(level + 1)"
            return [
                "id": .string("s\(level)"), "nodes": .array((0..<10).map { Self.node($0, type) }), "links": [],
            ]
        }
        #expect(throws: WorkflowError("The workflow has more than 20000 nodes.")) {
            try Self.convert([Self.node(1, "s0")], [], subgraphs: subgraphs)
        }
    }

    @Test(arguments: [(255, true), (256, false), (257, false)])
    func linksMayPassSoManyNodes(_ count: Int, _ isGood: Bool) throws {
        var nodes = [Self.empty]
        var links: [JSON] = []
        for index in 0..<count {
            let origin = index == 0 ? 1 : 99 + index
            links.append([JSON(index), JSON(origin), 0, JSON(100 + index), 0, "*"])
            nodes.append(Self.node(100 + index, "Reroute", inputs: [("", "*", index)]))
        }
        links.append([JSON(count), JSON(99 + count), 0, 4, 0, "IMAGE"])
        nodes.append(Self.node(4, "PreviewImage", inputs: [("images", "IMAGE", count)]))
        let workflow = try? Self.convert(nodes, .array(links))
        #expect((workflow?["4"]?.inputs["images"] == ["1", 0]) == isGood)
    }

    @Test(arguments: [(31, true), (32, true), (33, false)]) func subgraphsNestSoDeep(_ depth: Int, _ isGood: Bool) {
        let subgraphs = (0..<depth).map { level -> JSON in
            let type = level == depth - 1 ? "EmptyImage" : "s\(level + 1)"
            return ["id": .string("s\(level)"), "nodes": [Self.node(1, type)], "links": []]
        }
        #expect(((try? Self.convert([Self.node(1, "s0")], [], subgraphs: subgraphs)) != nil) == isGood)
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)]) func nodesAreCounted(_ over: Int, _ isGood: Bool) {
        let notes = (0..<(UIWorkflowConverter.maximumNodes + over)).map { Self.node($0, "Note") }
        #expect(((try? Self.convert(notes, [])) != nil) == isGood)
    }

    // MARK: Texts

    @Test(arguments: [
        ("a {red|blue} cat", "a red cat"), ("a // hidden\nb", "a \nb"), ("a /* x\ny */b", "a b"),
        ("\\{kept\\}", "{kept}"), ("{a|{b|c}} {", "a "), ("{{x|y}|z}", "x"), ("plain \\n", "plain \\n"), ("{}", ""),
    ]) func promptsTakeTheFirstAlternative(_ text: String, _ expected: String) throws {
        let workflow = try Self.convert([Self.node(6, "CLIPTextEncode", widgets: [.string(text)])], [])
        #expect(workflow["6"]?.inputs["text"] == .string(expected))
    }

    @Test func alternativesAreTheCallersChoice() throws {
        let workflow = try Self.convert(
            [Self.node(6, "CLIPTextEncode", widgets: ["{a|b|c}{d|e}"])], [], options: .init { $0 - 1 })
        #expect(workflow["6"]?.inputs["text"] == "ce")
    }

    @Test func fileNamesTakeDatesAndFields() throws {
        let date = Timestamp(year: 2026, month: 3, day: 4, hour: 5, minute: 6, second: 7).civil
        let workflow = try Self.convert(
            [
                Self.node(1, "EmptyImage", widgets: [640, 9, 1, 0], more: [("title", "Canvas")]),
                Self.node(
                    2, "SaveImage", widgets: ["%date:yyyy-MM-dd%/%date:hms%_%Canvas.width%_%width%_%No.thing%_100%"]),
            ], [], options: .init(date: date))
        #expect(
            workflow["2"]?.inputs["filename_prefix"] == "2026-03-04/567_640_%width%_%No.thing%_100%")
    }

    @Test(arguments: 0..<200) func neverTraps(seed: Int) {
        var random = RandomJSON(seed: UInt64(seed) + 99)
        let words = [
            "nodes", "links", "id", "type", "inputs", "outputs", "widgets_values", "mode", "link", "name", "properties",
            "definitions", "subgraphs", "EmptyImage", "Reroute", "PrimitiveNode", "origin_id", "1", "sub",
            "proxyWidgets",
        ]
        var nodes: [JSON] = []
        for id in 0..<4 {
            let type = ["EmptyImage", "Reroute", "PrimitiveNode", "KSampler", "sub", "ResizeImageMaskNode"][
                random.next(6)]
            nodes.append(
                Self.node(
                    id, type, mode: [0, 0, 2, 4][random.next(4)], inputs: [("image", "IMAGE", random.next(4))],
                    widgets: random.value(depth: 2, words: words),
                    more: [("properties", random.value(depth: 3, words: words))]))
        }
        let links = JSON.array(
            (0..<4).map { [JSON($0), JSON(random.next(5)), JSON(random.next(3) - 1), 0, 0, "IMAGE"] })
        _ = try? Self.convert(nodes, links, subgraphs: [random.value(depth: 4, words: words), Self.promoting])
        _ = try? UIWorkflowConverter(Recordings.info(.current)).convert(random.value(depth: 5, words: words))
    }
}
