import Basics
import TestSupport
import Testing

struct HexTests {
    @Test func writesLowerCaseAndReadsBoth() {
        #expect(Hex.encode([0, 0x0A, 0xFF]) == "000aff")
        #expect(Hex.decode("000aFF") == [0, 0x0A, 0xFF])
        #expect(Hex.encode([]).isEmpty)
        #expect(Hex.decode("") == [])
    }

    @Test(arguments: ["0", "0g", "0x", " 0", "é", "000"]) func refuses(text: String) {
        #expect(Hex.decode(text) == nil)
    }
}

struct Base64Tests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func publishedVectors(plain: String, text: String) {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
        let bare = text.replacing("=", with: "")
        #expect(Base64.encode(Array(plain.utf8), urlSafe: true) == bare)
        #expect(Base64.decode(bare) == Array(plain.utf8))
    }

    @Test func theAlphabetsDifferInTwoLetters() {
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
        #expect(Base64.encode([0xFB, 0xFF], urlSafe: true) == "-_8")
        #expect(Base64.decode("-_8") == [0xFB, 0xFF])
    }

    @Test(arguments: [
        "A", "A===", "AB", "AAB", "AA=A", "====", "=", "AA=", "AAA A", " AAAA", "AA\n=", "é===", "AAAA====",
    ])
    func refuses(text: String) { #expect(Base64.decode(text) == nil) }

    @Test(arguments: 0..<100) func readsBackWhatItWrote(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let bytes = generator.bytes(count)
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        #expect(Base64.decode(Base64.encode(bytes, urlSafe: true)) == bytes)
        #expect(Hex.decode(Hex.encode(bytes)) == bytes)
    }
}

struct Base62Tests {
    @Test func padsToOneLength() {
        #expect(Base62.encode([]) == "")
        #expect(Base62.encode([0]) == "00")
        #expect(Base62.encode([61]) == "0z")
        #expect(Base62.encode([62]) == "10")
        #expect(Base62.encode([255]) == "47")
        #expect(Base62.encode([UInt8](repeating: 0xFF, count: 16)).count == 22)
    }

    /// Decoding is only needed here: to see that no width is too short and no two values share a text.
    @Test(arguments: 1...64) func theWidthHoldsEveryValue(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        for bytes in [[UInt8](repeating: 0xFF, count: count), generator.bytes(count)] {
            let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
            var number = [UInt8](repeating: 0, count: count)
            for letter in Base62.encode(bytes).utf8 {
                var carry = alphabet.firstIndex(of: letter) ?? 0
                for index in number.indices.reversed() {
                    let value = Int(number[index]) * 62 + carry
                    number[index] = UInt8(truncatingIfNeeded: value)
                    carry = value >> 8
                }
            }
            #expect(number == bytes)
        }
    }
}
