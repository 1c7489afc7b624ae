internal import HTTP
internal import Loop
internal import Wire

/// What the HTTP server keeps of its simulator, which keeps the server.
final class SimulatorApplication: HTTPApplication {
    private weak var simulator: SimulatorServer?

    init(_ simulator: SimulatorServer) { self.simulator = simulator }

    func respond(to exchange: Exchange) async throws {
        guard let simulator else { return exchange.connectionHandle.close() }
        try await simulator.answer(exchange)
    }
}

/// Between HTTP and the worker's own words.
extension SimulatorServer {
    func answer(_ exchange: Exchange) async throws {
        guard let body = try await readBody(of: exchange) else {
            return try await deliver(
                .text("Maximum request body size \(worker.options.maximumBody) exceeded.", status: 413), exchange)
        }
        let request = SimulatedRequest(exchange.request, body: body)
        if request.opensSocket { return try await openSocket(exchange, request) }
        let response = withWorker { $0.handle(request) }
        try await deliver(response, exchange)
    }

    /// Nil when the body is over the worker's limit; the whole of it has then been read, as the real server does, so that
    /// the client sees the answer.
    private func readBody(of exchange: Exchange) async throws -> [UInt8]? {
        let limit = worker.options.maximumBody
        var whole: [UInt8] = []
        var count = 0
        while let chunk = try await exchange.nextBodyChunk() {
            count += chunk.count
            if count <= limit {
                if whole.isEmpty { whole = chunk } else { whole.append(contentsOf: chunk) }
            } else {
                whole = []
                guard count - limit <= shell.discardedBody else {
                    exchange.connectionHandle.close()
                    throw HTTPError.clientGone
                }
            }
        }
        return count <= limit ? whole : nil
    }

    private func deliver(_ response: SimulatedResponse, _ exchange: Exchange) async throws {
        if case .drop = response.delivery { return exchange.connectionHandle.close() }
        if case .holdUntil(let moment) = response.delivery { try await SimulatorAlarm.sleep(until: moment, clock) }
        if case .sendAndClose = response.delivery { exchange.closesAfterwards = true }
        var fields = Fields()
        for (name, value) in response.headers { fields.append(name, value) }
        if let name = shell.serverName { fields.append("Server", name) }
        if let length = response.announcedLength {
            try exchange.startResponse(Status(response.status), fields, contentLength: length)
            try exchange.finish()
        } else if case .breakOff = response.delivery {
            try exchange.startResponse(Status(response.status), fields, contentLength: response.body.count)
            try await exchange.write(Array(response.body.prefix(response.body.count / 2)))
            exchange.connectionHandle.close()
        } else {
            try await exchange.respond(Status(response.status), fields, response.body)
        }
    }

    private func openSocket(_ exchange: Exchange, _ request: SimulatedRequest) async throws {
        guard withWorker({ $0.isAllowedOrigin(request) }) else { return try await deliver(.empty(403), exchange) }
        let delay = worker.faults.socketDelay
        if delay > 0 { try await SimulatorAlarm.sleep(until: clock() + delay, clock) }
        guard acceptsSockets else { return exchange.connectionHandle.close() }
        var options = WebSocket.Options()
        options.messageLimit = worker.options.maximumMessage
        // The real server never pings; this only finds clients that are gone for good.
        options.pingInterval = 3_600_000
        let handle = exchange.connectionHandle
        let link = SocketLink(server: self, clientID: request.parameter("clientId")) { handle.close() }
        link.begin(try await exchange.upgradeToWebSocket(options: options, handler: link))
    }
}

extension SimulatedRequest {
    init(_ request: Request, body: [UInt8]) {
        self.init(
            request.method.rawValue, path: request.target.segments.map(\.text),
            query: request.target.query.pairs.map { ($0.name, $0.value) },
            headers: request.fields.pairs.map { ($0.name, $0.value) }, body: body)
    }

    /// A WebSocket handshake where the worker has a WebSocket; all else gets an ordinary answer.
    var opensSocket: Bool {
        method == "GET" && (path == ["ws"] || path == ["api", "ws"]) && header("upgrade")?.lowercased() == "websocket"
    }
}
