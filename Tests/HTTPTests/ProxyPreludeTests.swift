import HTTP
import Loop
import TestSupport
import Testing
import Wire

/// Tells who asks.
private final class Telling: Responder {
    func respond(to exchange: Exchange) async throws {
        let text = "\(exchange.request.peer) \(exchange.request.isSecure)"
        try await exchange.respond(.ok, [:], Array(text.utf8))
    }
}

struct ProxyPreludeTests {
    private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    private static let request = Array("GET /local HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)
    /// 203.0.113.9:4660 to 192.0.2.1:443, over TLS.
    private static let header =
        signature + [0x21, 0x11, 0, 20, 203, 0, 113, 9, 192, 0, 2, 1, 0x12, 0x34, 0x01, 0xBB] + [
            0x20, 0, 5, 1, 0, 0, 0, 0,
        ]

    private static func answer(to parts: [[UInt8]], trusted: Bool = true) async throws -> String {
        var text = ""
        let box = Answer()
        try await withRig { rig in
            rig.application.respond = Telling()
            rig.server.beginsWithProxyHeader = { _ in trusted }
            let client = try rig.connect()
            for part in parts {
                client.send(part)
                await rig.settle()
            }
            box.text = await client.readToEnd()
            client.close()
        }
        text = box.text
        return text
    }

    private final class Answer: @unchecked Sendable {
        // Sendable by hand: written on the loop, read after it has ended.
        var text = ""
    }

    @Test("The client is who the proxy says it is, in one piece or in many")
    func tells() async throws {
        for parts in [[Self.header + Self.request], Self.header.map { [$0] } + [Self.request]] {
            #expect(try await Self.answer(to: parts).hasSuffix("203.0.113.9:4660 true"))
        }
    }

    @Test("The balancer's own check comes from its own address")
    func local() async throws {
        let answer = try await Self.answer(to: [Self.signature + [0x20, 0x00, 0, 0] + Self.request])
        #expect(answer.contains("127.0.0.1:"))
        #expect(answer.hasSuffix(" false"))
    }

    @Test("Who does not speak it is not answered")
    func refuses() async throws {
        #expect(try await Self.answer(to: [Self.request]) == "")
        #expect(try await Self.answer(to: [Self.signature + [0x21, 0x11, 0xFF, 0xFF]]) == "")
    }

    @Test("A peer that is no proxy cannot say who it is")
    func untrusted() async throws {
        #expect(try await Self.answer(to: [Self.header + Self.request], trusted: false).hasPrefix("HTTP/1.1 400 "))
        #expect(try await Self.answer(to: [Self.request], trusted: false).contains("127.0.0.1:"))
    }

    @Test("A header has the time of a head, and no longer")
    func deadline() async throws {
        try await withRig { rig in
            rig.server.beginsWithProxyHeader = { _ in true }
            let client = try rig.connect()
            client.send(Array(Self.signature))
            await rig.settle()
            #expect(rig.server.connectionCount == 0)
            await rig.pass(11_000)
            #expect(await client.readToEnd() == "")
        }
    }
}
