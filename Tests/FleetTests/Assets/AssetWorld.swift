import Basics
import Glibc
import Loop
import Store
import TestSupport
import Testing

@testable import Fleet

/// An asset store in a folder of its own.
struct AssetWorld {
    let root: TemporaryFolder
    let lane: Lane
    let store: AssetStore

    init(_ calls: AssetCalls = AssetCalls(), in root: TemporaryFolder = TemporaryFolder()) throws {
        self.root = root
        lane = Lane("files", threads: 1, capacity: 64)
        store = try AssetStore(folder: root.path("assets"), lane: lane, calls: calls)
    }

    func path(_ hash: Digest32) -> String {
        let hex = hash.description
        return root.path("assets/\(hex.prefix(2))/\(hex.dropFirst(2))")
    }

    /// After all that the lane has been given.
    var drafts: [String] {
        get async throws {
            try await lane.run {}
            return try AssetFolder(root.path("assets"), AssetCalls()).names(root.path("assets/drafts"))
        }
    }

    func all() async throws -> [StoredAsset] {
        var out: [StoredAsset] = []
        for first in UInt8.min...UInt8.max { out += try await store.list(first) }
        return out
    }

    func content(_ hash: Digest32) async throws -> [UInt8] { try await store.read(hash) }

    func mode(_ path: String) -> mode_t {
        var facts = stat()
        return unsafe lstat(path, &facts) == 0 ? facts.st_mode & 0o777 : 0
    }
}

func failure<Result>(of body: () async throws -> Result) async -> GateError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? GateError
    }
}

func code<Result>(of body: () async throws -> Result) async -> GateError.Code? { await failure(of: body)?.code }

/// Counts calls and decides what becomes of each.
final class CallPlan: Sendable {
    private let count = Locked(0)

    /// The number of this call, from 0.
    func next() -> Int {
        count.withLock { value in
            defer { value += 1 }
            return value
        }
    }
}
