import Basics
import ComfyAPI
import Testing

struct PromptRequestTests {
    static let graph: JSON = ["1": ["class_type": "PreviewImage", "inputs": ["images": ["2", 0]]]]

    static func body(_ members: (String, JSON)...) -> JSON {
        .object(JSONObject([("prompt", graph)] + members))
    }

    static func rejection(_ body: JSON, _ flavour: ComfyFlavour = .current, _ limits: PromptLimits = .init())
        -> PromptRejection?
    {
        do throws(PromptRejection) {
            _ = try PromptRequest(parsing: body.encoded(), flavour: flavour, limits: limits)
            return nil
        } catch { return error }
    }

    // MARK: Bodies that harm workers

    @Test(
        arguments: [
            // Ends the process.
            (body(("client_id", ["a"])), "invalid_client_id"), (body(("client_id", ["a": 1])), "invalid_client_id"),
            (body(("client_id", 5)), "invalid_client_id"), (body(("client_id", "a\nb")), "invalid_client_id"),
            // Kills the execution thread unless it is an object; null becomes absent, see below.
            (body(("extra_data", [1])), "invalid_extra_data"), (body(("extra_data", "x")), "invalid_extra_data"),
            // Breaks the jobs listing for everyone.
            (body(("extra_data", ["extra_pnginfo": "x"])), "invalid_extra_pnginfo"),
            (body(("extra_data", ["extra_pnginfo": [1]])), "invalid_extra_pnginfo"),
            (body(("extra_data", ["extra_pnginfo": ["workflow": nil]])), "invalid_extra_pnginfo"),
            (body(("extra_data", ["extra_pnginfo": ["workflow": "x"]])), "invalid_extra_pnginfo"),
            (body(("extra_data", ["extra_pnginfo": ["other": 1]])), "invalid_extra_pnginfo"),
            // Is emitted as a bare word that no browser reads.
            (body(("number", .number(JSONNumber(.nan)))), "non_finite_number"),
            (body(("number", .number(JSONNumber(-.infinity)))), "non_finite_number"),
            (body(("number", .number(JSONNumber(literal: "1e400")))), "non_finite_number"),
            (body(("extra_data", ["x": [.number(JSONNumber(.nan))]])), "non_finite_number"),
            // Answered with 500.
            (body(("number", "x")), "invalid_number"), (body(("number", nil)), "invalid_number"),
            (["prompt": [1]], "invalid_prompt"), (["prompt": nil], "invalid_prompt"),
            (["prompt": ["last_node_id": 1, "nodes": [], "links": []]], "invalid_prompt"),
            (["prompt": ["1": ["class_type": ["x"], "inputs": [:]]]], "invalid_prompt"),
            (["prompt": ["1": ["class_type": "x", "inputs": []]]], "invalid_prompt"),
            (["prompt": ["1": ["class_type": "x", "inputs": [:], "_meta": nil]]], "invalid_prompt"),
            (["prompt": ["1": ["class_type": "x", "inputs": [:], "_meta": ["title": 1]]]], "invalid_prompt"),
            (["prompt": ["": ["class_type": "x", "inputs": [:]]]], "invalid_prompt"),
            (body(("partial_execution_targets", "5")), "invalid_partial_execution_targets"),
            (body(("partial_execution_targets", [5])), "invalid_partial_execution_targets"),
            (body(("extra_data", ["api_key_comfy_org": 1])), "invalid_extra_data"),
            (body(("extra_data", ["preview_method": ["x"]])), "invalid_extra_data"),
            // Not a prompt.
            ([1], "no_prompt"), ("x", "no_prompt"), ([:], "no_prompt"), (nil, "no_prompt"),
        ] as [(JSON, String)]) func refusesBodiesThatHarmWorkers(_ body: JSON, _ type: String)
    {
        let rejection = Self.rejection(body)
        #expect(rejection?.error.type == type)
        // The web UI parses this shape.
        let json = rejection?.json
        #expect(json?["node_errors"] == [:])
        #expect(json?["error"]?["message"]?.string?.isEmpty == false)
        #expect(json?["error"]?["details"]?.string != nil)
        #expect(json?["error"]?["extra_info"]?.object != nil)
    }

    @Test(arguments: ["{nope", "", "[", "{\"prompt\":{}}x", "\u{FEFF}{}"])
    func refusesWhatIsNotJSON(_ text: String) {
        #expect(throws: PromptRejection.self) { try PromptRequest(parsing: Array(text.utf8)) }
    }

