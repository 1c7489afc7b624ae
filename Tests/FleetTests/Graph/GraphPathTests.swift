import Basics
import ComfyAPI
import Fleet
import Testing

struct GraphPathTests {
    @Test(arguments: [
        ("cat.png", 1), ("cat.png [input]", 1), ("pasted/dog.PNG", 2), ("pasted/dog.PNG [input]", 2),
        ("painter/x.png [temp]", 3), ("sub/x.png [output]", 4), ("copy.png", 1),
    ])
    func aFileIsFoundAsComfyUINamesIt(text: String, number: Int) throws {
        for flavour in Recordings.flavours {
            let graph = try #require(Recordings.check(flavour).judge(savedPicture(image: .string(text))).graph)
            #expect(graph.inputs.map(\.file.size) == [number])
            #expect(graph.inputs.first?.text == text)
            #expect(graph.inputs.first?.node == "1")
            #expect(graph.inputs.first?.input == "image")
        }
    }

    @Test(arguments: [
        "dog.PNG", "pasted/dog.png", "cat.png [output]", "painter/x.png", "/cat.png", "../input/cat.png", "./cat.png",
        "pasted/../cat.png", "pasted//dog.PNG", "pasted\\dog.PNG", "cat.png\u{0}", "cat.png\n", "", " [input]",
        "/etc/passwd", "cat.png [input] [output]", "cat.png[output]", "C:\\x.png", "sub/x.png [output] ",
        "cg_01010101010101010101010101010101.png",
    ])
    func aFileTheAccountDoesNotHaveIsNotThere(text: String) {
        for flavour in Recordings.flavours {
            for loader in ["LoadImage", "LoadImageMask", "LoadImageOutput"] {
                let verdict = Recordings.check(flavour).judge(savedPicture(image: .string(text), loader: loader))
                #expect(verdict.rejection?.error.type == "prompt_outputs_failed_validation")
                #expect(verdict.mayBeStale == false || loader == "LoadImageMask")
                guard loader == "LoadImage" else { continue }
                #expect(verdict.types == ["1": ["custom_validation_failed"]])
                #expect(verdict.rejection?.nodes.first?.faults.first?.details == "image - Invalid image file: \(text)")
            }
        }
    }

    @Test func aLinkIntoAPathIsRefusedUnlessAllowed() throws {
        let text = ("9", node("PrimitiveString", ["value": "../../etc"]))
        for flavour in Recordings.flavours {
            let check = Recordings.check(flavour)
            let write = savedPicture(prefix: ["9", 0], more: [text])
            #expect(check.judge(write).types == ["2": ["linked_path_not_allowed"]])
            #expect(check.judge(write, policy: .permissive).graph?.writes == [])
            let read = savedPicture(image: ["9", 0], more: [text])
            let verdict = check.judge(read)
            #expect(verdict.graph == nil)
        }
    }

    @Test func aLiteralListIsNoWayAroundTheLinkRule() {
        let hidden = savedPicture(
            prefix: ["__value__": ["9", 0]], more: [("9", node("LoadImage", ["image": "/etc/x.png"]))])
        for flavour in Recordings.flavours {
            let verdict = Recordings.check(flavour).judge(hidden, policy: .permissive)
            // Its text is Python's print of a list, and a name like any other.
            #expect(verdict.graph?.writes.allSatisfy { $0.value == "['9', 0]" } ?? true)
        }
    }

    @Test(arguments: ["/etc/x.png", "../output/x.png", "foreign.png", "sub/x.png", "cat.png [temp]"])
    func aNodeLinkedByAnUndeclaredInputIsJudgedToo(text: String) {
        let links: [JSON] = [["9", 0], ["9", true], ["9", 0.5], ["__value__": ["9", 0]]]
        for link in links {
            var graph = savedPicture(more: [("9", node("LoadImage", ["image": .string(text)]))]).object ?? JSONObject()
            graph["2"] = node("SaveImage", ["images": ["1", 0], "filename_prefix": "x", "zzz": link])
            let verdict = Recordings.check(.current).judge(.object(graph), policy: .permissive)
            #expect(verdict.types == ["9": ["custom_validation_failed"]], "\(link)")
        }
        let hidden: JSON = [
            "1": node("Lazy", ["any": ["__value__": ["9", 0]], "filename_prefix": "x"]),
            "9": node("Reader", ["image": .string(text)]),
        ]
        var info = AttemptBodyTests.odd
        info["Reader"] = Recordings.objectInfo[.current]?["LoadImage"]
        let verdict = GraphCheck(info, flavour: .current).judge(hidden, policy: .permissive)
        #expect(verdict.types == ["9": ["custom_validation_failed"]])
    }

