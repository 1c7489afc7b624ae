import Basics
import ComfyAPI
import Loop
import Simulator
import TestSupport
import Testing
import Wire

@testable import Gate

/// Jobs whose pictures go to the client that submitted them, and into no file: the node `SaveImageWebsocket`.
struct SentPictureTests {
    private static let node = "save_image_websocket_node"

    private static func sending(_ source: JSON, count: Int) -> JSON {
        [
            "1": source,
            "2": ["class_type": "RepeatImageBatch", "inputs": ["image": ["1", 0], "amount": JSON(count)]],
            "save_image_websocket_node": ["class_type": "SaveImageWebsocket", "inputs": ["images": ["2", 0]]],
        ]
    }

    private static let plain: JSON = [
        "class_type": "EmptyImage", "inputs": ["width": 64, "height": 32, "batch_size": 1, "color": 1],
    ]

    /// Submits, and listens until nothing is executing any more.
    private static func listen(
        _ world: JobWorld, _ graph: JSON, metadata: Bool = false, reactor: Reactor
    ) async throws -> (id: String, heard: [GateSocket.Heard]) {
        let socket = try await GateSocket.open(world.gate, "/ws?clientId=tab", as: "alice", reactor: reactor)
        if metadata { #expect(await socket.answers()) }
        let id = try await world.submit(graph, as: "alice")
        while let text = await socket.next() {
            if WorkerEvent(frame: Array(text.utf8)) == .executing(.init(node: nil, promptID: id)) { break }
        }
        socket.close()
        return (id, socket.heard)
    }

    /// The pictures in order, each with the node that was executing, by which clients know whose they are.
    private static func pictures(_ heard: [GateSocket.Heard]) -> [(node: String?, frame: [UInt8])] {
        var node: String?
        var found: [(node: String?, frame: [UInt8])] = []
        for message in heard {
            switch message {
            case .text(let text):
                if case .executing(let state)? = WorkerEvent(frame: Array(text.utf8)) { node = state.node }
            case .binary(let bytes): found.append((node, bytes))
            }
        }
        return found
    }

    @Test(
        "Each picture comes whole while its node runs, and the job ends without any output",
        arguments: ComfyFlavour.allCases)
    func comes(flavour: ComfyFlavour) async throws {
        try await JobWorld.run(flavour) { world in
            for _ in 0..<2 {
                let graph = Self.sending(Self.plain, count: 3)
                let (id, heard, others) = try await world.gate.loop.run { reactor in
                    let bob = try await GateSocket.open(world.gate, "/ws?clientId=tab", as: "bob", reactor: reactor)
                    let two = try await GateSocket.open(world.gate, "/ws?clientId=two", as: "alice", reactor: reactor)
                    let (id, heard) = try await Self.listen(world, graph, reactor: reactor)
                    for socket in [bob, two] {
                        socket.close()
                        _ = await socket.ends()
                    }
                    return (id, heard, bob.heard + two.heard)
                }
                #expect(Self.pictures(others).isEmpty)
                let pictures = Self.pictures(heard)
                // It is never the same again: the second time brings as many.
                #expect(pictures.count == 3)
                for (node, frame) in pictures {
                    #expect(node == Self.node)
                    #expect(frame.prefix(8) == [0, 0, 0, 1, 0, 0, 0, 2])
                    let picture = try TestPicture.decoded(Array(frame.dropFirst(8)))
                    #expect(picture.pixels.count == 64 * 32 * 4)
                    #expect(!picture.hasAlpha)
                }
                let types = heard.compactMap { message -> String? in
                    if case .text(let text) = message { WorkerEvent(frame: Array(text.utf8))?.type } else { nil }
                }
                #expect(!types.contains("executed"))
                #expect(types.filter { $0 != "status" }.suffix(2) == ["execution_success", "executing"])
                let entry = try await world.ended(id, as: "alice")
                #expect(entry["outputs"] == [:] && entry["meta"] == [:])
                #expect(entry["status"]?["status_str"] == "success" && entry["status"]?["completed"] == true)
                let job = try await world.gate.ask(.get, "/api/jobs/\(id)", as: "alice").json
                #expect(job?["status"] == "completed" && job?["outputs_count"] == 0 && job?["outputs"] == [:])
            }
        }
    }

    @Test("A client that asked for metadata gets them with each picture, and the picture as it is")
    func carriesMetadata() async throws {
        try await JobWorld.run(.current) { world in
            let (id, heard) = try await world.gate.loop.run { reactor in
                try await Self.listen(world, Self.sending(Self.plain, count: 1), metadata: true, reactor: reactor)
            }
            let frame = try #require(Self.pictures(heard).first?.frame)
            guard case .previewWithMetadata(let metadata, let image)? = BinaryFrame(frame) else {
                Issue.record("no metadata")
                return
            }
            #expect(metadata["image_type"] == "image/png" && metadata["prompt_id"] == .string(id))
            #expect(metadata["node_id"] == .string(Self.node))
            #expect(try TestPicture.decoded(Array(image)).pixels.count == 64 * 32 * 4)
        }
    }

    @Test("Many large pictures at once reach a client that cannot take them as fast as they come")
    func waits() async throws {
        try await JobWorld.run(.current) { world in
            var state: UInt64 = 1
            let noise = (0..<(640 * 640 * 4)).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1
                return UInt8(truncatingIfNeeded: state >> 56)
            }
            let file = try TestPicture.png(640, 640, pixels: noise)
            #expect(try await world.gate.upload("/upload/image", file, "noise.png", as: "alice").status == .ok)
            let load: JSON = ["class_type": "LoadImage", "inputs": ["image": "noise.png"]]
            let (port, token) = (world.gate.port, try #require(world.gate.tokens["alice"]).reveal())
            let count = 8 * 640 * 640 * 3
            let received = try await world.gate.loop.run { reactor in
                let peer = try RawPeer(to: .loopback(port: port), reactor: reactor)
                peer.send(
                    "GET /ws?clientId=tab HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nAuthorization: Bearer \(token)\r\n"
                        + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                _ = await peer.read(until: "sid")
                peer.reads = false
                let id = try await world.submit(Self.sending(load, count: 8), as: "alice")
                _ = try await world.ended(id, as: "alice")
                peer.reads = true
                // The noise cannot be made smaller.
                let received = await peer.read(count: count).count
                peer.close()
                return received
            }
            #expect(received == count)
        }
    }
}
