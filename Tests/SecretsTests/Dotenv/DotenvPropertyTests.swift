import Foundation
import Secrets
import TestSupport
import Testing

struct DotenvPropertyTests {
    /// 12,000 files in all, in portions so that they run beside each other.
    @Test(arguments: 0..<12) func everyEditKeepsEveryOtherByte(portion: Int) {
        var dice = Dice(UInt64(portion) + 1)
        for _ in 0..<1_000 {
            let file = Self.file(&dice)
            let value = DotenvValue(Self.values.randomElement(using: &dice) ?? [])
            let broken = DotenvProperties.broken(file, value: value)
            #expect(broken.isEmpty, "\(broken): \(String(decoding: file, as: UTF8.self).debugDescription)")
        }
    }

    /// What all wanted readers are said to read, they read; and whatever the environment, they read the same.
    @Test(arguments: 0..<4) func aSpellingIsReadBackByEveryReaderItIsFor(portion: Int) throws {
        var dice = Dice(UInt64(portion) + 99)
        for _ in 0..<500 {
            let value = DotenvValue(Self.value(&dice))
            let readers = Set(DotenvReader.allCases.filter { _ in Bool.random(using: &dice) })
            var file = try DotenvFile(Array("A=1\n".utf8))
            do { try file.set("B", to: value, for: readers) } catch { continue }
            for environment in [[:], ["A": "x", "B": "y", "X": "z", "a": "w"], ["A": "", "B": "$A", "X": "'"]] {
                let objections = file.objections(to: value, of: "B", readers: readers, environment: environment)
                #expect(objections.isEmpty, "\(value.reveal()) \(objections)")
            }
        }
    }

    @Test func whatEveryoneCanReadIsNeverRefused() throws {
        let plain = Array("abcXYZ019 $#\"=/:;,.!?*()[]{}<>|&~^%+-@_".utf8)
        var dice = Dice(5)
        for _ in 0..<300 {
            var bytes = (0..<Int.random(in: 1...30, using: &dice)).compactMap { _ in plain.randomElement(using: &dice) }
            // python-dotenv expands `${` however it is quoted.
            bytes = bytes.enumerated().map { index, byte in
                byte == UInt8(ascii: "{") && index > 0 && bytes[index - 1] == UInt8(ascii: "$")
                    ? UInt8(ascii: "-") : byte
            }
            var file = try DotenvFile([])
            try file.set("A", to: DotenvValue(bytes))
            #expect(file.objections(to: DotenvValue(bytes), of: "A").isEmpty)
        }
    }

    /// Replays what the fuzzer starts from and what it found; see Fuzz/README.md.
    @Test func everyStoredInputKeepsTheProperties() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Corpus/dotenv")
            .standardized
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!names.isEmpty)
        for name in names {
            let input = Array(try Data(contentsOf: folder.appending(path: name)))
            let broken = DotenvProperties.broken(input)
            #expect(broken.isEmpty, "\(name): \(broken)")
        }
    }

    /// Each of these took hours with a reader that looks ahead too far, or overflowed the stack.
    @Test(arguments: [
        "A=1\n", "A=${A:-", "${A:-x}", "${", "${:", "${:-", "${A", "A='\n", "A=\"\n", "'", "A=\\'", "A=$A", "A={",
        "\\\n",
        "A='1' ", " ", "#", "\r", "A B=1\n", "export ", "A=${A:=x}\n", "A=1 # c\n",
    ])
    func aLargeHostileFileIsReadAsQuicklyAsAnyOther(piece: String) throws {
        let count = 30_000 / piece.utf8.count
        let repeated = [UInt8](repeating: 0, count: count).flatMap { _ in Array(piece.utf8) }
        for lead in ["", "A=", "A=\""] {
            for tail in ["", "}"] {
                let bytes = Array(lead.utf8) + repeated + Array(tail.utf8)
                for reader in DotenvReader.allCases { _ = reader.read(bytes) }
            }
        }
        var file = try DotenvFile(repeated)
        _ = file.problems
        try? file.set("A", to: DotenvValue("it's".utf8))
        _ = try? file.remove("A")
    }

    @Test func manyKeysAreReadAsQuicklyAsOne() throws {
        let bytes = (0..<5_000).flatMap { Array("K\($0)=$K\($0 / 2)\n".utf8) }
        for reader in DotenvReader.allCases { #expect(reader.read(bytes).keys.count == 5_000) }
        #expect(try DotenvFile(bytes).keys.count == 5_000)
    }

    private static let values = [
        "", "abc", "$2b$12$JH0/XSNNOqcjD.QBZTeQIebyfQblenBmsJdm3JjGmTVnrkE0jsCka", "it's", "a b", " a", "a #b", "a\"b",
        "\\",
        "a\nb", "a\r\nb", "é", "${X}", "'$'", "#", "a\\'b", "`", "~",
    ].map { Array($0.utf8) }

    private static let pieces = [
        "a", "B", "0", " ", "$", "{", "}", "'", "\"", "\\", "#", "\n", "\r", "=", ":", "é", "\t", "`", "$X", "${A}",
        "~", "!",
    ].map { Array($0.utf8) }

    private static func value(_ dice: inout Dice) -> [UInt8] {
        (0..<Int.random(in: 0...8, using: &dice)).flatMap { _ in pieces.randomElement(using: &dice) ?? [] }
    }

    /// Sensible lines, strange lines, or bytes without sense; with or without byte order mark, CR and last line end.
    private static func file(_ dice: inout Dice) -> [UInt8] {
        var bytes: [UInt8] = Int.random(in: 0..<5, using: &dice) == 0 ? [0xEF, 0xBB, 0xBF] : []
        let ends = [["\n"], ["\r\n"], ["\n", "\r\n"], ["\n", "\n", "\r"]].randomElement(using: &dice) ?? []
        let count = Int.random(in: 0...6, using: &dice)
        for line in 0..<count {
            bytes += Self.line(&dice)
            if line < count - 1 || Bool.random(using: &dice) {
                bytes += (ends.randomElement(using: &dice) ?? "\n").utf8
            }
        }
        return bytes
    }

    private static func line(_ dice: inout Dice) -> [UInt8] {
        let key = ["A", "B", "C", "LONG_NAME", "a.b"].randomElement(using: &dice) ?? "A"
        switch Int.random(in: 0..<12, using: &dice) {
        case 0: return []
        case 1: return Array("# it's a comment = '".utf8)
        case 2: return Array("  \t".utf8)
        case 3: return Array("export \(key)='x y' # c".utf8)
        case 4: return Array(key.utf8)
        case 5: return value(&dice)
        case 6: return Array("\(key) = 'x'".utf8)
        case 7: return Array("\(key)='x' B=\"y\"".utf8)
        case 8: return Array("\(key)=\"two\nlines\"".utf8)
        case 9: return Array("\(key)= \t".utf8)
        default:
            let quote = ["", "", "'", "\""].randomElement(using: &dice) ?? ""
            return Array("\(key)=\(quote)".utf8) + value(&dice) + Array(quote.utf8)
        }
    }
}
