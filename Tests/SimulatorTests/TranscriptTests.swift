import Basics
import ComfyAPI
@testable import Simulator
import Testing

/// Replays recorded sessions: the requests in their order, each once the frames recorded before it have come.
///
/// Compared are, for each socket, which frames come how often, their order for each node and for the run as a whole,
/// and their shapes. The order of independent nodes is arbitrary in the real server and is not compared.
struct TranscriptTests {
    /// Sessions on one server, in the order of their recording.
    static let modelless = [
        "success", "cached", "partially_cached", "no_client_id", "feature_flags_and_text", "execution_error",
        "queue_interrupt", "same_clientid_twice", "reconnect_mid_run",
    ]
    static let sampling = [
        "ksampler_preview_type1", "ksampler_preview_type4", "ksampler_no_client_id",
        "ksampler_interrupted_mid_sampling",
    ]

    @Test(arguments: ComfyFlavour.allCases) func sessionsWithoutModelsComeOutAsRecorded(flavour: ComfyFlavour) throws {
        let bench = try Bench(flavour)
        var ids: [String: String] = [:]
        for name in Self.modelless { try replay(name, flavour, bench, &ids) }
        try compareHistories(flavour, bench, ids)
    }

    @Test(arguments: ComfyFlavour.allCases) func sessionsWithASamplerComeOutAsRecorded(flavour: ComfyFlavour) throws {
        let bench = try Bench(flavour) {
            $0.models = ["diffusion_models": ["tiny_random_sd3.safetensors"]]
            // The recordings used this test node.
            $0.extraClasses["LabZeroConditioning"] = [
                "input": ["required": ["seed": ["INT", ["default": 0]]]], "output": ["CONDITIONING"],
                "output_node": false, "name": "LabZeroConditioning",
            ]
        }
        var ids: [String: String] = [:]
        for name in Self.sampling { try replay(name, flavour, bench, &ids) }
    }

    @Test func everyTranscriptIsReplayedOrHasAReason() {
        let known = Set(Self.modelless + Self.sampling).union(["logs_subscription"])
        for flavour in ComfyFlavour.allCases {
            let names = Fixtures.names("\(flavour.rawValue)/ws").map { String($0.prefix { $0 != "." }) }
            #expect(Set(names) == known)
        }
    }

    // MARK: - Replay

    private struct Expected {
        var frames: [Frame] = []
        var socket: SocketID?
    }

    private func replay(_ name: String, _ flavour: ComfyFlavour, _ bench: Bench, _ ids: inout [String: String]) throws {
        var expected: [String: Expected] = [:]
        let title = "\(flavour.rawValue) \(name)"
        // A request stands where it was sent, but an interrupt takes effect where it was answered.
        func time(_ line: JSON) -> Double {
            (line["http"]?["path"] == "/interrupt" ? line["t_done"] : line["t"])?.double ?? 0
        }
        let recorded = try Fixtures.lines("\(flavour.rawValue)/ws/\(name).jsonl")
        let lines = recorded.enumerated().sorted { left, right in
            let (a, b) = (time(left.element), time(right.element))
            return a == b ? left.offset < right.offset : a < b
        }.map(\.element)
        for (index, line) in lines.enumerated() {
            let ws = line["ws"]?.string ?? ""
            if line["dir"] == "in" {
                if let frame = Frame(recorded: line), !frame.type.hasPrefix("assets.") {
                    expected[ws, default: Expected()].frames.append(frame)
                }
                continue
            }
            // What was recorded before this line must have come.
            for (ws, state) in expected { catchUp(state, ws, bench, title) }
            if line["event"] == "connect" {
                // Somebody who connects during their own run is told the node; the clock moves on to it.
                let told = lines[index...].prefix { $0["event"] == nil || $0["ws"] == line["ws"] }.first {
                    $0["ws"] == line["ws"] && $0["json"]?["type"] == "executing"
                        && $0["json"]?["data"]?["prompt_id"] == nil
                }
                if let node = told?["json"]?["data"]?["node"]?.string {
                    while bench.worker.lastNode != node, bench.step() {}
                }
                let id = (line["url"]?.string ?? "").split(separator: "=").last.map { String($0) }
                expected[ws] = Expected(socket: try bench.connect(id))
            } else if line["event"] == "closed", let socket = expected[ws]?.socket {
                bench.worker.disconnected(socket)
            } else if line["dir"] == "out", let socket = expected[ws]?.socket {
                bench.worker.receive(socket, text: String(decoding: (line["json"] ?? .null).encoded(), as: UTF8.self))
            } else if let http = line["http"] {
                try request(http, line, bench, title, &ids)
            }
        }
        bench.settle()
        for (ws, state) in expected.sorted(by: { $0.key < $1.key }) {
            guard let socket = state.socket else { continue }
            compare(state.frames, bench.frames(socket).compactMap { Frame($0) }, "\(title) \(ws)")
            bench.worker.disconnected(socket)
        }
    }

    private func catchUp(_ state: Expected, _ ws: String, _ bench: Bench, _ title: String) {
        guard let socket = state.socket else { return }
        // Status counts depend on how requests and events interleave; the events of the run do not.
        let wanted = state.frames.count { $0.type != "status" }
        func come() -> Int { bench.frames(socket).count { Frame($0)?.type != "status" } }
        while come() < wanted, bench.step() {}
        #expect(come() >= wanted, "\(title) \(ws): frames missing")
    }

