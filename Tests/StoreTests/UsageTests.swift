import Basics
import Store
import TestSupport
import Testing

@testable import StoreSQLite

struct UsageTests {
    /// Runs a job to its end; it took so many seconds and brought so many bytes.
    private func run(
        _ id: String, _ world: JobStoreWorld, of account: UUID? = nil, at start: Timestamp = noon, seconds: Int64 = 10,
        bytes: Int = 0, _ state: JobState = .succeeded
    ) async throws {
        let job = try await world.store.submit(world.new(id, of: account, at: start), quota: AccountQuota()).job
        let attempt = world.attempt(job)
        #expect(try await world.store.begin(attempt))
        try await world.store.started(attempt.id, at: start)
        if bytes > 0 {
            let asset = Asset(hash: digest(id), size: bytes, mediaType: "image/png")
            _ = try await world.store.keep([
                NewOutput(
                    account: job.account, attempt: attempt.id, job: job.sequence, source: "s",
                    wanted: FilePlace(.output, "", "x_00001_.png"), asset: asset, created: start)
            ])
        }
        let end = start.advanced(bySeconds: seconds)
        #expect(
            try await world.store.finish(
                JobEnd(job: job.sequence, attempt: attempt.id, state: state, started: start, ended: end)))
    }

    @Test func whatJobsCameToIsCountedByDayAndWorkflow() async throws {
        try await JobStoreWorld.run { world in
            try await run("a", world, seconds: 10, bytes: 100)
            try await run("b", world, seconds: 5, bytes: 50, .failed)
            try await run("c", world, at: later(86_400), seconds: 1)
            try await run("d", world, of: world.bob, seconds: 2)
            // What never ran is no use.
            _ = try await world.submit("e")
            _ = try await world.store.requestCancel(account: world.ada, publicID: "e", at: noon)

            let today = UsageDay(noon)
            let all = try await world.store.usage(of: nil, today...today.next)
            #expect(all.count == 3)
            let own = try await world.store.usage(of: world.ada, today...today)
            #expect(
                own == [
                    UsageRecord(
                        account: world.ada, day: today, workflow: "w", jobs: 2, failed: 1, gpuMilliseconds: 15_000,
                        bytes: 150)
                ])
            try await world.store.forget(account: world.ada, publicIDs: nil)
            #expect(try await world.store.usage(of: world.ada, today...today) == own, "forgotten jobs have run")
        }
    }

    @Test(arguments: [(3, true), (2, false)]) func jobsOfADayAreLimited(limit: Int, mayRun: Bool) async throws {
        try await JobStoreWorld.run { world in
            try await run("a", world)
            _ = try await world.submit("waits")
            var quota = AccountQuota()
            quota.day.jobs = limit
            let new = world.new("next", at: later(60))
            if mayRun {
                _ = try await world.store.submit(new, quota: quota)
            } else {
                await fails(.quotaExceeded) { _ = try await world.store.submit(new, quota: quota) }
                // The next day is another one, and another account has its own.
                _ = try await world.store.submit(world.new("bob's", of: world.bob, at: later(60)), quota: quota)
            }
        }
    }

    @Test(arguments: [(9, false), (10, false), (11, true)])
    func gpuTimeOfAMonthIsLimited(limit: Int, mayRun: Bool) async throws {
        try await JobStoreWorld.run { world in
            try await run("a", world, seconds: 10)
            var quota = AccountQuota()
            quota.month.gpuSeconds = limit
            let soon = world.new("soon", at: later(9 * 86_400))
            if mayRun {
                _ = try await world.store.submit(soon, quota: quota)
            } else {
                await fails(.quotaExceeded) { _ = try await world.store.submit(soon, quota: quota) }
            }
            _ = try await world.store.submit(world.new("month", at: later(31 * 86_400)), quota: quota)
        }
    }

    @Test func whoKeepsTooMuchUploadsAndSubmitsNothing() async throws {
        try await JobStoreWorld.run { world in
            func upload(_ name: String, _ size: Int, limit: Int?) async throws {
                _ = try await world.store.upload(
                    account: world.ada, FilePlace(.input, "", name),
                    Asset(hash: digest(name), size: size, mediaType: "image/png"), overwrites: true, limit: limit,
                    at: noon)
            }
            try await upload("a", 60, limit: 100)
            await fails(.quotaExceeded) { try await upload("b", 41, limit: 100) }
            try await upload("b", 40, limit: 100)
            #expect(try await world.store.count(of: world.ada) == [.input: FileCount(files: 2, bytes: 100)])
            #expect(try await world.store.count() == [.input: FileCount(files: 2, bytes: 100)])
            #expect(try await world.store.counts() == [world.ada: [.input: FileCount(files: 2, bytes: 100)]])
            var quota = AccountQuota()
            quota.storedBytes = 100
            await fails(.quotaExceeded) { _ = try await world.store.submit(world.new("a"), quota: quota) }
            quota.storedBytes = 101
            let new = world.new("a")
            _ = try await world.store.submit(new, quota: quota)
            for account in [nil, world.ada] { #expect(try await world.store.tally(of: account) == [.queued: 1]) }
            #expect(try await world.store.tally(of: UUID()) == [:])
            let open = OpenCount(jobs: 1, waiting: 1, waitingBytes: new.request.byteCount)
            #expect(try await world.store.openCounts() == [world.ada: open])
        }
    }

    @Test func aFileThatIsOverwrittenCountsOnce() async throws {
        try await JobStoreWorld.run { world in
            let place = FilePlace(.input, "", "x")
            for (text, size) in [("1", 10), ("2", 30)] {
                _ = try await world.store.upload(
                    account: world.ada, place, Asset(hash: digest(text), size: size, mediaType: "image/png"),
                    overwrites: true, limit: nil, at: noon)
            }
            #expect(try await world.store.count(of: world.ada) == [.input: FileCount(files: 1, bytes: 30)])
        }
    }
}

