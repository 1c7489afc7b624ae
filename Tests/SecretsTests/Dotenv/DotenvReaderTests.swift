import Secrets
import Testing

/// What the table of readers says, and the traps of real installations.
struct DotenvReaderTests {
    private static func value(_ text: String) -> DotenvReading { .value(DotenvValue(text.utf8)) }
    private static func read(_ text: String, _ reader: DotenvReader, _ key: String = "A") -> DotenvReading {
        reader.read(Array(text.utf8))[key]
    }

    static let hash = "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"
    static let cut = "$2b$12/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"
    static let eaten = "b2/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka"

    @Test(arguments: [
        (DotenvReader.composeV2, cut, cut, hash), (.composeV1, hash, hash, hash), (.posixShell, eaten, eaten, hash),
        (.dockerRun, hash, "\"\(hash)\"", "'\(hash)'"), (.pythonDotenv, hash, hash, hash),
        (.pythonDotenvOld, hash, hash, hash),
        (.rawLine, hash, "\"\(hash)\"", "'\(hash)'"),
    ])
    func aHashIsReadAsTheReaderReadsIt(reader: DotenvReader, raw: String, double: String, single: String) {
        #expect(Self.read("A=\(Self.hash)\n", reader) == Self.value(raw))
        #expect(Self.read("A=\"\(Self.hash)\"\n", reader) == Self.value(double))
        #expect(Self.read("A='\(Self.hash)'\n", reader) == Self.value(single))
    }

    @Test func aSaltThatBeginsWithADigitSurvivesComposeOnly() {
        let digits = "$2b$12$03f3f6f91f4175e338c314f7bd96ebd3dd834b53c1813d69d830f"
        #expect(Self.read("A=\(digits)\n", .composeV2) == Self.value(digits))
        // `$0` is the name of the shell or of its script.
        #expect(Self.read("A=\(digits)\n", .posixShell) == .unreadable(.shellState, line: 1))
    }

    @Test func aByteOrderMarkHidesTheFirstKeyFromSome() {
        let seen = Set(DotenvReader.allCases.filter { Self.read("\u{FEFF}A=1\n", $0) == Self.value("1") })
        #expect(seen == [.composeV2, .composeV1, .dockerRun, .pythonDotenv])
    }

    @Test func theCheckNamesWhoSeesSomethingElseAndWhy() throws {
        let value = DotenvValue(Self.hash.utf8)
        let all = Set(DotenvReader.allCases)
        func reasons(_ text: String) throws -> [DotenvReader: DotenvObjection.Reason] {
            let file = try DotenvFile(Array(text.utf8))
            return Dictionary(
                uniqueKeysWithValues: file.objections(to: value, of: "A", readers: all).map { ($0.reader, $0.reason) })
        }
        #expect(try reasons("A=\(Self.hash)\n") == [.composeV2: .expandsVariables, .posixShell: .expandsVariables])
        #expect(try reasons("A='\(Self.hash)'\n") == [.dockerRun: .keepsQuotes, .rawLine: .keepsQuotes])
        #expect(
            try reasons("A='\(Self.hash)'\r\n") == [
                .dockerRun: .keepsQuotes, .rawLine: .keepsQuotes, .posixShell: .keepsCarriageReturn,
            ])
        #expect(
            try reasons("\u{FEFF}A='\(Self.hash)'\n") == [
                .dockerRun: .keepsQuotes, .rawLine: .hiddenByMark, .posixShell: .hiddenByMark,
                .pythonDotenvOld: .hiddenByMark,
            ])
        #expect(try reasons("B=1\n").values.allSatisfy { $0 == .missing })
    }

    @Test func aKeyWithoutAValueComesFromTheEnvironment() {
        let environment = ["A": "here"]
        let bytes = Array("A\nB\n".utf8)
        for reader in [DotenvReader.composeV2, .dockerRun] {
            let view = reader.read(bytes, environment: environment)
            #expect(view["A"] == Self.value("here") && view["B"] == .absent)
        }
        #expect(DotenvReader.pythonDotenv.read(bytes, environment: environment)["A"] == .absent)
    }

    @Test(arguments: [
        "A=1 foo\n", "A=$(id)\n", "A=`id`\n", "A=1\nexit\n", "if true\nA=1\n", "A=1 &\n", "A=1 > x\n", "A=(1 2)\n",
        "A+=1\n",
        "A='1\n", "unset A\nA=1\n", "A=1\n. other\n", "A=${B%x}\n", "A=1\nfoo bar\n", "UID=1\nA=1\n", "A=1\nB=${C?x}\n",
    ])
    func whatAShellWouldRunIsNotGuessed(text: String) {
        guard case .unreadable = Self.read(text, .posixShell) else {
            Issue.record("\(text) is no plain assignment")
            return
        }
    }

    @Test(arguments: ["A=$$\n", "A=$0\n", "A=~/x\n", "A=$PWD\n", "export A=$B\n", "A=$RANDOM\nB=1\n"])
    func whatDependsOnTheShellConcernsOneKeyOnly(text: String) {
        let view = DotenvReader.posixShell.read(Array((text + "Z=1\n").utf8))
        #expect(view.refusal == nil)
        #expect(view["Z"] == Self.value("1"))
        if case .unreadable = view["A"] { return }
        Issue.record("\(text) can be told")
    }

    @Test func dockerRunHasALongestLine() {
        for (count, isRead) in [(65_534, true), (65_535, true), (65_536, false)] {
            let line = Array("A=".utf8) + [UInt8](repeating: 0x78, count: count - 2)
            let view = DotenvReader.dockerRun.read(line + [0x0A])
            #expect((view.refusal == nil) == isRead)
        }
    }

    @Test func defaultsInDefaultsHaveALimit() {
        for (depth, isRead) in [(63, true), (64, true), (65, false)] {
            let value = String(repeating: "${A:-", count: depth) + "x" + String(repeating: "}", count: depth)
            let reading = Self.read("B=\(value)\n", .composeV2, "B")
            #expect(reading == (isRead ? Self.value("x") : .unreadable(.invalidTemplate, line: 1)))
        }
    }
}
