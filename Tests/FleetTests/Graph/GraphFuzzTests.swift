import Basics
import ComfyAPI
import Fleet
import TestSupport
import Testing

/// Recorded graphs with a few values changed: none traps, and what passes names nothing foreign.
struct GraphFuzzTests {
    static let hostile: [JSON] = [
        "cat.png", "pasted/dog.PNG", "painter/x.png [temp]", "../output/x.png", "/etc/passwd", "x.png [output]",
        "cg_99999999999999999999999999999999.png", "..", "a/../..", "", "\\", .null, true, 0, 1e300,
        .number(JSONNumber(literal: "99999999999999999999")), ["1", 0], ["2", 0], ["9", true], ["1", "0"], [], [:],
        ["__value__": ["1", 0]], ["__value__": "/etc/passwd"], ["__value__": ["__value__": ["2", 0]]],
        ["image": "/etc/passwd", "mask": "cat.png"],
    ]
    static let names = [
        "1", "2", "image", "images", "filename_prefix", "folder_name", "inputs", "class_type", "zzz", "file",
        "model_file",
        "comfygate_job", "width", "steps",
    ]
    static let classes: [JSON] = [
        "LoadImage", "LoadImageMask", "LoadImageOutput", "SaveImage", "PreviewImage", "Load3D", "LoadLatent", "Painter",
        "SaveLatent", "LoadAudio", "CheckpointSave", "ImageScale", "PrimitiveString", "WebcamCapture",
    ]

    static func mutated(_ json: JSON, _ dice: inout Dice) -> JSON {
        switch json {
        case .array(var items) where !items.isEmpty && Int.random(in: 0..<3, using: &dice) > 0:
            let index = Int.random(in: 0..<items.count, using: &dice)
            items[index] = mutated(items[index], &dice)
            return .array(items)
        case .object(var object) where !object.isEmpty && Int.random(in: 0..<8, using: &dice) > 0:
            let key = object.keys[Int.random(in: 0..<object.count, using: &dice)]
            switch Int.random(in: 0..<12, using: &dice) {
            case 0: object[key] = nil
            case 1: object[names.randomElement(using: &dice) ?? ""] = object[key]
            case 2: object[names.randomElement(using: &dice) ?? ""] = hostile.randomElement(using: &dice)
            case 3 where key == "class_type": object[key] = classes.randomElement(using: &dice)
            default: object[key] = object[key].map { mutated($0, &dice) }
            }
            return .object(object)
        default: return hostile.randomElement(using: &dice) ?? .null
        }
    }

    /// Every text of a body that could be a path of the worker.
    static func texts(_ json: JSON) -> [String] {
        switch json {
        case .string(let text): [text]
        case .array(let items): items.flatMap(texts)
        case .object(let object): object.members.flatMap { texts($0.value) }
        default: []
        }
    }

    static let readers: Set<String> = ["image", "audio", "file", "latent", "model_file", "mask"]
    static let writers: Set<String> = ["filename_prefix", "folder_name"]

    /// True when the graph passed.
    @discardableResult
    func judge(
        _ prompt: JSON, _ flavour: ComfyFlavour, _ policy: GraphPolicy, with other: GraphCheck? = nil
    ) throws -> Bool {
        guard let request = try? PromptRequest(["prompt": prompt]) else { return false }
        let check = other ?? Recordings.check(flavour)
        guard case .accepted(let graph) = check.check(request, policy: policy, files: Account.lookup) else {
            return false
        }
        let bytes = try AttemptBody.encode(
            graph, request: request, attempt: Account.attempt, names: Account.workerNames)
        let body = try JSON(parsing: bytes)
        let known = Set(Account.workerNames.values)
        for (id, sent) in body["prompt"]?.object?.members ?? [] {
            let classType = sent["class_type"]?.string ?? ""
            let spec = Recordings.objectInfo[flavour]?[classType]
            for (name, value) in sent["inputs"]?.object?.members ?? [] {
                let isLink = value.array != nil
                if Self.writers.contains(name), !(isLink && policy.allowsLinkedPaths) {
                    #expect(value.string?.hasPrefix(Account.attempt.token + "/") == true, "\(id) \(name)")
                    #expect(value.string?.split(separator: "/").contains("..") == false)
                }
                guard let input = spec?.input(name), Self.readers.contains(name),
                    PathInputs.role(of: input, in: classType) == .reads, !(isLink && policy.allowsLinkedPaths)
                else { continue }
                let isConstant = value == "" && input.type == .string || value == "none"
                #expect(isConstant || known.contains(value.string ?? "?"), "\(id) \(classType) \(name) \(value)")
            }
            if graph.marked.contains(id) {
                #expect(sent["inputs"]?["comfygate_job"] == .string(Account.attempt.token))
            }
        }
        #expect(CheckedGraph(graph.encode(), prompt: graph.prompt) == graph)
        // What the worker would say back shows nothing of the attempt.
        let map = NameMap(graph, attempt: Account.attempt, publicID: "p", names: Account.workerNames)
        let shown = String(decoding: map.map(bytes), as: UTF8.self)
        #expect(!shown.contains(Account.attempt.token))
        #expect(!shown.contains(Account.attempt.id))
        _ = try JSON(parsing: shown)
        return true
    }

