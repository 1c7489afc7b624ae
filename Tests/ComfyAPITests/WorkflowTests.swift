import Basics
import ComfyAPI
import Testing

struct WorkflowTests {
    @Test(arguments: ["basic", "slow_chain", "load_image", "output_kinds", "ksampler_tiny_lab_model"])
    func encodesWhatItRead(_ name: String) throws {
        let json = try Recordings.json("modelless/\(name).api.json")
        let workflow = try Workflow(json)
        // Order of nodes and of their members included.
        #expect(workflow.json.encoded() == json.encoded())
    }

    @Test(.enabled(if: Templates.arePresent, Templates.absence), arguments: Templates.all)
    func encodesTemplatesUnchanged(_ template: Templates.Template) throws {
        #expect(try Workflow(try template.api()).json.encoded() == (try template.api()).encoded())
        #expect(try WorkflowFormat(of: template.api()) == .api)
        #expect(try WorkflowFormat(of: template.ui()) == .ui)
    }

    @Test(arguments: [
        (#"{"6":5}"#, "node 6: A node is a JSON object."),
        (#"{"6":{"inputs":{}}}"#, "node 6: The member class_type is missing or not a string."),
        (#"{"57:8":{"class_type":"X"}}"#, "node 57:8: The member inputs is missing."),
        (#"{"6":{"class_type":"X","inputs":[]}}"#, "node 6: The member inputs is not an object."),
        (#"{"nodes":[],"links":[]}"#, "This workflow is in the editor's format"),
        ("[]", "A workflow is a JSON object of nodes."), ("{", "The workflow is not JSON: line 1, column 2"),
    ]) func namesTheNodeThatIsWrong(_ text: String, _ message: String) {
        do {
            _ = try Workflow(parsing: Array(text.utf8))
            Issue.record("accepted")
        } catch { #expect(error.description.hasPrefix(message), "\(error)") }
    }

    @Test func linksAreListsOfAnIdAndAPlace() {
        #expect(WorkflowLink(["4", 1]) == WorkflowLink(node: "4", slot: 1))
        for json in [["4"], [4, 0], ["4", "0"], ["4", 0.5], ["4", 0, 0], "4", nil] as [JSON] {
            #expect(WorkflowLink(json) == nil)
        }
    }

    @Test(arguments: 0..<200) func randomDocumentsNeverTrap(seed: Int) {
        var random = RandomJSON(seed: UInt64(seed))
        let words = ["1", "57:8", "class_type", "inputs", "_meta", "title", "nodes", "KSampler", "seed", "model"]
        let json = random.value(depth: 4, words: words)
        _ = WorkflowFormat(of: json)
        if let workflow = try? Workflow(json) {
            #expect(workflow.json == json)
            var editing = WorkflowEditing(workflow, objectInfo: Recordings.info(.classic))
            try? editing.apply("1.seed=5")
            _ = editing.fix()
            _ = WorkflowEditing.diff(workflow, editing.workflow).json
            _ = WorkflowEditing.models(of: workflow, ui: json)
        }
    }
}

struct ObjectInfoTests {
    @Test(arguments: [(ComfyFlavour.classic, 495, 100), (.current, 797, 212)])
    func readsEveryRecordedClass(_ flavour: ComfyFlavour, _ count: Int, _ apiNodes: Int) throws {
        let info = Recordings.info(flavour)
        #expect(info.count == count)
        let classes = info.classNames.compactMap { info[$0] }
        #expect(classes.filter(\.isAPINode).count == apiNodes)
        let json = try Recordings.json("\(flavour.rawValue)/object_info.json")
        for nodeClass in classes {
            let source = json[nodeClass.name]
            let declared = ["required", "optional"].reduce(0) { $0 + (source?["input"]?[$1]?.object?.count ?? 0) }
            #expect(nodeClass.inputs.count == declared)
            #expect(nodeClass.outputs.count == source?["output"]?.array?.count)
            #expect(nodeClass.hidden.count == source?["input"]?["hidden"]?.object?.count ?? 0)
            for input in nodeClass.inputs {
                switch input.type {
                case .link(let name): #expect(!name.hasPrefix("COMFY_"), "\(nodeClass.name).\(input.name)")
                case .dynamicCombo(let branches): #expect(!branches.isEmpty)
                case .autogrow(let template):
                    #expect(template.model != nil, "\(nodeClass.name).\(input.name)")
                    #expect(!template.names.isEmpty)
                default: break
                }
            }
        }
    }

    @Test func samplersAreReadInTheEditorsOrder() throws {
        let sampler = try #require(Recordings.info(.current)["KSampler"])
        #expect(sampler.inputs.map(\.name).prefix(3) == ["model", "seed", "steps"])
        #expect(sampler.input("seed")?.flag("control_after_generate") == true)
        #expect(sampler.input("sampler_name")?.choices?.first == "euler")
        #expect(sampler.input("cfg")?.type == .float)
        #expect(sampler.outputs.map(\.type) == ["LATENT"])
        #expect(!sampler.isNewStyle)
        #expect(Recordings.info(.current)["ResizeImageMaskNode"]?.isNewStyle == true)
        let save = try #require(Recordings.info(.classic)["SaveImage"])
        #expect(save.isOutputNode)
        #expect(save.takesHidden("PROMPT") && save.takesHidden("EXTRA_PNGINFO") && !save.takesHidden("UNIQUE_ID"))
    }

    @Test(arguments: [(1, 1_000), (999, 1_000), (1_000, 1_000), (1_001, 1_000), (9_999_999, 1_000)])
    func growingGroupsAreLimited(_ wanted: Int, _ limit: Int) {
        let spec = InputSpec(
            name: "x", isRequired: true,
            config: [
                "COMFY_AUTOGROW_V3",
                ["template": ["input": ["required": ["a": ["INT", [:]]]], "prefix": "a", "max": JSON(wanted)]],
            ])
        guard case .autogrow(let template) = spec.type else {
            Issue.record("not a group")
            return
        }
        #expect(template.names.count == min(wanted, limit))
    }

    @Test(arguments: [
        ("IMAGE", "IMAGE", true), ("IMAGE", "LATENT", false), ("*", "LATENT", true), ("IMAGE", "*", true),
        ("MESH", "MESH,FILE_3D", true), ("A, B", "B,C", true), ("A,B", "C", false),
    ]) func typesConnect(_ output: String, _ input: String, _ isGood: Bool) {
        let spec = InputSpec(name: "x", isRequired: true, config: [.string(input)])
        #expect(SlotTypes.connect(.string(output), spec) == isGood)
    }
}
