internal import Loop
internal import Wire

extension Exchange {
    /// Answers an upgrade request with 101; the handler is called from then on.
    ///
    /// - Throws: 400 or 426 when the request asks for no WebSocket or asks wrongly.
    @discardableResult
    public func upgradeToWebSocket(
        subprotocols: [String] = [], options: WebSocket.Options = WebSocket.Options(), handler: any WebSocketHandler
    ) async throws(HTTPError) -> WebSocket {
        let upgrade: WebSocketUpgrade
        do throws(WebSocketUpgradeError) {
            let fields = request.fields
            upgrade = try WebSocketUpgrade(
                method: request.method.rawValue, version: request.isVersion11 ? (1, 1) : (1, 0),
                subprotocols: subprotocols, compression: options.compression
            ) { fields.all($0) }
        } catch {
            var fields: Fields = ["Content-Type": "text/plain; charset=utf-8"]
            for (name, value) in error.fields { fields.append(name, value) }
            try await respond(Status(error.status), fields, Array("A WebSocket upgrade was expected here.\n".utf8))
            throw HTTPError(Status(error.status), "A WebSocket upgrade was expected here.")
        }
        var fields = Fields()
        for (name, value) in upgrade.fields { fields.append(name, value) }
        let socket = WebSocket(
            transport: connection, role: .server, deflate: upgrade.deflate, subprotocol: upgrade.subprotocol,
            codec: connection.server.codec, options: options, handler: handler)
        try switchProtocols(fields, to: socket)
        socket.begin()
        return socket
    }
}
