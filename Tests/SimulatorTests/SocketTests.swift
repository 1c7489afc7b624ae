import Basics
import ComfyAPI
@testable import Simulator
import Testing

/// Who hears what on WebSockets.
struct SocketTests {
    private static let model: @Sendable (inout SimulatorOptions) -> Void = {
        $0.models = ["checkpoints": ["m.safetensors"]]
    }

    private func kinds(_ bench: Bench, _ socket: SocketID) -> [UInt8] {
        bench.frames(socket).compactMap { if case .binary(let bytes) = $0 { bytes[3] } else { nil } }
    }

    @Test func aClientWithoutIDIsTold() throws {
        let bench = try Bench()
        let id = try bench.events(try bench.connect())[0]["data"]?["sid"]?.string
        #expect(id?.count == 32)
        #expect(try bench.events(try bench.connect(""))[0]["data"]?["sid"]?.string?.count == 32)
    }

    @Test func theHandshakeMustBeTheFirstObject() throws {
        let hello = #"{"type": "feature_flags", "data": {"supports_preview_metadata": true}}"#
        for (messages, answers) in [
            ([hello], 1), (["nonsense", "[1]", hello], 1), ([#"{"type": "other"}"#, hello], 0), ([hello, hello], 1),
        ] {
            let bench = try Bench()
            let socket = try bench.connect("a")
            for message in messages { bench.worker.receive(socket, text: message) }
            #expect(try bench.types(socket).count { $0 == "feature_flags" } == answers, "\(messages)")
        }
    }

    @Test func previewsFollowTheHandshake() throws {
        for (flag, kind) in [("true", 4), ("false", 1), ("1", 1)] as [(String, UInt8)] {
            let bench = try Bench(.current, Self.model)
            let owner = try bench.connect("a")
            let other = try bench.connect("b")
            bench.worker.receive(
                owner, text: #"{"type": "feature_flags", "data": {"supports_preview_metadata": \#(flag)}}"#)
            bench.post("/prompt", ["prompt": Graphs.diffusion(), "client_id": "a"])
            bench.settle()
            #expect(kinds(bench, owner) == [kind, kind, kind, kind])
            #expect(kinds(bench, other) == [])
        }
    }

    @Test func previewsOfAJobWithoutOwnerGoToAllAsType1() throws {
        let bench = try Bench(.classic, Self.model)
        let sockets = [try bench.connect("a"), try bench.connect("b")]
        bench.worker.receive(
            sockets[0], text: #"{"type": "feature_flags", "data": {"supports_preview_metadata": true}}"#)
        bench.post("/prompt", ["prompt": Graphs.diffusion()])
        bench.settle()
        for socket in sockets { #expect(kinds(bench, socket) == [1, 1, 1, 1]) }
    }

    @Test func aPreviewIsAJPEGInsideItsBox() throws {
        let bench = try Bench(.current, Self.model)
        let socket = try bench.connect("a")
        bench.post("/prompt", ["prompt": Graphs.diffusion(), "client_id": "a"])
        bench.settle()
        for case .binary(let bytes) in bench.frames(socket) {
            #expect(Array(bytes[..<8]) == [0, 0, 0, 1, 0, 0, 0, 1])
            let picture = try #require(JPEGCodec.decode(Array(bytes[8...]), limit: 1 << 20))
            #expect(picture.width == 32 && picture.height == 32)
        }
    }

    /// As ComfyUI's `custom_nodes/websocket_image_save.py` does it.
    @Test(arguments: ComfyFlavour.allCases, [false, true])
    func picturesWithoutAFileGoToTheOwnerAlone(flavour: ComfyFlavour, metadata: Bool) throws {
        let bench = try Bench(flavour)
        let socket = try bench.connect("a")
        let other = try bench.connect("b")
        if metadata {
            bench.worker.receive(
                socket, text: #"{"type": "feature_flags", "data": {"supports_preview_metadata": true}}"#)
        }
        let graph: JSON = [
            "1": ["class_type": "EmptyImage", "inputs": ["width": 8, "height": 4, "batch_size": 2, "color": 255]],
            "send": ["class_type": "SaveImageWebsocket", "inputs": ["images": ["1", 0]]],
        ]
        for run in 1...2 {
            let before = bench.frames(socket).count
            let id = try bench.post("/prompt", ["prompt": graph, "client_id": "a"]).json["prompt_id"]?.string ?? ""
            bench.settle()
            #expect(kinds(bench, socket) == [UInt8](repeating: metadata ? 4 : 1, count: 2 * run), "it is never cached")
            #expect(kinds(bench, other) == [])
            let frames = bench.frames(socket).dropFirst(before)
            for case .binary(let bytes) in frames {
                let frame = try #require(BinaryFrame(bytes))
                #expect(frame.isWholePicture)
                guard case .preview(.png, let image) = frame.withoutMetadata else { continue }
                #expect(PNGCodec.decode(Array(image), limit: 100)?.width == 8)
            }
            let events = try frames.compactMap { frame -> JSON? in
                if case .text(let text) = frame { try JSON(parsing: text, dialect: .python) } else { nil }
            }
            let steps = events.filter { $0["type"] == "progress" }.compactMap { $0["data"]?["value"]?.int }
            #expect(steps == [0, 1])
            #expect(!events.contains { $0["type"] == "executed" })
            let entry = try bench.json("/history/\(id)")[id] ?? .null
            #expect(entry["outputs"] == [:] && entry["meta"] == [:] && entry["status"]?["completed"] == true)
            if flavour.isModern { #expect(try bench.json("/api/jobs/\(id)")["outputs_count"] == 0) }
        }
    }

    @Test func aJobMaySwitchPreviewsOffInTheNewVersion() throws {
        let bench = try Bench(.current, Self.model)
        let socket = try bench.connect("a")
        bench.post(
            "/prompt",
            ["prompt": Graphs.diffusion(), "client_id": "a", "extra_data": ["preview_method": "none"]])
        bench.settle()
        #expect(kinds(bench, socket) == [])
    }

    @Test func theNewerSocketTakesOverAndGoesDeafWithTheOlder() throws {
        let bench = try Bench()
        let first = try bench.connect("a")
        let second = try bench.connect("a")
        func post() { bench.post("/prompt", ["prompt": Graphs.basic(), "client_id": "a"]); bench.settle() }
        let before = bench.frames(first).count
        post()
        #expect(bench.frames(first).count == before)
        let heard = bench.frames(second).count
        #expect(heard > 5)
        bench.worker.disconnected(first)
        post()
        #expect(bench.frames(second).count == heard)
    }

    @Test func nothingIsReplayedAfterReconnecting() throws {
        let bench = try Bench(.current, Self.model)
        let first = try bench.connect("a")
        bench.post("/prompt", ["prompt": Graphs.diffusion(), "client_id": "a"])
        while bench.worker.lastNode != "5", bench.step() {}
        bench.worker.disconnected(first)
        let second = try bench.connect("a")
        let events = try bench.events(second)
        #expect(events.compactMap { $0["type"] } == ["status", "executing"])
        #expect(events[1]["data"] == ["node": "5"])
        bench.settle()
        #expect(try bench.events(second).last?["data"]?["node"] == .null)
        // Between runs there is no node to tell of.
        #expect(try bench.types(try bench.connect("a")) == ["status"])
    }

    @Test func theHistoryIsCompleteWhenTheRunEnds() throws {
        let bench = try Bench()
        let socket = try bench.connect("a")
        bench.post("/prompt", ["prompt": Graphs.basic(), "client_id": "a"])
        while try !bench.types(socket).contains("execution_success"), bench.step() {}
        #expect(try bench.json("/history") == [:])
        bench.settle()
        #expect(try bench.types(socket).last == "executing")
        #expect(try bench.json("/history").object?.count == 1)
    }

    @Test func bigMessagesCloseTheSocket() throws {
        for (count, closes) in [(4_194_303, false), (4_194_304, false), (4_194_305, true)] {
            let bench = try Bench()
            let socket = try bench.connect("a")
            bench.worker.receive(socket, text: String(repeating: "x", count: count))
            #expect(bench.closed[socket] == (closes ? 1_009 : nil))
            let other = try bench.connect("b")
            bench.worker.receive(other, binaryCount: count)
            #expect(bench.closed[other] == (closes ? 1_009 : nil))
        }
    }

    @Test func socketsHaveALimit() throws {
        let bench = try Bench { $0.maximumSockets = 2 }
        _ = try bench.connect("a")
        let second = try bench.connect("b")
        #expect(bench.worker.connect(clientID: "c") == nil)
        bench.worker.disconnected(second)
        #expect(bench.worker.connect(clientID: "c") != nil)
    }

    @Test(arguments: ComfyFlavour.allCases) func logsGoToSubscribersInTheRecordedShape(flavour: ComfyFlavour) throws {
        let bench = try Bench(flavour)
        let socket = try bench.connect("a")
        let body = JSON(dictionaryLiteral: ("clientId", "a"), ("enabled", true)).encoded()
        #expect(bench.send("PATCH", "/internal/logs/subscribe", body: body).status == 200)
        bench.post("/prompt", ["prompt": Graphs.basic()])
        let event = try #require(try bench.events(socket).first { $0["type"] == "logs" })
        let recorded = try Fixtures.json("\(flavour.rawValue)/ws/logs_subscription.json")
        let sample = recorded.array?.first { $0["json"]?["type"] == "logs" }?["json"] ?? .null
        #expect(ShapeComparison.differences(sample, event) == [])
    }
}
