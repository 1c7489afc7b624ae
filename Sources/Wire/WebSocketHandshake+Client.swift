internal import Basics

/// A client's request for a WebSocket, and its check of the answer (RFC 6455, section 4.1).
public struct WebSocketRequest: Sendable, Hashable {
    public let key: String
    public let subprotocols: [String]
    public let offersDeflate: Bool

    /// - Parameter nonce: 16 bytes nobody can foretell.
    public init(nonce: [UInt8], subprotocols: [String] = [], offersDeflate: Bool = false) {
        precondition(nonce.count == 16)
        key = Base64.encode(nonce)
        (self.subprotocols, self.offersDeflate) = (subprotocols, offersDeflate)
    }

    /// Fields of the request, beside `Host` and the caller's own.
    public var fields: [(name: String, value: String)] {
        var fields = [
            ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", key),
        ]
        if !subprotocols.isEmpty {
            fields.append(("Sec-WebSocket-Protocol", subprotocols.joined(separator: ", ")))
        }
        if offersDeflate { fields.append(("Sec-WebSocket-Extensions", WebSocketDeflate.offer)) }
        return fields
    }
}

/// What a server's answer settled.
public struct WebSocketAgreement: Sendable, Hashable {
    public let subprotocol: String?
    public let deflate: WebSocketDeflate?

    /// Checks a server's answer to a request.
    ///
    /// - Throws: The first thing in which the answer departs from the request; the connection must be closed then.
    public init(
        answerTo request: WebSocketRequest, status: Int, _ fields: WebSocketHandshake.Lookup
    ) throws(WebSocketRefusal) {
        guard status == 101 else { throw .status(status) }
        guard WebSocketHandshake.list(fields("Upgrade"), contains: "websocket"),
            WebSocketHandshake.list(fields("Connection"), contains: "upgrade")
        else { throw .notAnUpgrade }
        guard fields("Sec-WebSocket-Accept") == [WebSocketHandshake.acceptKey(for: request.key)] else {
            throw .badAccept
        }
        let chosen = fields("Sec-WebSocket-Protocol")
        guard chosen.count <= 1, chosen.allSatisfy(request.subprotocols.contains) else { throw .badSubprotocol }
        subprotocol = chosen.first
        guard let extensions = WebSocketExtension.parse(fields("Sec-WebSocket-Extensions")) else {
            throw .badExtension
        }
        guard let only = extensions.first else {
            deflate = nil
            return
        }
        guard request.offersDeflate, extensions.count == 1, let deflate = WebSocketDeflate.confirm(only) else {
            throw .badExtension
        }
        self.deflate = deflate
    }
}

/// Why a server's answer opens no WebSocket.
public enum WebSocketRefusal: Error, Hashable, Sendable {
    /// Anything but 101; the answer is an ordinary one then.
    case status(Int)
    case notAnUpgrade, badAccept, badSubprotocol, badExtension
}
