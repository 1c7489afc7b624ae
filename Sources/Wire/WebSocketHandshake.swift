internal import Basics

/// Rules of the opening handshake that both ends share (RFC 6455, section 4).
public enum WebSocketHandshake {
    /// All values of a field, in order; names are compared without case.
    public typealias Lookup = (_ name: String) -> [String]

    /// `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`.
    public static func acceptKey(for key: String) -> String {
        Base64.encode(Digest.sha1(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }

    /// True when a comma-separated list holds the token, in any case.
    static func list(_ values: [String], contains token: String) -> Bool {
        values.contains { value in
            value.split(separator: ",").contains { element in
                let trimmed = element.drop { $0 == " " || $0 == "\t" }
                let word = trimmed.prefix { $0 != " " && $0 != "\t" }
                return word.lowercased() == token
                    && trimmed.dropFirst(word.count).allSatisfy { $0 == " " || $0 == "\t" }
            }
        }
    }

    /// The tokens of a comma-separated list; nil when an element is none, or stands there twice.
    static func tokens(_ values: [String]) -> [String]? {
        var found: [String] = []
        for value in values {
            var reader = TokenReader(Array(value.utf8))
            repeat {
                if reader.peek(UInt8(ascii: ",")) || reader.isAtEnd { continue }
                guard let token = reader.token(), !found.contains(token) else { return nil }
                found.append(token)
            } while reader.take(UInt8(ascii: ","))
            guard reader.isAtEnd else { return nil }
        }
        return found
    }
}

/// Why a request cannot become a WebSocket connection.
public enum WebSocketUpgradeError: Error, Hashable, Sendable {
    /// Not GET, or HTTP before 1.1.
    case badRequest
    /// A request that asks for no WebSocket.
    case notAnUpgrade
    /// A version other than 13.
    case badVersion
    /// A key that is not 16 bytes in base64, or not exactly one.
    case badKey
    /// Extensions or subprotocols that are not in their grammar.
    case badList

    /// The answer's status code.
    public var status: Int { self == .notAnUpgrade || self == .badVersion ? 426 : 400 }

    /// Fields that the answer must have beside its own.
    public var fields: [(name: String, value: String)] {
        switch self {
        case .notAnUpgrade: [("Upgrade", "websocket")]
        case .badVersion: [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
        default: []
        }
    }
}

/// A server's consent to a request, whose 101 answer has these `fields` (RFC 6455, section 4.2).
public struct WebSocketUpgrade: Sendable, Hashable {
    public let accept: String
    public let subprotocol: String?
    /// Nil when messages are not to be compressed.
    public let deflate: WebSocketDeflate?

    /// Checks a request. The origin is the application's to judge.
    ///
    /// - Parameters:
    ///   - version: HTTP's, as major and minor number.
    ///   - subprotocols: Those the application speaks; of them the one is chosen that the client names first.
    ///   - compression: False declines permessage-deflate.
    public init(
        method: String, version: (Int, Int) = (1, 1), subprotocols: [String] = [], compression: Bool = true,
        _ fields: WebSocketHandshake.Lookup
    ) throws(WebSocketUpgradeError) {
        guard method == "GET", version >= (1, 1) else { throw .badRequest }
        guard WebSocketHandshake.list(fields("Upgrade"), contains: "websocket"),
            WebSocketHandshake.list(fields("Connection"), contains: "upgrade")
        else { throw .notAnUpgrade }
        guard fields("Sec-WebSocket-Version") == ["13"] else { throw .badVersion }
        let keys = fields("Sec-WebSocket-Key")
        guard keys.count == 1, keys[0].utf8.count == 24, keys[0].hasSuffix("=="),
            Base64.decode(keys[0])?.count == 16
        else { throw .badKey }
        guard let offered = WebSocketHandshake.tokens(fields("Sec-WebSocket-Protocol")),
            let extensions = WebSocketExtension.parse(fields("Sec-WebSocket-Extensions"))
        else { throw .badList }
        accept = WebSocketHandshake.acceptKey(for: keys[0])
        subprotocol = offered.first(where: subprotocols.contains)
        deflate = compression ? WebSocketDeflate.accept(extensions) : nil
    }

    /// Fields of the answer 101, all of them.
    public var fields: [(name: String, value: String)] {
        var fields = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)]
        if let subprotocol { fields.append(("Sec-WebSocket-Protocol", subprotocol)) }
        if let deflate { fields.append(("Sec-WebSocket-Extensions", deflate.answer)) }
        return fields
    }
}