struct LineTests {
    @Test func aJobGoesToEitherEndOfItsLine() async throws {
        try await JobStoreWorld.run { world in
            var jobs: [Job] = []
            for id in ["a", "b", "c"] { jobs.append(try await world.submit(id)) }
            #expect(try await world.store.move(jobs[2].sequence, to: .first) != nil)
            #expect(try await world.pendingIDs() == ["c", "a", "b"])
            #expect(try await world.store.move(jobs[2].sequence, to: .last) != nil)
            #expect(try await world.pendingIDs() == ["a", "b", "c"])
            _ = try await world.store.begin(world.attempt(jobs[0]))
            #expect(try await world.store.move(jobs[0].sequence, to: .last) == nil, "a worker has it")
        }
    }

    @Test func onlyWhatStillWaitsIsOverdue() async throws {
        try await JobStoreWorld.run { world in
            for (id, seconds) in [("soon", 10), ("late", 20), ("taken", 10)] {
                var new = world.new(id)
                new.terms.queueUntil = later(Int64(seconds))
                let job = try await world.store.submit(new, quota: AccountQuota()).job
                if id == "taken" { #expect(try await world.store.begin(world.attempt(job))) }
            }
            #expect(try await world.store.overdue(at: later(10), limit: 9).isEmpty)
            let found = try await world.store.overdue(at: later(11), limit: 9)
            #expect(found.map(\.publicID) == ["soon"])
            #expect(try await world.store.overdue(at: later(30), limit: 1).map(\.publicID) == ["soon"])
            // A worker was quicker.
            #expect(try await world.store.begin(world.attempt(found[0])))
            let end = JobEnd(job: found[0].sequence, attempt: nil, state: .expired, ended: later(12))
            #expect(try await !world.store.finish(end))
            #expect(try await world.state("soon") == .dispatched)
        }
    }

    @Test func jobsOfAllAccountsAreListedNewestFirst() async throws {
        try await JobStoreWorld.run { world in
            let first = try await world.submit("a")
            _ = try await world.submit("a", of: world.bob)
            _ = try await world.submit("b")
            #expect(try await world.store.jobs(JobFilter()).map(\.publicID) == ["b", "a", "a"])
            #expect(try await world.store.jobs(JobFilter(account: world.ada)).map(\.publicID) == ["b", "a"])
            #expect(try await world.store.jobs(JobFilter(publicID: "a")).count == 2)
            #expect(try await world.store.jobs(JobFilter(states: [.queued], before: first.sequence)).isEmpty)
            #expect(try await world.store.jobs(JobFilter(states: [.failed])).isEmpty)
            #expect(try await world.store.jobs(JobFilter(limit: 1)).count == 1)
        }
    }
}

struct RetentionTests {
    private func upload(_ world: JobStoreWorld, _ name: String, _ size: Int, at time: Timestamp) async throws {
        _ = try await world.store.upload(
            account: world.ada, FilePlace(.output, "", name),
            Asset(hash: digest(name), size: size, mediaType: "image/png"), overwrites: true, limit: nil, at: time)
    }

    /// a to d, a second apart, 10 bytes each.
    private func fill(_ world: JobStoreWorld) async throws {
        for (index, name) in ["a", "b", "c", "d"].enumerated() {
            try await upload(world, name, 10, at: later(Int64(index)))
        }
    }

    @Test(arguments: [
        (RetentionRule(age: 2_000), ["b", "c", "d"]), (RetentionRule(age: 1_999), ["c", "d"]),
        (RetentionRule(count: 2), ["c", "d"]), (RetentionRule(count: 0), []),
        (RetentionRule(bytes: 30), ["b", "c", "d"]),
        (RetentionRule(bytes: 29), ["c", "d"]), (RetentionRule(age: 2_000, count: 1), ["d"]),
        (RetentionRule(), ["a", "b", "c", "d"]),
    ]) func theNewestAreKept(rule: RetentionRule, kept: [String]) async throws {
        try await JobStoreWorld.run { world in
            try await fill(world)
            let expected = FileCount(files: 4 - kept.count, bytes: 10 * (4 - kept.count))
            for isTrial in [true, false] {
                let gone = try await world.store.retire(
                    account: world.ada, .output, rule, at: later(3), isTrial: isTrial)
                #expect(gone == expected)
            }
            let names = try await world.store.files(account: world.ada, .output, subfolder: nil, limit: 9)
            #expect(names.map(\.place.name).sorted() == kept)
        }
    }

