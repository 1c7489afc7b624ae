import Basics
import Secrets
import Testing

struct DotenvFileTests {
    private static func file(_ text: String) throws -> DotenvFile { try DotenvFile(Array(text.utf8)) }
    private static func text(_ file: DotenvFile) -> String { String(decoding: file.bytes, as: UTF8.self) }
    private static func value(_ text: String) -> DotenvValue { DotenvValue(text.utf8) }

    static let hash = "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"

    @Test(arguments: [
        // before, key, value, after
        ("A=1\n", "A", "2", "A=2\n"),
        ("A=1", "A", "2", "A=2"),
        ("A=1\r\nB=2\r\n", "A", "3", "A=3\r\nB=2\r\n"),
        ("\u{FEFF}A=1\nB=2\n", "A", "3", "\u{FEFF}A=3\nB=2\n"),
        ("# c\n\nexport A=\"1\" # why\nB=2\n", "A", "2", "# c\n\nexport A=\"2\" # why\nB=2\n"),
        ("A='1'\n", "A", "it", "A='it'\n"),
        ("A=1  # note\n", "A", "2", "A=2  # note\n"),
        ("A=\n", "A", "2", "A=2\n"),
        ("A=  \r\nB=1\r\n", "A", "2", "A=2\r\nB=1\r\n"),
        ("A\nB=1\n", "A", "2", "A=2\nB=1\n"), ("A\r\n", "A", "2 3", "A='2 3'\r\n"),
        ("A=1\nA\u{0B}\n", "A", "", "A=\nA=''\u{0B}\n"),
        ("A = 1\n", "A", "2", "A = 2\n"),
        ("A='two\nlines'\nB=1\n", "A", "2", "A='2'\nB=1\n"),
        // The quotes change only where they cannot carry the value.
        ("A=1\n", "A", hash, "A='\(hash)'\n"),
        ("A=\"1\"\n", "A", hash, "A='\(hash)'\n"),
        ("A='1'\n", "A", "it's", "A=\"it's\"\n"),
        ("A=1\n", "A", "a b", "A='a b'\n"),
        ("A=1\n", "A", "", "A=\n"),
        ("A='1' B=2\n", "A", "3", "A='3' B=2\n"),
        // A comment is not swallowed by a value without quotes.
        ("A='1'#c\n", "A", "3", "A='3'#c\n"),
        // Every duplicate.
        ("A=1\nB=2\nexport A='3'\n", "A", "4", "A=4\nB=2\nexport A='4'\n"),
        // What is there already stays.
        ("A='1'\nA=\"1\"\nA=1\n", "A", "1", "A='1'\nA=\"1\"\nA=1\n"),
        // A new key, with the file's line end and its last line's habit.
        ("", "A", "1", "A=1\n"),
        ("\u{FEFF}", "A", "1", "\u{FEFF}A=1\n"),
        ("A=1\n", "B", "2", "A=1\nB=2\n"),
        ("A=1", "B", "2", "A=1\nB=2"),
        ("A=1\r\n", "B", "2", "A=1\r\nB=2\r\n"),
        ("A=1\r\nB=2", "C", "3", "A=1\r\nB=2\r\nC=3"),
        ("A=1\r\nB=2\nC=3\r\n", "D", "4", "A=1\r\nB=2\nC=3\r\nD=4\r\n"),
        ("# c", "A", "1", "# c\nA=1"),
        ("export A=1\n", "B", "2", "export A=1\nexport B=2\n"),
        ("export A=1\nC=1\n", "B", "2", "export A=1\nC=1\nB=2\n"),
        ("A=1\n", "B", hash, "A=1\nB='\(hash)'\n"),
        // Lines that nobody understands stay as they are.
        ("what is this?\nA=1\n", "A", "2", "what is this?\nA=2\n"),
    ])
    func aChangeTouchesNothingElse(before: String, key: String, value: String, after: String) throws {
        var file = try Self.file(before)
        try file.set(key, to: Self.value(value))
        #expect(Self.text(file) == after)
    }

    @Test(arguments: [
        ("A=1\nB=2\n", "A", 1, "B=2\n"), ("A=1\nB=2", "B", 1, "A=1\n"), ("\u{FEFF}A=1\nB=2\n", "A", 1, "\u{FEFF}B=2\n"),
        ("A='x\ny' # c\nB=2\n", "A", 1, "B=2\n"), ("A=1\nB=2\nA=3\n", "A", 2, "B=2\n"), ("A=1\n", "B", 0, "A=1\n"),
        ("A='1' B=2\nC=3\n", "B", 1, "A='1' \nC=3\n"), ("A='1' B=2\r\n", "A", 1, "B=2\r\n"),
        ("A\nB=1\n", "A", 1, "B=1\n"),
        ("# c\r\n\r\nA=1\r\n", "A", 1, "# c\r\n\r\n"),
        ("\u{FEFF}A=1\nA=2\nB=3\n", "A", 2, "\u{FEFF}B=3\n"), ("A='1' A=2\nB=3\n", "A", 2, "B=3\n"),
    ])
    func removingTakesTheWholeLine(before: String, key: String, count: Int, after: String) throws {
        var file = try Self.file(before)
        #expect(try file.remove(key) == count)
        #expect(Self.text(file) == after)
    }

