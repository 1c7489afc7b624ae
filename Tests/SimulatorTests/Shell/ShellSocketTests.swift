import Basics
import HTTP
import Loop
import TestSupport
import Testing
import Wire

@testable import Simulator

/// Whole runs as clients see them, over real sockets.
struct ShellSocketTests {
    private static func types(_ frames: [SimulatedFrame]) throws -> [String] {
        try frames.compactMap { frame in
            guard case .text(let text) = frame else { return nil }
            return try JSON(parsing: text, dialect: .python)["type"]?.string
        }
    }

    private static func binaryKinds(_ frames: [SimulatedFrame]) -> [UInt8] {
        frames.compactMap { if case .binary(let bytes) = $0 { bytes[3] } else { nil } }
    }

    @Test func aRunIsHeardToItsEndAndItsPictureCarriesThePrompt() async throws {
        try await ShellBench.with { bench in
            let ear = try await bench.connect("a")
            #expect(try await ear.nextEvent()?["data"]?["sid"] == "a")
            let answer = try await bench.post("/prompt", ["prompt": Graphs.diffusion(), "client_id": "a"])
            let id = try #require(answer["prompt_id"]?.string)
            let frames = try await ear.untilTheEnd()
            let types = try Self.types(frames)
            #expect(types.contains("execution_start") && types.contains("progress"))
            #expect(types.last == "executing")
            #expect(Self.binaryKinds(frames) == [1, 1, 1, 1])
            let entry = try #require(try await bench.get("/history/\(id)")[id])
            let name = try #require(entry["outputs"]?["7"]?["images"]?[0]?["filename"]?.string)
            let picture = try await bench.send("GET", "/view?filename=\(name)&type=output")
            #expect(picture.status == .ok)
            #expect(picture.fields["Content-Type"] == "image/png")
            #expect(picture.body.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            #expect(String(decoding: picture.body, as: Unicode.ASCII.self).contains("tEXtprompt\0{"))
        }
    }

    @Test(arguments: [true, false]) func previewsFollowTheHandshake(wantsMetadata: Bool) async throws {
        try await ShellBench.with { bench in
            let ear = try await bench.connect("a")
            ear.socket?.send(
                text: #"{"type": "feature_flags", "data": {"supports_preview_metadata": \#(wantsMetadata)}}"#)
            while let event = try await ear.nextEvent(), event["type"] != "feature_flags" {}
            try await bench.post("/prompt", ["prompt": Graphs.diffusion(), "client_id": "a"])
            let kinds = Self.binaryKinds(try await ear.untilTheEnd())
            #expect(kinds == Array(repeating: wantsMetadata ? 4 : 1, count: 4))
        }
    }

    @Test func theNewerSocketGoesDeafWhenTheOlderLeaves() async throws {
        try await ShellBench.with { bench in
            let first = try await bench.connect("a")
            let second = try await bench.connect("a")
            _ = await first.next()
            _ = await second.next()
            first.socket?.close()
            #expect(await first.rest().isEmpty)
            let answer = try await bench.post("/prompt", ["prompt": Graphs.basic(), "client_id": "a"])
            _ = try await bench.finished(answer["prompt_id"]?.string ?? "")
            // What was sent before our goodbye comes before the answer to it.
            second.socket?.close()
            #expect(await second.rest().isEmpty)
            // A client that comes back hears again.
            let third = try await bench.connect("a")
            _ = await third.next()
            try await bench.post("/prompt", ["prompt": Graphs.basic(colour: 2), "client_id": "a"])
            #expect(try Self.types(try await third.untilTheEnd()).contains("executed"))
        }
    }

    @Test func aMessageInOnePieceWithTheHandshakeIsHeard() async throws {
        try await ShellBench.with { bench in
            let peer = try bench.peer()
            // A masked text frame of 25 bytes, its mask zero.
            let message = Array(#"{"type": "feature_flags"}"#.utf8)
            let head =
                "GET /api/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            peer.send(Array(head.utf8) + [0x81, 0x80 | UInt8(message.count), 0, 0, 0, 0] + message)
            #expect(await peer.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 101 "))
            #expect(await peer.read(until: #""type": "feature_flags""#).contains(#""type": "status""#))
            peer.close()
        }
    }

    @Test func aSocketOfAForeignPageIsRefused() async throws {
        try await ShellBench.with { bench in
            let fields: Fields = [
                "Host": "127.0.0.1:8188", "Origin": "http://evil.example", "Upgrade": "websocket",
                "Connection": "Upgrade", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Version": "13",
            ]
            let foreign = try await bench.send("GET", "/ws", fields)
            #expect(foreign.status == .forbidden)
            var other = fields
            other["Origin"] = nil
            other["Upgrade"] = "h2c"
            let noSocket = try await bench.send("GET", "/ws", other)
            #expect(noSocket.status == .badRequest)
        }
    }

    // MARK: - Crashes

    @Test func aCrashEndsEveryConnectionWithoutAWord() async throws {
        try await ShellBench.with {
            $0.faults.crashAtNode = "2"
        } shell: { _ in
        } _: { bench in
            let ear = try await bench.connect("a")
            try await bench.post("/prompt", ["prompt": Graphs.basic(), "client_id": "a"])
            _ = await ear.rest()
            #expect(ear.closeCode == .abnormal)
            // No closure here: one that holds the bench would run on another thread.
            #expect(try await bench.isUnreachable())
            try bench.simulator.restart()
            #expect(try await bench.get("/queue") == ["queue_running": [], "queue_pending": []])
        }
    }

    @Test func aWorkerThatIsRevivedListensOnTheSameAddress() async throws {
        try await ShellBench.with { _ in
        } shell: {
            $0.revival = .after(1_000_000)
        } _: { bench in
            let ear = try await bench.connect("a")
            bench.simulator.crash()
            _ = await ear.rest()
            var answer: JSON?
            while answer == nil { answer = try? await bench.get("/prompt") }
            #expect(answer == ["exec_info": ["queue_remaining": 0]])
            #expect(try await bench.connect("a").nextEvent()?["type"] == "status")
        }
    }

    @Test func aStartingWorkerClosesConnectionsWithoutAByte() async throws {
        try await ShellBench.with {
            $0.faults.startupTime = 3_600_000_000_000
        } _: { bench in
            for target in ["/queue", "/ws"] {
                let peer = try bench.peer()
                peer.send("GET \(target) HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
                #expect(await peer.readToEnd() == "")
                peer.close()
            }
        }
    }

    // MARK: - Slow clients

    @Test func aBacklogCostsPreviewsFirstAndThenTheSocket() {
        let options = SimulatorShellOptions()
        let (previews, socket) = (1 << 20, 16 << 20)
        for (pending, text, binary) in [
            (0, BacklogRule.send, BacklogRule.send), (previews - 1, .send, .send), (previews, .send, .send),
            (previews + 1, .send, .skip), (socket - 1, .send, .skip), (socket, .send, .skip),
            (socket + 1, .close, .close),
        ] {
            #expect(BacklogRule.decide(isDroppable: false, pending: pending, options) == text)
            #expect(BacklogRule.decide(isDroppable: true, pending: pending, options) == binary)
        }
    }
}
