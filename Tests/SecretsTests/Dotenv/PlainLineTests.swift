import TestSupport
import Testing

@testable import Secrets

/// Lines that need no model must never hide what a model would say.
struct PlainLineTests {
    /// In the class and around it: each piece can stand anywhere.
    private static let pieces = [
        "A", "HF_TOKEN", "b9", "_", "PPID", "UID", "RANDOM", "SECONDS", "HOME", "PATH", "export", "export ", "=", "=",
        "=",
        "'", "'", "\"", "\"", "$", "$2b$12$", "${", "{", "}", "\\", "#", " #", " ", "\t", "\r", "\n", "\n", "~", ":",
        ":~",
        "*", "?", "[", "]", "!", "`", "(", ")", ";", "&", "|", "<", ">", ",", ".", "/", "@", "%", "+", "-", "x", "0",
        "é",
        "\u{FEFF}", "\u{2028}", "\u{85}", "\0", "^",
    ].map { Array($0.utf8) }

    private static func line(_ dice: inout Dice) -> [UInt8] {
        func some(_ most: Int, _ dice: inout Dice) -> [UInt8] {
            (0..<Int.random(in: 0...most, using: &dice)).flatMap { _ in pieces.randomElement(using: &dice) ?? [] }
        }
        let key = ["A", "B", "HF_TOKEN", "UID", "_", "export A", "1A", "a.b"].randomElement(using: &dice) ?? "A"
        return switch Int.random(in: 0..<8, using: &dice) {
        case 0: some(6, &dice)
        case 1: [UInt8(ascii: "#")] + some(4, &dice)
        case 2: []
        default:
            {
                let quote = ["", "'", "\""].randomElement(using: &dice) ?? ""
                return Array("\(key)=\(quote)".utf8) + some(4, &dice) + Array(quote.utf8)
            }()
        }
    }

    private static func file(_ dice: inout Dice) -> [UInt8] {
        let lines = (0..<Int.random(in: 0...5, using: &dice)).map { _ in line(&dice) }
        return Array(lines.joined(separator: [UInt8(ascii: "\n")])) + (Bool.random(using: &dice) ? [0x0A] : [])
    }

    @Test(arguments: 0..<8) func theEntriesAreThoseOfTheLongWay(portion: Int) {
        var dice = Dice(UInt64(portion) + 7)
        for _ in 0..<4_000 {
            let bytes = Self.file(&dice)
            let (fast, slow) = (DotenvParser.read(bytes), DotenvParser.read(bytes, looksForPlainLines: false))
            #expect(fast.entries == slow.entries, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
    }

    @Test(arguments: 0..<8) func inAFileOfPlainLinesEveryUsualReaderSeesWhatIsWritten(portion: Int) throws {
        var dice = Dice(UInt64(portion) + 70)
        var count = 0
        while count < 600 {
            let file = try DotenvFile(Self.file(&dice))
            guard file.isPlain, !file.keys.isEmpty else { continue }
            count += 1
            let views = DotenvReader.usual.map { ($0, $0.read(file.bytes, environment: ["A": "x", "B": "$A"])) }
            for key in file.keys {
                let written = DotenvValue(file.written(key) ?? [])
                for (reader, view) in views {
                    let text = String(decoding: file.bytes, as: UTF8.self).debugDescription
                    #expect(view[key] == .value(written), "\(reader): \(key) in \(text)")
                }
                #expect(DotenvViews(file).objections(to: written, of: key).isEmpty)
            }
        }
    }

    @Test(arguments: [
        "A=1\n", "A='$2b$12$x'\n", "export A=\"a b\"", "# it's\n\nA=\n", "A=a:b=c\n",
    ])
    func whatInstallationsHoldIsPlain(text: String) throws { #expect(try DotenvFile(Array(text.utf8)).isPlain) }

    @Test(arguments: [
        "A=$B\n", "A='${B}'\n", "A=\"$B\"\n", "A=1 \n", "A=1 # c\n", "A='1' # c\n", " A=1\n", "A =1\n", "A=1\r\n",
        "UID=1\n",
        "A.B=1\n", "1A=1\n", "A\n", "A='1\n2'\n", "A='1'B=2\n", "\u{FEFF}A=1\n", "A=é\n", "A='\\'\n", "A=~\n",
        "export\n",
    ])
    func whatReadersTakeInSeveralWaysIsNot(text: String) throws {
        #expect(try !DotenvFile(Array(text.utf8)).isPlain)
    }
}
