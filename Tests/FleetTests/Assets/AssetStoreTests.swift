import Basics
import Glibc
import HTTP
import Loop
import Store
import TestSupport
import Testing
import Wire

@testable import Fleet

struct AssetStoreTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static func input(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) } }

    @Test func aFileLiesUnderTheHashOfItsBytes() async throws {
        let world = try AssetWorld()
        let bytes = Self.png + Self.input(40_000)
        let draft = try await world.store.draft()
        for start in stride(from: 0, to: bytes.count, by: 777) {
            try await draft.write(Array(bytes[start..<min(bytes.count, start + 777)]))
        }
        let asset = try await draft.commit()
        #expect(asset == Asset(hash: BLAKE3.hash(bytes), size: bytes.count, mediaType: "image/png"))
        #expect(try await world.content(asset.hash) == bytes)
        #expect(try await world.store.verify(asset.hash))
        #expect(try await world.drafts.isEmpty)
        #expect(world.mode(world.path(asset.hash)) == 0o600)
        for folder in ["assets", "assets/drafts", "assets/ab"] { #expect(world.mode(world.root.path(folder)) == 0o700) }
    }

    @Test func equalBytesLieThereOnce() async throws {
        let world = try AssetWorld()
        let first = try await world.store.store(Self.input(5000))
        let second = try await world.store.store(Self.input(5000))
        let other = try await world.store.store([])
        #expect(first == second)
        #expect(try await Set(world.all().map(\.hash)) == [first.hash, other.hash])
        #expect(try await Set(world.all().map(\.size)) == [5000, 0])
    }

    @Test func aSecondStartFindsWhatTheFirstCommitted() async throws {
        let world = try AssetWorld()
        let asset = try await world.store.store(Self.input(10))
        let next = try AssetWorld(in: world.root)
        #expect(try await next.content(asset.hash) == Self.input(10))
    }

    @Test(arguments: [(99, true), (100, true), (101, false)])
    func aDraftTakesItsLimitAndNoByteMore(count: Int, fits: Bool) async throws {
        let world = try AssetWorld()
        for pieces in [1, 2, 50] {
            let draft = try await world.store.draft(limit: 100)
            let bytes = Self.input(count)
            let refusal = await code {
                for start in stride(from: 0, to: count, by: max(1, count / pieces)) {
                    try await draft.write(Array(bytes[start..<min(count, start + max(1, count / pieces))]))
                }
                return try await draft.commit()
            }
            #expect(refusal == (fits ? nil : .requestTooLarge))
        }
        #expect(
            await code { try await world.store.store(Self.input(count), limit: 100) } == (fits ? nil : .requestTooLarge)
        )
        #expect(try await world.all().count == (fits ? 1 : 0))
        #expect(try await world.drafts.isEmpty)
    }

    @Test func anEndedDraftTakesNothingMore() async throws {
        let world = try AssetWorld()
        let stored = try await world.store.draft()
        _ = try await stored.commit()
        let dropped = try await world.store.draft()
        await dropped.discard()
        await dropped.discard()
        let failed = try await world.store.draft(limit: 0)
        _ = await code { try await failed.write([1]) }
        for (draft, expected) in [
            (stored, GateError.Code.invalidArgument), (dropped, .invalidArgument), (failed, .requestTooLarge),
        ] {
            #expect(await code { try await draft.write([1]) } == expected)
            #expect(await code { try await draft.commit() } == expected)
        }
        #expect(try await world.all().count == 1)
    }

    @Test func aDraftThatNobodyHoldsIsGone() async throws {
        let world = try AssetWorld()
        do {
            let draft = try await world.store.draft()
            try await draft.write([1, 2, 3])
            #expect(try await world.drafts.count == 1)
        }
        #expect(try await world.drafts.isEmpty)
    }

    @Test func servesAFileWithItsHashAsTag() async throws {
        let world = try AssetWorld()
        let asset = try await world.store.store(Self.input(300))
        let file = try await world.store.open(asset.hash)
        #expect(file.size == 300)
        #expect(file.tag?.description == "\"\(asset.hash)\"")
        let missing = BLAKE3.hash([9])
        #expect(await code { try await world.store.open(missing) } == .notFound)
        #expect(await code { try await world.store.reader(missing) } == .notFound)
    }

    @Test func readsAFileWholeUpToALimit() async throws {
        let world = try AssetWorld()
        let bytes = Self.input(AssetStore.window + 1)
        let asset = try await world.store.store(bytes)
        for (limit, fits) in [(bytes.count - 1, false), (bytes.count, true), (bytes.count + 1, true)] {
            let refusal = await code {
                let whole = try await world.store.read(asset.hash, limit: limit)
                #expect(whole == bytes)
            }
            #expect(refusal == (fits ? nil : .requestTooLarge))
        }
        #expect(await code { try await world.store.read(BLAKE3.hash([9])) } == .notFound)
    }

    @Test func aLinkIsNoAsset() async throws {
        let world = try AssetWorld()
        let secret = world.root.file("secret", [1])
        let hash = BLAKE3.hash([1])
        #expect(unsafe symlink(secret, world.path(hash)) == 0)
        #expect(await code { try await world.store.open(hash) } == .notFound)
        #expect(await code { try await world.store.read(hash) } == .notFound)
        #expect(try await world.all().isEmpty)
        // A commit replaces the link and writes nothing through it.
        _ = try await world.store.store([1])
        #expect(try await world.store.verify(hash))
    }

    @Test func aFolderThatIsALinkIsRefused() async throws {
        let root = TemporaryFolder()
        _ = unsafe mkdir(root.path("elsewhere"), 0o700)
        _ = unsafe symlink(root.path("elsewhere"), root.path("assets"))
        #expect(await code { try AssetWorld(in: root) } == .storeIO)
    }

    @Test func damageIsFoundAndMended() async throws {
        let world = try AssetWorld()
        let bytes = Self.input(AssetStore.window + 5)
        let asset = try await world.store.store(bytes)
        #expect(try await world.store.verify(asset.hash))
        for damaged in [Array(bytes.dropLast()), bytes + [0], [1] + bytes.dropFirst(), []] {
            unsafe unlink(world.path(asset.hash))
            try TemporaryFolder.write(damaged, to: world.path(asset.hash))
            #expect(try await !world.store.verify(asset.hash))
        }
        _ = try await world.store.store(bytes)
        #expect(try await world.store.verify(asset.hash))
        #expect(try await !world.store.verify(BLAKE3.hash([])))
    }

    @Test func removesAFileThatIsBeingReadOn() async throws {
        let world = try AssetWorld()
        let asset = try await world.store.store(Self.input(20))
        let reader = try await world.store.reader(asset.hash)
        #expect(try await world.store.remove(asset.hash))
        #expect(try await !world.store.remove(asset.hash))
        #expect(try await reader.read(at: 5, count: 100) == Array(Self.input(20)[5...]))
        #expect(try await reader.read(at: 20, count: 100).isEmpty)
        #expect(try await world.all().isEmpty)
    }

    @Test func whatWasCommittedAgainIsNotRemovedByItsOldAge() async throws {
        let world = try AssetWorld()
        let asset = try await world.store.store(Self.input(20))
        var past = [timespec(tv_sec: 1000, tv_nsec: 0), timespec(tv_sec: 1000, tv_nsec: 0)]
        unsafe utimensat(AT_FDCWD, world.path(asset.hash), &past, 0)
        #expect(try await world.all().map(\.committed) == [Timestamp(seconds: 1000)])
        #expect(try await !world.store.remove(asset.hash, before: Timestamp(seconds: 1000)))
        _ = try await world.store.store(Self.input(20))
        #expect(try await !world.store.remove(asset.hash, before: Timestamp(seconds: 1001)))
        unsafe utimensat(AT_FDCWD, world.path(asset.hash), &past, 0)
        #expect(try await world.store.remove(asset.hash, before: Timestamp(seconds: 1001)))
        #expect(try await !world.store.remove(asset.hash, before: Timestamp(seconds: 1001)))
    }

    @Test func aListLeavesOutWhatIsNoAsset() async throws {
        let world = try AssetWorld()
        let asset = try await world.store.store([1])
        let folder = asset.hash.description.prefix(2)
        for name in ["x", String(repeating: "A", count: 62), String(repeating: "g", count: 62)] {
            world.root.file("assets/\(folder)/\(name)", [1])
        }
        #expect(try await world.all().map(\.hash) == [asset.hash])
    }

    @Test func theStartSweepsDraftsAndNothingElse() async throws {
        let world = try AssetWorld()
        let asset = try await world.store.store([1])
        for index in 0..<3 { world.root.file("assets/drafts/left-\(index)", [1]) }
        #expect(try await world.store.sweepDrafts() == 3)
        #expect(try await world.store.sweepDrafts() == 0)
        #expect(try await world.content(asset.hash) == [1])
    }
}

extension TemporaryFolder {
    static func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        defer { close(descriptor) }
        let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        try #require(count == bytes.count)
    }
}
