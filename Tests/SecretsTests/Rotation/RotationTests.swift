import Basics
import Testing

@testable import Secrets

struct RotationTests {
    private static let now = Timestamp(year: 2026, month: 11, day: 21, hour: 12)

    private static func day(_ count: Int64) -> Timestamp { now.advanced(bySeconds: count * 86_400) }

    @Test("A policy is fine, then announced fourteen days ahead, then due")
    func policy() throws {
        let policy = try #require(RotationPolicy("every 90d", grace: nil))
        #expect(policy.grace == .seconds(86_400))
        #expect(policy.state(changed: Self.now, now: Self.now) == .fine(due: Self.day(90)))
        #expect(policy.state(changed: Self.now, now: Self.day(76).advanced(bySeconds: -1)) == .fine(due: Self.day(90)))
        #expect(policy.state(changed: Self.now, now: Self.day(76)) == .announced(due: Self.day(90)))
        #expect(
            policy.state(changed: Self.now, now: Self.day(90).advanced(bySeconds: -1)) == .announced(due: Self.day(90)))
        #expect(policy.state(changed: Self.now, now: Self.day(90)) == .due)
        #expect(policy.state(changed: nil, now: Self.now) == .unknownAge)
        // A short one is announced in its second half only.
        let short = RotationPolicy(every: .seconds(4 * 86_400))
        #expect(short.state(changed: Self.now, now: Self.day(1)) == .fine(due: Self.day(4)))
        #expect(short.state(changed: Self.now, now: Self.day(2)) == .announced(due: Self.day(4)))
    }

    @Test("A policy is at least a day", arguments: ["90d", "every", "every x", "every 23h", "every -1d", "Every 90d"])
    func badPolicy(text: String) { #expect(RotationPolicy(text, grace: nil) == nil) }

    @Test("A rotation keeps the old value for its grace, and can be undone until it is settled")
    func rotate() throws {
        let hash = try SharedHash.make(of: Secret("old-token"), cost: 4)
        let old = Credential(rawToken: Secret("old-token"), bcryptHash: hash)
        let new = try old.rotated(to: Secret("new-token"), grace: .seconds(3_600), now: Self.now)
        #expect(new.rawToken == Secret("new-token"))
        #expect(SharedHash.verify(Secret("new-token"), against: try #require(new.bcryptHash)))
        #expect(new.previous?.rawToken == Secret("old-token"))
        #expect(new.previous?.bcryptHash == hash)
        #expect(new.unrotated()?.rawToken == old.rawToken)
        #expect(new.unrotated()?.bcryptHash == hash)
        #expect(new.unrotated()?.previous == nil)
        #expect(old.unrotated() == nil)
        let later = Self.now.advanced(bySeconds: 3_600)
        #expect(new.settled(now: later.advanced(bySeconds: -1)).previous != nil)
        #expect(new.settled(now: later).previous == nil)
        // What an unfinished rotation may need stays.
        var stopped = new
        stopped.pending = ["qwen"]
        #expect(stopped.forgettingOld(now: later).previous != nil)
        #expect(new.changed == Self.now)
    }

    @Test("The same token gets a hash of its own again")
    func sameToken() throws {
        let hash = try SharedHash.make(of: Secret("token"), cost: 4)
        let old = Credential(rawToken: Secret("token"), bcryptHash: hash)
        #expect(try old.rotated(to: Secret("token"), grace: .zero, now: Self.now).bcryptHash != hash)
    }

    @Test("A credential that is only copied as it is gets no hash")
    func plain() throws {
        let rule = LocationRule(path: ".env", kind: .dotenv, key: "HF_TOKEN", value: .raw)
        let old = Credential(name: "huggingface", rawToken: Secret("hf_old"), locations: [rule])
        #expect(!old.wantsHash)
        #expect(try old.rotated(to: Secret("hf_new"), grace: .zero, now: Self.now).bcryptHash == nil)
        let held = try old.holding(Secret("hf_new"), now: Self.now) { _, _ in false }
        #expect(held.bcryptHash == nil && held.rawToken == Secret("hf_new") && held.createdAt == Self.now.rfc3339)
    }

    @Test("A sound hash stays, another one is made anew, and a foreign hash drops the token it is not of")
    func renewal() throws {
        let hash = try SharedHash.make(of: Secret("token"), cost: 4)
        let credential = Credential(rawToken: Secret("token"), bcryptHash: hash, createdAt: "2025-11-25T00:00:00")
        let same = try credential.holding(Secret("token"), now: Self.now, verify: SharedHash.verify)
        #expect(same == credential)
        let other = try credential.holding(Secret("other"), now: Self.now, verify: SharedHash.verify)
        #expect(other.bcryptHash != hash && other.rotatedAt == Self.now.rfc3339)
        #expect(SharedHash.verify(Secret("other"), against: try #require(other.bcryptHash)))
        let own = credential.adopting(
            hash: try SharedHash.make(of: Secret("token"), cost: 4), now: Self.now, verify: SharedHash.verify)
        #expect(own.rawToken == Secret("token") && own.bcryptHash != hash)
        let foreign = credential.adopting(
            hash: try SharedHash.make(of: Secret("x"), cost: 4), now: Self.now, verify: SharedHash.verify)
        #expect(foreign.rawToken == nil)
    }

    @Test("Made tokens are 43 characters that nobody has to quote")
    func made() {
        let token = RawToken.make().reveal()
        #expect(token.count == 43 && token.allSatisfy { $0.isLetter || $0.isNumber })
        #expect(RawToken.make() != RawToken.make())
    }
}
