import Basics
import TestSupport
import Testing

@testable import Secrets

struct AgeFileTests {
    private static let me = AgeIdentity.make()
    private static let friend = AgeIdentity.make()
    private static let stranger = AgeIdentity.make()

    /// Why it is refused; nil when it is opened.
    private static func refusal(_ file: [UInt8], _ identities: [AgeIdentity] = [me]) -> AgeError? {
        do throws(AgeError) {
            _ = try AgeFile.open(file, identities: identities)
            return nil
        } catch {
            return error
        }
    }

    private static func refusal(_ file: [UInt8], _ passphrase: String, largest: Int = 22) -> AgeError? {
        do throws(AgeError) {
            _ = try AgeFile.open(file, passphrase: Secret(passphrase), largestWorkFactor: largest)
            return nil
        } catch {
            return error
        }
    }

    private static func content(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) } }

    @Test("Content of any size around a chunk's comes back", arguments: [0, 1, 65_535, 65_536, 65_537, 131_072])
    func sizes(count: Int) throws {
        let content = Self.content(count)
        let sealed = try AgeFile.seal(content, to: [Self.me.recipient])
        #expect(try AgeFile.open(sealed, identities: [Self.me]) == content)
        let chunks = max(1, (count + 65_535) / 65_536)
        let header = try AgeHeader(parsing: sealed)
        #expect(sealed.count - header.end == 16 + count + 16 * chunks)
    }

    @Test("Every recipient opens it, nobody else does, and no two sealings are alike")
    func recipients() throws {
        let content = Self.content(100)
        let sealed = try AgeFile.seal(content, to: [Self.me.recipient, Self.friend.recipient])
        for identity in [Self.me, Self.friend] {
            #expect(try AgeFile.open(sealed, identities: [Self.stranger, identity]) == content)
        }
        #expect(Self.refusal(sealed, [Self.stranger]) == .noMatch)
        #expect(Self.refusal(sealed, []) == .noMatch)
        #expect(Self.refusal(sealed, "word") == .identityWanted)
        #expect(try AgeFile.seal(content, to: [Self.me.recipient, Self.friend.recipient]) != sealed)
    }

    @Test("A passphrase opens what it sealed")
    func passphrase() throws {
        let content = Self.content(100)
        let sealed = try AgeFile.seal(content, passphrase: Secret("correct horse"), workFactor: 4)
        #expect(try AgeFile.open(sealed, passphrase: Secret("correct horse")) == content)
        #expect(Self.refusal(sealed, "correct house") == .wrongPassphrase)
        #expect(Self.refusal(sealed, "") == .emptyPassphrase)
        #expect(Self.refusal(sealed) == .passphraseWanted)
        #expect(throws: AgeError.emptyPassphrase) { try AgeFile.seal([], passphrase: Secret("")) }
    }

    @Test("A work factor over the limit is refused before anything is computed")
    func workFactor() throws {
        let sealed = try AgeFile.seal([1], passphrase: Secret("a"), workFactor: 5)
        #expect(Self.refusal(sealed, "a", largest: 6) == nil)
        #expect(Self.refusal(sealed, "a", largest: 5) == nil)
        #expect(Self.refusal(sealed, "a", largest: 4) == .workFactor(5, limit: 4))
        for factor in [0, 23, 64] {
            #expect(throws: AgeError.workFactor(factor, limit: 22)) {
                try AgeFile.seal([1], passphrase: Secret("a"), workFactor: factor)
            }
        }
    }

    @Test("Content is as long as the limit at most, when it is sealed and when it is opened")
    func limit() throws {
        for (count, isFine) in [(999, true), (1_000, true), (1_001, false)] {
            let sealed = try? AgeFile.seal(Self.content(count), to: [Self.me.recipient], limit: 1_000)
            #expect((sealed != nil) == isFine)
            let whole = try AgeFile.seal(Self.content(count), to: [Self.me.recipient])
            let opened = try? AgeFile.open(whole, identities: [Self.me], limit: 1_000)
            #expect((opened != nil) == isFine)
        }
        #expect(Self.refusal([UInt8](repeating: 0, count: 100)) == .notAge)
        let word = Secret("a")
        #expect(throws: AgeError.tooLarge(limit: 1)) {
            try AgeFile.seal([1, 2], passphrase: word, workFactor: 1, limit: 1)
        }
    }

    @Test("There are one to 64 recipients")
    func recipientCount() throws {
        #expect(throws: AgeError.noRecipient) { try AgeFile.seal([], to: []) }
        let all = Array(repeating: Self.me.recipient, count: 65)
        #expect(throws: AgeError.tooManyRecipients(limit: 64)) { try AgeFile.seal([], to: all) }
        #expect(Self.refusal(try AgeFile.seal([], to: Array(all.prefix(64)))) == nil)
        #expect(Self.refusal(try AgeFile.seal([], to: Array(all.prefix(63)))) == nil)
    }

    @Test("A header is as long as the limit at most")
    func headerLimit() throws {
        let sealed = try AgeFile.seal([], to: [Self.me.recipient])
        let end = try AgeHeader(parsing: sealed).end
        #expect((try? AgeHeader(parsing: sealed, limit: end + 1))?.end == end)
        #expect((try? AgeHeader(parsing: sealed, limit: end))?.end == end)
        #expect(throws: AgeError.headerTooLong(limit: end - 1)) { try AgeHeader(parsing: sealed, limit: end - 1) }
    }

    @Test("A file with any byte changed, or cut off anywhere, is refused")
    func damage() throws {
        let content = Self.content(70)
        let forMe = try AgeFile.seal(content, to: [Self.friend.recipient, Self.me.recipient])
        for place in forMe.indices {
            for bit in 0..<8 {
                var damaged = forMe
                damaged[place] ^= 1 << UInt8(bit)
                #expect(Self.refusal(damaged) != nil, "bit \(bit) of byte \(place)")
            }
            #expect(Self.refusal(Array(forMe[..<place])) != nil, "cut off at \(place)")
        }
        for tail in [[0], [0x0A], Self.content(16), Self.content(17)] {
            #expect(Self.refusal(forMe + tail) == .content)
        }
        let byWord = try AgeFile.seal(content, passphrase: Secret("a"), workFactor: 3)
        for place in byWord.indices {
            var damaged = byWord
            damaged[place] ^= 1
            #expect(Self.refusal(damaged, "a", largest: 8) != nil, "byte \(place)")
            #expect(Self.refusal(Array(byWord[..<place]), "a", largest: 8) != nil, "cut off at \(place)")
        }
    }

    @Test("Chunks that are missing, exchanged or added are told")
    func chunks() throws {
        let sealed = try AgeFile.seal(Self.content(65_536 * 2 + 10), to: [Self.me.recipient])
        let start = try AgeHeader(parsing: sealed).end + 16
        let (size, tail) = (65_552, sealed.count - start - 2 * 65_552)
        let first = Array(sealed[start..<(start + size)])
        let second = Array(sealed[(start + size)..<(start + 2 * size)])
        let last = Array(sealed.suffix(tail))
        let head = Array(sealed[..<start])
        #expect(Self.refusal(head + first + second + last) == nil)
        for parts in [
            first + second, first, first + last, second + first + last, last, first + second + second + last, [],
            first + second + last + last, first + second + last.dropLast(10),
        ] { #expect(Self.refusal(head + parts) == .content) }
    }

    @Test("Properties hold for files between one and three chunks, with a byte changed at a random place")
    func properties() {
        var dice = Dice(7)
        for count in [0, 1, 15, 16, 17, 65_519, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073] {
            let input = (0..<3).map { _ in UInt8.random(in: 0...255, using: &dice) } + Self.content(count)
            #expect(AgeProperties.broken([1] + input) == [])
        }
    }

    @Test("Points of low order are refused, for one cannot seal for them")
    func lowOrder() throws {
        var eight = [UInt8](repeating: 0, count: 32)
        for point in [
            eight,
            {
                eight[0] = 1; return eight
            }(),
        ] {
            let recipient = AgeRecipient(point: point)
            #expect(throws: AgeError.badRecipient) { try AgeFile.seal([], to: [recipient]) }
            let stanza = AgeHeader.Stanza(
                type: "X25519", arguments: [AgeText.encode(point)], body: [UInt8](repeating: 0, count: 32))
            let header = AgeHeader.encode([stanza])
            let file = header + Array(" \(AgeText.encode([UInt8](repeating: 0, count: 32)))\n".utf8)
            #expect(Self.refusal(file) == .header(line: 2))
        }
    }

    @Test("Every message is whole in both languages")
    func words() { #expect(Message.faults(in: AgeMessages.all) == []) }
}
