import Basics
import ComfyAPI
import HTTP
import Loop
import Testing
import Wire

/// What a scripted server does; frames name the run by `placeholder`.
struct Script: Sendable {
    enum Frame: Sendable {
        case text(JSON)
        case binary([UInt8])
        /// Every connection ends here, without a close frame; the rest waits for the next socket.
        case drop
        /// Every connection ends here, and the run has come to its end when the client is back.
        case dropAndEnd
        /// As a restart does: connections, queue and history are gone.
        case restart
        /// Nothing more is sent; the run ends in history only.
        case fallSilent
    }
    struct Answer: Sendable {
        var status: Int
        var fields: Fields = [:]
        var body: JSON = .null
    }
    enum Download: Sendable { case whole, cutShort, cutShortOnce, trickle, missing }

    static let placeholder = "PROMPT-ID"
    var frames: [Frame] = []
    /// Answers of POST /prompt before it is accepted.
    var promptAnswers: [Answer] = []
    /// The run is accepted, but the connection ends instead of an answer.
    var losesPromptAnswer = false
    var nodeErrors: JSON = .object(JSONObject())
    var downloads: [String: Download] = [:]
    /// Bodies above this many bytes are refused.
    var uploadLimit = 1 << 20
    var token: String?
    /// 404 instead of a socket.
    var hasNoSocket = false
    /// Times that `/queue` shows the run as waiting before it begins.
    var waits = 0
    var prefix = ""
    /// The id inside binary frames, as long as the one that takes its place.
    var recordedID = ""

    static func bytes(of name: String) -> [UInt8] {
        (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ name.utf8.count) }
    }

    /// What a recording's client A received after its first prompt, the ids replaced.
    static func recording(_ path: String) throws -> (script: Script, workflow: Workflow) {
        var script = Script()
        var workflow = Workflow()
        var id: String?
        for line in try Recordings.transcript(path) {
            if line["http"]?["path"]?.string == "/prompt", id == nil {
                guard let answer = line["response"]?["json"]?["prompt_id"]?.string else { continue }
                workflow = try Workflow(line["http"]?["json"]?["prompt"] ?? .null)
                (id, script.recordedID) = (answer, answer)
            } else if let id, line["ws"]?.string?.hasPrefix("A") == true, line["dir"]?.string == "in" {
                if let json = line["json"] {
                    let text = String(decoding: json.encoded(), as: UTF8.self)
                    let named = text.split(separator: id, omittingEmptySubsequences: false).joined(
                        separator: placeholder)
                    script.frames.append(.text(try JSON(parsing: named, dialect: .python)))
                    if json["data"]?["node"]?.isNull == true { break }
                } else if let base64 = line["base64"]?.string {
                    let bytes = try #require(Base64.decode(base64))
                    script.frames.append(.binary(bytes))
                }
            }
        }
        return (script, workflow)
    }
}

/// A server in this process that follows a script; an actor on the loop it serves on.
actor ScriptedServer {
    private nonisolated let loop = EventLoop("scripted")
    nonisolated let log = Locked<[String]>([])
    private var server: HTTPServer?
    private var worker: ScriptedWorker?
    nonisolated let port = Locked<UInt16>(0)

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.unownedExecutor }
    nonisolated var url: String { "http://127.0.0.1:\(port.withLock { $0 })" }

    func start(_ script: Script) throws {
        let worker = ScriptedWorker(script, log)
        let server = HTTPServer(application: worker, reactor: loop.reactor)
        worker.server = server
        let address = try server.listen(on: .loopback(port: 0))
        port.withLock { $0 = address.port ?? 0 }
        (self.server, self.worker) = (server, worker)
    }

    func stop() {
        worker?.server = nil
        server?.drain {}
        server?.closeAll()
        (server, worker) = (nil, nil)
        loop.stop()
    }
}