    @Test func keysAreFoundBehindAByteOrderMark() throws {
        let file = try Self.file("\u{FEFF}A=1\r\nexport B='2'\r\n")
        #expect(file.hasByteOrderMark)
        #expect(file.keys == ["A", "B"])
        #expect(file.entries.map(\.isExported) == [false, true])
        #expect(file.entries.map(\.line) == [1, 2])
        #expect(file.value(of: "A", .composeV2) == .value(Self.value("1")))
    }

    @Test func problemsAreTold() throws {
        let file = try Self.file("A=1\nB c=2\nA=2\n=x\nD='y'z\nE=\r1\nexport \nF=\"open\nG")
        #expect(
            file.problems.map { "\($0.line) \($0.key ?? "-") \($0.kind)" } == [
                "2 - invalid(Secrets.DotenvObstacle.spaceInKey)", "3 A duplicateKey(firstLine: 1)",
                "4 - invalid(Secrets.DotenvObstacle.emptyKey)", "6 E loneCarriageReturn",
                "7 - invalid(Secrets.DotenvObstacle.nothingToExport)",
                "8 F invalid(Secrets.DotenvObstacle.unterminatedQuote)", "9 - bareKeyAtEnd",
            ])
    }

    @Test func theSizeHasALimit() throws {
        for (count, isRead) in [(9, true), (10, true), (11, false)] {
            let bytes = Array("A=".utf8) + [UInt8](repeating: 0x31, count: count - 2)
            let file = try? DotenvFile(bytes, limit: 10)
            #expect((file != nil) == isRead)
        }
        #expect(throws: DotenvError.tooLarge(limit: 10)) {
            try DotenvFile([UInt8](repeating: 0x0A, count: 11), limit: 10)
        }
        var file = try DotenvFile(Array("A=1\n".utf8), limit: 8)
        try file.set("A", to: Self.value("12345"))
        #expect(throws: DotenvError.tooLarge(limit: 8)) { try file.set("A", to: Self.value("123456")) }
        #expect(Self.text(file) == "A=12345\n")
        #expect(DotenvFile.largest == 1_048_576)
    }

    @Test func whatCannotBeWrittenIsRefusedAndChangesNothing() throws {
        var file = try Self.file("A=1\nB=\"open\n")
        #expect(throws: DotenvError.unterminatedQuote(line: 2)) { try file.set("A", to: Self.value("2")) }
        #expect(throws: DotenvError.unterminatedQuote(line: 2)) { try file.remove("A") }
        file = try Self.file("A=1\n")
        #expect(throws: DotenvError.nulInValue(key: "A")) { try file.set("A", to: Self.value("a\0b")) }
        for key in ["", "1A", "A B", "A=", "É", "A-B", "A\n"] {
            #expect(throws: DotenvError.invalidKey(key)) { try file.set(key, to: Self.value("x")) }
        }
        #expect(Self.text(file) == "A=1\n")
    }

    @Test func nothingShowsAValue() throws {
        var file = try Self.file("A=1\n")
        let value = Self.value("s3cr$et'")
        var shown = "\(value) \(file) \(value.reveal().count)"
        dump(value, to: &shown)
        dump(file, to: &shown)
        do {
            try file.set("A", to: value)
            Issue.record("this value has no spelling for all")
        } catch {
            shown += "\(error) \(error.text(in: .english)) \(error.text(in: .french))"
            #expect(DotenvReader.usual.contains { error.text(in: .english).contains($0.phrase.text(in: .english)) })
        }
        let spelling = try DotenvSpelling.choose(Self.value("s3cr$et"), key: "A")
        shown += "\(spelling)"
        dump(spelling, to: &shown)
        #expect(!shown.contains("s3cr") && !shown.contains("et'"))
    }

    @Test func everyMessageIsWholeInBothLanguages() {
        #expect(Message.faults(in: DotenvMessages.all) == [])
        for reader in DotenvReader.allCases {
            #expect(!reader.phrase.text(in: .french).isEmpty && !reader.consumers.text(in: .english).isEmpty)
        }
    }
}
