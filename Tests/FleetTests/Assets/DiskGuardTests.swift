import Basics
import Fleet
import Glibc
import Loop
import TestSupport
import Testing

private let diskLane = Lane("files", threads: 1, capacity: 64)

struct DiskGuardTests {
    let folder = TemporaryFolder()
    let room = Locked(DiskGuard.Room(free: 0, total: 0))
    let time = Locked(Timestamp(seconds: 1_000))

    private static let reserve = DiskGuard.reserveBytes

    private func makeGuard(low: ByteCount) -> DiskGuard {
        DiskGuard(
            folder: folder.path, low: low, lane: diskLane, clock: { [time] in time.withLock { $0 } },
            room: { [room] _ in room.withLock { $0 } })
    }

    private var hasReserve: Bool { unsafe access(folder.path("reserve"), F_OK) == 0 }

    private func set(free: Int, total: Int = 1 << 40) { room.withLock { $0 = .init(free: free, total: total) } }

    private func isRefused(_ disk: DiskGuard) async -> Bool {
        time.withLock { $0 = $0.advanced(bySeconds: 2) }
        do throws(GateError) {
            try await disk.check()
            return false
        } catch {
            #expect(error.code == .diskLow)
            return true
        }
    }

    @Test func nothingNewIsTakenBelowTheLimit() async {
        set(free: 4 * Self.reserve)
        let low = ByteCount.gigabytes(1)
        let disk = makeGuard(low: low)
        for (free, refused) in [(low.bytes - 1, true), (low.bytes + Self.reserve - 1, true)] {
            set(free: free)
            #expect(await isRefused(disk) == refused)
        }
        set(free: low.bytes + Self.reserve)
        #expect(await !isRefused(disk))
        #expect(hasReserve)
        set(free: low.bytes)
        #expect(await !isRefused(disk))
        set(free: low.bytes - 1)
        #expect(await isRefused(disk))
    }

    @Test func smallDisksAreLowAtATwentieth() async {
        set(free: 51 << 20, total: 1_000 << 20)
        let disk = makeGuard(low: .gigabytes(2))
        #expect(await !isRefused(disk))
        set(free: 49 << 20, total: 1_000 << 20)
        #expect(await isRefused(disk))
    }

    @Test func theReserveIsGivenUpAndComesBack() async {
        set(free: 4 * Self.reserve - 1)
        let disk = makeGuard(low: ByteCount(bytes: 1 << 20))
        #expect(!hasReserve, "there must be room for it")
        set(free: 4 * Self.reserve)
        #expect(await !isRefused(disk))
        #expect(hasReserve)
        // The store said so before anybody looked.
        disk.noteFull()
        #expect(!hasReserve)
        set(free: 1)
        #expect(await isRefused(disk))
        set(free: 8 * Self.reserve)
        #expect(await !isRefused(disk))
        #expect(hasReserve)
        set(free: 1)
        #expect(await isRefused(disk))
        #expect(!hasReserve)
    }
}
