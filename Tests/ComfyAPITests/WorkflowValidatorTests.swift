import Basics
import ComfyAPI
import Testing

struct WorkflowValidatorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let flavour: ComfyFlavour
        let name: String
        let request: JSON
        let status: Int
        let response: JSON
        var testDescription: String { "\(flavour.rawValue) \(name)" }
    }

    static let recorded: [Case] = Recordings.flavours.flatMap { flavour -> [Case] in
        ["prompt.400", "prompt.probes"].flatMap { file -> [Case] in
            let list = (try? Recordings.json("\(flavour.rawValue)/http/\(file).json"))?.array ?? []
            return list.compactMap { item in
                guard let request = item["request"]?["json"], let status = item["status"]?.int else { return nil }
                return Case(
                    flavour: flavour, name: item["name"]?.string ?? "", request: request, status: status,
                    response: item["response"] ?? item["body"] ?? .null)
            }
        }
    }

    /// Order of outputs and the removed source lines do not count.
    static func comparable(_ json: JSON?) -> JSON {
        switch json {
        case .array(let items): return .array(items.map(comparable))
        case .object(let object):
            return .object(
                JSONObject(
                    object.members.map { member -> (String, JSON) in
                        switch member.key {
                        case "dependent_outputs":
                            let names = (member.value.array ?? []).compactMap(\.string).sorted()
                            return (member.key, .array(names.map { .string($0) }))
                        case "traceback":
                            let frames = (member.value.array ?? []).compactMap(\.string)
                            return (
                                member.key,
                                .array(frames.map { .string($0.split(separator: "\n").first.map(String.init) ?? "") })
                            )
                        default: return (member.key, comparable(member.value))
                        }
                    }))
        default: return json ?? .null
        }
    }

    @Test(arguments: recorded) func answersAsRecorded(_ test: Case) {
        let validator = WorkflowValidator(Recordings.info(test.flavour), flavour: test.flavour) { _, _, name in
            name != "nope.png"
        }
        guard let prompt = test.request["prompt"] else { return }
        let targets = test.request["partial_execution_targets"]?.array?.compactMap(\.string)
        switch validator.validate(prompt, targets: targets) {
        case .accepted(let accepted):
            // What was converted once stays as it is.
            if case .accepted(let again) = validator.validate(.object(accepted.prompt), targets: targets) {
                #expect(again == accepted)
            } else {
                Issue.record("refused at the second time")
            }
            // The rest of the body is judged by PromptRequest.
            let isAboutTheGraph = test.response["error"]?["type"]?.string != "invalid_prompt_id" && test.status != 500
            if isAboutTheGraph {
                #expect(test.status == 200)
                let nodeErrors = Self.comparable(NodeFaults.json(accepted.nodeErrors))
                #expect(nodeErrors == Self.comparable(test.response["node_errors"]))
            }
        case .rejected(let rejection):
            #expect(test.status == 400)
            #expect(Self.comparable(rejection.json) == Self.comparable(test.response))
            #expect(PromptRejection(rejection.json)?.error == rejection.error)
        case .serverError:
            #expect(test.status == 500)
        }
    }

    @Test(arguments: RecordsTests.entries) func convertsLiteralsAsHistoryShowsThem(_ file: String) throws {
        let flavour: ComfyFlavour = file.hasPrefix("0.3") ? .classic : .current
        for entry in HistoryEntry.list(try Recordings.json(file)) {
            let verdict = WorkflowValidator(Recordings.info(flavour), flavour: flavour)
                .validate(.object(entry.item.prompt))
            guard case .accepted(let accepted) = verdict else {
                Issue.record("\(verdict)")
                continue
            }
            #expect(accepted.prompt == entry.item.prompt)
            #expect(Set(accepted.outputs) == Set(entry.item.outputs))
        }
    }

    @Test func recordingsAreThere() { #expect(Self.recorded.count > 80) }

    @Test(.enabled(if: Templates.arePresent, Templates.absence), arguments: Templates.all)
    func acceptsTheTemplatesOnceTheirModelsAreThere(_ template: Templates.Template) throws {
        // The recorded combos of model files are empty: a value they lack is the only complaint.
        let validator = WorkflowValidator(Recordings.info(template.flavour), flavour: template.flavour)
        let faults: [NodeFaults]
        switch validator.validate(try template.api()) {
        case .accepted(let accepted): faults = accepted.nodeErrors
        case .rejected(let rejection): faults = rejection.nodes
        case .serverError:
            Issue.record("server error")
            return
        }
        for fault in faults.flatMap(\.faults) {
            #expect(fault.type == "value_not_in_list", "\(fault)")
            let value = fault.extraInfo["received_value"]?.string ?? ""
            #expect(value.hasSuffix(".safetensors"), "\(fault)")
        }
    }

    @Test(arguments: Recordings.flavours) func acceptsTheGraphsThatRanWithoutModels(_ flavour: ComfyFlavour) throws {
        for name in ["basic", "slow_chain", "load_image", "output_kinds"] {
            let graph = try Recordings.json("modelless/\(name).api.json")
            let verdict = WorkflowValidator(Recordings.info(flavour), flavour: flavour).validate(graph)
            guard case .accepted(let accepted) = verdict else {
                Issue.record("\(name): \(verdict)")
                continue
            }
            #expect(accepted.nodeErrors.isEmpty)
        }
    }

    static func graph(_ classType: String, _ input: String, _ value: JSON) -> JSON {
        [
            "1": ["class_type": .string(classType), "inputs": .object(JSONObject([(input, value)]))],
            "2": ["class_type": "PreviewImage", "inputs": ["images": ["1", 0]]],
        ]
    }

    static func emptyImage(_ changes: (String, JSON)) -> JSON {
        var inputs = JSONObject([("width", 8), ("height", 8), ("batch_size", 1), ("color", 0)])
        inputs[changes.0] = changes.1
        return [
            "1": ["class_type": "EmptyImage", "inputs": .object(inputs)],
            "2": ["class_type": "PreviewImage", "inputs": ["images": ["1", 0]]],
        ]
    }

    @Test(arguments: [
        (JSON("24"), JSON(24)), (JSON(" +2_4 "), JSON(24)), (JSON(24.9), JSON(24)), (JSON(true), JSON(1)),
        (["__value__": 24] as JSON, JSON(24)),
    ]) func convertsWholeNumbersAsPythonDoes(_ given: JSON, _ kept: JSON) throws {
        let verdict = WorkflowValidator(Recordings.info(.classic), flavour: .classic)
            .validate(Self.emptyImage(("width", given)))
        guard case .accepted(let accepted) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(accepted.prompt["1"]?["inputs"]?["width"] == kept)
    }

    @Test(arguments: [
        (JSON.null, "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"),
        (["a": 1] as JSON, "int() argument must be a string, a bytes-like object or a real number, not 'dict'"),
        (JSON("1.5"), "invalid literal for int() with base 10: '1.5'"),
        (JSON("1__0"), "invalid literal for int() with base 10: '1__0'"),
        (JSON.number(JSONNumber(.nan)), "cannot convert float NaN to integer"),
        (JSON.number(JSONNumber(.infinity)), "cannot convert float infinity to integer"),
    ]) func refusesWhatPythonCannotConvert(_ given: JSON, _ message: String) throws {
        let verdict = WorkflowValidator(Recordings.info(.classic), flavour: .classic)
            .validate(Self.emptyImage(("width", given)))
        guard case .rejected(let rejection) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(rejection.nodes.first?.faults.first?.type == "invalid_input_type")
        #expect(rejection.nodes.first?.faults.first?.extraInfo["exception_message"]?.string == message)
    }

    @Test(arguments: [(0, false), (1, true), (2, true), (16_383, true), (16_384, true), (16_385, false)])
    func keepsRangesAtTheirEdges(_ width: Int, _ isGood: Bool) {
        let verdict = WorkflowValidator(Recordings.info(.current), flavour: .current)
            .validate(Self.emptyImage(("width", JSON(width))))
        if case .accepted = verdict { #expect(isGood) } else { #expect(!isGood) }
    }

    @Test(arguments: [
        ("18446744073709551615", true), ("18446744073709551616", false), ("-1", false), ("0", true),
        ("9007199254740993", true),
    ]) func comparesSeedsExactly(_ seed: String, _ isGood: Bool) {
        let graph: JSON = [
            "1": [
                "class_type": "RandomNoise", "inputs": ["noise_seed": .number(JSONNumber(literal: seed))],
            ],
            "2": ["class_type": "PreviewAny", "inputs": ["source": ["1", 0]]],
        ]
        let verdict = WorkflowValidator(Recordings.info(.current), flavour: .current).validate(graph)
        guard case .accepted(let accepted) = verdict else {
            #expect(!isGood)
            return
        }
        #expect(isGood)
        #expect(accepted.prompt["1"]?["inputs"]?["noise_seed"]?.number?.literal == seed)
    }

    @Test func unfoldsDynamicInputs() {
        let graph: JSON = [
            "1": ["class_type": "EmptyImage", "inputs": ["width": 8, "height": 8, "batch_size": 1, "color": 0]],
            "2": [
                "class_type": "ResizeImageMaskNode",
                "inputs": [
                    "input": ["1", 0], "resize_type": "scale width", "resize_type.width": "x", "scale_method": "area",
                ],
            ],
            "3": [
                "class_type": "BatchImagesNode", "inputs": ["images.image1": ["2", 0], "images.image2": ["9", 0]],
            ],
            "4": ["class_type": "PreviewImage", "inputs": ["images": ["3", 0]]],
            "5": ["class_type": "PreviewImage", "inputs": ["images": ["2", 0]]],
        ]
        guard
            case .rejected(let rejection) = WorkflowValidator(Recordings.info(.current), flavour: .current).validate(
                graph)
        else {
            Issue.record("accepted")
            return
        }
        let lines = rejection.lines(titles: ["2": "Resize"])
        #expect(
            lines.contains { $0.hasPrefix("node 2 (ResizeImageMaskNode \"Resize\"), input resize_type.width: Failed") })
        #expect(rejection.nodes.contains { $0.node == "3" })
    }

    /// Swift's strings are equal when they look alike; ids are bytes.
    @Test func idsThatLookAlikeAreTwoNodes() throws {
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        func image(_ id: String, width: String) -> String {
            #""\#(id)":{"class_type":"EmptyImage","inputs":{"width":\#(width),"height":8,"batch_size":1,"color":0}}"#
        }
        func save(_ id: String, _ source: String) -> String {
            #""\#(id)":{"class_type":"SaveImage","inputs":{"filename_prefix":"a","images":["\#(source)",0]}}"#
        }
        let nodes = [
            image(composed, width: "8"), image(decomposed, width: #""x""#), save("1", composed), save("2", decomposed),
        ]
        let prompt = try JSON(parsing: "{" + nodes.joined(separator: ",") + "}")
        guard
            case .accepted(let accepted) = WorkflowValidator(Recordings.info(.current), flavour: .current).validate(
                prompt)
        else {
            Issue.record("refused")
            return
        }
        #expect(accepted.outputs == ["1"])
        #expect(accepted.nodeErrors.map { Array($0.node.utf8) } == [Array(decomposed.utf8)])
        #expect(accepted.nodeErrors.first?.dependentOutputs == ["2"])
    }

    @Test func survivesAVeryLongChain() {
        var graph = JSONObject([
            ("0", ["class_type": "EmptyImage", "inputs": ["width": 8, "height": 8, "batch_size": 1, "color": 0]])
        ])
        for index in 1..<5_000 {
            let inputs: JSON = ["image": [.string("\(index - 1)"), 0]]
            graph["\(index)"] = ["class_type": "ImageInvert", "inputs": inputs]
        }
        graph["end"] = ["class_type": "PreviewImage", "inputs": ["images": ["4999", 0]]]
        let verdict = WorkflowValidator(Recordings.info(.classic), flavour: .classic).validate(.object(graph))
        guard case .accepted(let accepted) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(accepted.outputs == ["end"])
    }

    @Test(arguments: 0..<200) func neverTraps(seed: Int) {
        var random = RandomJSON(seed: UInt64(seed))
        let words = [
            "1", "2", "class_type", "inputs", "image", "images", "PreviewImage", "ImageInvert", "EmptyImage", "width",
            "resize_type", "ResizeImageMaskNode", "input", "_meta", "title",
        ]
        let info = Recordings.info(.current)
        for flavour in Recordings.flavours {
            _ = WorkflowValidator(info, flavour: flavour).validate(random.value(depth: 4, words: words))
            var nodes = JSONObject()
            for id in ["1", "2"] {
                let type = ["PreviewImage", "ImageInvert", "ResizeImageMaskNode"][random.next(3)]
                nodes[id] = ["class_type": .string(type), "inputs": random.value(depth: 3, words: words)]
            }
            _ = WorkflowValidator(info, flavour: flavour).validate(.object(nodes))
            _ = PromptRejection(random.value(depth: 4, words: ["error", "type", "node_errors", "errors", "1"]))
            if let described = random.value(depth: 5, words: words + ["required", "options", "template", "min", "max"])
                .object
            {
                _ = NodeClass(name: "x", described)
            }
        }
    }
}

struct PathInputsTests {
    @Test(arguments: [
        ("x.png", "x.png", "", "input"), ("sub/x.png [output]", "x.png", "sub", "output"),
        ("painter/a/x.png [temp]", "x.png", "painter/a", "temp"), ("x.png [input]", "x.png", "", "input"),
        ("x.png[output]", "x.png[output]", "", "input"), ("x [other]", "x [other]", "", "input"),
        ("a b.png", "a b.png", "", "input"), ("..x", "..x", "", "input"),
    ]) func referencesAreReadAsTheWorkerReadsThem(_ text: String, _ name: String, _ folder: String, _ type: String) {
        let reference = FileReference(text)
        #expect(reference == FileReference(filename: name, subfolder: folder, type: type))
        #expect(reference.map { FileReference($0.text) == $0 } == true)
    }

    @Test(arguments: [
        "", "/etc/x.png", "../x.png", "a/../x.png", "a//x.png", "a/", "./x.png", "a\\x.png", "x\u{0}.png", "..",
        " [output]", "../output/x.png [input]", "a\n.png",
    ]) func referencesThatLeaveTheFolderAreRefused(_ text: String) { #expect(FileReference(text) == nil) }

    @Test(arguments: Recordings.flavours) func everyReaderAndWriterIsKnown(_ flavour: ComfyFlavour) {
        let info = Recordings.info(flavour)
        var roles: [PathInputs.Role: Set<String>] = [:]
        for nodeClass in info.classNames.compactMap({ info[$0] }) {
            for spec in nodeClass.inputs {
                if let role = PathInputs.role(of: spec, in: nodeClass.name) {
                    roles[role, default: []].insert(nodeClass.name + "." + spec.name)
                }
            }
        }
        #expect(roles[.reads]?.isSuperset(of: ["LoadImage.image", "LoadAudio.audio", "LoadVideo.file"]) == true)
        #expect(roles[.writes]?.isSuperset(of: ["SaveImage.filename_prefix", "SaveLatent.filename_prefix"]) == true)
        #expect(roles[.reads]?.contains("KSampler.sampler_name") == false)
    }
}
