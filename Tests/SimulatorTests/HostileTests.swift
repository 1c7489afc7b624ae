import Basics
import ComfyAPI
@testable import Simulator
import TestSupport
import Testing

/// Whatever comes in, the simulator answers.
struct HostileTests {
    private static let odd: [JSON] = [
        nil, true, -1, 0, 9_223_372_036_854_775_807, .number(JSONNumber(.nan)), .number(JSONNumber(.infinity)),
        .number(JSONNumber(literal: "1e400")), .number(JSONNumber(literal: "123456789012345678901234567890")), "",
        "../../x", "\u{0}", "x [output]", [], [1], ["1", 0], ["1", -1], ["99", 0], [nil, nil], [:],
        ["__value__": [1, 2]], ["client_id": ["a"]],
    ]

    @Test(arguments: ComfyFlavour.allCases) func everyRouteAnswersOddBodies(flavour: ComfyFlavour) throws {
        let bench = try Bench(flavour) { $0.faults.listClientIDKills = false }
        for route in SimulatedWorker.routes {
            for value in Self.odd {
                let target =
                    "/api/" + route.pattern.map { $0.hasPrefix("*") ? "x%2F..%2Fy" : $0 }.joined(separator: "/")
                for prefix in [target, String(target.dropFirst(4))] where !prefix.contains("faults") {
                    let answer = bench.send(route.method, prefix, body: PythonJSON.encode(value))
                    #expect((200..<600).contains(answer.status))
                }
            }
        }
    }

    @Test(arguments: [
        "/history?max_items=-9223372036854775808", "/history?offset=9223372036854775807&max_items=9223372036854775807",
        "/api/jobs?offset=9223372036854775807", "/view?filename=%00", "/view?filename=x&subfolder=%2e%2e",
        "/view?filename=example.png&type=input&preview=jpeg;999999999999999999999",
        "/view?filename=example.png&type=input&preview=;", "/userdata?dir=..", "/v2/userdata?path=/etc", "/models/..",
    ])
    func oddQueriesAreAnswered(target: String) throws {
        for flavour in ComfyFlavour.allCases {
            #expect((200..<600).contains(try Bench(flavour).get(target).status))
        }
    }

    /// One value of a good graph replaced by an odd one, again and again, and every job run to its end.
    @Test(arguments: ComfyFlavour.allCases) func oddGraphsAreRefusedOrRun(flavour: ComfyFlavour) throws {
        let bench = try Bench(flavour) {
            $0.models = ["checkpoints": ["m.safetensors"]]
            $0.maximumPixels = 10_000
            $0.faults.listClientIDKills = false
        }
        for graph in [Graphs.basic(), Graphs.diffusion(steps: 1, size: 16)] {
            for (id, node) in graph.object?.members ?? [] {
                for name in node["inputs"]?.object?.keys ?? [] {
                    for value in Self.odd {
                        var node = node.object ?? JSONObject()
                        var inputs = node["inputs"]?.object ?? JSONObject()
                        inputs[name] = value
                        node["inputs"] = .object(inputs)
                        var changed = graph.object ?? JSONObject()
                        changed[id] = .object(node)
                        let body = PythonJSON.encode(["prompt": .object(changed), "client_id": "a"])
                        #expect([200, 400, 500].contains(bench.send("POST", "/prompt", body: body).status))
                        bench.settle()
                        #expect(try bench.json("/prompt")["exec_info"]?["queue_remaining"] == 0)
                    }
                }
            }
        }
    }

