import Basics
import Testing

@testable import Secrets

struct AgeKeysTests {
    @Test("Bech32 agrees with the examples of BIP 173")
    func bech32() throws {
        for text in [
            "A12UEL5L", "a12uel5l",
            "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
            "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
            "?1ezyfcl",
        ] { #expect(Bech32.decode(text) != nil, "\(text)") }
        for text in [
            "", "1", "pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "A1G7SGD8", "10a06t8", "1qzzfhee",
            "a12UEL5L",
            "\u{20}1nwldj5", "\u{7f}1axkwrx", "a12uel5", "é12uel5l",
        ] { #expect(Bech32.decode(text) == nil, "\(text)") }
        let (prefix, bytes) = try #require(Bech32.decode("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"))
        #expect(Bech32.encode(bytes, prefix: prefix) == "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw")
    }

    @Test("A recipient is a whole age1… in lower case")
    func recipient() throws {
        let text = AgeIdentity.make().recipient.text
        #expect(text.utf8.count == 62)
        #expect(try AgeRecipient(parsing: text).text == text)
        let other = Bech32.encode([UInt8](repeating: 1, count: 31), prefix: "age")
        for wrong in [
            "", text.uppercased(), text + "q", String(text.dropLast()), " " + text, text + "\n", other,
            Bech32.encode([UInt8](repeating: 1, count: 32), prefix: "agf"),
        ] { #expect(throws: AgeError.badRecipient) { try AgeRecipient(parsing: wrong) } }
    }

    @Test("An identity file is read with comments, several identities and Windows line ends")
    func identities() throws {
        let (one, two) = (AgeIdentity.make(), AgeIdentity.make())
        let text = one.fileText(created: Timestamp(year: 2026, month: 11, day: 21, hour: 16)).reveal()
        #expect(
            text.hasPrefix("# created: 2026-11-21T16:00:00Z\n# public key: \(one.recipient.text)\nAGE-SECRET-KEY-1"))
        let both = text + "\n# another\n" + two.fileText(created: Timestamp(seconds: 0)).reveal()
        for text in [both, both.replacing("\n", with: "\r\n"), String(both.dropLast())] {
            let found = try AgeIdentity.parse(Array(text.utf8))
            #expect(found.map(\.recipient) == [one.recipient, two.recipient])
        }
    }

    @Test("Whatever else stands in an identity file is named by its line")
    func badIdentities() throws {
        let text = AgeIdentity.make().fileText(created: Timestamp(seconds: 0)).reveal()
        let expected: [(String, AgeError)] = [
            ("", .noIdentity), ("# nothing\n\n", .noIdentity), (text + "x\n", .badIdentity(line: 4)),
            (text + " \n", .badIdentity(line: 4)), (text.lowercased(), .badIdentity(line: 3)),
            (text.dropLast(2) + "\n", .badIdentity(line: 3)), ("AGE-PLUGIN-X-1ABC\n", .badIdentity(line: 1)),
            ("\u{FEFF}" + text.split(separator: "\n")[2], .badIdentity(line: 1)),
        ]
        for (text, error) in expected {
            #expect(throws: error, "\(text.count)") { try AgeIdentity.parse(Array(text.utf8)) }
        }
        let comment = [UInt8](repeating: 0x23, count: AgeIdentity.fileLimit - text.utf8.count - 1) + [0x0A]
        let room = comment + Array(text.utf8)
        #expect(room.count == AgeIdentity.fileLimit)
        #expect(try AgeIdentity.parse(room).count == 1)
        #expect(try AgeIdentity.parse(Array(room.dropFirst())).count == 1 || comment.count == 1)
        #expect(throws: AgeError.tooLarge(limit: AgeIdentity.fileLimit)) { try AgeIdentity.parse([0x23] + room) }
    }

    @Test("Derived keys are those of RFC 5869")
    func derived() {
        // RFC 5869, A.3: neither salt nor info; its first 32 bytes.
        var input = [UInt8](repeating: 0x0b, count: 22)
        let derived = HKDF.derive(from: KeyBytes(taking: &input), info: "")
        #expect(Hex.encode(derived.bytes) == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")
        #expect(input == [UInt8](repeating: 0, count: 22))
    }
}
