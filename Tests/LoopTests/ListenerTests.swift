import Basics
import Foundation
import Loop
import TestSupport
import Testing

private func withLoop(_ body: nonisolated(nonsending) @Sendable (Reactor) async throws -> Void) async throws {
    let loop = EventLoop("test")
    defer { loop.stop() }
    try await loop.run(body)
}

private func temporaryPath() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("gate-\(UUID().uuidString.prefix(8))").path
}

struct ListenerTests {
    @Test func anAdoptedSocketIsSharedByLoops() async throws {
        try await withLoop { reactor in
            let origin = try RawUpstream(reactor: reactor)
            // The port stays open although its first listener is gone.
            let descriptor = dup(origin.descriptor)
            defer { close(descriptor) }
            origin.stopListening()
            let waiting = try RawPeer(to: origin.address, reactor: reactor)
            var accepted = 0
            var listeners: [Listener] = []
            for _ in 0..<2 {
                listeners.append(
                    try Listener(adopting: descriptor, reactor: reactor) { descriptor, _ in
                        accepted += 1
                        close(descriptor)
                    })
            }
            #expect(listeners[0].address == origin.address)
            _ = await waiting.readToEnd()
            #expect(accepted == 1)
            for listener in listeners { listener.close() }
        }
    }

    @Test func whatDoesNotListenIsNotAdopted() async throws {
        try await withLoop { reactor in
            let pipe = Pipe()
            #expect(throws: GateError.self) {
                try Listener(adopting: pipe.fileHandleForReading.fileDescriptor, reactor: reactor) { _, _ in }
            }
            #expect(throws: GateError.self) { try Listener(adopting: -1, reactor: reactor) { _, _ in } }
        }
    }

    @Test(arguments: [
        ([:], 0), (["LISTEN_FDS": "1"], 0), (["LISTEN_PID": "self", "LISTEN_FDS": "0"], 0),
        (["LISTEN_PID": "1", "LISTEN_FDS": "1"], 0), (["LISTEN_PID": "self", "LISTEN_FDS": "-1"], 0),
        (["LISTEN_PID": "self", "LISTEN_FDS": "99999"], 0), (["LISTEN_PID": "self", "LISTEN_FDS": "x"], 0),
    ])
    func inheritedSocketsAreOnlyTakenWhenTheyAreMeantForUs(variables: [String: String], count: Int) {
        let found = Listener.inherited { name in
            variables[name].map { $0 == "self" ? String(getpid()) : $0 }
        }
        #expect(found.count == count)
    }

    @Test func anAbandonedUnixSocketIsReplacedAndALivingOneIsNot() async throws {
        try await withLoop { reactor in
            let path = temporaryPath()
            let first = try RawUpstream(on: .unix(path), reactor: reactor)
            #expect(throws: GateError.self) { try RawUpstream(on: .unix(path), reactor: reactor) }
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            // The file stays when the program dies: as if its listener had never closed.
            let copy = path + "x"
            try FileManager.default.linkItem(atPath: path, toPath: copy)
            // A child that another test starts has a copy of the socket until it runs its program.
            _ = shutdown(first.descriptor, Int32(SHUT_RDWR))
            first.stopListening()
            #expect(!FileManager.default.fileExists(atPath: path))
            let second = try RawUpstream(on: .unix(copy), reactor: reactor)
            let client = try RawPeer(to: .unix(copy), reactor: reactor)
            client.send("hello")
            #expect(await second.connection().read(until: "hello") == "hello")
            second.stopListening()
        }
    }

    @Test(arguments: [107, 108, 200]) func aPathTooLongForASocketIsNamed(_ length: Int) async throws {
        try await withLoop { reactor in
            let path = "/tmp/" + String(repeating: "x", count: length - 5)
            guard length > 107 else {
                try RawUpstream(on: .unix(path), reactor: reactor).stopListening()
                return
            }
            #expect(throws: GateError.self) { try RawUpstream(on: .unix(path), reactor: reactor) }
            #expect(throws: GateError.self) { try RawPeer(to: .unix(path), reactor: reactor) }
        }
    }
}
