import Basics
import ComfyAPI
import HTTP
import Loop
import TestSupport
import Wire

@testable import Simulator

/// A simulated worker on a free port and a client for it, both on one loop.
final class ShellBench {
    let simulator: SimulatorServer
    let reactor: Reactor
    let address: SocketAddress
    private let pool: UpstreamPool
    private let client: HTTPClient

    init(_ options: SimulatorOptions, _ shell: SimulatorShellOptions, _ reactor: Reactor) throws {
        guard let resources = Fixtures.resources[options.flavour] else {
            throw MissingFixture(path: options.flavour.rawValue)
        }
        simulator = SimulatorServer(options, resources: try resources.get(), shell: shell, reactor: reactor)
        address = try simulator.listen(on: .loopback(port: 0))
        self.reactor = reactor
        pool = UpstreamPool(
            UpstreamOptions(.host("127.0.0.1", port: address.port ?? 0)), reactor: reactor, resolver: sharedResolver)
        client = HTTPClient(pool)
    }

    /// Runs `body` on a loop beside a worker whose steps and nodes take next to no time.
    static func with(
        _ flavour: ComfyFlavour = .current,
        options change: @Sendable (inout SimulatorOptions) -> Void = { _ in },
        shell changeShell: @Sendable (inout SimulatorShellOptions) -> Void = { _ in },
        _ body: nonisolated(nonsending) @escaping @Sendable (ShellBench) async throws -> Void
    ) async throws {
        var options = SimulatorOptions(flavour)
        options.previewSize = 32
        (options.stepTime, options.nodeTime, options.startLatency) = (1_000_000, 100_000, 100_000)
        options.models = ["checkpoints": ["m.safetensors"]]
        change(&options)
        var shell = SimulatorShellOptions()
        changeShell(&shell)
        let (finalOptions, finalShell) = (options, shell)
        let loop = EventLoop("test")
        defer { loop.stop() }
        try await loop.run { reactor in
            let bench = try ShellBench(finalOptions, finalShell, reactor)
            try await body(bench)
            bench.simulator.stop()
            bench.pool.closeIdle()
        }
    }

    typealias Answer = (status: Status, fields: Fields, body: [UInt8])

    func send(_ method: String, _ target: String, _ fields: Fields = [:], body: [UInt8] = []) async throws -> Answer {
        try await client.fetch(ClientRequest(Method(rawValue: method), target, fields, body: body))
    }

    func get(_ target: String) async throws -> JSON {
        try JSON(parsing: try await send("GET", target).body, dialect: .python)
    }

    func isUnreachable() async throws -> Bool {
        do throws(UpstreamFailure) {
            _ = try await client.fetch(ClientRequest(.get, "/queue"))
            return false
        } catch {
            if case .unreachable = error { return true }
            throw error
        }
    }

    @discardableResult
    func post(_ target: String, _ json: JSON) async throws -> JSON {
        try JSON(parsing: try await send("POST", target, body: json.encoded()).body, dialect: .python)
    }

    func connect(_ id: String) async throws -> Ear {
        let ear = Ear()
        ear.socket = try await client.webSocket("/ws?clientId=\(id)", handler: ear)
        return ear
    }

    func peer() throws -> RawPeer { try RawPeer(to: address, reactor: reactor) }

    /// The history entry of a job once there is one.
    func finished(_ id: String) async throws -> JSON {
        while true {
            if let entry = try await get("/history/\(id)")[id] { return entry }
        }
    }
}

/// A client's end of a WebSocket: what came, in order.
final class Ear: WebSocketHandler {
    var socket: WebSocket?
    private var frames: [SimulatedFrame] = []
    private(set) var closeCode: WebSocketCloseCode?
    private var waiter: CheckedContinuation<Void, Never>?

    /// Nil once the connection has ended.
    func next() async -> SimulatedFrame? {
        while frames.isEmpty, closeCode == nil { await withCheckedContinuation { waiter = $0 } }
        return frames.isEmpty ? nil : frames.removeFirst()
    }

    func nextEvent() async throws -> JSON? {
        while let frame = await next() {
            if case .text(let text) = frame { return try JSON(parsing: text, dialect: .python) }
        }
        return nil
    }

    /// Everything up to `executing` with no node, as scripts wait for the end of their run.
    func untilTheEnd() async throws -> [SimulatedFrame] {
        var all: [SimulatedFrame] = []
        while let frame = await next() {
            all.append(frame)
            guard case .text(let text) = frame else { continue }
            let event = try JSON(parsing: text, dialect: .python)
            if event["type"] == "executing", event["data"]?["node"] == .null { return all }
        }
        return all
    }

    /// Everything that comes before the end of the connection.
    func rest() async -> [SimulatedFrame] {
        var all: [SimulatedFrame] = []
        while let frame = await next() { all.append(frame) }
        return all
    }

    private func wake() {
        waiter?.resume()
        waiter = nil
    }

    func received(text: Span<UInt8>, on socket: WebSocket) {
        frames.append(.text(String(decoding: text.indices.map { text[$0] }, as: UTF8.self)))
        wake()
    }
    func received(binary: Span<UInt8>, on socket: WebSocket) {
        frames.append(.binary(binary.indices.map { binary[$0] }))
        wake()
    }
    func closed(_ socket: WebSocket, code: WebSocketCloseCode, reason: String) {
        closeCode = code
        wake()
    }
}