    /// Numbers that arrive over a link were not judged by the validator.
    @Test func oddNumbersOverLinksAreHandled() throws {
        for value: JSON in [0, -5, 4_611_686_018_427_387_904, 100_000_000] {
            for (classType, input) in [
                ("EmptyImage", "width"), ("EmptyImage", "batch_size"), ("EmptyLatentImage", "height"),
                ("SolidMask", "width"),
            ] {
                let bench = try Bench()
                let isLatent = classType == "EmptyLatentImage"
                var inputs = JSONObject([("width", 16), ("height", 16)])
                inputs[isLatent || classType == "EmptyImage" ? "batch_size" : "value"] = 1
                if classType == "EmptyImage" { inputs["color"] = 0 }
                inputs[input] = ["1", 0]
                let output: JSON =
                    isLatent
                    ? ["class_type": "SaveLatent", "inputs": ["samples": ["2", 0], "filename_prefix": "l"]]
                    : classType == "SolidMask"
                        ? ["class_type": "MaskPreview", "inputs": ["mask": ["2", 0]]]
                        : ["class_type": "PreviewImage", "inputs": ["images": ["2", 0]]]
                let graph: JSON = [
                    "1": ["class_type": "PrimitiveInt", "inputs": ["value": value]],
                    "2": ["class_type": .string(classType), "inputs": .object(inputs)], "3": output,
                ]
                let answer = bench.post("/prompt", ["prompt": graph, "client_id": "a"])
                #expect(answer.status == 200, "\(answer.text)")
                bench.settle()
                let entry = try bench.json("/history").object?.members.last?.value
                #expect(entry?["status"]?["status_str"] == "error", "\(classType) \(value)")
            }
        }
    }

    @Test func longChainsNeedNoStack() throws {
        var graph = JSONObject([
            ("0", ["class_type": "EmptyImage", "inputs": ["width": 4, "height": 4, "batch_size": 1, "color": 1]])
        ])
        let count = 2_000
        for index in 1...count {
            graph[String(index)] = ["class_type": "ImageInvert", "inputs": ["image": [.string(String(index - 1)), 0]]]
        }
        graph["end"] = ["class_type": "PreviewImage", "inputs": ["images": [.string(String(count)), 0]]]
        let keys = ExecutionCache.keys(of: graph, changed: { _, _ in nil }, usesID: { _ in false })
        #expect(keys.count == count + 2)
        #expect(Set(keys.values).count == count + 2)
    }

    @Test func cyclesAndMissingSourcesHaveKeys() {
        let graph = JSONObject([
            ("1", ["class_type": "A", "inputs": ["x": ["2", 0]]]),
            ("2", ["class_type": "A", "inputs": ["x": ["1", 0]]]),
            ("3", ["class_type": "A", "inputs": ["x": ["9", 0]]]), ("4", nil),
        ])
        #expect(ExecutionCache.keys(of: graph, changed: { _, _ in nil }, usesID: { _ in false }).count == 4)
    }

    @Test func brokenFormsAreRefused() throws {
        let bench = try Bench()
        let whole = Array(
            "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"x.png\"\r\n\r\nabc\r\n--b--\r\n".utf8)
        for count in 0...whole.count {
            let answer = bench.send(
                "POST", "/upload/image", body: Array(whole[..<count]),
                headers: [("Content-Type", "multipart/form-data; boundary=b")])
            #expect(answer.status == 200 || answer.status == 400)
        }
        #expect(bench.get("/view?filename=x.png&type=input").text == "abc")
    }
}

/// Middleware and static files.
struct MiddlewareTests {
    @Test func corsAnswersReplaceTheOriginCheck() throws {
        let bench = try Bench { $0.corsOrigin = "*" }
        let answer = bench.send(
            "GET", "/prompt", headers: [("Host", "127.0.0.1:1"), ("Origin", "http://evil.example")])
        #expect(answer.status == 200)
        #expect(answer.header("Access-Control-Allow-Origin") == "*")
        #expect(answer.header("Access-Control-Allow-Credentials") == "true")
        #expect(bench.send("OPTIONS", "/nowhere").status == 200)
    }

