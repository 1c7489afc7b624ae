import Basics
import Glibc
import HTTP
import Loop
import TestSupport
import Testing
import Wire

/// Answers by the path, and counts what its clients could have read when it let go.
private final class Holding: HTTPApplication {
    /// The descriptor of the client.
    var client: Int32 = -1
    var readable: [Int] = []
    private(set) var ends = 0

    func respond(to exchange: Exchange) async throws {
        exchange.releases = { [self] in readable.append(readableByteCount()) }
        switch exchange.request.target.path {
        case "/whole": try await exchange.respond(.ok, [:], Array("hello".utf8))
        case "/parts":
            try exchange.startResponse(.ok)
            try await exchange.write(Array("hello".utf8))
            try exchange.finish()
        case "/body": _ = try await exchange.readBody(limit: 100)
        default: throw HTTPError(.notFound, "Nothing.")
        }
    }

    func ended(_ summary: ExchangeSummary) { ends += 1 }

    private func readableByteCount() -> Int {
        var bytes = [UInt8](repeating: 0, count: 1_000)
        return unsafe recv(client, &bytes, bytes.count, Int32(MSG_PEEK | MSG_DONTWAIT))
    }
}

struct ReleaseTests {
    @Test("What an exchange holds is let go before its client has all of the answer", arguments: ["whole", "none"])
    func letsGoBeforeTheAnswer(path: String) async throws {
        let (readable, text) = try await Self.exchange("GET /\(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(readable == [-1])
        #expect(text.hasPrefix("HTTP/1.1 "))
    }

    @Test("An answer in parts lets go before its end")
    func letsGoBeforeTheLastPart() async throws {
        let (readable, text) = try await Self.exchange("GET /parts HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(text.hasSuffix("\r\n5\r\nhello\r\n0\r\n\r\n"))
        #expect(readable == [text.utf8.count - "0\r\n\r\n".utf8.count])
    }

    @Test("A client that leaves lets go")
    func letsGoOfWhoLeaves() async throws {
        let loop = EventLoop("test")
        defer { loop.stop() }
        try await loop.run { reactor in
            let application = Holding()
            let server = HTTPServer(application: application, reactor: reactor)
            let peer = try RawPeer(to: try server.listen(on: .loopback(port: 0)), reactor: reactor)
            peer.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            #expect(await peer.read(until: "100 Continue\r\n\r\n").hasSuffix("100 Continue\r\n\r\n"))
            #expect(application.readable.isEmpty)
            peer.close()
            while application.ends == 0 { await Task.yield() }
            #expect(application.readable.count == 1)
            server.closeAll()
        }
    }

    /// What the client could have read when the exchange let go, and all that it read.
    private static func exchange(_ request: String) async throws -> ([Int], String) {
        let loop = EventLoop("test")
        defer { loop.stop() }
        return try await loop.run { reactor in
            let application = Holding()
            let server = HTTPServer(application: application, reactor: reactor)
            let peer = try RawPeer(to: try server.listen(on: .loopback(port: 0)), reactor: reactor)
            application.client = peer.descriptor
            peer.send(request)
            let text = await peer.readToEnd()
            peer.close()
            server.closeAll()
            return (application.readable, text)
        }
    }
}
