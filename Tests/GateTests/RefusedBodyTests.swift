import Basics
import HTTP
import Loop
import TestSupport
import Testing
import Wire

@testable import Gate

/// Bodies that are refused while they stream to the worker or to a service.
struct RefusedBodyTests {
    private static func limits(_ configuration: inout Configuration) {
        configuration.limits.body = ByteCount("8B")!
        var service = Configuration.Service(name: "forge")
        (service.path, service.upstream, service.body) = ("/forge", configuration.worker.url, ByteCount("8B")!)
        configuration.services = [service]
    }

    private static func head(_ world: GateWorld, _ method: String, _ target: String, _ lines: String) -> String {
        "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-Id: my-id\r\nTransfer-Encoding: chunked\r\n"
            + "Authorization: Bearer \(world.tokens["alice"]!.reveal())\r\n\(lines)\r\n"
    }

    /// Sends the second part when the worker's connection has been found.
    private static func ask(_ world: GateWorld, _ head: String, _ first: String, _ second: String) async throws
        -> String
    {
        try await world.loop.run { reactor in
            let peer = try RawPeer(to: .loopback(port: world.port), reactor: reactor)
            peer.send(head + first)
            if !second.isEmpty {
                _ = await peer.read(until: "100 Continue\r\n\r\n")
                peer.send(second)
            }
            let answer = await peer.readToEnd()
            peer.close()
            return answer
        }
    }

    private static func expect(
        _ answer: String, _ status: Int, _ code: String, at location: SourceLocation = #_sourceLocation
    ) {
        let parts = answer.split(separator: "\r\n\r\n", maxSplits: 1)
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)", sourceLocation: location)
        for line in ["X-Request-Id: my-id", "Content-Type: application/json; charset=utf-8", "Connection: close"] {
            #expect(answer.contains("\r\n\(line)\r\n"), "\(answer)", sourceLocation: location)
        }
        let error = parts.count == 2 ? (try? JSON(parsing: String(parts[1])))?["error"] : nil
        #expect(error?["code"]?.string == code, "\(answer)", sourceLocation: location)
        #expect(error?["details"]?["request"] == "my-id", "\(answer)", sourceLocation: location)
    }

    @Test(
        "A body that turns out too long has the gate's answer, with code and id",
        arguments: ["/userdata/x", "/forge/x"])
    func refusesLongBodies(target: String) async throws {
        try await GateWorld.run(Self.limits) { world in
            let early = try await Self.ask(
                world, Self.head(world, "POST", target, ""), "9\r\n123456789\r\n0\r\n\r\n", "")
            Self.expect(early, 413, "request_too_large")
            #expect(early.contains("larger than 8 bytes"))
            let head = Self.head(world, "POST", target, "Expect: 100-continue\r\n")
            let late = try await Self.ask(world, head, "", "4\r\n1234\r\n5\r\n56789\r\n0\r\n\r\n")
            Self.expect(late, 413, "request_too_large")
            #expect(late.contains("larger than 8 bytes"))
            let fits = try await Self.ask(
                world, Self.head(world, "POST", target, "Connection: close\r\n"), "8\r\n12345678\r\n0\r\n\r\n", "")
            #expect(fits.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("A body that breaks HTTP's rules has it too", arguments: ["/userdata/x", "/forge/x"])
    func refusesMalformedBodies(target: String) async throws {
        try await GateWorld.run(Self.limits) { world in
            let early = try await Self.ask(world, Self.head(world, "POST", target, ""), "4\r\n12345678\r\n", "")
            Self.expect(early, 400, "invalid_argument")
            let head = Self.head(world, "POST", target, "Expect: 100-continue\r\n")
            Self.expect(try await Self.ask(world, head, "", "x\r\n"), 400, "invalid_argument")
        }
    }

    @Test("A person with a browser gets a page")
    func answersWithPages() async throws {
        try await GateWorld.run(Self.limits) { world in
            let head = Self.head(world, "GET", "/forge/x", "Accept: text/html\r\nExpect: 100-continue\r\n")
            let answer = try await Self.ask(world, head, "", "9\r\n123456789\r\n0\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.contains("Content-Type: text/html"))
            #expect(answer.contains("request_too_large") && answer.contains("my-id"))
        }
    }

    @Test("At the console a body has a code too")
    func refusesAtTheConsole() async throws {
        try await GateWorld.run { world in
            let fits = JSON.string(String(repeating: "a", count: 16_382))
            #expect(try await world.console(.post, "/login", [:], fits).status == .badRequest)
            let tooLong = JSON.string(String(repeating: "a", count: 16_383))
            let answer = try await world.console(.post, "/login", [:], tooLong)
            #expect(answer.status == .contentTooLarge)
            #expect(answer.json?["error"]?["code"] == "request_too_large")
        }
    }

    @Test(
        "What is wrong with a body has a code",
        arguments: [
            (Status.contentTooLarge, "request_too_large"), (.requestTimeout, "request_too_slow"),
            (.badRequest, "invalid_argument"),
        ])
    func names(status: Status, code: String) {
        let refusal = Refusal(HTTPError(status, "Words."))
        #expect(refusal.status == status)
        #expect(refusal.code.rawValue == code)
        #expect(refusal.message == "Words.")
    }
}
