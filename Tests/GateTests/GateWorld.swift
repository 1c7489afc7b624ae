import Basics
import Fleet
import HTTP
import Identity
import Loop
import Store
import StoreSQLite
import Telemetry
import TestSupport
import Testing
import Wire

@testable import Gate

/// Lanes are threads that never end: all tests share one.
private let passwordLane = Lane("passwords", threads: 1, capacity: 4_096, niceness: 19)
private let filesLane = Lane("files", threads: 2, capacity: 4_096)
private let storeLanes = StoreLanes(
    write: Lane("store-write", threads: 1, capacity: 4_096), read: Lane("store-read", threads: 2, capacity: 4_096))

/// A worker that writes down what it sees and answers what a test laid out for a path.
final class ScriptedWorker: HTTPApplication {
    let seen: Locked<[SeenRequest]>
    let probes: Locked<Int>
    let answers: Locked<[String: ScriptedAnswer]>

    init(seen: Locked<[SeenRequest]>, probes: Locked<Int>, answers: Locked<[String: ScriptedAnswer]>) {
        (self.seen, self.probes, self.answers) = (seen, probes, answers)
    }

    /// As much of a ComfyUI as lets the gate believe in it: one class, which is an output and takes nothing.
    private static let usual = [
        "GET /system_stats": #"{"system":{"comfyui_version":"0.3.64"},"devices":[]}"#,
        "GET /object_info": #"{"X":{"input":{"required":{}},"output":[],"name":"X","output_node":true}}"#,
    ]

    func respond(to exchange: Exchange) async throws {
        let request = exchange.request
        let body = try await exchange.readBody(limit: 64 << 20)
        let key = "\(request.method.rawValue) \(request.target.encoded)"
        // What the gate asks for itself carries no request's id; tests look at what it passes on.
        if request.fields["X-Request-Id"] != nil {
            seen.withLock { $0.append(SeenRequest(line: key, fields: request.fields, body: body)) }
        } else if key == "GET /system_stats" {
            probes.withLock { $0 += 1 }
        }
        if request.wantsUpgrade {
            _ = try await exchange.upgradeToWebSocket(handler: EchoHandler())
            return
        }
        if request.target.path.hasSuffix("/stream") { return try await stream(exchange) }
        if request.target.path.hasSuffix("/go") {
            held?.resume()
            held = nil
        }
        let answer =
            answers.withLock { $0[key] ?? $0["*"] } ?? ScriptedAnswer(body: Self.usual[key] ?? "{}")
        if let tag = answer.fields["ETag"], request.fields["If-None-Match"] == tag {
            return try await exchange.respond(.notModified, ["ETag": tag])
        }
        try await exchange.respond(answer.status, answer.fields, Array(answer.body.utf8))
    }

    /// Server-sent events: one at once, one more when somebody asks for `/go`.
    private func stream(_ exchange: Exchange) async throws {
        try exchange.startResponse(.ok, ["Content-Type": "text/event-stream", "Cache-Control": "no-cache"])
        try await exchange.write(Array("data: 1\n\n".utf8))
        await withCheckedContinuation { held = $0 }
        try await exchange.write(Array("data: 2\n\n".utf8))
        try exchange.finish()
    }
    private var held: CheckedContinuation<Void, Never>?
}

private final class EchoHandler: WebSocketHandler {
    func received(text: Span<UInt8>, on socket: WebSocket) { socket.send(text: text) }
    func received(binary: Span<UInt8>, on socket: WebSocket) { socket.send(binary: binary) }
    func closed(_ socket: WebSocket, code: WebSocketCloseCode, reason: String) {}
}

struct SeenRequest: Sendable {
    /// Method and encoded target.
    let line: String
    let fields: Fields
    let body: [UInt8]
    var json: JSON? { try? JSON(parsing: body) }
}

struct ScriptedAnswer: Sendable {
    var status = Status.ok
    var fields: Fields = ["Content-Type": "application/json; charset=utf-8"]
    var body = "{}"
}

struct Answer: Sendable {
    let status: Status
    let fields: Fields
    let body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSON? { try? JSON(parsing: text) }
}

