import Basics
import ComfyAPI
import Foundation
@testable import Simulator

/// Recordings of real workers; see the README beside the originals.
enum Fixtures {
    static let root = (Bundle.module.resourcePath ?? ".") + "/Fixtures"

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let bytes = DiskFiles.read("\(root)/\(path)", limit: 64 << 20) else { throw MissingFixture(path: path) }
        return bytes
    }

    static func json(_ path: String) throws -> JSON { try JSON(parsing: bytes(path), dialect: .python) }

    static func lines(_ path: String) throws -> [JSON] {
        try bytes(path).split(separator: 0x0A).map { try JSON(parsing: Array($0), dialect: .python) }
    }

    static func names(_ folder: String) -> [String] { DiskFiles.list("\(root)/\(folder)") ?? [] }

    static let resources: [ComfyFlavour: Result<SimulatorResources, GateError>] = [
        .classic: Result { () throws(GateError) in try SimulatorResources(.classic) },
        .current: Result { () throws(GateError) in try SimulatorResources(.current) },
    ]

    /// Third-party workflows that do not live in this repository.
    static let shared: String = {
        if let chosen = DiskFiles.environment("COMFYGATE_SHARED") { return chosen }
        let source = #filePath
        let root = source.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/" + root + "/../shared"
    }()
}

struct MissingFixture: Error { let path: String }

/// A worker with a clock moved by hand and sockets that remember what they heard.
final class Bench: SimulatedWorkerDelegate {
    let worker: SimulatedWorker
    private(set) var heard: [SocketID: [SimulatedFrame]] = [:]
    private(set) var closed: [SocketID: UInt16] = [:]
    private(set) var crashes = 0

    init(_ flavour: ComfyFlavour = .current, _ change: (inout SimulatorOptions) -> Void = { _ in }) throws {
        var options = SimulatorOptions(flavour)
        options.previewSize = 32
        change(&options)
        guard let resources = Fixtures.resources[flavour] else { throw MissingFixture(path: flavour.rawValue) }
        worker = SimulatedWorker(
            options, resources: try resources.get(),
            wallClock: Timestamp(year: 2026, month: 11, day: 21, hour: 2), now: 5_000)
        worker.delegate = self
    }

    func worker(_ worker: SimulatedWorker, send frame: SimulatedFrame, to socket: SocketID) {
        heard[socket, default: []].append(frame)
    }
    func worker(_ worker: SimulatedWorker, close socket: SocketID, code: UInt16) { closed[socket] = code }
    func workerCrashed(_ worker: SimulatedWorker) { crashes += 1 }

    // MARK: - Requests

    @discardableResult
    func send(
        _ method: String, _ target: String, body: [UInt8] = [], headers: [(name: String, value: String)] = []
    ) -> SimulatedResponse {
        let parts = target.split(separator: "?", maxSplits: 1)
        let path = parts[0].split(separator: "/").map { Self.decoded(String($0)) }
        let query: [(name: String, value: String)] =
            parts.count < 2
            ? []
            : parts[1].split(separator: "&").map { pair in
                let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (Self.decoded(String(halves[0])), halves.count > 1 ? Self.decoded(String(halves[1])) : "")
            }
        return worker.handle(SimulatedRequest(method, path: path, query: query, headers: headers, body: body))
    }

    @discardableResult
    func get(_ target: String) -> SimulatedResponse { send("GET", target) }

    @discardableResult
    func post(_ target: String, _ json: JSON) -> SimulatedResponse { send("POST", target, body: json.encoded()) }

    func json(_ target: String) throws -> JSON { try get(target).json }

    static func decoded(_ text: String) -> String { text.removingPercentEncoding ?? text }

