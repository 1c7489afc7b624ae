import Basics
import Glibc
import Loop
import Store
import TestSupport
import Testing

@testable import Fleet

struct AssetFaultTests {
    private static let bytes = (0..<3000).map { UInt8(truncatingIfNeeded: $0) }

    @Test func shortWritesAndInterruptedCallsLoseNothing() async throws {
        let plan = CallPlan()
        let world = try AssetWorld(
            AssetCalls(before: { _, _ in plan.next().isMultiple(of: 2) ? EINTR : 0 }, mostBytes: 7))
        let asset = try await world.store.store(Self.bytes)
        #expect(try await world.content(asset.hash) == Self.bytes)
        #expect(asset.hash == BLAKE3.hash(Self.bytes))
    }

    @Test(arguments: [(99, 1), (100, 2), (101, 2), (199, 2), (200, 3), (350, 4)])
    func aLargeDraftIsSyncedOnItsWay(count: Int, syncs: Int) async throws {
        let plan = CallPlan()
        let world = try AssetWorld(
            AssetCalls(
                before: { call, _ in
                    if call == .syncFile { _ = plan.next() }
                    return 0
                }, syncBytes: 100))
        let draft = try await world.store.draft()
        for start in stride(from: 0, to: count, by: 40) {
            try await draft.write(Array(Self.bytes[start..<min(count, start + 40)]))
        }
        #expect(try await draft.commit().size == count)
        #expect(plan.next() == syncs)
    }

    /// The kernel's own answer: the draft's descriptor is turned into one of /dev/full.
    @Test func aFullDiskIsToldAndLeavesNothing() async throws {
        let plan = CallPlan()
        let world = try AssetWorld(
            AssetCalls(before: { call, descriptor in
                guard call == .write, plan.next() == 1 else { return 0 }
                let full = unsafe open("/dev/full", O_WRONLY | O_CLOEXEC)
                dup2(full, descriptor)
                close(full)
                return 0
            }))
        let draft = try await world.store.draft()
        try await draft.write([1])
        #expect(await code { try await draft.write([2]) } == .storeFull)
        #expect(await code { try await draft.commit() } == .storeFull)
        #expect(try await world.drafts.isEmpty)
        #expect(try await world.all().isEmpty)
        // Once there is room again.
        #expect(try await world.store.store([1]).size == 1)
    }

    /// The kernel's own answer to a file beyond the limit of a process.
    @Test func aFileBeyondTheSystemsLimitIsToldAndLeavesNothing() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let world = try AssetWorld()
            var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
            #expect(unsafe setrlimit(__rlimit_resource_t(1), &limit) == 0)
            let draft = try await world.store.draft()
            try await draft.write([UInt8](repeating: 1, count: 1000))
            let refusal = await failure { try await draft.write([1]) }
            guard refusal?.code == .storeIO, refusal?.message.contains("ulimit -f") == true else { exit(1) }
            guard try await world.drafts.isEmpty, try await world.all().isEmpty else { exit(2) }
        }
    }

    @Test(
        arguments: AssetCalls.Call.allCases,
        [
            (ENOSPC, .storeFull), (EDQUOT, .storeFull), (EROFS, .storeReadOnly), (EACCES, .storeReadOnly),
            (EIO, .storeIO), (EFBIG, .storeIO), (EMFILE, .overloaded),
        ] as [(Int32, GateError.Code)])
    func eachFailedCallHasACodeAndARemedy(call: AssetCalls.Call, fault: (number: Int32, code: GateError.Code))
        async throws
    {
        let root = TemporaryFolder()
        _ = try AssetWorld(in: root)
        let isOn = Locked(false)
        let calls = AssetCalls(before: { made, _ in made == call && isOn.withLock { $0 } ? fault.number : 0 })
        let world = try AssetWorld(calls, in: root)
        isOn.withLock { $0 = true }
        let error: GateError?
        if call == .remove {
            error = await failure { try await world.store.remove(BLAKE3.hash([])) }
        } else {
            error = await failure { try await world.store.store(Self.bytes) }
        }
        #expect(error?.code == fault.code)
        #expect(error?.origin == .gateway)
        #expect(error?.message.contains(root.path) == false)
        #expect(try await world.drafts.isEmpty)
        // Only a folder that could not be synced has the file already.
        #expect(try await world.all().count == (call == .syncFolder ? 1 : 0))
    }

    @Test func aFullLaneIsToldAndLeavesNothing() async throws {
        let root = TemporaryFolder()
        let lane = Lane("files", threads: 1, capacity: 1)
        let store = try AssetStore(folder: root.path("assets"), lane: lane)
        do {
            let draft = try await store.draft()
            let gate = Locked(true)
            // One piece of work holds the thread, another the only place.
            let isHeld = Locked(false)
            lane.submit {
                isHeld.withLock { $0 = true }
                while gate.withLock({ $0 }) { sched_yield() }
            }
            while !isHeld.withLock({ $0 }) { sched_yield() }
            lane.submit {}
            #expect(await code { try await draft.write([1]) } == .overloaded)
            #expect(await code { try await draft.commit() } == .overloaded)
            gate.withLock { $0 = false }
        }
        while lane.load.waiting > 0 { sched_yield() }
        try await lane.run {}
        #expect(try AssetFolder(root.path("assets"), AssetCalls()).names(root.path("assets/drafts")).isEmpty)
    }

    /// Killed in front of each call: what lies in its place is whole, and what is not is swept.
    @Test(arguments: 0..<9)
    func aCrashLeavesAWholeFileOrADraft(step: Int) async throws {
        let root = TemporaryFolder()
        let path = root.path("assets")
        let result = await #expect(processExitsWith: .exitCode(9)) { [path = path as String, step = step as Int] in
            let plan = CallPlan()
            let lane = Lane("files", threads: 1, capacity: 8)
            let calls = AssetCalls(
                before: { _, _ in
                    if plan.next() == step { _exit(9) }
                    return 0
                }, mostBytes: 1000)
            let store = try AssetStore(folder: path, lane: lane, calls: calls)
            _ = try await store.store((0..<3000).map { UInt8(truncatingIfNeeded: $0) })
            _exit(9)
        }
        #expect(result != nil)
        let world = try AssetWorld(in: root)
        let hash = BLAKE3.hash(Self.bytes)
        // Calls: the first sync, create, three writes, sync, rename, sync of the folder, and then none.
        #expect(try await world.all().map(\.hash) == (step > 6 ? [hash] : []))
        #expect(try await world.store.verify(hash) == (step > 6))
        #expect(try await world.store.sweepDrafts() == ((2...6).contains(step) ? 1 : 0))
        #expect(try await world.drafts.isEmpty)
        #expect(try await world.store.store(Self.bytes).hash == hash)
    }
}
