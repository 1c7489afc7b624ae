/// The same request with each of the tokens in turn, as bytes ready to send.
struct RequestBank {
    private let requests: [[UInt8]]
    private var next = 0

    /// - Parameter tokens: Empty for a request without a bearer.
    init(method: String = "GET", path: String, tokens: [String], bodyBytes: Int = 0, port: UInt16 = 80) {
        let body = [UInt8](repeating: 0x78, count: bodyBytes)
        requests = (tokens.isEmpty ? [nil] : tokens.map(Optional.some)).map { token in
            var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
            head += "User-Agent: gatebench\r\nAccept: */*\r\n"
            if let token { head += "Authorization: Bearer \(token)\r\n" }
            if method == "POST" { head += "Content-Type: application/octet-stream\r\nContent-Length: \(bodyBytes)\r\n" }
            return Array((head + "\r\n").utf8) + body
        }
    }

    mutating func take() -> [UInt8] {
        next = next + 1 < requests.count ? next + 1 : 0
        return requests[next]
    }

    static func upgrade(path: String, token: String, port: UInt16) -> [UInt8] {
        Array(
            """
            GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
            Authorization: Bearer \(token)\r\n\r\n
            """.utf8)
    }
}