    static let recorded: [JSON] = {
        var out = Recordings.modelless.compactMap { try? Recordings.json("modelless/\($0).api.json") }
        for flavour in Recordings.flavours {
            let refused = (try? Recordings.json("\(flavour.rawValue)/http/prompt.400.json"))?.array ?? []
            out += refused.compactMap { $0["request"]?["json"]?["prompt"] ?? $0["request"]?["prompt"] }
        }
        return out
    }()

    @Test func thereAreGraphsToChange() { #expect(Self.recorded.count > 10) }

    @Test(arguments: 0..<150) func changedRecordingsNeverTrapAndStayInside(seed: Int) throws {
        var dice = Dice(UInt64(seed) + 11)
        for source in Self.recorded {
            var prompt = source
            for _ in 0..<Int.random(in: 1...4, using: &dice) { prompt = Self.mutated(prompt, &dice) }
            let flavour = Recordings.flavours[seed % 2]
            try judge(prompt, flavour, seed % 3 == 0 ? .permissive : .standard)
        }
    }

    @Test(
        .enabled(if: Recordings.isSharedPresent, "the templates are not beside the repository; set COMFYGATE_SHARED"))
    func changedTemplatesNeverTrapAndStayInside() throws {
        var dice = Dice(5)
        var passed = 0
        for (flavour, path) in Recordings.templates {
            let source = Self.ownPictures(try JSON(parsing: Recordings.shared(path), dialect: .python))
            let info = Self.withModels(Recordings.objectInfo[flavour] ?? ObjectInfo(), of: source)
            let check = GraphCheck(info, flavour: flavour)
            #expect(try judge(source, flavour, .standard, with: check), "\(path)")
            for _ in 0..<20 {
                var prompt = source
                for _ in 0..<2 { prompt = Self.mutated(prompt, &dice) }
                if try judge(prompt, flavour, .permissive, with: check) { passed += 1 }
            }
        }
        #expect(passed > Recordings.templates.count)
    }

    /// The same graph with pictures the account has.
    static func ownPictures(_ prompt: JSON) -> JSON {
        var graph = prompt.object ?? JSONObject()
        for (id, node) in graph.members where node["class_type"]?.string?.hasPrefix("LoadImage") == true {
            var (object, inputs) = (node.object ?? JSONObject(), node["inputs"]?.object ?? JSONObject())
            inputs["image"] = "sub/x.png [output]"
            object["inputs"] = .object(inputs)
            graph[id] = .object(object)
        }
        return .object(graph)
    }

    /// Classes that offer what the graph wants; the recordings come from a worker without models.
    static func withModels(_ info: ObjectInfo, of prompt: JSON) -> ObjectInfo {
        var info = info
        for (_, node) in prompt.object?.members ?? [] {
            for (name, value) in node["inputs"]?.object?.members ?? [] {
                guard let nodeClass = node["class_type"]?.string.flatMap({ info[$0] }), value.string != nil,
                    let spec = nodeClass.input(name), let choices = spec.choices, !choices.contains(value)
                else { continue }
                var json = nodeClass.json
                var inputs = json["input"]?.object ?? JSONObject()
                let group = spec.isRequired ? "required" : "optional"
                var members = inputs[group]?.object ?? JSONObject()
                var options = spec.options
                options["options"] = .array(choices + [value])
                members[name] = ["COMBO", .object(options)]
                inputs[group] = .object(members)
                json["input"] = .object(inputs)
                info[nodeClass.name] = NodeClass(name: nodeClass.name, json)
            }
        }
        return info
    }

    /// Graphs that do pass, so that the rules above are not judged on refusals alone.
    @Test func grownGraphsStayInside() throws {
        let values = Self.hostile + ["cat.png", "pasted/dog.PNG", "copy.png", "painter/x.png [temp]"]
        var passed = 0
        for seed in 0..<300 {
            var dice = Dice(UInt64(seed) + 3)
            var graph = savedPicture().object ?? JSONObject()
            for id in 3..<8 {
                let classType = Self.classes.randomElement(using: &dice) ?? ""
                var inputs: JSONObject = ["images": ["1", 0], "image": values.randomElement(using: &dice) ?? .null]
                inputs["filename_prefix"] = values.randomElement(using: &dice)
                inputs[Self.names.randomElement(using: &dice) ?? ""] = values.randomElement(using: &dice)
                graph["\(id)"] = ["class_type": classType, "inputs": .object(inputs)]
            }
            for flavour in Recordings.flavours {
                if try judge(.object(graph), flavour, .standard) { passed += 1 }
                if try judge(.object(graph), flavour, .permissive) { passed += 1 }
            }
        }
        #expect(passed > 300)
    }
}
