import Basics
import Store
import Testing

struct AccountNameTests {
    @Test(arguments: ["a", "anna", "Émile", "o'".replacing("'", with: "x"), "a.b-c_d@e+f", "_x", "9", "学生1", "Łukasz"])
    func acceptsWordsOfAnyScript(text: String) throws { #expect(try AccountName(text).text == text) }

    @Test(arguments: [
        "", " ", "a b", "a/b", "a:b", "-a", ".a", "@a", "a\u{0}", "a\n", "e\u{301}", "a,b", "a\"b", "\u{1112}\u{1161}",
        "\u{F900}", "a\u{200B}", "a\u{202E}b", "🙂", "²",
    ])
    func refusesTheRest(text: String) { #expect(throws: GateError.self) { try AccountName(text) } }

    @Test(arguments: [(63, true), (64, true), (65, false)])
    func isLimitedInBytes(count: Int, isGood: Bool) {
        #expect(((try? AccountName(String(repeating: "a", count: count))) != nil) == isGood)
    }

    @Test(arguments: [
        ("Anna", "ANNA"), ("Straße", "STRASSE"), ("ΣΟΦΟΣ", "σοφος"), ("σοφος", "σοφoς".replacing("o", with: "ο")),
    ])
    func comparesWithoutRegardToCase(left: String, right: String) throws {
        #expect(try AccountName(left) == AccountName(right))
    }

    @Test func aKeyIsItsOwnKey() {
        for value in UInt32(0x21)...0xFFFF {
            guard let scalar = Unicode.Scalar(value), let name = try? AccountName(String(scalar)),
                let again = try? AccountName(name.key)
            else { continue }
            #expect(again.key == name.key, "U+\(String(value, radix: 16))")
        }
    }
}
