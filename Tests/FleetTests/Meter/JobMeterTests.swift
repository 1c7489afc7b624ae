import Basics
import Store
import Testing

@testable import Fleet

struct JobMeterTests {
    private let noon = Timestamp(seconds: 1_800_000_000)

    private func job(submitted: Timestamp) -> Job {
        Job(
            sequence: 1, account: UUID(), publicID: "a", clientID: nil, place: JobPlace(1, isGiven: false),
            state: .queued, submitted: submitted, signature: .zero, byteCount: 1)
    }

    private func attempt(_ ordinal: Int, after milliseconds: Int64) -> Attempt {
        Attempt(
            id: UUID(), job: 1, ordinal: ordinal, worker: "w", began: noon.advanced(byMilliseconds: milliseconds))
    }

    private func end(
        _ state: JobState, _ failure: JobFailure? = nil, started: Timestamp? = nil, after milliseconds: Int64 = 0
    ) -> JobEnd {
        JobEnd(
            job: 1, attempt: nil, state: state, failure: failure, started: started,
            ended: noon.advanced(byMilliseconds: milliseconds))
    }

    @Test func onlyTheFirstTryCountsAsWaiting() {
        let meter = JobMeter()
        meter.began(attempt(1, after: 400), of: job(submitted: noon))
        meter.began(attempt(2, after: 90_000), of: job(submitted: noon))
        let counts = meter.current
        #expect(counts.attempts == 2 && counts.retries == 1)
        #expect(counts.waiting.sum == 400 && counts.waiting.counts[2] == 1)
        #expect(counts.waiting.counts.reduce(0, +) == 1)
    }

    @Test(arguments: TimeBuckets.bounds.indices) func aSpanFallsIntoTheFirstBucketThatHoldsIt(index: Int) {
        let bound = TimeBuckets.bounds[index]
        for (span, place) in [(bound - 1, index), (bound, index), (bound + 1, index + 1)] {
            var times = TimeBuckets()
            times.add(span)
            #expect(times.counts.firstIndex(of: 1) == place && times.sum == span, "\(span)")
        }
    }

    @Test func aClockThatWasSetBackCountsAsNoTime() {
        var times = TimeBuckets()
        times.add(-5_000)
        #expect(times.sum == 0 && times.counts[0] == 1)
    }

    @Test func bucketsAscend() { #expect(TimeBuckets.bounds == TimeBuckets.bounds.sorted()) }

    @Test func endsAreCountedByStateAndFailuresByReason() {
        let meter = JobMeter()
        meter.ended(end(.succeeded, started: noon, after: 3_000))
        meter.ended(end(.failed, .workerDied))
        meter.ended(end(.failed, .quarantined))
        meter.ended(end(.failed, JobFailure("something_new", "x")))
        meter.ended(end(.failed))
        meter.ended(end(.expired, JobFailure(.queueExpired, "x")))
        meter.withdrawn()
        let counts = meter.current
        #expect(counts.ended == [.succeeded: 1, .failed: 4, .expired: 1, .withdrawn: 1])
        #expect(counts.failed == [.workerCrashed: 1, .quarantined: 1, .other: 2])
        #expect(counts.running.sum == 3_000 && counts.running.counts.reduce(0, +) == 1)
    }

    @Test func aDeathIsALostTryOfWhichTheProcessEnded() {
        let meter = JobMeter()
        for failure in [JobFailure.workerDied, .workerUnreachable, .jobVanished] { meter.lost(failure) }
        #expect(meter.current.workerDeaths == 1)
    }

    @Test(
        arguments: [
            (.workerDied, .workerCrashed), (.workerUnreachable, .workerUnreachable), (.jobVanished, .jobVanished),
            (.handOverUnknown, .handOverUnknown), (.interruptedByOthers, .interrupted), (.ranTooLong, .ranTooLong),
            (.stalled, .stalled), (.outputsLost, .outputsLost), (.inputLost, .inputLost),
            (.unreadable, .storeCorrupt), (.quarantined, .quarantined),
        ] as [(JobFailure, FailureReason)])
    func everyFailureOfTheGatesOwnHasItsReason(failure: JobFailure, reason: FailureReason) {
        #expect(FailureReason(failure) == reason)
    }

    @Test(
        arguments: [
            ("invalid_json", .invalidGraph), ("invalid_prompt", .invalidGraph), ("missing_node_type", .invalidGraph),
            ("prompt_no_outputs", .invalidGraph), ("prompt_outputs_failed_validation", .invalidGraph),
            ("too_costly", .policy), ("model_not_allowed", .policy), ("prompt_too_large", .tooLarge),
            ("request_too_large", .tooLarge),
        ] as [(String, RefusalReason)])
    func complaintsInComfysShapeHaveTheirReason(type: String, reason: RefusalReason) {
        #expect(RefusalReason(rejection: type) == reason)
    }

    @Test func refusalsOfTheStoreHaveTheirReason() {
        let meter = JobMeter()
        for code in ["too_many_jobs", "quota_exceeded", "disk_low", "store_full", "store_busy", "overloaded"] {
            meter.refused(GateError.Code(rawValue: code))
        }
        #expect(
            meter.current.refused == [.tooManyJobs: 1, .quotaExceeded: 1, .diskLow: 2, .store: 1, .other: 1])
    }
}
