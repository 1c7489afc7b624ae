/// The same request with each of the tokens in turn, as bytes ready to send.
struct RequestBank {
    private let requests: [[UInt8]]
    private var next = 0

    /// - Parameters:
    ///   - tokens: Empty for requests without a bearer.
    ///   - bodies: Go round with the tokens; empty for requests without a body.
    init(
        method: String = "GET", path: String, tokens: [String], bodies: [[UInt8]] = [],
        type: String = "application/octet-stream", port: UInt16 = 80
    ) {
        requests = (0..<max(1, tokens.count, bodies.count)).map { number in
            var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
            head += "User-Agent: gatebench\r\nAccept: */*\r\n"
            if !tokens.isEmpty { head += "Authorization: Bearer \(tokens[number % tokens.count])\r\n" }
            guard !bodies.isEmpty else { return Array((head + "\r\n").utf8) }
            let body = bodies[number % bodies.count]
            head += "Content-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n"
            return Array(head.utf8) + body
        }
    }

    mutating func take() -> [UInt8] {
        next = next + 1 < requests.count ? next + 1 : 0
        return requests[next]
    }

    /// - Parameter token: Empty for none.
    static func upgrade(path: String, token: String, port: UInt16) -> [UInt8] {
        Array(
            """
            GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
            \(token.isEmpty ? "" : "Authorization: Bearer \(token)\r\n")\r\n
            """.utf8)
    }
}
