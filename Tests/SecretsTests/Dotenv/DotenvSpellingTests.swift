import Basics
import Secrets
import Testing

struct DotenvSpellingTests {
    private static func spelling(
        _ value: String, for readers: Set<DotenvReader> = DotenvReader.usual, preferring: [DotenvStyle] = []
    ) throws -> String {
        String(
            decoding: try DotenvSpelling.choose(
                DotenvValue(value.utf8), key: "A", for: readers, preferring: preferring
            ).bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("abc", "'abc'"), ("$2b$12$JH0/x", "'$2b$12$JH0/x'"), ("it's", "\"it's\""), ("a\\b", "'a\\b'"),
        ("\\\\host\\share", "\"\\\\\\\\host\\\\share\""), ("a\nb", "'a\nb'"), ("a #b", "'a #b'"), ("a\"b", "'a\"b'"),
        ("it's \"so\"", "\"it's \\\"so\\\"\""), ("end\\", "\"end\\\\\""), ("`id`", "'`id`'"), ("é", "'é'"), ("", "''"),
        // `$` in front of a quote is no variable to anyone.
        ("\\$'", "\"\\\\$'\""),
    ])
    func singleQuotesComeFirst(value: String, written: String) throws { #expect(try Self.spelling(value) == written) }

    @Test func thePreferredStyleIsTakenWhenItCarriesTheValue() throws {
        #expect(try Self.spelling("abc", preferring: [.raw]) == "abc")
        #expect(try Self.spelling("abc", preferring: [.double]) == "\"abc\"")
        #expect(try Self.spelling("a b", preferring: [.raw]) == "'a b'")
        #expect(try Self.spelling("a$b", preferring: [.double]) == "'a$b'")
    }

    @Test func fewerReadersLeaveMoreSpellings() throws {
        #expect(try Self.spelling("a'$b", for: [.composeV2]) == "'a\\'$b'")
        #expect(try Self.spelling("a'$b", for: [.pythonDotenv, .composeV2]) == "'a\\'$b'")
        #expect(try Self.spelling("a'$b", for: [.posixShell, .composeV2]) == "\"a'\\$b\"")
        #expect(try Self.spelling("a$b'", for: [.dockerRun, .rawLine]) == "a$b'")
        #expect(try Self.spelling("a\rb", for: [.composeV2, .pythonDotenv]) == "\"a\\rb\"")
    }

    static let impossible: [(String, Set<DotenvReader>)] = [
        ("a'$b", DotenvReader.usual), ("${X}", DotenvReader.usual), ("a\rb", DotenvReader.usual),
        ("a'`b", DotenvReader.usual),
        ("a b", [.dockerRun, .posixShell]), ("a\nb", [.dockerRun]), ("\\$A'", DotenvReader.usual),
    ]

    @Test(arguments: impossible)
    func whatNoStyleCarriesIsRefusedWithTheReadersThatCannot(value: String, readers: Set<DotenvReader>) {
        do {
            _ = try DotenvSpelling.choose(DotenvValue(value.utf8), key: "A", for: readers)
            Issue.record("\(value) has a spelling")
        } catch {
            guard case .noSpelling(let key, let objections) = error else {
                Issue.record(error)
                return
            }
            #expect(key == "A" && !objections.isEmpty)
            #expect(objections.allSatisfy { readers.contains($0.reader) })
        }
    }

    @Test func theReadersThatCannotAreNamedWithAReason() throws {
        let value = DotenvValue("a$b".utf8)
        let spelling = try DotenvSpelling.choose(value, key: "A")
        #expect(
            spelling.objections(to: value).map { $0.text(in: .english) } == [
                "docker run --env-file takes the quotes for a part of the value",
                "a script that reads lines takes the quotes for a part of the value",
            ])
    }

    @Test func aValueHasALongestLength() throws {
        for (count, isWritten) in [(65_535, true), (65_536, true), (65_537, false)] {
            let value = DotenvValue([UInt8](repeating: 0x61, count: count))
            #expect(((try? DotenvSpelling.choose(value, key: "A")) != nil) == isWritten)
        }
        #expect(DotenvSpelling.longestValue == 65_536)
        let value = DotenvValue([UInt8](repeating: 0x61, count: 65_537))
        #expect(throws: DotenvError.valueTooLong(key: "A", limit: 65_536)) {
            try DotenvSpelling.choose(value, key: "A")
        }
    }
}