    @Test(arguments: [
        ("localhost:8188", "http://localhost:8188", true), ("localhost:8188", "http://localhost:1", false),
        ("localhost", "http://localhost:1", true), ("127.0.0.1:1", "http://127.0.0.2:1", false),
        ("[::1]:8188", "http://[::1]:8188", true), ("[::1]:8188", "http://[::2]:8188", false),
        ("192.0.2.1:1", "http://evil.example", true), ("localhost:1", "null", false),
    ])
    func originsAreJudgedOnLoopbackHostsOnly(host: String, origin: String, isAllowed: Bool) throws {
        let answer = try Bench().send("GET", "/prompt", headers: [("Host", host), ("Origin", origin)])
        #expect(answer.status == (isAllowed ? 200 : 403))
    }

    @Test(arguments: ComfyFlavour.allCases) func aFolderOfUIFilesIsServed(flavour: ComfyFlavour) throws {
        let folder = TemporaryFolder()
        DiskFiles.makeDirectories(folder.path("assets"))
        for (name, text) in [("index.html", "<p>UI"), ("assets/a.js", "1"), ("assets/p.png", "2")] {
            #expect(DiskFiles.write(folder.path(name), Array(text.utf8)))
        }
        let bench = try Bench(flavour) { $0.uiRoot = folder.path }
        #expect(bench.get("/").text == "<p>UI")
        let script = bench.get("/assets/a.js")
        #expect(script.header("Content-Type") == "text/javascript")
        #expect(script.header("Cache-Control") == (flavour == .current ? "no-store" : "no-cache"))
        #expect(bench.get("/assets/p.png").header("Cache-Control") == "public, max-age=86400")
        #expect(bench.get("/assets/q.png").header("Cache-Control") == "public, max-age=3600")
        #expect(bench.get("/..%2F..%2Fetc%2Fpasswd").status == 404)
        #expect(bench.get("/api/assets/a.js").status != 200)
        withExtendedLifetime(folder) {}
    }

    @Test func webPFilesAreWellFormed() {
        let bytes = WebPWriter.encode(Picture(width: 5, height: 3, plain: Picture.Pixel(r: 1, g: 2, b: 3)))
        #expect(bytes.starts(with: "RIFF".utf8) && bytes[8..<16].elementsEqual("WEBPVP8L".utf8))
        #expect(Int(bytes[4]) + Int(bytes[5]) << 8 == bytes.count - 8)
        #expect(WebPWriter.encode(Picture(width: 16_385, height: 1, plain: Picture.Pixel(r: 1, g: 2, b: 3))).isEmpty)
    }

    @Test func allImageNodesRun() throws {
        let image: JSON = ["1", 0]
        let nodes: [(String, JSON)] = [
            ("ImageScaleBy", ["image": image, "upscale_method": "nearest-exact", "scale_by": 2.0]),
            ("ImageCrop", ["image": image, "width": 4, "height": 4, "x": 1, "y": 1]),
            ("ImageFlip", ["image": image, "flip_method": "x-axis: vertically"]),
            ("ImageRotate", ["image": image, "rotation": "90 degrees"]),
            ("ImageBlend", ["image1": image, "image2": image, "blend_factor": 0.5, "blend_mode": "overlay"]),
            ("RepeatImageBatch", ["image": image, "amount": 2]), ("ImageInvert", ["image": image]),
        ]
        for flavour in ComfyFlavour.allCases {
            let bench = try Bench(flavour)
            for (classType, inputs) in nodes {
                let graph: JSON = [
                    "1": ["class_type": "LoadImage", "inputs": ["image": "example.png"]],
                    "2": ["class_type": .string(classType), "inputs": inputs],
                    "3": ["class_type": "PreviewImage", "inputs": ["images": ["2", 0]]],
                ]
                #expect(bench.post("/prompt", ["prompt": graph, "client_id": "a"]).status == 200, "\(classType)")
                bench.settle()
                let entry = try bench.json("/history").object?.members.last?.value
                #expect(entry?["status"]?["status_str"] == "success", "\(classType) \(entry?["status"] ?? .null)")
            }
        }
    }
}
