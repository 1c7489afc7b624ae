import Basics
import HTTP
import Loop
import TestSupport
import Testing
import Wire

@testable import Gate

/// A WebSocket through the gate, for tests: what was heard waits until it is asked for.
final class GateSocket: WebSocketHandler {
    private var socket: WebSocket?
    private let pool: UpstreamPool
    private var texts: [String] = []
    /// Every message so far.
    private(set) var heard: [Heard] = []

    enum Heard: Sendable, Hashable {
        case text(String)
        case binary([UInt8])
    }
    private var isOver = false
    private var waiter: CheckedContinuation<Void, Never>?

    private init(_ pool: UpstreamPool) { self.pool = pool }

    /// Belongs to the loop it was opened on.
    ///
    /// - Throws: `invalid` when the gate refuses.
    static func open(
        _ world: GateWorld, _ target: String, as name: String?, _ fields: Fields = [:], reactor: Reactor
    ) async throws -> GateSocket {
        let options = UpstreamOptions(.host("127.0.0.1", port: world.port))
        let pool = UpstreamPool(options, reactor: reactor, resolver: sharedResolver)
        let socket = GateSocket(pool)
        var fields = fields
        if let name { fields["Authorization"] = "Bearer \(world.tokens[name]!.reveal())" }
        socket.socket = try await HTTPClient(pool).webSocket(target, fields, handler: socket)
        return socket
    }

    func send(_ text: String) { socket?.send(text: text) }
    func close() { socket?.close() }

    /// The next text, or nil when the socket has ended.
    func next() async -> String? {
        while texts.isEmpty, !isOver { await withCheckedContinuation { waiter = $0 } }
        return texts.isEmpty ? nil : texts.removeFirst()
    }

    /// Shakes hands, which a socket does once, and hears the answer.
    func answers() async -> Bool {
        send(#"{"type":"feature_flags","data":{"supports_preview_metadata":true}}"#)
        while let text = await next() { if text.contains("feature_flags") { return true } }
        return false
    }

    /// Hears everything to the end.
    func ends() async -> Bool {
        while await next() != nil {}
        return true
    }

    func received(text: Span<UInt8>, on socket: WebSocket) {
        let text = String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
        heard.append(.text(text))
        texts.append(text)
        wake()
    }
    func received(binary: Span<UInt8>, on socket: WebSocket) {
        heard.append(.binary(binary.indices.map { binary[$0] }))
    }
    func closed(_ socket: WebSocket, code: WebSocketCloseCode, reason: String) {
        isOver = true
        wake()
    }

    private func wake() {
        waiter?.resume()
        waiter = nil
    }
}