    private func request(
        _ http: JSON, _ line: JSON, _ bench: Bench, _ title: String, _ ids: inout [String: String]
    ) throws {
        let path = http["path"]?.string ?? ""
        let response: SimulatedResponse
        if path == "/upload/image" {
            response = bench.upload(path, [("image", Array("not a picture at all".utf8), "corrupt.png")])
        } else {
            var body = String(decoding: http["json"]?.encoded() ?? [], as: UTF8.self)
            for (recorded, own) in ids { body = OutputNaming.replace(recorded, by: own, in: body) }
            response = bench.send(http["method"]?.string ?? "GET", path, body: Array(body.utf8))
        }
        #expect(response.status == line["status"]?.int, "\(title) \(path): \(response.text.prefix(200))")
        if let json = line["response"]?["json"], path != "/api/jobs" {
            let differences = ShapeComparison.differences(json, try response.json, ignoring: ProbeTests.assetMembers)
            #expect(differences == [], "\(title) \(path)")
            if path == "/prompt", let recorded = json["prompt_id"]?.string {
                ids[recorded] = try response.json["prompt_id"]?.string
            }
        }
    }

    // MARK: - Comparison

    private func compare(_ recorded: [Frame], _ actual: [Frame], _ title: String) {
        let runs = { (frames: [Frame]) in frames.filter { $0.type != "status" } }
        let (left, right) = (runs(recorded), runs(actual))
        func skeleton(_ frames: [Frame]) -> [String] { frames.filter { $0.node == nil }.map(\.type) }
        #expect(skeleton(left) == skeleton(right), "\(title): the order of a run's own events")
        for node in Set((left + right).compactMap(\.node)).sorted() {
            func types(_ frames: [Frame]) -> [String] { frames.filter { $0.node == node }.map(\.type) }
            #expect(types(left) == types(right), "\(title): the order of events of node \(node)")
        }
        func counts(_ frames: [Frame]) -> [String] { frames.filter { $0.type == "status" }.map(\.type) }
        #expect(counts(recorded).count == counts(actual).count, "\(title): status frames")
        #expect(
            recorded.last { $0.type == "status" }?.json?["data"]?["status"]
                == actual.last { $0.type == "status" }?.json?["data"]?["status"], "\(title): the last status")
        for (type, frames) in Dictionary(grouping: recorded, by: \.type) {
            for (one, other) in zip(frames, actual.filter { $0.type == type }) where one.node == other.node {
                guard let first = one.json, let second = other.json else { continue }
                let differences = ShapeComparison.differences(
                    first, second, ignoring: ProbeTests.assetMembers.union(["nodes", "executed"]))
                #expect(differences == [], "\(title): \(type) \(one.node ?? "")")
            }
        }
    }

    /// The sessions left these entries in the history.
    private func compareHistories(_ flavour: ComfyFlavour, _ bench: Bench, _ ids: [String: String]) throws {
        for name in ["success", "cached", "subfolder", "no_client_id", "text_output", "error", "interrupted"] {
            let recorded = try Fixtures.json("\(flavour.rawValue)/http/history.entry.\(name).json")
            let (old, entry) = try #require(recorded.object?.members.first)
            let id = try #require(ids[old], "\(name)")
            let actual = try #require(try bench.json("/history/\(id)")[id], "\(flavour.rawValue) \(name)")
            let differences = ShapeComparison.differences(entry, actual, ignoring: ProbeTests.assetMembers)
            #expect(differences == [], "\(flavour.rawValue) history.entry.\(name)")
        }
    }
}

/// One frame from server to client, recorded or simulated.
struct Frame {
    let type: String
    /// The node it is about; nil for frames about the run or the queue.
    let node: String?
    let json: JSON?

    init?(recorded line: JSON) {
        if line["type"] == "binary" {
            guard let bytes = line["base64"]?.string.flatMap({ Base64.decode($0) }) else { return nil }
            self.init(binary: bytes)
        } else {
            self.init(json: line["json"] ?? .null)
        }
    }

    init?(_ frame: SimulatedFrame) {
        switch frame {
        case .text(let text): self.init(json: (try? JSON(parsing: text, dialect: .python)) ?? .null)
        case .binary(let bytes): self.init(binary: bytes)
        }
    }

    private init(json: JSON) {
        self.json = json
        let name = json["type"]?.string ?? "?"
        let data = json["data"]
        if name == "progress_state" {
            // It is about the last node that changed.
            let last = data?["nodes"]?.object?.members.last
            node = last?.key
            type = "\(name) \(last?.value["state"]?.string ?? "")"
        } else {
            node = data?["node"]?.string
            type = name == "executing" && data?["node"]?.isNull == true ? "executing null" : name
        }
    }

    private init?(binary: [UInt8]) {
        guard binary.count > 8 else { return nil }
        let kind = binary[3]
        json = nil
        if kind == 3 {
            node = String(decoding: binary[8..<8 + Int(binary[7])], as: UTF8.self)
        } else {
            // Previews come from the only sampler of these graphs.
            node = "5"
        }
        type = "binary \(kind)" + (kind == 1 ? " format \(binary[7]) \(Hex.encode(Array(binary[8..<11])))" : "")
    }
}
