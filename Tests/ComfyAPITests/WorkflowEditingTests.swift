import Basics
import ComfyAPI
import Testing

struct WorkflowEditingTests {
    static let workflow: Workflow = {
        let json: JSON = [
            "3": [
                "class_type": "KSampler",
                "inputs": [
                    "seed": 1, "steps": 20, "cfg": 8.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 1,
                    "latent_image": ["5", 0],
                ], "_meta": ["title": "Draw"],
            ],
            "5": ["class_type": "EmptyLatentImage", "inputs": ["width": 512, "height": 512, "batch_size": 1]],
            "6": ["class_type": "CLIPTextEncode", "inputs": ["text": "a"], "_meta": ["title": "v1.5 text"]],
            "7": ["class_type": "CLIPTextEncode", "inputs": ["text": "b"]],
            "57:8": ["class_type": "ResizeImageMaskNode", "inputs": ["resize_type": "scale width"]],
            "9": ["class_type": "Custom", "inputs": ["flag": true, "n": 1.5, "list": [1, 2, 3], "name": "x"]],
        ]
        return (try? Workflow(json)) ?? Workflow()
    }()

    @Test(
        arguments: [
            ("6.text=a = b", "6", "text", "a = b"), ("3.seed=18446744073709551615", "3", "seed", nil),
            ("KSampler.steps=7", "3", "steps", 7), ("Draw.cfg=7.5", "3", "cfg", 7.5),
            ("v1.5 text.text=x", "6", "text", "x"), ("57:8.resize_type.width=64", "57:8", "resize_type.width", 64),
            ("57:8.resize_type=match size", "57:8", "resize_type", "match size"),
            ("3.latent_image=[\"5\",0]", "3", "latent_image", ["5", 0]), ("3.steps=[\"5\",0]", "3", "steps", ["5", 0]),
            ("3.sampler_name=heun", "3", "sampler_name", "heun"), ("9.flag=no", "9", "flag", false),
            ("9.n=2", "9", "n", 2), ("9.list=[4]", "9", "list", [4]), ("9.name=5", "9", "name", "5"),
            ("6.text=5", "6", "text", "5"),
        ] as [(String, String, String, JSON?)])
    func setsByIdTitleOrClass(_ assignment: String, _ node: String, _ input: String, _ value: JSON?) throws {
        var editing = WorkflowEditing(Self.workflow, objectInfo: Recordings.info(.current))
        try editing.apply(assignment)
        let expected = value ?? .number(JSONNumber(literal: "18446744073709551615"))
        #expect(editing.workflow[node]?.inputs[input] == expected)
        let diff = WorkflowEditing.diff(Self.workflow, editing.workflow)
        #expect(diff.changed.count <= 1)
    }

    @Test(arguments: [
        ("6.txet=x", "node 6, input txet: There is no such input. Did you mean text? Inputs: "),
        ("KSampeler.seed=1", "There is no node KSampeler. Did you mean KSampler? Nodes: 3 Draw"),
        ("CLIPTextEncode.text=x", "CLIPTextEncode names 2 nodes: 6, 7. Use one of these ids."),
        ("3.steps=many", "node 3, input steps: 'many' is not a whole number."),
        ("3.steps=1.5", "node 3, input steps: '1.5' is not a whole number."),
        ("3.cfg=x", "node 3, input cfg: 'x' is not a number."),
        ("3.sampler_name=eulr", "node 3, input sampler_name: 'eulr' is not one of the 44 values. Did you mean euler?"),
        ("3.model=[\"99\",0]", "node 3, input model: The link leads to node 99, which is not there."),
        ("9.flag=maybe", "node 9, input flag: 'maybe' is not true or false."),
        ("9.n=x", "node 9, input n: 'x' is not a number."), ("text", "text has no '='"), ("text=1", "text has no '.'"),
    ]) func saysWhatThereIs(_ assignment: String, _ message: String) {
        var editing = WorkflowEditing(Self.workflow, objectInfo: Recordings.info(.current))
        do {
            try editing.apply(assignment)
            Issue.record("accepted")
        } catch { #expect(error.description.hasPrefix(message), "\(error)") }
        #expect(editing.workflow == Self.workflow)
    }

    @Test func goesByOldValuesWithoutObjectInfo() throws {
        var editing = WorkflowEditing(Self.workflow)
        try editing.apply("3.seed=9")
        try editing.apply("3.sampler_name=anything")
        #expect(editing.workflow["3"]?.inputs["seed"] == 9)
        #expect(editing.workflow["3"]?.inputs["sampler_name"] == "anything")
        #expect(throws: WorkflowError.self) { try editing.apply("3.seed=x") }
        #expect(throws: WorkflowError.self) { try editing.apply("3.model=x") }
    }

    @Test func differencesReadWell() throws {
        var other = Self.workflow
        other["5"] = nil
        other["10"] = WorkflowNode("SaveImage", title: "Keep")
        other["3"]?.inputs["seed"] = 2
        other["3"]?.inputs["cfg"] = nil
        other["6"]?.title = "New"
        other["9"]?.classType = "Other"
        let diff = WorkflowEditing.diff(Self.workflow, other)
        #expect(
            diff.lines == [
                "- 5 EmptyLatentImage", "+ 10 Keep", "~ 3 Draw: seed 1 -> 2", "~ 3 Draw: cfg 8.0 -> (nothing)",
                "~ 6 New: title v1.5 text -> New", "~ 9 Other: class Custom -> Other",
            ])
        #expect(diff.json["changed"]?["3"]?["inputs"]?["seed"] == ["old": 1, "new": 2])
        #expect(diff.json["added"] == ["10"])
        #expect(WorkflowEditing.diff(other, other).isEmpty)
    }

