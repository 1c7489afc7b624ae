import Basics
import Identity
import Testing

@testable import Secrets

/// Every text that was ever found where a bcrypt hash belongs.
struct HashVerdictTests {
    static let good = "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"

    @Test(
        "A text is judged, with the reason",
        arguments: [
            (good, .hash),
            ("$2a" + good.dropFirst(3), .hash), ("$2y" + good.dropFirst(3), .hash),
            // Sixty characters that match the popular expression; the salt cannot be one.
            ("$2b$12$03f3f6f91f4175e338c314f7bd96ebd3dd834b53c1813d69d830f", .broken(.saltEnd)),
            ("$2b$12$NErya5UooY9bJnscVc/ec.hpVDX.nYM86/88bXIkF/hh2VeKRvU5ka", .broken(.length(61))),
            ("$2b$12/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka", .eaten(by: .compose)),
            ("b2/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka", .eaten(by: .shell)),
            ("'\(good)'", .wrapped([.quotes])), ("\"\(good)\"", .wrapped([.quotes])),
            ("\(good)\r", .wrapped([.carriageReturn])), ("\(good)\r\n", .wrapped([.carriageReturn, .spaces])),
            (" \(good)", .wrapped([.spaces])), ("\(good)\t", .wrapped([.spaces])), ("\(good)\n", .wrapped([.spaces])),
            ("\u{FEFF}\(good)", .wrapped([.byteOrderMark])),
            ("\u{FEFF}'\(good)'\r\n", .wrapped([.byteOrderMark, .carriageReturn, .quotes, .spaces])),
            ("", .empty), ("  ", .empty), ("''", .empty), ("\r\n", .empty),
            ("your_token_here", .placeholder), ("<token>", .placeholder), ("CHANGEME", .placeholder),
            ("xxxxxxxx", .placeholder),
            ("coursia-2025", .word), ("Zx9-raw-example-token-_41", .word), ("$1$salt$hash", .word),
            ("$2x$12$" + good.dropFirst(7), .broken(.prefix)), ("$2b$03$" + good.dropFirst(7), .broken(.cost)),
            ("$2b$17$" + good.dropFirst(7), .broken(.cost)), ("$2b$1x$" + good.dropFirst(7), .broken(.cost)),
            ("$2b$12$JH0/XSNNOqcjD.QBZTeQI=byfQblenBmsJdm3JjGmTVnrkE0jsCka", .broken(.alphabet(at: 28))),
            ("$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCkb", .broken(.hashEnd)),
            (String(good.dropLast()), .broken(.length(59))), ("$2b$", .broken(.length(4))),
        ] as [(String, HashVerdict)])
    func judged(text: String, expected: HashVerdict) {
        let verdict = HashVerdict(judging: Array(text.utf8))
        #expect(verdict == expected)
        for language in Language.allCases {
            let words = verdict.phrase?.text(in: language)
            #expect((words == nil) == (expected == .hash))
            // The value is nobody's business but the file's.
            if text.count > 8 { #expect(words?.contains(text) != true) }
        }
    }

    @Test("Bytes that are no text are judged, too")
    func rubbish() {
        #expect(HashVerdict(judging: [0xFF, 0xFE, 0x24]) == .word)
        #expect(HashVerdict(judging: [UInt8](repeating: 0x24, count: 100_000)) == .word)
    }

    @Test("A well-formed hash is not yet the hash of a token")
    func verified() throws {
        #expect(!SharedHash.verify(Secret("coursia-2025"), against: Secret(Self.good)))
        let token = Secret("example-2025")
        let hash = try SharedHash.make(of: token, cost: 4)
        #expect(SharedHash.verify(token, against: hash))
        #expect(!SharedHash.verify(Secret("example-2026"), against: hash))
        #expect(!SharedHash.verify(token, against: Secret("example-2025")))
    }

    @Test("The salt of a new hash begins with a digit, and all ten occur")
    func salts() throws {
        var seen: Set<Character> = []
        for _ in 0..<300 {
            let hash = try SharedHash.make(of: Secret("x"), cost: 4).reveal()
            #expect(HashVerdict(judging: Array(hash.utf8)) == .hash)
            seen.insert(try #require(hash.dropFirst(7).first))
        }
        #expect(seen == Set("0123456789"))
    }

    @Test func everyMessageIsWholeInBothLanguages() { #expect(Message.faults(in: CredentialMessages.all) == []) }
}
