import Basics
import TestSupport
import Testing

@testable import Identity

struct ThrottleTests {
    static let home = ClientAddress("192.0.2.1")
    static let away = ClientAddress("198.51.100.7")
    static let anna = Throttle.Pair(account: "anna", address: home)

    @Test(arguments: [
        (2, 0), (3, 500), (4, 1_000), (5, 2_000), (8, 16_000), (9, 30_000), (40, 30_000), (4_000, 30_000),
    ])
    func aPairsDelayDoubles(failures: Int, milliseconds: Int) {
        var limits = Throttle.Limits()
        limits.freePerAddress = 10_000
        var throttle = Throttle(limits)
        for _ in 0..<failures { throttle.wrongPassword(Self.anna, isKnown: true, now: .zero) }
        #expect(throttle.delay(Self.anna, isKnown: true, now: .zero) == .milliseconds(milliseconds))
        let elsewhere = Throttle.Pair(account: "anna", address: Self.away)
        #expect(throttle.delay(elsewhere, isKnown: true, now: .zero) == .zero, "no lock-out by account alone")
    }

    @Test(arguments: [(9, 0), (10, 250), (19, 250), (20, 500), (30, 1_000), (60, 5_000), (5_000, 5_000)])
    func anAddresssDelayGrowsAndStaysShort(failures: Int, milliseconds: Int) {
        var throttle = Throttle()
        for number in 0..<failures {
            let pair = Throttle.Pair(account: "x\(number)", address: Self.home)
            throttle.wrongPassword(pair, isKnown: false, now: .zero)
        }
        #expect(throttle.delay(Self.anna, isKnown: true, now: .zero) == .milliseconds(milliseconds))
        #expect(throttle.delay(Self.away, now: .zero) == .zero)
    }

    @Test func unknownTokensCountForTheAddress() {
        var throttle = Throttle()
        for _ in 0..<10 { throttle.unknownToken(Self.home, now: .zero) }
        #expect(throttle.delay(Self.home, now: .zero) == .milliseconds(250))
    }

    @Test func aRightPasswordForgivesThePairButNotTheAddress() {
        var throttle = Throttle()
        for _ in 0..<12 { throttle.wrongPassword(Self.anna, isKnown: true, now: .zero) }
        throttle.rightPassword(Self.anna)
        #expect(throttle.delay(Self.anna, isKnown: true, now: .zero) == .milliseconds(250))
    }

    @Test func failuresFade() {
        var throttle = Throttle()
        for _ in 0..<8 { throttle.wrongPassword(Self.anna, isKnown: true, now: .zero) }
        #expect(throttle.failures(of: Self.anna, isKnown: true, now: .seconds(599)) == 8)
        #expect(throttle.failures(of: Self.anna, isKnown: true, now: .seconds(600)) == 4)
        #expect(throttle.failures(of: Self.anna, isKnown: true, now: .seconds(1_800)) == 1)
        #expect(throttle.failures(of: Self.anna, isKnown: true, now: .seconds(1 << 40)) == 0)
    }

    @Test func knownAndUnknownAccountsAreDelayedAlike() {
        for failures in 0..<40 {
            var known = Throttle()
            var unknown = Throttle()
            for _ in 0..<failures {
                known.wrongPassword(Self.anna, isKnown: true, now: .zero)
                unknown.wrongPassword(Self.anna, isKnown: false, now: .zero)
            }
            #expect(
                known.delay(Self.anna, isKnown: true, now: .seconds(1))
                    == unknown.delay(Self.anna, isKnown: false, now: .seconds(1)))
        }
    }

    @Test func memoryIsBoundedAndMadeUpNamesDoNotPushOutRealOnes() {
        var throttle = Throttle()
        for _ in 0..<6 { throttle.wrongPassword(Self.anna, isKnown: true, now: .zero) }
        for number in 0..<30_000 {
            let pair = Throttle.Pair(
                account: "n\(number)",
                address: ClientAddress("10.\(number / 65_536).\(number / 256 % 256).\(number % 256)"))
            throttle.wrongPassword(pair, isKnown: false, now: .zero)
        }
        #expect(throttle.keyCount <= 10_000)
        #expect(throttle.failures(of: Self.anna, isKnown: true, now: .zero) == 6)
    }

    /// Whatever happens, a delay is never longer than the maximum and never shrinks by another failure.
    @Test(arguments: UInt64(1)...20) func delaysAreMonotonicAndBounded(seed: UInt64) {
        var dice = Dice(seed)
        var throttle = Throttle()
        var now = Duration.zero
        for _ in 0..<500 {
            let pair = Throttle.Pair(
                account: "a\(Int.random(in: 0..<4, using: &dice))",
                address: ClientAddress("192.0.2.\(Int.random(in: 0..<3, using: &dice))"))
            let isKnown = Bool.random(using: &dice)
            let before = throttle.delay(pair, isKnown: isKnown, now: now)
            throttle.wrongPassword(pair, isKnown: isKnown, now: now)
            let after = throttle.delay(pair, isKnown: isKnown, now: now)
            #expect(after >= before && after <= .seconds(30))
            now += .milliseconds(Int.random(in: 0..<60_000, using: &dice))
        }
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1", "::ffff:192.0.2.1", true),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true), ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
        ("::1", "127.0.0.1", false), ("@", "unix", true), ("0.0.0.1", "::1", false),
    ])
    func addressesAreCountedAsTheyAreAssigned(left: String, right: String, isSame: Bool) {
        #expect((ClientAddress(left) == ClientAddress(right)) == isSame)
    }
}