    @Test func filesOfAJobUnderWayStay() async throws {
        try await JobStoreWorld.run { world in
            let job = try await world.submit("a")
            let attempt = world.attempt(job)
            _ = try await world.store.begin(attempt)
            let asset = Asset(hash: digest("x"), size: 1, mediaType: "image/png")
            _ = try await world.store.keep([
                NewOutput(
                    account: world.ada, attempt: attempt.id, job: job.sequence, source: "s",
                    wanted: FilePlace(.output, "", "x_00001_.png"), asset: asset, created: noon)
            ])
            let rule = RetentionRule(count: 0)
            #expect(
                try await world.store.retire(account: world.ada, .output, rule, at: noon, isTrial: false).files == 0)
            _ = try await world.store.finish(
                JobEnd(job: job.sequence, attempt: attempt.id, state: .succeeded, ended: noon))
            #expect(
                try await world.store.retire(account: world.ada, .output, rule, at: noon, isTrial: false).files == 1)
        }
    }

    @Test func onlyAssetsWithoutFileAndJobAreUnneeded() async throws {
        try await JobStoreWorld.run { world in
            try await fill(world)
            var new = world.new("reads a")
            new.inputs = [digest("a")]
            _ = try await world.store.submit(new, quota: AccountQuota())
            _ = try await world.store.retire(
                account: world.ada, .output, RetentionRule(count: 1), at: later(9), isTrial: false)
            for isTrial in [true, false] {
                let found = try await world.store.unneeded(isTrial: isTrial)
                #expect(Set(found.map(\.hash)) == [digest("b"), digest("c")])
            }
            #expect(try await world.store.unneeded(isTrial: false).isEmpty)
            #expect(
                try await world.store.known(["a", "b", "c", "d"].map(digest)) == [digest("a"), digest("d")])
            let first = digest("a").bytes[0]
            #expect(try await world.store.assets(first).contains { $0.hash == digest("a") })
            #expect(try await world.store.asset(digest("b")) == nil)
        }
    }

    @Test func endedJobsAreForgottenByAge() async throws {
        try await JobStoreWorld.run { world in
            for (id, end) in [("old", noon), ("new", later(5))] {
                let job = try await world.submit(id)
                _ = try await world.store.finish(JobEnd(job: job.sequence, attempt: nil, state: .failed, ended: end))
            }
            _ = try await world.submit("open")
            for isTrial in [true, false] {
                let count = try await world.store.forget(
                    account: world.ada, endedBefore: later(5), isTrial: isTrial)
                #expect(count == 1)
            }
            #expect(try await world.store.jobs(JobFilter()).map(\.publicID) == ["open", "new"])
        }
    }
}

struct UsageDayTests {
    @Test(arguments: [
        ("2026-01-31T23:59:59.999Z", "2026-01-31", "2026-01-01", "2026-02-01"),
        ("2026-12-31T00:00:00.000Z", "2026-12-31", "2026-12-01", "2027-01-01"),
        ("1969-12-31T23:59:59.000Z", "1969-12-31", "1969-12-01", "1970-01-01"),
    ]) func daysAndMonthsBeginInUTC(text: String, day: String, month: String, next: String) throws {
        let found = UsageDay(try #require(Timestamp(rfc3339: text)))
        #expect(found.start.rfc3339.hasPrefix(day))
        #expect(found.firstOfMonth.start.rfc3339.hasPrefix(month))
        #expect(found.firstOfNextMonth.start.rfc3339.hasPrefix(next))
    }
}

struct SchemaTests {
    /// Files that an older gate kept are counted when it is brought up to date.
    @Test func filesOfAnOlderSchemaAreCounted() async throws {
        let folder = TemporaryFolder()
        let data = try DataFolder(path: folder.path)
        let ada = try account("ada")
        do {
            try data.prepare(data.database)
            let connection = try SQLiteConnection(path: data.database, mode: .readWrite)
            try Migrations.apply(Array(Schema.migrations.prefix(4)), to: connection, now: noon)
            try connection.run(
                """
                INSERT INTO account (id, name, name_key, kind, role, must_change, disabled, created)
                    VALUES (?, 'ada', 'ada', 'person', 'user', 0, 0, 0)
                """, .id(ada.id))
            for (name, size) in [("a", 10), ("b", 20)] {
                try connection.run(
                    "INSERT INTO asset (hash, size, media_type, created) VALUES (?, ?, 'image/png', 0)",
                    .digest(digest(name)), .integer(size))
                try connection.run(
                    """
                    INSERT INTO file (account, type, subfolder, name, asset, created)
                        VALUES (?, 'output', '', ?, ?, 0)
                    """, .id(ada.id), .text(name), .digest(digest(name)))
            }
            try Migrations.apply(Schema.migrations, to: connection, now: noon)
            #expect(
                try FileTable(connection: connection).count(of: ada.id) == [.output: FileCount(files: 2, bytes: 30)])
        }
        withExtendedLifetime(data) {}
    }
}