/// A gate in front of a scripted worker, with a few people.
struct GateWorld: Sendable {
    let server: GateServer
    let loop: EventLoop
    let port: UInt16
    let consolePort: UInt16
    let consoleSocket: String
    let seen: Locked<[SeenRequest]>
    /// How often the worker was asked how it is.
    let probes: Locked<Int>
    let answers: Locked<[String: ScriptedAnswer]>
    let accounts: [String: UUID]
    let tokens: [String: Secret]

    /// Starts everything, runs `body`, ends everything.
    static func run(
        _ change: (inout Configuration) -> Void = { _ in }, peerUserID: (@Sendable (Exchange) -> Int?)? = nil,
        identity settings: IdentitySettings = IdentitySettings(), folder: TemporaryFolder = TemporaryFolder(),
        log kept: TestLog? = nil, pictureProgram: String? = nil, clock: @escaping WallClock = Timestamp.now,
        room: @escaping @Sendable (String) -> DiskGuard.Room? = DiskGuard.room,
        _ body: nonisolated(nonsending) (GateWorld) async throws -> Void
    ) async throws {
        let loop = EventLoop("worker")
        let seen = Locked<[SeenRequest]>([])
        let answers = Locked<[String: ScriptedAnswer]>([:])
        let probes = Locked(0)
        let worker = try await loop.perform { (reactor: Reactor) throws in
            let server = HTTPServer(
                application: ScriptedWorker(seen: seen, probes: probes, answers: answers), reactor: reactor)
            let port = try server.listen(on: .loopback(port: 0)).port ?? 0
            // A second address of this machine, as one that others could reach.
            try server.listen(on: .v4(0x7F00_0002, port: port))
            return Kept(server: server, port: port)
        }
        var configuration = Configuration()
        configuration.worker.url = HTTPAddress("http://127.0.0.1:\(worker.port)")
        configuration.listen.addresses = [ListenAddress("127.0.0.1:0")!]
        configuration.console.addresses = [ListenAddress("127.0.0.1:0")!]
        configuration.console.socket = folder.path("console.sock")
        configuration.jobs.diskLow = ByteCount(bytes: 0)
        change(&configuration)
        let log = GateLog(try kept?.writer ?? LogWriter(path: "/dev/null"), access: true)
        let database = try SQLiteDatabase(folder: folder.path("data"), lanes: storeLanes)
        let jobs = SQLiteJobStore(database)
        let storage = GateStorage(
            jobs: jobs, files: jobs, userData: SQLiteUserDataStore(database), references: jobs,
            assets: try AssetStore(folder: folder.path("data/assets"), lane: filesLane),
            disk: DiskGuard(
                folder: folder.path("data"), low: configuration.jobs.diskLow, lane: filesLane, room: room),
            shelf: try WorkerShelf(folder: folder.path("data/worker"), lane: filesLane), lane: filesLane)
        let server = try GateServer(
            configuration: configuration, storage: storage,
            pictures: try PictureMaker(
                folder: folder.path("data/pictures"),
                program: pictureProgram ?? BuiltProducts.folder + "/PictureHelper"),
            log: log, clock: clock, resolver: sharedResolver,
            peerUserID: peerUserID
        ) { onChange in
            IdentityService(
                store: SQLiteAccountStore(database),
                passwords: PasswordGate(hasher: PasswordHasher(bcryptCost: 4), lane: passwordLane),
                settings: settings, clock: clock, onChange: onChange)
        }
        let places = try await server.start()
        let port = UInt16(places.gate[0].split(separator: ":").last ?? "") ?? 0
        let consolePort = UInt16(places.console[0].split(separator: ":").last ?? "") ?? 0
        var accounts: [String: UUID] = [:]
        var tokens: [String: Secret] = [:]
        for (name, role) in [("root", Role.admin), ("olga", .operator), ("alice", .user), ("bob", .user)] {
            let account: Account
            if let known = try? await server.identity.account(named: name) {
                account = known
            } else {
                account = try await server.identity.createAccount(
                    name: name, role: role, password: Secret("password of \(name)"), by: .system)
            }
            accounts[name] = account.id
            tokens[name] = try await server.identity.createToken(
                for: account.id, label: "test", scopes: Policy.grantableScopes(to: role), by: .system
            ).secret
        }
        let world = GateWorld(
            server: server, loop: loop, port: port, consolePort: consolePort,
            consoleSocket: configuration.consoleSocket, seen: seen, probes: probes, answers: answers,
            accounts: accounts,
            tokens: tokens
        )
        let failure: (any Error)?
        do {
            try await body(world)
            failure = nil
        } catch {
            failure = error
        }
        await loop.perform { _ in worker.server.closeAll() }
        await server.drain()
        server.stopLoops()
        await database.close()
        withExtendedLifetime((worker, folder)) {}
        loop.stop()
        if let failure { throw failure }
    }

