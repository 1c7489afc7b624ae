import Basics
import Fleet
import Glibc
import Loop
import Store
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

    private var hasReserve: Bool {
        var facts = stat()
        return unsafe stat(folder.path("reserve"), &facts) == 0 && facts.st_size == Self.reserve
    }

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
        for (free, refused) in [(low.bytes - 1, true), (low.bytes, false), (low.bytes + Self.reserve - 1, false)] {
            set(free: free)
            #expect(await isRefused(disk) == refused)
            #expect(!hasReserve, "the reserve itself must not make it low")
        }
        set(free: low.bytes + Self.reserve)
        #expect(await !isRefused(disk))
        #expect(hasReserve)
        set(free: low.bytes)
        #expect(await !isRefused(disk))
        set(free: low.bytes - 1)
        #expect(await isRefused(disk))
        #expect(disk.last.isLow && disk.last.room?.free == low.bytes - 1)
    }

    @Test func smallDisksAreLowAtATwentieth() async {
        set(free: 51 << 20, total: 1_000 << 20)
        let disk = makeGuard(low: .gigabytes(2))
        #expect(await !isRefused(disk))
        set(free: 49 << 20, total: 1_000 << 20)
        #expect(await isRefused(disk))
        // It never had room for a reserve, so none has to come back.
        set(free: 50 << 20, total: 1_000 << 20)
        #expect(await !isRefused(disk))
    }

    @Test func roomComesBackByMoreThanTheReserveGave() async {
        let low = ByteCount(bytes: 1 << 20)
        set(free: 4 * Self.reserve)
        let disk = makeGuard(low: low)
        #expect(hasReserve)
        set(free: low.bytes - 1)
        #expect(await isRefused(disk))
        #expect(!hasReserve)
        for (free, refused) in [(low.bytes + Self.reserve - 1, true), (low.bytes + Self.reserve, false)] {
            set(free: free)
            #expect(await isRefused(disk) == refused)
        }
    }

    @Test func theReserveStaysWhileThereIsALittleRoom() async {
        set(free: 1 << 31)
        let disk = makeGuard(low: .gigabytes(1))
        set(free: Self.reserve / 4)
        #expect(await isRefused(disk))
        #expect(hasReserve)
        set(free: Self.reserve / 4 - 1)
        #expect(await isRefused(disk))
        #expect(!hasReserve)
    }

    @Test func theReserveOfAnEarlierProcessIsGivenUp() async {
        set(free: 4 * Self.reserve)
        _ = makeGuard(low: ByteCount(bytes: 1 << 20))
        #expect(hasReserve)
        set(free: 1)
        let disk = makeGuard(low: ByteCount(bytes: 1 << 20))
        #expect(!hasReserve)
        #expect(await isRefused(disk))
    }

    @Test func whatTheReserveGaveIsNotForResults() async throws {
        set(free: 1 << 31)
        let disk = makeGuard(low: .gigabytes(1))
        set(free: Self.reserve)
        #expect(await isRefused(disk))
        try await disk.checkForResults()
        disk.noteFull()
        for (free, waits) in [(1, true), (2 * Self.reserve - 1, true), (2 * Self.reserve, false)] {
            set(free: free)
            time.withLock { $0 = $0.advanced(bySeconds: 2) }
            if waits {
                await #expect(throws: GateError.self) { try await disk.checkForResults() }
            } else {
                try await disk.checkForResults()
            }
        }
        #expect(await isRefused(disk))
    }

    @Test(arguments: ["look", "store", "start"]) func whatWasGivenUpIsSoForTheNextProcess(by: String) async throws {
        let low = ByteCount(bytes: 20 << 20)
        set(free: 8 * Self.reserve)
        let first = makeGuard(low: low)
        set(free: 0)
        switch by {
        case "look": #expect(await isRefused(first))
        case "store": first.noteFull()
        default: #expect(DiskGuard.giveUpReserve(in: folder.path))
        }
        #expect(!hasReserve)
        #expect(!DiskGuard.giveUpReserve(in: folder.path), "there is nothing left to give")
        set(free: Self.reserve)
        let second = makeGuard(low: low)
        #expect(await isRefused(second), "it is for no new work")
        await #expect(throws: GateError.self) { try await second.checkForResults() }
        set(free: low.bytes + Self.reserve)
        #expect(await !isRefused(second))
        try await second.checkForResults()
        #expect(!hasReserve)
        // Still owed, and no reason to be low once there is room.
        let third = makeGuard(low: low)
        #expect(await !isRefused(third))
        set(free: 8 * Self.reserve)
        #expect(await !isRefused(third))
        #expect(hasReserve)
    }

    @Test func theStoreKnowsBetterThanAnEarlierLook() async throws {
        set(free: 8 * Self.reserve)
        let disk = makeGuard(low: ByteCount(bytes: 1))
        try await disk.checkForResults()
        disk.noteFull()
        #expect(disk.last.isLow && disk.last.room?.free == 0)
        await #expect(throws: GateError.self) { try await disk.checkForResults() }
        time.withLock { $0 = $0.advanced(bySeconds: 2) }
        try await disk.checkForResults()
        #expect(!disk.last.isLow && disk.last.room?.free == 8 * Self.reserve)
    }

    @Test func whoComesAfterAFailureIsRefusedForAMoment() async throws {
        set(free: 8 * Self.reserve)
        let disk = makeGuard(low: ByteCount(bytes: 1))
        disk.note(GateError(.notFound, from: .client, "none of the disk's"))
        try await disk.check()
        for code: GateError.Code in [.storeReadOnly, .storeIO] {
            time.withLock { $0 = $0.advanced(bySeconds: 2) }
            let failure = GateError(code, from: .gateway, "of the disk")
            disk.note(failure)
            for _ in 0..<2 {
                time.withLock { $0 = $0.advanced(byMilliseconds: 499) }
                await #expect(throws: failure) { try await disk.check() }
                // Being refused is no new failure.
                disk.note(failure)
            }
            time.withLock { $0 = $0.advanced(byMilliseconds: 2) }
            try await disk.check()
        }
    }

    @Test func eachChangeIsToldOnce() async {
        set(free: 0)
        let disk = makeGuard(low: ByteCount(bytes: 1_000))
        let told = Locked<[Bool]>([])
        disk.watch { isLow, _ in told.withLock { $0.append(isLow) } }
        for free in [0, 999, 1_000, 1 << 20, 999, 0] {
            set(free: free)
            _ = await isRefused(disk)
        }
        #expect(told.withLock { $0 } == [true, false, true])
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
