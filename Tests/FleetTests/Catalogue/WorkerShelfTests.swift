import Basics
import class Foundation.FileManager
import Loop
import TestSupport
import Testing

@testable import Fleet

struct WorkerShelfTests {
    private static let lane = Lane("files", threads: 1, capacity: 1_024)

    private static func shelf(_ folder: TemporaryFolder, limit: Int = WorkerShelf.standardLimit) throws -> WorkerShelf {
        try WorkerShelf(folder: folder.path("worker"), lane: lane, limit: limit)
    }

    private static func put(_ shelf: WorkerShelf, _ path: String, _ text: String, _ edition: String = "1") async throws
    {
        _ = try await shelf.keep(WorkerShelf.Key(edition, path), type: "text/x", Array(text.utf8), at: 7)
    }

    private static func text(_ shelf: WorkerShelf, _ path: String, _ edition: String = "1") async throws -> String? {
        guard let found = shelf.find(WorkerShelf.Key(edition, path)) else { return nil }
        return String(decoding: try await shelf.bytes(found.answer), as: UTF8.self)
    }

    /// Until everything that went to the lane before has been done.
    private static func settle() async throws { try await lane.run {} }

    @Test("What could not be listed, as on a full disk, is listed with the next")
    func listsLater() async throws {
        let folder = TemporaryFolder()
        let first = try Self.shelf(folder)
        // A folder in the list's place cannot be written.
        let list = folder.path("worker/list.jsonl")
        try FileManager.default.createDirectory(atPath: list, withIntermediateDirectories: false)
        try await Self.put(first, "/a", "one")
        try await Self.settle()
        try FileManager.default.removeItem(atPath: list)
        try await Self.put(first, "/b", "two")
        try await Self.settle()
        let second = try Self.shelf(folder)
        #expect(try await Self.text(second, "/a") == "one")
        #expect(try await Self.text(second, "/b") == "two")
    }

    @Test("What is kept is there after a restart, by edition and path, and has to be asked for again")
    func outlivesTheProcess() async throws {
        let folder = TemporaryFolder()
        let first = try Self.shelf(folder)
        try await Self.put(first, "/a", "one")
        try await Self.put(first, "/a", "two")
        try await Self.put(first, "/a", "other", "2")
        try await Self.put(first, "/b\n", "odd")
        try await Self.put(first, "/c", "gone")
        await first.drop(WorkerShelf.Key("1", "/c"))
        #expect(first.find(WorkerShelf.Key("1", "/a"))?.checked == 7)
        try await Self.settle()
        let second = try Self.shelf(folder)
        #expect(try await Self.text(second, "/a") == "two")
        #expect(try await Self.text(second, "/a", "2") == "other")
        #expect(try await Self.text(second, "/b\n") == "odd")
        #expect(try await Self.text(second, "/c") == nil)
        #expect(second.find(WorkerShelf.Key("1", "/a"))?.checked == nil)
    }

    @Test("What has been replaced again and again leaves nothing behind, however young it was")
    func letsGoOfWhatWasReplaced() async throws {
        let folder = TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let shelf = try WorkerShelf(folder: folder.path("worker"), lane: Self.lane, grace: 20)
        let store = try AssetStore(folder: folder.path("worker"), lane: Self.lane)
        var number = 0
        var count = Int.max
        // Each change removes what was left long enough before it.
        while number <= 10 || count > 2, number < 1_000 {
            try await Self.put(shelf, "/a", "\(number)")
            number += 1
            count = 0
            for first in UInt8.min...UInt8.max { count += try await store.list(first).count }
        }
        #expect(count <= 2)
        #expect(try await Self.text(shelf, "/a") == "\(number - 1)")
    }

    @Test(
        "Beyond its limit the shelf lets go of what was used longest ago, at the byte",
        arguments: [
            (29, false), (30, true), (31, true),
        ])
    func isBounded(limit: Int, fits: Bool) async throws {
        let folder = TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let shelf = try Self.shelf(folder, limit: limit)
        try await Self.put(shelf, "/a", "0123456789")
        try await Self.put(shelf, "/b", "1123456789")
        _ = shelf.find(WorkerShelf.Key("1", "/a"))
        try await Self.put(shelf, "/c", "2123456789")
        #expect(try await Self.text(shelf, "/b") == (fits ? "1123456789" : nil))
        #expect(try await Self.text(shelf, "/a") == "0123456789")
        #expect(try await Self.text(shelf, "/c") == "2123456789")
    }

    @Test("A journal that a crash has torn loses its last line only")
    func passesOverTornLines() async throws {
        let folder = TemporaryFolder()
        let first = try Self.shelf(folder)
        try await Self.put(first, "/a", "one")
        try await Self.settle()
        let file = try ReadFile(folder.path("worker/list.jsonl"))
        let whole = try file.read(at: 0, count: file.size)
        for end in [whole.count - 1, whole.count / 2, 1] {
            folder.file("worker/list.jsonl", whole + whole.prefix(end))
            #expect(try await Self.text(try Self.shelf(folder), "/a") == "one")
        }
    }

    @Test("A catalogue is read as it was kept, and rubbish is none")
    func keepsCatalogues() throws {
        let kept = KeptCatalogue(
            version: "0.26.0", edition: "0.26.0 1", features: ["a": true], stats: ["system": [:]],
            objectInfo: Array(#"{"X":{"n":NaN}}"#.utf8))
        let bytes = kept.encode()
        let read = try #require(KeptCatalogue(bytes))
        #expect(read.version == kept.version && read.edition == kept.edition && read.features == kept.features)
        #expect(read.objectInfo == kept.objectInfo)
        #expect(KeptCatalogue([]) == nil)
        #expect(KeptCatalogue(Array("{}".utf8)) == nil)
        #expect(KeptCatalogue(Array(bytes.dropLast())) == nil)
    }
}
