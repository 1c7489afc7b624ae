internal import Basics
internal import ComfyAPI

/// What the worker knows about one connection.
struct Client: Sendable {
    let id: String
    /// False once the first JSON object has come: the time for the handshake is over.
    var awaitsHandshake = true
}

/// WebSocket connections and who hears what (ComfyUI's `server.py`: `websocket_handler`, `send`).
extension SimulatedWorker {
    /// A client connected to `/ws`; the first frames are sent at once.
    ///
    /// - Parameter clientID: The query's `clientId`; nil or empty lets the worker choose one.
    /// - Returns: Nil when the worker is dead, starting or full.
    public func connect(clientID: String?) -> SocketID? {
        guard !isDead, now >= startedAt + faults.startupTime, clients.count < options.maximumSockets else { return nil }
        let given = clientID ?? ""
        let id = given.isEmpty ? String(makeUUID().description.filter { $0 != "-" }) : given
        let socket = SocketID(number: nextSocket)
        nextSocket += 1
        // The newer one takes the events over, the older one is only forgotten.
        sockets[id] = socket
        previewFlags.remove(id)
        clients[socket] = Client(id: id)
        let status: JSON = ["status": statusData, "sid": .string(id)]
        delegate?.worker(self, send: .text(Self.frame("status", status)), to: socket)
        if owner == id, let lastNode { send("executing", ["node": .string(lastNode)], to: id) }
        return socket
    }

    /// A text message came in; only the handshake means something.
    public func receive(_ socket: SocketID, text: String) {
        guard var client = clients[socket] else { return }
        guard text.utf8.count <= options.maximumMessage else {
            delegate?.worker(self, close: socket, code: 1_009)
            return
        }
        guard client.awaitsHandshake, let json = try? JSON(parsing: text, dialect: .python), json.object != nil else {
            return
        }
        client.awaitsHandshake = false
        clients[socket] = client
        guard json["type"]?.string == "feature_flags" else { return }
        if json["data"]?["supports_preview_metadata"] == true { previewFlags.insert(client.id) }
        send("feature_flags", features, to: client.id)
    }

    /// A binary message came in: it means nothing, but its size counts.
    public func receive(_ socket: SocketID, binaryCount: Int) {
        if binaryCount > options.maximumMessage { delegate?.worker(self, close: socket, code: 1_009) }
    }

    /// The connection ended. Whoever holds the same client id now is deaf from here on, as with real workers.
    public func disconnected(_ socket: SocketID) {
        guard let client = clients.removeValue(forKey: socket) else { return }
        sockets[client.id] = nil
        previewFlags.remove(client.id)
    }

    // MARK: - Sending

    static func frame(_ type: String, _ data: JSON) -> String {
        PythonJSON.text(["type": .string(type), "data": data])
    }

    /// To everyone registered, in the order of connecting, or to one client id.
    func send(_ type: String, _ data: JSON, to client: String?) {
        deliver(.text(Self.frame(type, data)), to: client)
    }

    func deliver(_ frame: SimulatedFrame, to client: String?) {
        guard !faults.deafSockets else { return }
        if let client {
            if let socket = sockets[client] { deliver(frame, socket) }
        } else {
            for socket in sockets.values.sorted() { deliver(frame, socket) }
        }
    }

    private func deliver(_ frame: SimulatedFrame, _ socket: SocketID) {
        guard faults.cutSockets > 0 else {
            delegate?.worker(self, send: frame, to: socket)
            return
        }
        faults.cutSockets -= 1
        delegate?.worker(self, close: socket, code: 1_006)
    }

    var queueRemaining: Int { pending.count + (phase.job == nil ? 0 : 1) }

    var statusData: JSON { ["exec_info": ["queue_remaining": JSON(queueRemaining)]] }

    func broadcastStatus() { send("status", ["status": statusData], to: nil) }

    /// The TEXT frame (type 3): everyone hears it.
    func sendText(_ text: String, node: String) {
        let id = Array(node.utf8)
        deliver(
            .binary(PNGCodec.bigEndian(3) + PNGCodec.bigEndian(UInt32(id.count)) + id + Array(text.utf8)), to: nil)
    }

    /// One picture: type 4 for owners who asked for it, else type 1.
    func sendPicture(_ format: BinaryFrame.ImageFormat, _ picture: [UInt8], node: String, prompt: String) {
        guard let owner, previewFlags.contains(owner) else {
            deliver(.binary(PNGCodec.bigEndian(1) + PNGCodec.bigEndian(format.rawValue) + picture), to: owner)
            return
        }
        let head = PythonJSON.encode([
            "node_id": .string(node), "prompt_id": .string(prompt), "display_node_id": .string(node),
            "parent_node_id": nil, "real_node_id": .string(node), "image_type": .string(format.mediaType),
        ])
        deliver(
            .binary(PNGCodec.bigEndian(4) + PNGCodec.bigEndian(UInt32(head.count)) + head + picture),
            to: owner)
    }
}
