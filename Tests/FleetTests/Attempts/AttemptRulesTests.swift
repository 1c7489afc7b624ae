import Store
import Testing

@testable import Fleet

struct AttemptRulesTests {
    private let rules = AttemptRules()

    private func decide(
        _ handOver: HandOver, _ sighting: Sighting, isCanceled: Bool = false, sawDeath: Bool = false,
        lostSocket: Bool = false,
        silentSince: UInt64? = nil, now: UInt64 = 1_000_000
    ) -> AttemptRules.Decision {
        rules.decide(
            AttemptRules.Evidence(
                handOver: handOver, sighting: sighting, isCanceled: isCanceled, sawDeath: sawDeath,
                lostSocket: lostSocket,
                silentSince: silentSince, now: now))
    }

    private static let handOvers: [HandOver] = [.pending, .accepted, .uncertain(since: 0)]

    @Test(arguments: handOvers) func whatHistoryHasIsTheEnd(_ handOver: HandOver) {
        for (isCanceled, sawDeath) in [(false, false), (true, false), (true, true)] {
            #expect(decide(handOver, .ended, isCanceled: isCanceled, sawDeath: sawDeath) == .finish)
        }
    }

    @Test(arguments: handOvers) func whatTheWorkerHasIsWaitedFor(_ handOver: HandOver) {
        for sighting in [Sighting.pending, .running] {
            #expect(decide(handOver, sighting) == .wait)
            #expect(decide(handOver, sighting, isCanceled: true) == .wait, "a cancel is done when the end is seen")
        }
    }

    @Test func notFoundIsNoProofWhileTheRequestMayLieInItsBuffers() {
        #expect(decide(.pending, .absent) == .wait)
        #expect(decide(.pending, .absent, isCanceled: true) == .wait)
        let grace = rules.handOverGrace
        #expect(decide(.uncertain(since: 5), .absent, now: 5 + grace - 1) == .wait)
        #expect(decide(.uncertain(since: 5), .absent, now: 5 + grace) == .over(.handOverUnknown))
        #expect(decide(.uncertain(since: 5), .absent, now: 5 + grace + 1) == .over(.handOverUnknown))
    }

    @Test func notFoundAfterAnAnswerIsTheEndOfTheAttempt() {
        #expect(decide(.accepted, .absent) == .over(.jobVanished))
        #expect(decide(.accepted, .absent, isCanceled: true) == .withdrawn)
        // A process that started again between two looks has let go of our socket.
        #expect(decide(.accepted, .absent, lostSocket: true) == .over(.workerDied))
        #expect(decide(.pending, .absent, lostSocket: true) == .wait)
    }

    @Test(arguments: handOvers) func aProcessThatDiedHasNothingMore(_ handOver: HandOver) {
        #expect(decide(handOver, .silent(isDead: true)) == .over(.workerDied))
        #expect(decide(handOver, .absent, sawDeath: true) == .over(.workerDied))
    }

    @Test(arguments: handOvers) func aWorkerOutOfReachHasItsGrace(_ handOver: HandOver) {
        let grace = rules.workerGrace
        #expect(decide(handOver, .silent(isDead: false), silentSince: 7, now: 7 + grace - 1) == .wait)
        #expect(decide(handOver, .silent(isDead: false), silentSince: 7, now: 7 + grace) == .over(.workerUnreachable))
        #expect(decide(handOver, .silent(isDead: false)) == .wait)
    }
}
