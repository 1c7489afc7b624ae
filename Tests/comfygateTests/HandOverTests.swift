import Basics
import Glibc
import Loop
import Testing

@testable import comfygate

/// A folder whose path has this many bytes, removed with the last reference.
private final class LongFolder: Sendable {
    let path: String
    private let parents: [String]

    init(length: Int) {
        var path = "/tmp/comfygate-\(UUID())"
        var parents = [path]
        while path.utf8.count < length {
            // Names have 255 bytes at most, and one is at least a slash and a letter.
            let rest = length - path.utf8.count
            let step = rest <= 200 ? rest : 100
            path += "/" + String(repeating: "d", count: step - 1)
            parents.append(path)
        }
        for folder in parents { _ = unsafe mkdir(folder, 0o700) }
        (self.path, self.parents) = (path, parents)
    }

    deinit {
        unsafe unlink(path + "/upgrade.sock")
        for folder in parents.reversed() { unsafe rmdir(folder) }
    }

    var hasSocket: Bool { unsafe access(path + "/upgrade.sock", F_OK) == 0 }
}

struct HandOverTests {
    /// Room for every length at once.
    private static let lane = Lane("hand-over-test", threads: 1, capacity: 5)

    /// 107 bytes are the longest path that a socket's address holds.
    @Test("A successor finds the gate however long the folder's path is", arguments: [106, 107, 108, 109, 1_000])
    func reaches(length: Int) async throws {
        let folder = LongFolder(length: length - "/upgrade.sock".utf8.count)
        let path = folder.path
        #expect(HandOverChannel.toGate(in: path) == nil)
        let listener = try HandOverListener(in: path) { channel in try? channel.offer([]) }
        #expect(folder.hasSocket)
        let socketCount = try await Self.lane.run { try HandOverChannel.toGate(in: path)?.requestSockets().count }
        #expect(socketCount == 0)
        listener.close()
        #expect(!folder.hasSocket)
        #expect(HandOverChannel.toGate(in: path) == nil)
    }

    @Test("A folder that cannot be listened in is named with the reason")
    func tellsTheReason() {
        let error = #expect(throws: GateError.self) { try HandOverListener(in: "/tmp/no such folder") { _ in } }
        #expect(error?.message.contains("/tmp/no such folder/upgrade.sock: No such file") == true)
    }
}
