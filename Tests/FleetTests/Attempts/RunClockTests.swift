import Testing

@testable import Fleet

struct RunClockTests {
    private static let limits: JobLimits = {
        var limits = JobLimits()
        (limits.run, limits.stall, limits.cancelGrace) = (1_000, 400, 50)
        return limits
    }()

    private func judged(_ clock: RunClock, runLimit: UInt64? = nil, at now: UInt64) -> RunClock {
        var clock = clock
        clock.judge(Self.limits, runLimit: runLimit, at: now)
        return clock
    }

    @Test func whatHasNotBegunIsNotOverdue() {
        #expect(judged(RunClock(at: 0, hasBegun: false), at: 1 << 40).overdue == nil)
    }

    @Test func aRunWithoutASignOfLifeIsStalledAtTheLimit() {
        var clock = RunClock(at: 0, hasBegun: false)
        clock.began(at: 100)
        #expect(judged(clock, at: 499).overdue == nil)
        #expect(judged(clock, at: 500).overdue == .stalled)
        clock.signOfLife(at: 500)
        #expect(judged(clock, at: 899).overdue == nil)
        #expect(judged(clock, at: 900).overdue == .stalled)
    }

    @Test(arguments: [(nil, UInt64(1_000)), (300, 300)] as [(UInt64?, UInt64)])
    func aRunEndsAtItsOwnLimitOrAtThatOfAll(own: UInt64?, limit: UInt64) {
        // One that an earlier process saw begin counts from now.
        var clock = RunClock(at: 7, hasBegun: true)
        clock.signOfLife(at: limit - 100)
        #expect(judged(clock, runLimit: own, at: 7 + limit - 1).overdue == nil)
        #expect(judged(clock, runLimit: own, at: 7 + limit).overdue == .ranTooLong)
    }

    @Test func whoDoesNotStopIsStuckAtTheLimitFromTheFirstWish() {
        var clock = RunClock(at: 0, hasBegun: true)
        clock.askedToStop(at: 10)
        clock.askedToStop(at: 55)
        #expect(!judged(clock, at: 59).isStuck)
        #expect(judged(clock, at: 60).isStuck)
    }
}

struct HearingTests {
    @Test func aSocketThatBringsNothingOfItsRunIsDeaf() {
        var hearing = Hearing()
        hearing.opened(at: 100)
        #expect(!hearing.isDeaf(at: 99 + Hearing.deafness.atFirst))
        #expect(hearing.isDeaf(at: 100 + Hearing.deafness.atFirst))
        hearing.heard(isOwn: true, at: 200)
        #expect(!hearing.isDeaf(at: 199 + Hearing.deafness.later))
        #expect(hearing.isDeaf(at: 200 + Hearing.deafness.later))
        hearing.opened(at: 300)
        #expect(!hearing.isProved && hearing.isDeaf(at: 300 + Hearing.deafness.atFirst), "as a new one")
    }

    @Test func historyAheadOfTheSocketWaitsForItAndNotForEver() {
        var hearing = Hearing()
        var waits = [hearing.mustHearOut(at: 5)]
        hearing.heard(isOwn: true, at: 5)
        for time in [10, 9 + Hearing.lag, 10 + Hearing.lag] { waits.append(hearing.mustHearOut(at: time)) }
        hearing.heardEnd()
        waits.append(hearing.mustHearOut(at: 11))
        #expect(waits == [false, true, true, false, false])
    }

    @Test func historyAheadOfLargePicturesWaitsForAllOfThem() {
        var hearing = Hearing()
        hearing.heard(isOwn: true, at: 5)
        var waits: [Bool] = []
        for time in stride(from: 10, through: 10 + 3 * Hearing.lag, by: Int(Hearing.lag) - 1) {
            waits.append(hearing.mustHearOut(at: time))
            hearing.heard(isOwn: true, at: time)
        }
        let last = 10 + 3 * (Hearing.lag - 1)
        hearing.heard(isOwn: false, at: last + Hearing.lag - 1)
        waits.append(hearing.mustHearOut(at: last + Hearing.lag))
        #expect(waits == [true, true, true, true, false], "others' frames are no reason to wait")
    }
}
