import Basics
import Testing

@testable import Identity

struct TokenFormatTests {
    @Test func aTokenHasItsShapeAndCheck() {
        for _ in 0..<200 {
            let bytes = Array(TokenFormat.make().reveal().utf8)
            #expect(bytes.count == TokenFormat.length)
            #expect(TokenFormat.shape(of: bytes.span) == .token)
            #expect(TokenFormat.hasValidCheck(bytes))
        }
    }

    @Test(arguments: [UInt8(0), 1, 127, 255]) func everyRandomValueHasTheSameLength(byte: UInt8) {
        let text = TokenFormat.make(random: [UInt8](repeating: byte, count: 32)).reveal()
        #expect(text.utf8.count == TokenFormat.length)
        #expect(TokenFormat.hasValidCheck(Array(text.utf8)))
    }

    @Test func everyTypingMistakeIsFound() {
        let good = Array(TokenFormat.make(random: [UInt8](1...32)).reveal().utf8)
        for place in good.indices {
            var bad = good
            bad[place] = bad[place] == 0x61 ? 0x62 : 0x61
            #expect(!TokenFormat.hasValidCheck(bad), "\(place)")
        }
        for place in 3..<good.count - 1 where good[place] != good[place + 1] {
            var bad = good
            bad.swapAt(place, place + 1)
            #expect(!TokenFormat.hasValidCheck(bad), "\(place)")
        }
    }

    @Test func whatIsMalformedIsNoCredential() {
        let good = TokenFormat.make(random: [UInt8](1...32)).reveal()
        for bad in [
            "", "cg_", String(good.dropLast()), good + "0", "xg_" + good.dropFirst(3), good.dropLast() + "-",
            "cg_" + String(repeating: " ", count: 49), String(repeating: "$", count: 60), "Bearer " + good,
        ] { #expect(TokenFormat.shape(of: Array(bad.utf8).span) == nil, "\(bad)") }
    }

    @Test func aTokenLikeALoginIsATokenInBcryptsClothes() throws {
        var seen: Set<String> = []
        for _ in 0..<500 {
            let text = TokenFormat.makeLikeLogin().reveal()
            #expect(text.wholeMatch(of: #/\$2b\$12\$.{53}/#) != nil)
            #expect(text.wholeMatch(of: #/\$2b\$12\$[0-9][.\/A-Za-z0-9]{52}/#) != nil)
            #expect(try PasswordHash(validating: text).scheme == .bcrypt)
            #expect(TokenFormat.shape(of: Array(text.utf8).span) == .bcrypt)
            #expect(seen.insert(text).inserted)
        }
    }

    @Test func aDigestIsSHA256() {
        for count in [0, 1, 52, 55, 56, 64, 1_000] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            #expect(Digest32.sha256(bytes).bytes == Digest.sha256(bytes))
        }
        #expect(Digest32(Array(repeating: 0, count: 31)) == nil)
        #expect(Digest32(Array(repeating: 0, count: 32)) == .zero)
        #expect(digest("a") != digest("b"))
    }
}
