import Basics
import HTTP
import Loop
import TestSupport
import Testing
import Wire

@testable import Gate

struct DrainTests {
    @Test("Gate and console end at once: neither waits for the other's last answer", arguments: [false, true])
    func drainsBothAtOnce(handsOver: Bool) async throws {
        try await GateWorld.run { world in
            let (server, port, consolePort) = (world.server, world.port, world.consolePort)
            let bearer = "Host: 127.0.0.1\r\nAuthorization: Bearer \(world.tokens["alice"]!.reveal())\r\n"
            try await world.loop.run { reactor in
                let busy = try RawPeer(to: .loopback(port: port), reactor: reactor)
                busy.send("POST /userdata/x HTTP/1.1\r\n\(bearer)Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")
                _ = await busy.read(until: "100 Continue\r\n\r\n")
                let idle = try RawPeer(to: .loopback(port: consolePort), reactor: reactor)
                idle.send("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                #expect(await idle.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
                let end = Task { if handsOver { await server.handOver() } else { await server.drain() } }
                _ = await idle.readToEnd()
                idle.close()
                // Had the console waited for it, the gate would have cut this one off.
                busy.send("abcd")
                #expect(await busy.readToEnd().hasPrefix("HTTP/1.1 200 "))
                busy.close()
                await end.value
            }
        }
    }

    @Test("Whoever does not want to wait ends what is under way")
    func cutsOff() async throws {
        try await GateWorld.run { world in
            let (server, port, consolePort) = (world.server, world.port, world.consolePort)
            try await world.loop.run { reactor in
                let idle = try RawPeer(to: .loopback(port: port), reactor: reactor)
                idle.send("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                #expect(await idle.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
                var busy: [RawPeer] = []
                for port in [port, consolePort] {
                    let peer = try RawPeer(to: .loopback(port: port), reactor: reactor)
                    peer.send(
                        "POST /login HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Length: 4\r\n"
                            + "Expect: 100-continue\r\n\r\n")
                    _ = await peer.read(until: "100 Continue\r\n\r\n")
                    busy.append(peer)
                }
                let end = Task { await server.drain() }
                // By that the drain has begun.
                _ = await idle.readToEnd()
                idle.close()
                await server.cutOff()
                for peer in busy {
                    #expect(await peer.readToEnd().isEmpty)
                    peer.close()
                }
                await end.value
            }
        }
    }
}