    @Test func fixDropsWhatIsDead() throws {
        let json: JSON = [
            "1": ["class_type": "EmptyImage", "inputs": ["width": ["99", 0], "height": 8]],
            "2": ["class_type": "ImageInvert", "inputs": ["image": ["1", 5]]],
            "3": ["class_type": "SaveImage", "inputs": ["images": ["1", 0], "filename_prefix": "x"]],
            "4": ["class_type": "ImageInvert", "inputs": ["image": ["1", 0]]],
            "5": ["class_type": "ImageInvert", "inputs": ["image": ["4", 0]]],
        ]
        var editing = WorkflowEditing(try Workflow(json), objectInfo: Recordings.info(.classic))
        let fixes = editing.fix()
        #expect(editing.workflow.ids == ["1", "3"])
        #expect(editing.workflow["1"]?.inputs.keys == ["height"])
        #expect(
            fixes.map(\.description) == [
                "node 1, input width: dropped the link to output 0 of node 99",
                "node 2, input image: dropped the link to output 5 of node 1",
                "node 2 (ImageInvert): dropped, as no output depends on it",
                "node 4 (ImageInvert): dropped, as no output depends on it",
                "node 5 (ImageInvert): dropped, as no output depends on it",
            ])
        #expect(editing.fix().isEmpty)
        var blind = WorkflowEditing(try Workflow(json))
        #expect(blind.fix().count == 1)
        #expect(blind.workflow.count == 5)
    }

    @Test(.enabled(if: Templates.arePresent, Templates.absence), arguments: Templates.all)
    func findsTheModelsOfEachTemplate(_ template: Templates.Template) throws {
        func key(_ type: String, _ name: String, _ folder: String?, _ url: String?) -> String {
            [type, name, folder ?? "", url ?? ""].joined(separator: " | ")
        }
        let expected =
            try Templates.json("models.json")[template.flavour.rawValue]?[template.name]?["models"]?.array ?? []
        let wanted = Set(
            expected.map { model in
                key(
                    model["class_type"]?.string ?? "", model["name"]?.string ?? "", model["directory"]?.string,
                    model["url"]?.string)
            })
        let workflow = try Workflow(try template.api())
        let found = WorkflowEditing.models(of: workflow, ui: try template.ui())
        let keys = Set(found.map { key($0.classType, $0.name, $0.folder, $0.url) })
        #expect(keys == wanted)
        // Without the editor's metadata only the URLs are lost.
        let bare = WorkflowEditing.models(of: workflow)
        #expect(
            Set(bare.map { key($0.classType, $0.name, $0.folder, nil) }).isSubset(
                of:
                    Set(found.map { key($0.classType, $0.name, $0.folder, nil) })))
        #expect(bare.allSatisfy { $0.folder != nil })
        #expect(!bare.isEmpty)
    }
}