    /// Keeps the worker's server alive; touched on its loop only.
    private struct Kept: @unchecked Sendable {
        let server: HTTPServer
        let port: UInt16
    }

    /// Asks the gate; `as` names whose token goes with it.
    func ask(
        _ method: Wire.Method, _ target: String, as name: String? = nil, _ fields: Fields = [:], body: String = ""
    ) async throws -> Answer {
        try await ask(method, target, as: name, fields, bytes: Array(body.utf8))
    }

    func ask(
        _ method: Wire.Method, _ target: String, as name: String?, _ fields: Fields = [:], bytes: [UInt8]
    ) async throws -> Answer {
        var request = ClientRequest(method, target, fields, body: bytes)
        if let name { request.fields["Authorization"] = "Bearer \(tokens[name]!.reveal())" }
        return try await send(request, to: .host("127.0.0.1", port: port))
    }

    func send(_ wanted: ClientRequest, to endpoint: UpstreamOptions.Endpoint) async throws -> Answer {
        try await loop.run { reactor in
            let pool = UpstreamPool(UpstreamOptions(endpoint), reactor: reactor, resolver: sharedResolver)
            let answer = try await HTTPClient(pool).fetch(wanted)
            pool.closeIdle()
            return Answer(status: answer.status, fields: answer.fields, body: answer.body)
        }
    }

    /// Submits a prompt as soon as the gate knows its worker.
    func expectSubmitted(
        _ target: String, as name: String? = nil, _ fields: Fields = [:], body: String,
        at location: SourceLocation = #_sourceLocation
    ) async throws {
        while true {
            let answer = try await ask(.post, target, as: name, fields, body: body)
            if answer.status == .serviceUnavailable { continue }
            return #expect(answer.status == .ok, "\(target): \(answer.text)", sourceLocation: location)
        }
    }

    /// Asks and expects this status.
    func expect(
        _ status: Status, _ method: Wire.Method, _ target: String, as name: String? = nil, _ fields: Fields = [:],
        body: String = "", at location: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await ask(method, target, as: name, fields, body: body)
        #expect(answer.status == status, "\(method) \(target): \(answer.text)", sourceLocation: location)
    }

    /// Sends raw bytes and returns everything until the gate closes.
    func raw(_ text: String) async throws -> String {
        let port = port
        return try await loop.run { reactor in
            let peer = try RawPeer(to: .loopback(port: port), reactor: reactor)
            peer.send(text)
            let answer = await peer.readToEnd()
            peer.close()
            return answer
        }
    }

    /// Logs in by form and returns the cookie, as `name=value`.
    func login(_ name: String, _ fields: Fields = [:]) async throws -> String {
        let body = FormBody.encode([("username", name), ("password", "password of \(name)")])
        var fields = fields
        fields["Content-Type"] = "application/x-www-form-urlencoded"
        let answer = try await ask(.post, "/login", fields, body: body)
        return String((answer.fields["Set-Cookie"] ?? "").prefix { $0 != ";" })
    }

    /// What the worker saw since the last call.
    func takeSeen() -> [SeenRequest] {
        seen.withLock { list in
            defer { list = [] }
            return list
        }
    }
}

enum FormBody {
    static func encode(_ pairs: [(String, String)]) -> String { Query(pairs.map { (name: $0.0, value: $0.1) }).encoded }
}
