import Basics
import Store
import TestSupport
import Testing

@testable import StoreSQLite

private let result = JobResult(
    outputs: Array("{}".utf8), status: Array(#"{"status_str":"success"}"#.utf8), meta: Array("{}".utf8),
    summary: Array(#"{"outputs_count":1}"#.utf8))
private let lost = JobFailure("worker_unreachable", "The worker is gone.")

struct JobStoreTests {
    @Test func aSecondSubmissionOfAnIDIsAnsweredByTheFirst() async throws {
        try await JobStoreWorld.run { world in
            let first = try await world.submit("a")
            let again = try await world.store.submit(world.new("a", position: .first), quota: AccountQuota())
            #expect(again == .existing(first))
            // Another account may choose the same.
            let other = try await world.submit("a", of: world.bob)
            #expect(other.sequence != first.sequence)
            #expect(try await world.pendingIDs() == ["a"])
        }
    }

    @Test func anAccountCountsItsOwnPromptsAndPutsOnesInFront() async throws {
        try await JobStoreWorld.run { world in
            let numbers = [
                try await world.submit("a"), try await world.submit("other", of: world.bob),
                try await world.submit("b"),
                try await world.submit("c", position: .first), try await world.submit("d", position: .given(0.5)),
            ].map { $0.place.number.literal }
            #expect(numbers == ["0", "0", "1", "-2", "0.5"])
            #expect(try await world.pendingIDs() == ["c", "a", "d", "b"])
        }
    }

    @Test(arguments: [-1, 0, 1]) func theNumberOfWaitingJobsIsLimited(_ difference: Int) async throws {
        try await JobStoreWorld.run { world in
            var limits = AccountQuota()
            limits.waitingJobs = 3
            for index in 0..<3 + difference where index < 3 {
                _ = try await world.store.submit(world.new("j\(index)"), quota: limits)
            }
            _ = try await world.store.submit(world.new("j", of: world.bob), quota: limits)
            if difference < 0 {
                _ = try await world.store.submit(world.new("last"), quota: limits)
            } else {
                await fails(.tooManyJobs) { _ = try await world.store.submit(world.new("last"), quota: limits) }
                // A running job no longer waits.
                let known = try await world.store.record(account: world.ada, publicID: "j0")
                _ = try await world.store.begin(world.attempt(try #require(known).job))
                _ = try await world.store.submit(world.new("last"), quota: limits)
            }
        }
    }

    @Test func aJobThatComesBackCountsAgain() async throws {
        try await JobStoreWorld.run { world in
            var limits = AccountQuota()
            limits.waitingJobs = 2
            let submission = try await world.store.submit(world.new("a"), quota: limits)
            let attempt = world.attempt(submission.job)
            _ = try await world.store.begin(attempt)
            _ = try await world.store.submit(world.new("b"), quota: limits)
            #expect(try await world.store.requeue(attempt.id, reason: lost, at: .now()))
            await fails(.tooManyJobs) { _ = try await world.store.submit(world.new("c"), quota: limits) }
            _ = try await world.store.requestCancel(account: world.ada, publicID: "b", at: .now())
            _ = try await world.store.submit(world.new("c"), quota: limits)
        }
    }

    @Test(arguments: [-1, 0, 1]) func theBytesOfWaitingJobsAreLimited(_ difference: Int) async throws {
        try await JobStoreWorld.run { world in
            var limits = AccountQuota()
            limits.waitingBytes = 100
            _ = try await world.store.submit(world.new("a", bytes: 60), quota: limits)
            let job = world.new("b", bytes: 40 + difference)
            if difference > 0 {
                await fails(.tooManyJobs) { _ = try await world.store.submit(job, quota: limits) }
            } else {
                _ = try await world.store.submit(job, quota: limits)
            }
        }
    }

    @Test func theFirstEndCounts() async throws {
        try await JobStoreWorld.run { world in
            let job = try await world.submit("a")
            let attempt = world.attempt(job)
            #expect(try await world.store.begin(attempt))
            #expect(try await !world.store.begin(world.attempt(job)), "it is no longer queued")
            try await world.store.started(attempt.id, at: later(1))
            let end = JobEnd(job: job.sequence, attempt: attempt.id, state: .succeeded, ended: later(2), result: result)
            #expect(try await world.store.finish(end))
            #expect(try await !world.store.finish(end))
            let failure = JobEnd(job: job.sequence, attempt: nil, state: .failed, failure: lost, ended: later(3))
            #expect(try await !world.store.finish(failure))
            let record = try #require(try await world.store.record(account: world.ada, publicID: "a"))
            #expect(record.job.state == .succeeded && record.job.started == later(1) && record.job.ended == later(2))
            #expect(record.result == result)
        }
    }

    @Test func anAttemptThatWasTakenOverEndsNothing() async throws {
        try await JobStoreWorld.run { world in
            let job = try await world.submit("a")
            let (old, new) = (world.attempt(job), world.attempt(job, 2))
            #expect(try await world.store.begin(old))
            #expect(try await world.store.requeue(old.id, reason: lost, at: later(1)))
            #expect(try await world.state("a") == .queued)
            #expect(try await !world.store.requeue(old.id, reason: lost, at: later(1)))
            #expect(try await world.store.begin(new))
            let end = JobEnd(job: job.sequence, attempt: old.id, state: .succeeded, ended: later(2), result: result)
            #expect(try await !world.store.finish(end))
            #expect(try await world.store.dispatchedJobs().map(\.attempt) == [new])
        }
    }

    @Test func whatWaitsAndWhatAWorkerHasAreFoundAgain() async throws {
        try await JobStoreWorld.run { world in
            let (a, b) = (try await world.submit("a"), try await world.submit("b", position: .first))
            let (c, d) = (try await world.submit("c", of: world.bob), try await world.submit("d"))
            _ = try await world.store.requestCancel(account: world.ada, publicID: "d", at: later(1))
            let attempt = world.attempt(c)
            _ = try await world.store.begin(attempt)
            #expect(Set(try await world.store.queuedJobs()) == [QueuedJob(a), QueuedJob(b)])
            let found = try await world.store.dispatchedJobs()
            #expect(found.map(\.job.sequence) == [c.sequence] && found.map(\.attempt) == [attempt])
            #expect(found[0].job.state == .dispatched && d.sequence > c.sequence)
        }
    }

    @Test func aQueuedJobIsCanceledAtOnceAndLeavesNoTrace() async throws {
        try await JobStoreWorld.run { world in
            let job = try await world.submit("a")
            let answer = try await world.store.requestCancel(account: world.ada, publicID: "a", at: later(1))
            guard case .canceled(let canceled) = answer else { throw NotThis(answer) }
            #expect(canceled.sequence == job.sequence && canceled.state == .withdrawn)
            #expect(try await !world.store.begin(world.attempt(job)))
            #expect(try await world.store.history(of: world.ada, limit: 10, offset: nil).isEmpty)
            #expect(try await world.store.requestCancel(account: world.ada, publicID: "a", at: later(1)) == .ended)
            #expect(try await world.store.requestCancel(account: world.bob, publicID: "a", at: later(1)) == .unknown)
        }
    }

    @Test func aDispatchedJobIsAskedToStopAndIsNotDispatchedAgain() async throws {
        try await JobStoreWorld.run { world in
            let job = try await world.submit("a")
            let attempt = world.attempt(job)
            _ = try await world.store.begin(attempt)
            guard case .asked = try await world.store.requestCancel(account: world.ada, publicID: "a", at: later(1))
            else { throw NotThis("not asked") }
            #expect(try await !world.store.requeue(attempt.id, reason: lost, at: later(1)), "it would wait for ever")
            #expect(try await !world.store.begin(world.attempt(job, 2)), "its cancel was acknowledged")
            let end = JobEnd(job: job.sequence, attempt: attempt.id, state: .withdrawn, failure: lost, ended: later(2))
            #expect(try await world.store.finish(end))
            #expect(try await world.store.dispatchedJobs().isEmpty)
            #expect(try await world.store.queuedJobs().isEmpty)
        }
    }

    @Test func historyIsOneAccountsAndOldestFirst() async throws {
        try await JobStoreWorld.run { world in
            for (index, id) in ["a", "b", "c"].enumerated() {
                let job = try await world.submit(id)
                _ = try await world.store.finish(
                    JobEnd(job: job.sequence, attempt: nil, state: .succeeded, ended: later(Int64(9 - index))))
            }
            try await world.submit("x", of: world.bob)
            func ids(_ limit: Int, _ offset: Int?) async throws -> [String] {
                try await world.store.history(of: world.ada, limit: limit, offset: offset).map(\.job.publicID)
            }
            #expect(try await ids(10, nil) == ["c", "b", "a"])
            #expect(try await ids(2, nil) == ["b", "a"])
            #expect(try await ids(2, 0) == ["c", "b"])
            #expect(try await world.store.history(of: world.bob, limit: 10, offset: nil).isEmpty)
            try await world.store.forget(account: world.bob, publicIDs: ["a"])
            try await world.store.forget(account: world.ada, publicIDs: ["b"])
            #expect(try await ids(10, nil) == ["c", "a"])
            try await world.store.forget(account: world.bob, publicIDs: nil)
            #expect(try await world.pendingIDs(world.bob) == ["x"], "what waits is not history")
        }
    }

    @Test func listsTellTheirLengthWhateverHappened() async throws {
        try await JobStoreWorld.run { world in
            var dice = Dice(11)
            var count = 0
            for _ in 0..<300 {
                switch Int.random(in: 0..<6, using: &dice) {
                case 0, 1, 2:
                    count += 1
                    try await world.submit("\(count)")
                case 3:
                    let id = "\(Int.random(in: 1...max(1, count), using: &dice))"
                    guard let job = try await world.store.record(account: world.ada, publicID: id)?.job else {
                        continue
                    }
                    _ = try await world.store.begin(world.attempt(job, job.attempts + 1))
                case 4:
                    let id = "\(Int.random(in: 1...max(1, count), using: &dice))"
                    guard let job = try await world.store.record(account: world.ada, publicID: id)?.job else {
                        continue
                    }
                    let state = [JobState.succeeded, .failed, .canceled].randomElement(using: &dice) ?? .failed
                    _ = try await world.store.finish(
                        JobEnd(job: job.sequence, attempt: nil, state: state, ended: later(5)))
                default:
                    try await world.store.forget(
                        account: world.ada, publicIDs: ["\(Int.random(in: 1...max(1, count), using: &dice))"])
                }
            }
            for state in JobState.allCases {
                let page = try await world.store.jobs(of: world.ada, JobQuery(states: [state]))
                #expect(page.total == page.items.count, "\(state)")
            }
            var query = JobQuery()
            query.limit = 7
            query.workflowID = "w"
            let page = try await world.store.jobs(of: world.ada, query)
            #expect(page.items.count == 7)
            #expect(page.items.map(\.job.sequence) == page.items.map(\.job.sequence).sorted(by: >))
            #expect(try await world.store.jobs(of: world.bob, query).total == 0)
        }
    }

    @Test func deathsUnderAGraphAreCountedUntilItSucceedsOrIsReleased() async throws {
        try await JobStoreWorld.run { world in
            let died = JobFailure(.workerCrashed, "It stopped.")
            let signature = digest("graph")
            func dies(_ id: String, of account: UUID, at time: Int64) async throws {
                let job = try await world.submit(id, of: account)
                let attempt = world.attempt(job)
                _ = try await world.store.begin(attempt)
                #expect(try await world.store.requeue(attempt.id, reason: died, at: later(time)))
                // Told twice is counted once.
                #expect(try await !world.store.requeue(attempt.id, reason: died, at: later(time)))
                let last = world.attempt(job, 2)
                _ = try await world.store.begin(last)
                _ = try await world.store.finish(
                    JobEnd(job: job.sequence, attempt: last.id, state: .failed, failure: died, ended: later(time + 1)))
            }
            #expect(try await world.store.deaths(of: signature) == 0)
            try await dies("a", of: world.ada, at: 1)
            try await world.store.forget(account: world.ada, publicIDs: nil)
            #expect(try await world.store.deaths(of: signature) == 2, "whose history is gone")
            try await dies("b", of: world.bob, at: 3)
            #expect(try await world.store.deaths(of: signature) == 4)
            #expect(
                try await world.store.deadly(limit: 9)
                    == [DeadlyGraph(signature: signature, deaths: 4, last: later(4), account: world.bob)])
            #expect(try await world.store.deaths(of: digest("other")) == 0)
            let job = try await world.submit("c")
            let attempt = world.attempt(job)
            _ = try await world.store.begin(attempt)
            _ = try await world.store.finish(
                JobEnd(job: job.sequence, attempt: attempt.id, state: .succeeded, ended: later(3), result: result))
            #expect(try await world.store.deaths(of: signature) == 0)
            try await dies("d", of: world.ada, at: 5)
            #expect(try await world.store.release(signature))
            #expect(try await !world.store.release(signature))
            #expect(try await world.store.deadly(limit: 9).isEmpty)
        }
    }

    @Test func whatIsLeftAtAWorkerOutlivesTheJobs() async throws {
        try await JobStoreWorld.run { world in
            func give(_ id: String, _ failure: JobFailure, at time: Int64) async throws -> Attempt {
                let job = try await world.submit(id)
                let attempt = Attempt(
                    id: UUID(), job: job.sequence, ordinal: 1, worker: "gpu", began: noon, marker: UUID())
                _ = try await world.store.begin(attempt)
                #expect(try await world.store.dispatchedJobs().last?.attempt == attempt)
                _ = try await world.store.finish(
                    JobEnd(
                        job: job.sequence, attempt: attempt.id, state: .failed, failure: failure, ended: later(time)))
                return attempt
            }
            #expect(try await world.store.traces(at: "gpu", since: noon) == WorkerTraces())
            let unknown = try await give("a", JobFailure(.handOverUnknown, "?"), at: 10)
            let away = try await give("b", JobFailure(.workerUnreachable, "?"), at: 20)
            _ = try await give("c", JobFailure(.workerCrashed, "It stopped."), at: 30)
            for id in ["d", "e"] {
                let job = try await world.submit(id)
                let attempt = world.attempt(job)
                _ = try await world.store.begin(attempt)
                _ = try await world.store.finish(
                    JobEnd(
                        job: job.sequence, attempt: attempt.id, state: .succeeded, ended: later(40), result: result,
                        isInHistory: true))
                #expect(try await world.store.traces(at: "gpu", since: later(100)) == WorkerTraces(last: attempt.id))
            }
            try await world.store.forget(account: world.ada, publicIDs: nil)
            let traces = try await world.store.traces(at: "gpu", since: later(10))
            #expect(traces.givenUp.map(\.attempt) == [unknown.id, away.id] && traces.last != nil)
            #expect(try await world.store.traces(at: "gpu", since: later(11)).givenUp.map(\.attempt) == [away.id])
            #expect(try await world.store.traces(at: "other", since: noon) == WorkerTraces())
            // After a day they are no longer worth remembering.
            _ = try await give("f", JobFailure(.handOverUnknown, "?"), at: 86_400 + 15)
            #expect(try await world.store.traces(at: "gpu", since: noon).givenUp.count == 2)
        }
    }

    @Test func keysForPaidNodesAreForgottenWithTheEnd() async throws {
        try await JobStoreWorld.run { world in
            var new = world.new("a")
            new.request.credentials = Array(#"{"api_key_comfy_org":"k"}"#.utf8)
            guard case .created(let job) = try await world.store.submit(new, quota: AccountQuota()) else {
                throw NotThis("created")
            }
            #expect(try await world.store.record(of: job.sequence)?.request.credentials != nil)
            _ = try await world.store.finish(JobEnd(job: job.sequence, attempt: nil, state: .failed, ended: noon))
            #expect(try await world.store.record(of: job.sequence)?.request.credentials == nil)
        }
    }
}

struct FileStoreTests {
    private func asset(_ text: String) -> Asset {
        Asset(hash: digest(text), size: text.utf8.count, mediaType: "image/png")
    }

    @Test func anUploadKeepsItsNameOrGetsAFreeOne() async throws {
        try await JobStoreWorld.run { world in
            let place = FilePlace(.input, "", "x.png")
            func upload(_ text: String, _ account: UUID, overwrites: Bool = false) async throws -> String {
                try await world.store
                    .upload(account: account, place, asset(text), overwrites: overwrites, limit: nil, at: noon).place
                    .name
            }
            #expect(try await upload("1", world.ada) == "x.png")
            #expect(try await upload("2", world.ada) == "x (1).png")
            #expect(try await upload("1", world.ada) == "x.png", "equal bytes")
            #expect(try await upload("3", world.bob) == "x.png", "another account's names are its own")
            #expect(try await upload("4", world.ada, overwrites: true) == "x.png")
            #expect(try await world.store.file(account: world.ada, place)?.asset == asset("4"))
            #expect(try await world.store.file(account: world.bob, place)?.asset == asset("3"))
            let names = try await world.store.files(account: world.ada, .input, subfolder: "", limit: 10).map(
                \.place.name)
            #expect(Set(names) == ["x.png", "x (1).png"])
        }
    }

    @Test func outputsGetTheNameTheyWouldHaveHadAlone() async throws {
        try await JobStoreWorld.run { world in
            let (job, other) = (try await world.submit("a"), try await world.submit("b", of: world.bob))
            func keep(_ job: Job, _ name: String, _ source: String) async throws -> [String] {
                try await world.store.keep([
                    NewOutput(
                        account: job.account, attempt: UUID(), job: job.sequence, source: source,
                        wanted: FilePlace(.output, "sub", name), asset: asset(source), created: noon)
                ]).map(\.place.name)
            }
            #expect(try await keep(job, "C_00007_.png", "one") == ["C_00001_.png"])
            #expect(try await keep(job, "C_00001_.png", "two") == ["C_00002_.png"])
            #expect(try await keep(job, "C_00001_.png", "two") == ["C_00002_.png"], "kept already")
            #expect(try await keep(other, "C_00007_.png", "one") == ["C_00001_.png"])
            #expect(try await keep(job, "own.bin", "three") == ["own.bin"])
            #expect(try await keep(job, "own.bin", "four") == ["own (1).bin"])
            #expect(try await world.store.outputs(of: job.sequence).count == 4)
        }
    }

    @Test func anAttemptThatCameToNothingTakesItsFilesAlong() async throws {
        try await JobStoreWorld.run { world in
            let job = try await world.submit("a")
            let attempt = world.attempt(job)
            _ = try await world.store.begin(attempt)
            _ = try await world.store.keep([
                NewOutput(
                    account: world.ada, attempt: attempt.id, job: job.sequence, source: "s",
                    wanted: FilePlace(.output, "", "C_00001_.png"), asset: asset("s"), created: noon)
            ])
            _ = try await world.store.requeue(attempt.id, reason: lost, at: later(1))
            #expect(try await world.store.outputs(of: job.sequence).isEmpty)
        }
    }

    @Test(arguments: [
        ("ComfyUI_00012_.png", "ComfyUI", 12, "_.png"), ("song_00001.flac", "song", 1, ".flac"),
        ("ComfyUI_temp_abcde_00001_.png", "ComfyUI_temp_abcde", 1, "_.png"),
        ("a_b_123456_.webp", "a_b", 123_456, "_.webp"),
        ("_00001_.png", "", 1, "_.png"), ("x_00001_", "x", 1, "_"),
    ]) func namesOfSavedFilesAreRead(_ name: String, _ prefix: String, _ counter: Int, _ ending: String) throws {
        let read = try #require(OutputName(name))
        #expect(read.prefix == prefix && read.counter == counter && read.ending == ending)
        #expect(read.numbered(counter) == name)
    }

    @Test(arguments: ["x.png", "x_0001_.png", "00001_.png", "x_00001_y.png", "", "_", ".png", "x_1234567890123_.png"])
    func otherNamesAreNot(_ name: String) { #expect(OutputName(name) == nil) }
}

private struct NotThis: Error {
    let found: String
    init(_ found: Any) { self.found = "\(found)" }
}