    @Test(arguments: ["foreign.png", "x.png [temp]", "/etc/x.png", "../x.png"])
    func aWidgetNamesNoForeignFileEither(text: String) {
        let graphs: [JSON] = [
            [
                "1": node(
                    "Load3D",
                    ["model_file": "3d/model.glb", "image": ["mask": .string(text)], "width": 64, "height": 64]),
                "2": node("PreviewImage", ["images": ["1", 0]]),
            ],
            [
                "1": node(
                    "Painter", ["mask": .string(text), "width": 64, "height": 64, "bg_color": "#000000"]),
                "2": node("PreviewImage", ["images": ["1", 0]]),
            ],
        ]
        for graph in graphs {
            let verdict = Recordings.check(.current).judge(graph, policy: .permissive)
            #expect(verdict.types == ["1": ["custom_validation_failed"]])
        }
    }

    @Test func whatHangsLooseIsNotJudgedAndNotSent() throws {
        let graph = savedPicture(more: [
            ("9", node("LoadImage", ["image": "/etc/x.png"])), ("8", node("ModelSave", [:])),
        ])
        let checked = try #require(Recordings.check(.classic).judge(graph, targets: ["2"]).graph)
        #expect(checked.prompt.keys == ["1", "2", "9", "8"])
        let body = try AttemptBody.encode(
            checked, request: PromptRequest(prompt: JSONObject()), attempt: Account.attempt, names: Account.workerNames)
        #expect(try JSON(parsing: body)["prompt"]?.object?.keys == ["1", "2"])
    }

    @Test(arguments: [
        ("ComfyUI", true), ("", true), ("a/b/c", true), ("a//b", true), ("%year%-%month%/x_%batch_num%", true),
        ("%date:yyyy%", true), ("a..b", true), ("..a/b", true), ("./a", true), ("é", true),
        ("/a", false), ("/", false), ("..", false), ("../a", false), ("a/..", false), ("a/../b", false),
        ("a\\b", false), ("a\u{0}", false), ("a\nb", false),
    ])
    func outputNamesStayBelowTheirFolder(text: String, isGood: Bool) {
        let verdict = Recordings.check(.current).judge(savedPicture(prefix: .string(text)))
        #expect(
            verdict.graph?.writes == (isGood ? [GraphWrite(node: "2", input: "filename_prefix", value: text)] : nil))
        if !isGood { #expect(verdict.types == ["2": ["unsafe_output_name"]]) }
    }

    @Test(arguments: [(1_023, true), (1_024, true), (1_025, false)])
    func outputNamesHaveALimit(count: Int, isGood: Bool) {
        let name = String(repeating: "a", count: count)
        #expect((Recordings.check(.current).judge(savedPicture(prefix: .string(name))).graph != nil) == isGood)
    }

    @Test func loRAPrefixesAreWritesInBothVersions() {
        for (flavour, name) in [(ComfyFlavour.classic, "SaveLoRANode"), (.current, "SaveLoRA")] {
            let graph: JSON = [
                "1": node(name, ["lora": ["2", 0], "prefix": "../x"]), "2": node("TrainLoraNode", [:]),
            ]
            // Its source lacks every input, so the graph is refused before; what counts is how the class is seen.
            #expect(Recordings.check(flavour).judge(graph).graph == nil)
        }
    }

    @Test func filesInsideWidgetsOfTheEditorAreFound() throws {
        let scene: JSON = [
            "image": "painter/x.png [temp]", "mask": "cat.png", "recording": "", "camera_info": ["fov": 3],
        ]
        let graph: JSON = [
            "1": node("Load3D", ["model_file": "3d/model.glb", "image": scene, "width": 64, "height": 64]),
            "2": node("PreviewImage", ["images": ["1", 0]]),
        ]
        for flavour in Recordings.flavours {
            let checked = try #require(Recordings.check(flavour).judge(graph).graph)
            #expect(checked.inputs.map(\.text) == ["3d/model.glb", "painter/x.png [temp]", "cat.png"])
            #expect(checked.inputs.map(\.member) == [nil, "image", "mask"])
            let body = try AttemptBody.encode(
                checked, request: PromptRequest(prompt: JSONObject()), attempt: Account.attempt,
                names: Account.workerNames)
            let sent = try JSON(parsing: body)["prompt"]?["1"]?["inputs"]
            #expect(sent?["image"]?["image"] == "cg_03030303030303030303030303030303.png")
            #expect(sent?["image"]?["camera_info"]?["fov"] == 3)
            #expect(sent?["model_file"] == "cg_05050505050505050505050505050505.glb")
        }
        let painter: JSON = [
            "1": node("Painter", ["mask": "", "width": 64, "height": 64, "bg_color": "#000000"]),
            "2": node("PreviewImage", ["images": ["1", 0]]),
        ]
        #expect(Recordings.check(.current).judge(painter).graph?.inputs == [])
    }

    @Test func listsOfInputFilesDoNotBind() throws {
        let graph: JSON = [
            "1": node("GeminiInputFiles", ["file": "notes.txt"]),
            "2": node("PreviewAny", ["source": ["1", 0]]),
        ]
        for flavour in Recordings.flavours {
            let verdict = Recordings.check(flavour).judge(graph, policy: .permissive)
            #expect(verdict.graph?.inputs.map(\.text) == ["notes.txt"])
        }
    }
}
