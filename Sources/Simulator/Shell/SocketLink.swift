internal import ComfyAPI
internal import HTTP
internal import Wire

/// One client's WebSocket, between its connection and the worker.
final class SocketLink: WebSocketHandler {
    private weak var server: SimulatorServer?
    private let clientID: String?
    private var socket: WebSocket?
    private var id: SocketID?
    private var hasBegun = false
    /// Ends the connection without a word.
    private let cut: () -> Void

    init(server: SimulatorServer, clientID: String?, cut: @escaping () -> Void) {
        (self.server, self.clientID, self.cut) = (server, clientID, cut)
    }

    /// Tells the worker of the client. A message may come in one piece with the request, before the upgrade returns, so
    /// whoever hears first begins.
    func begin(_ socket: WebSocket) {
        guard !hasBegun, socket.isOpen, let server else { return }
        hasBegun = true
        self.socket = socket
        id = server.join(self, clientID: clientID)
        if id == nil { socket.close(.tryAgainLater) }
    }

    func send(_ frame: SimulatedFrame, _ options: SimulatorShellOptions) {
        guard let socket, socket.isOpen else { return }
        switch BacklogRule.decide(isDroppable: Self.isDroppable(frame), pending: socket.pendingByteCount, options) {
        case .skip: return
        case .close: socket.close(.tryAgainLater)
        case .send:
            switch frame {
            case .text(let text): socket.send(text: text)
            case .binary(let bytes): socket.send(binary: bytes.span)
            }
        }
    }

    /// Previews and texts of nodes; a PNG is a result.
    private static func isDroppable(_ frame: SimulatedFrame) -> Bool {
        guard case .binary(let bytes) = frame else { return false }
        return BinaryFrame(bytes)?.isWholePicture == false
    }

    func close(_ code: UInt16) {
        if code == WebSocketCloseCode.abnormal.rawValue {
            cut()
        } else {
            socket?.close(WebSocketCloseCode(rawValue: code))
        }
    }

    // MARK: - From the connection

    func received(text: Span<UInt8>, on socket: WebSocket) {
        begin(socket)
        guard let id, let server else { return }
        let text = unsafe text.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        server.withWorker { $0.receive(id, text: text) }
    }

    func received(binary: Span<UInt8>, on socket: WebSocket) {
        begin(socket)
        guard let id, let server else { return }
        let count = binary.count
        server.withWorker { $0.receive(id, binaryCount: count) }
    }

    func closed(_ socket: WebSocket, code: WebSocketCloseCode, reason: String) {
        self.socket = nil
        hasBegun = true
        if let id { server?.left(id) }
        id = nil
    }
}
