import Basics
import ComfyAPI
import Fleet
import Testing

struct CheckedGraphTests {
    static func sampler(
        seed: Int = 1, steps: Int = 20, prefix: String = "x", title: String = "t", width: Int = 64
    ) -> JSON {
        [
            "1": node("EmptyImage", ["width": JSON(width), "height": 64, "batch_size": 1, "color": 0]),
            "2": [
                "class_type": "SaveImage", "inputs": ["images": ["1", 0], "filename_prefix": .string(prefix)],
                "_meta": ["title": .string(title)],
            ],
            "3": node("PreviewImage", ["images": ["1", 0], "noise": ["4", 0]]),
            "4": node("RandomNoise", ["noise_seed": JSON(seed)]),
            "5": node("BasicScheduler", ["steps": JSON(steps)]),
        ]
    }

    @Test func theSignatureForgetsSeedsNamesAndTitles() throws {
        for flavour in Recordings.flavours {
            func sign(_ prompt: JSON) throws -> Digest32 {
                try #require(Recordings.check(flavour).judge(prompt).graph).signature
            }
            let first = try sign(Self.sampler())
            #expect(try sign(Self.sampler(seed: 2, steps: 3, prefix: "y", title: "u")) == first)
            #expect(try sign(Self.sampler(width: 65)) != first)
            let members = (Self.sampler().object ?? JSONObject()).members
            #expect(try sign(.object(JSONObject(members.reversed().map { ($0.key, $0.value) }))) == first)
            var loose = Self.sampler().object ?? JSONObject()
            loose["9"] = node("LoadImage", ["image": "nowhere"])
            #expect(try sign(.object(loose)) == first)
        }
    }

    @Test func aSeedThatIsNoNumberCounts() throws {
        let info = AttemptBodyTests.odd
        let check = GraphCheck(info, flavour: .current)
        func sign(_ value: JSON) throws -> Digest32 {
            try #require(check.judge(["1": node("Lazy", ["any": value])]).graph).signature
        }
        #expect(try sign(1) != sign(2))
        #expect(try sign(["a": 1, "b": 2]) == sign(["b": 2, "a": 1]))
        #expect(try sign("1") != sign(1))
    }

    @Test func whatIsStoredComesBack() throws {
        for flavour in Recordings.flavours {
            let upscale: [(String, JSON)] = [
                ("3", node("UpscaleModelLoader", ["model_name": "x.pth"])),
                ("4", node("ImageUpscaleWithModel", ["upscale_model": ["3", 0], "image": ["1", 0]])),
                ("5", node("PreviewImage", ["images": ["4", 0]])),
            ]
            let graph = try #require(
                Recordings.check(flavour).judge(savedPicture(image: "painter/x.png [temp]", more: upscale)).graph)
            #expect(graph.nodeErrors.count == 1)
            let stored = try JSON(parsing: graph.encode().encoded())
            #expect(CheckedGraph(stored, prompt: graph.prompt) == graph)
            for key in ["v", "outputs", "inputs", "writes", "marked", "signature", "cost", "retry"] {
                var broken = stored.object ?? JSONObject()
                broken[key] = "?"
                #expect(CheckedGraph(.object(broken), prompt: graph.prompt) == nil)
            }
        }
    }

    @Test func filesAreListedOnce() throws {
        let graph = try #require(
            Recordings.check(.current).judge(
                savedPicture(more: [
                    ("3", node("LoadImage", ["image": "copy.png"])), ("4", node("PreviewImage", ["images": ["3", 0]])),
                ])
            ).graph)
        #expect(graph.inputs.count == 2)
        #expect(graph.files.map(\.name) == ["cat.png"])
    }
}