/// The script's state; belongs to the server's loop.
final class ScriptedWorker: HTTPApplication, WebSocketHandler {
    private enum State { case idle, pending, running, ended, forgotten }
    private var script: Script
    private let log: Locked<[String]>
    weak var server: HTTPServer?
    private var state = State.idle
    private var promptID = ""
    private var prompt = JSON.null
    private var outputs = JSONObject()
    private var messages: [JSON] = []
    private var played = 0
    private var socket: WebSocket?
    private var clientID: String?
    private var cutOnce: Set<String> = []

    init(_ script: Script, _ log: Locked<[String]>) { (self.script, self.log) = (script, log) }

    func respond(to exchange: Exchange) async throws {
        let request = exchange.request
        var path = request.path
        log.withLock { $0.append("\(request.method) \(path)") }
        guard path.hasPrefix(script.prefix) else { return try await exchange.respond(.notFound) }
        path.removeFirst(script.prefix.count)
        if let token = script.token, request.fields["Authorization"] != "Bearer \(token)" {
            return try await answer(exchange, .unauthorized, ["error": "Authentication required."])
        }
        switch (request.method, path) {
        case (.get, "/ws"):
            if script.hasNoSocket { return try await exchange.respond(.notFound) }
            let id = request.target.query["clientId"]
            let socket = try await exchange.upgradeToWebSocket(handler: self)
            (self.socket, clientID) = (socket, id)
            socket.send(text: #"{"type":"status","data":{"status":{"exec_info":{"queue_remaining":0}},"sid":"x"}}"#)
            play()
        case (.post, "/prompt"): try await submit(exchange)
        case (.get, "/queue"):
            let item: JSON = [0, .string(promptID), prompt, ["client_id": .string(clientID ?? "")], []]
            if state == .pending {
                script.waits -= 1
                if script.waits <= 0 { state = .running }
                try await answer(
                    exchange, .ok, ["queue_running": [[1, "other", [:], [:], []]], "queue_pending": [item]])
                play()
                return
            }
            try await answer(exchange, .ok, ["queue_running": state == .running ? [item] : [], "queue_pending": []])
        case (.get, "/history/\(promptID)") where state == .ended:
            let entry: JSON = [
                "prompt": [0, .string(promptID), prompt, [:], []], "outputs": .object(outputs), "meta": [:],
                "status": [
                    "status_str": .string(messages.last?[0] == "execution_success" ? "success" : "error"),
                    "completed": true, "messages": .array(messages),
                ],
            ]
            try await answer(exchange, .ok, .object(JSONObject([(promptID, entry)])))
        case (.get, _) where path.hasPrefix("/history/"): try await answer(exchange, .ok, [:])
        case (.get, "/view"): try await view(exchange)
        case (.post, "/upload/image"):
            let body = try await exchange.readBody(limit: script.uploadLimit)
            let isNamed = String(decoding: body, as: UTF8.self).contains(#"name="image"; filename="cat.png""#)
            try await answer(exchange, .ok, ["name": isNamed ? "cat (1).png" : "?", "subfolder": "", "type": "input"])
        case (.get, "/system_stats"):
            try await answer(exchange, .ok, ["system": ["comfyui_version": "0.26.0"], "devices": []])
        case (.get, "/object_info"):
            try await exchange.respond(.ok, [:], try Recordings.bytes("0.26.0/object_info.json"))
        case (.post, "/interrupt"), (.post, "/queue"):
            let body = try await exchange.readBody(limit: 1 << 16)
            log.withLock { $0.append(String(decoding: body, as: UTF8.self)) }
            try await exchange.respond(.ok)
        default: try await exchange.respond(.notFound)
        }
    }

    private func answer(_ exchange: Exchange, _ status: Status, _ body: JSON) async throws {
        try await exchange.respond(status, ["Content-Type": "application/json"], body.encoded())
    }

    private func submit(_ exchange: Exchange) async throws {
        let body = try JSON(parsing: try await exchange.readBody(limit: 1 << 20))
        if !script.promptAnswers.isEmpty {
            let answer = script.promptAnswers.removeFirst()
            return try await exchange.respond(Status(answer.status), answer.fields, answer.body.encoded())
        }
        promptID = body["prompt_id"]?.string ?? ""
        prompt = body["prompt"] ?? .null
        state = script.waits > 0 ? .pending : .running
        if script.losesPromptAnswer {
            script.losesPromptAnswer = false
            server?.closeConnections()
            return
        }
        try await answer(
            exchange, .ok, ["prompt_id": .string(promptID), "number": 0, "node_errors": script.nodeErrors])
        play()
    }

    /// Sends what is left of the script, as far as it goes.
    private func play() {
        guard state == .running, let socket, socket.isOpen else {
            if script.hasNoSocket, state == .running { endQuietly() }
            return
        }
        while played < script.frames.count {
            let frame = script.frames[played]
            played += 1
            switch frame {
            case .text(let json):
                let text = String(decoding: json.encoded(), as: UTF8.self)
                    .split(separator: Script.placeholder, omittingEmptySubsequences: false).joined(separator: promptID)
                remember(text)
                if played == script.frames.count { state = .ended }
                socket.send(text: text)
            case .binary(var bytes):
                let old = Array(script.recordedID.utf8)
                for start in bytes.indices.dropLast(max(old.count, 1) - 1) where bytes[start...].starts(with: old) {
                    bytes.replaceSubrange(start..<start + old.count, with: promptID.utf8)
                }
                socket.send(binary: bytes.span)
            case .drop:
                server?.closeConnections()
                return
            case .dropAndEnd:
                endQuietly()
                server?.closeConnections()
                return
            case .restart:
                state = .forgotten
                server?.closeConnections()
                return
            case .fallSilent:
                endQuietly()
                return
            }
        }
    }

    private func endQuietly() {
        for case .text(let json) in script.frames[min(played, script.frames.count)...] {
            let text = String(decoding: json.encoded(), as: UTF8.self)
            remember(text.split(separator: Script.placeholder).joined(separator: promptID))
        }
        played = script.frames.count
        state = .ended
    }

    /// History repeats what the frames said.
    private func remember(_ text: String) {
        guard let json = try? JSON(parsing: text, dialect: .python), let type = json["type"]?.string else { return }
        if type.hasPrefix("execution_") { messages.append([.string(type), json["data"] ?? .null]) }
        if type == "executed", let node = json["data"]?["node"]?.string { outputs[node] = json["data"]?["output"] }
    }

    private func view(_ exchange: Exchange) async throws {
        let name = exchange.request.target.query["filename"] ?? ""
        let bytes = Script.bytes(of: name)
        var manner = script.downloads[name] ?? .whole
        if case .cutShortOnce = manner { manner = cutOnce.insert(name).inserted ? .cutShort : .whole }
        switch manner {
        case .whole, .cutShortOnce: try await exchange.respond(.ok, ["Content-Type": "image/png"], bytes)
        case .missing: try await exchange.respond(.notFound)
        case .cutShort:
            try exchange.startResponse(.ok, [:], contentLength: bytes.count)
            try await exchange.write(Array(bytes.prefix(4_000)))
            try exchange.finish()
        case .trickle:
            try exchange.startResponse(.ok, [:], contentLength: bytes.count)
            for start in stride(from: 0, to: bytes.count, by: 100) {
                try await exchange.write(Array(bytes[start..<start + 100]))
                await Task.yield()
            }
            try exchange.finish()
        }
    }

    func received(text: Span<UInt8>, on socket: WebSocket) { log.withLock { $0.append("handshake") } }
    func received(binary: Span<UInt8>, on socket: WebSocket) {}
    func closed(_ socket: WebSocket, code: WebSocketCloseCode, reason: String) {
        if self.socket === socket { self.socket = nil }
    }
}