    @Test(arguments: Recordings.flavours) func answersTheRecordedBodiesAsRecorded(_ flavour: ComfyFlavour) throws {
        for item in try Recordings.json("\(flavour.rawValue)/http/prompt.probes.json").array ?? [] {
            let name = item["name"]?.string ?? ""
            guard let request = item["request"]?["json"], let status = item["status"]?.int else { continue }
            let rejection = Self.rejection(request, flavour)
            let type = item["body"]?["error"]?["type"]?.string
            switch status {
            case 200: #expect(rejection == nil, "\(name)")
            case 500: #expect(rejection != nil, "\(name)")
            default:
                // What is about the graph is the validator's business.
                if type == "no_prompt" || type == "invalid_prompt_id" {
                    #expect(rejection?.json == item["body"], "\(name)")
                } else {
                    #expect(rejection == nil, "\(name)")
                }
            }
        }
    }

    // MARK: What passes

    @Test func nullsCountAsAbsent() throws {
        let request = try PromptRequest(
            Self.body(
                ("client_id", nil), ("prompt_id", nil), ("partial_execution_targets", nil)))
        #expect(request == PromptRequest(prompt: Self.graph.object ?? JSONObject()))
        #expect(request.json == ["prompt": Self.graph])
    }

    @Test func unknownMembersAreDroppedAndKnownOnesKept() throws {
        let id = "00000000-0000-4000-8000-00000000aaaa"
        let request = try PromptRequest(
            Self.body(
                ("client_id", "c"), ("prompt_id", .string(id)), ("number", 3.5), ("front", true), ("evil", [1]),
                ("partial_execution_targets", ["1"]),
                (
                    "extra_data",
                    [
                        "client_id": ["a"], "create_time": "x", "preview_method": "taesd", "pack": ["k": 1],
                        "api_key_comfy_org": "secret", "extra_pnginfo": ["workflow": ["nodes": []]],
                    ]
                )))
        #expect(request.credentials == ["api_key_comfy_org": Secret("secret")])
        #expect(request.otherExtraData == JSONObject([("preview_method", "taesd"), ("pack", ["k": 1])]))
        #expect(
            request.json == [
                "client_id": "c", "prompt_id": .string(id), "prompt": Self.graph, "number": 3.5,
                "partial_execution_targets": ["1"],
                "extra_data": [
                    "preview_method": "taesd", "pack": ["k": 1], "api_key_comfy_org": "secret",
                    "extra_pnginfo": ["workflow": ["nodes": []]],
                ],
            ])
        #expect(!String(reflecting: request).contains("secret"))
        #expect(try PromptRequest(request.json).json == request.json)
    }

    @Test(arguments: [("my id", true), ("ABCDEF00-0000-4000-8000-000000000001", true), ("", false), ("a\u{0}", false)])
    func oldWorkersTakeAnyTextForAnId(_ id: String, _ isGood: Bool) {
        let body = Self.body(("prompt_id", .string(id)))
        #expect((Self.rejection(body, .classic) == nil) == isGood)
        #expect(Self.rejection(body, .current)?.error.type == "invalid_prompt_id")
    }

    @Test(
        arguments: [
            ([:], false), (["front": true], true), (["front": 1], true), (["front": false], false),
            (["front": true, "number": 5], false),
        ] as [(JSON, Bool)]) func frontCountsOnlyWithoutANumber(_ members: JSON, _ isFront: Bool) throws
    {
        var body = members.object ?? JSONObject()
        body["prompt"] = Self.graph
        #expect(try PromptRequest(.object(body)).front == isFront)
    }

    /// A body is read as a tree of it would be, whether one is made or not.
    private static func expectOneReading(_ body: [UInt8]) {
        func outcome(_ read: () throws -> PromptRequest) -> JSON {
            do { return try read().json } catch { return (error as? PromptRejection)?.json ?? .string("\(error)") }
        }
        guard let tree = try? JSON(parsing: body, dialect: .python) else { return }
        #expect(
            outcome { try PromptRequest(parsing: body, flavour: .classic) }
                == outcome { try PromptRequest(tree, flavour: .classic) },
            "\(String(decoding: body, as: UTF8.self))")
    }

    @Test(arguments: [
        #"{"prompt":{},"extra_data":{"extra_pnginfo":{"workflow":{"n":NaN}}}}"#,
        #"{"prompt":{},"extra_data":{"extra_pnginfo":{"workflow":{"n":1e400}}}}"#,
        #"{"prompt":{},"extra_data":{"extra_pnginfo":{"workflow":{"n":1e-5,"m":1E+99,"k":-0.0}}}}"#,
        #"{"prompt":{"1":{"class_type":"x","inputs":{"n":1e100}}}}"#,
        #"{"prompt":{"1":{"class_type":"x","inputs":{"n":-Infinity}}}}"#,
        #"{"prompt":{},"extra_data":{"extra_pnginfo":{"workflow":{"a":1}},"extra_pnginfo":{"workflow":{"a":2}}}}"#,
        #"{"prompt":{},"extra_data":{"extra_pnginfo":{"workflow":{"a":1},"workflow":{"a":2}}}}"#,
        #"{"prompt":{},"extra_data":{"extra_pnginfo":{"workflow":{"a":"\u00e9\n"}, "other" : { } } , "x" : [1]}}"#,
        #"{"prompt":{},"prompt":{"1":{"class_type":"x","inputs":{}}},"extra_data":{},"extra_data":{"a":1}}"#,
        #"{"prompt":{},"extra_data":{"extra_pnginfo":{"workflow":1}}}"#,
        #"{"prompt":{},"extra_data":{"extra_pnginfo":null}}"#, #"{"prompt":{},"extra_data":{"extra_pnginfo":[]}}"#,
        #"{"prompt":{},"extra_data":null}"#, #"{"prompt":{},"extra_data":7}"#, #"{"extra_data":{"a":NaN}}"#, "[]", "{}",
        #"{"prompt":{},"client_id":"a\u0062"}"#, #"{"pr\u006fmpt":{},"extra_data":{"extra_pnginf\u006f":{"w":{}}}}"#,
    ]) func aBodyIsReadAsItsTreeWouldBe(_ text: String) { Self.expectOneReading(Array(text.utf8)) }

    @Test func whatIsForPicturesStaysAsItWasSpelled() throws {
        let workflow = #"{ "id" : "w\u00e9", "nodes": [1.50, 2e3] }"#
        let request = try PromptRequest(
            parsing: Array(#"{"prompt":{},"extra_data":{"extra_pnginfo":{"workflow":\#(workflow)}}}"#.utf8))
        #expect(request.extraPNGInfo?["workflow"].map { String(decoding: $0.bytes, as: UTF8.self) } == workflow)
        #expect(request.extraPNGInfo?["workflow"]?.string("id") == "wé")
        #expect(String(decoding: request.encoded(), as: UTF8.self).contains(workflow))
        let again = try ExtraData(parsing: request.extraData.encoded())
        #expect(again == request.extraData)
    }

    // MARK: Limits

    @Test(arguments: [(-1, true), (0, true), (1, false)]) func limitsHoldAtTheirEdges(_ over: Int, _ isGood: Bool) {
        func check(_ type: String, _ body: JSON, _ limits: PromptLimits) {
            let rejection = Self.rejection(body, .classic, limits)
            #expect((rejection == nil) == isGood, "\(String(describing: rejection))")
            if !isGood { #expect(rejection?.error.type == type) }
        }
        let size = Self.body().encoded().count
        check("prompt_too_large", Self.body(), PromptLimits(body: size - over))
        var nodes = JSONObject()
        for index in 0..<(10 + over) { nodes["\(index)"] = ["class_type": "x", "inputs": [:]] }
        check("prompt_too_large", ["prompt": .object(nodes)], PromptLimits(nodes: 10))
        let node: JSON = ["class_type": "x"]
        let long = String(repeating: "x", count: 128 + over)
        check("invalid_prompt", ["prompt": .object(JSONObject([(long, node)]))], PromptLimits())
        check("invalid_client_id", Self.body(("client_id", .string(long))), PromptLimits())
        check("invalid_prompt_id", Self.body(("prompt_id", .string(long))), PromptLimits())
        // {"x":"…"} has eight bytes around the text.
        let extra: JSON = ["x": .string(String(repeating: "y", count: (64 << 10) - 8 + over))]
        check("prompt_too_large", Self.body(("extra_data", extra)), PromptLimits())
        var deep: JSON = 1
        for _ in 0..<(20 + over - 2) { deep = [deep] }
        check("invalid_json", Self.body(("deep", [deep])), PromptLimits(depth: 20))
    }

    @Test(arguments: Array(0..<200) + [2161, 2211]) func randomBodiesNeverTrapAndRebuildStably(seed: Int) throws {
        var random = RandomJSON(seed: UInt64(seed) + 7)
        let words = [
            "prompt", "client_id", "prompt_id", "number", "front", "extra_data", "extra_pnginfo", "workflow", "1",
            "class_type", "inputs", "partial_execution_targets", "_meta", "title", "api_key_comfy_org",
        ]
        var body = random.value(depth: 4, words: words)
        if case .object(var object) = body, random.next(2) == 0 {
            object["prompt"] = Self.graph
            body = .object(object)
        }
        Self.expectOneReading(body.encoded())
        guard let request = try? PromptRequest(parsing: body.encoded(), flavour: .classic) else { return }
        let again = try PromptRequest(parsing: request.encoded(), flavour: .classic)
        #expect(again == request, "\(body)")
    }
}