    /// - Parameter parts: Name, bytes and, for a file, its name.
    @discardableResult
    func upload(_ target: String, _ parts: [(name: String, bytes: [UInt8], filename: String?)]) -> SimulatedResponse {
        var body: [UInt8] = []
        for part in parts {
            let file = part.filename.map { "; filename=\"\($0)\"\r\nContent-Type: application/octet-stream" } ?? ""
            body += Array("--xyz\r\nContent-Disposition: form-data; name=\"\(part.name)\"\(file)\r\n\r\n".utf8)
            body += part.bytes + [0x0D, 0x0A]
        }
        body += Array("--xyz--\r\n".utf8)
        return send("POST", target, body: body, headers: [("Content-Type", "multipart/form-data; boundary=xyz")])
    }

    // MARK: - Time

    /// Lets the next due things happen. False when nothing is due by itself.
    @discardableResult
    func step() -> Bool {
        guard let wake = worker.nextWake else { return false }
        worker.advance(to: wake)
        return true
    }

    /// Until nothing happens by itself, at most so many times.
    func settle(limit: Int = 100_000) {
        var count = 0
        while count < limit, step() { count += 1 }
    }

    func wait(milliseconds: UInt64) { worker.advance(to: worker.now + milliseconds * 1_000_000) }

    // MARK: - Sockets

    func connect(_ id: String? = nil) throws -> SocketID {
        guard let socket = worker.connect(clientID: id) else { throw MissingFixture(path: "socket") }
        return socket
    }

    func frames(_ socket: SocketID) -> [SimulatedFrame] { heard[socket] ?? [] }

    func events(_ socket: SocketID) throws -> [JSON] {
        try frames(socket).compactMap { frame in
            if case .text(let text) = frame { try JSON(parsing: text, dialect: .python) } else { nil }
        }
    }

    func types(_ socket: SocketID) throws -> [String] { try events(socket).compactMap { $0["type"]?.string } }
}

extension SimulatedResponse {
    var json: JSON { get throws { try JSON(parsing: body, dialect: .python) } }
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// A small graph without models: a colour, scaled, inverted, saved and shown.
enum Graphs {
    static func basic(colour: Int = 1, prefix: String = "test", size: Int = 16) -> JSON {
        [
            "1": [
                "class_type": "EmptyImage",
                "inputs": ["width": JSON(size), "height": JSON(size), "batch_size": 1, "color": JSON(colour)],
            ],
            "2": [
                "class_type": "ImageScale",
                "inputs": [
                    "image": ["1", 0], "upscale_method": "bilinear", "width": 8, "height": 8, "crop": "disabled",
                ],
            ],
            "3": ["class_type": "ImageInvert", "inputs": ["image": ["2", 0]]],
            "4": ["class_type": "SaveImage", "inputs": ["images": ["3", 0], "filename_prefix": .string(prefix)]],
            "5": ["class_type": "PreviewImage", "inputs": ["images": ["2", 0]]],
        ]
    }

    /// A whole text-to-image graph; needs the checkpoint `m.safetensors`.
    static func diffusion(seed: Int = 1, steps: Int = 4, words: String = "a lake", size: Int = 64) -> JSON {
        [
            "1": ["class_type": "CheckpointLoaderSimple", "inputs": ["ckpt_name": "m.safetensors"]],
            "2": ["class_type": "CLIPTextEncode", "inputs": ["text": .string(words), "clip": ["1", 1]]],
            "3": ["class_type": "CLIPTextEncode", "inputs": ["text": "blurry", "clip": ["1", 1]]],
            "4": [
                "class_type": "EmptyLatentImage",
                "inputs": ["width": JSON(size), "height": JSON(size), "batch_size": 1],
            ],
            "5": [
                "class_type": "KSampler",
                "inputs": [
                    "model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0],
                    "seed": JSON(seed), "steps": JSON(steps), "cfg": 7.0, "sampler_name": "euler",
                    "scheduler": "normal", "denoise": 1.0,
                ],
            ],
            "6": ["class_type": "VAEDecode", "inputs": ["samples": ["5", 0], "vae": ["1", 2]]],
            "7": ["class_type": "SaveImage", "inputs": ["images": ["6", 0], "filename_prefix": "dream"]],
        ]
    }
}
