import Basics
import TestSupport
import Testing

@testable import Secrets

struct TransactionJournalTests {
    private static func journal(_ dice: inout Dice) -> TransactionJournal {
        let entries = (0..<Int.random(in: 0...5, using: &dice)).map { index in
            let kind = TransactionJournal.Entry.Kind.allCases.randomElement(using: &dice) ?? .replace
            return TransactionJournal.Entry(
                kind: kind, old: kind == .create ? nil : .sha256([UInt8(index)]),
                new: kind == .delete ? nil : .sha256([UInt8(index), 1]),
                modes: kind == .mode || kind == .inPlace && Bool.random(using: &dice)
                    ? .init(old: .random(in: 0...0o7777, using: &dice), new: .random(in: 0...0o7777, using: &dice))
                    : nil,
                path: String(repeating: "é/.env", count: Int.random(in: 1...20, using: &dice)))
        }
        return TransactionJournal(transaction: .random(in: 0 ... .max, using: &dice), entries: entries)
    }

    @Test(arguments: 0..<50) func whatIsWrittenIsRead(seed: UInt64) throws {
        var dice = Dice(seed)
        let journal = Self.journal(&dice)
        #expect(try TransactionJournal(decoding: journal.encoded) == journal)
    }

    @Test(arguments: 0..<20) func everyPrefixIsTorn(seed: UInt64) {
        var dice = Dice(seed)
        let bytes = Self.journal(&dice).encoded
        for count in bytes.indices {
            #expect(throws: TransactionJournal.Flaw.torn) { try TransactionJournal(decoding: Array(bytes[..<count])) }
        }
    }

    @Test(arguments: 0..<20) func everyFlippedBitIsRecognised(seed: UInt64) {
        var dice = Dice(seed)
        let bytes = Self.journal(&dice).encoded
        for index in bytes.indices {
            for bit in 0..<8 {
                var wrong = bytes
                wrong[index] ^= 1 << bit
                #expect(throws: TransactionJournal.Flaw.self) { try TransactionJournal(decoding: wrong) }
            }
        }
    }

    @Test func bytesBehindTheEndAreDamage() {
        var dice = Dice(1)
        let bytes = Self.journal(&dice).encoded
        #expect(throws: TransactionJournal.Flaw.damaged) { try TransactionJournal(decoding: bytes + [0]) }
    }

    /// Each of them is a whole record with the right check.
    @Test func recordsOfAnotherJournalDoNotFit() {
        let entry = TransactionJournal.Entry(kind: .create, old: nil, new: .zero, path: "a")
        let one = TransactionJournal(transaction: 1, entries: [entry]).encoded
        let other = TransactionJournal(transaction: 2, entries: [entry]).encoded
        #expect(throws: TransactionJournal.Flaw.damaged) {
            try TransactionJournal(decoding: Array(one[..<15]) + Array(other[15...]))
        }
    }

    @Test func aNewerVersionIsTold() {
        var bytes = TransactionJournal(transaction: 1, entries: []).encoded
        bytes[4] = 2
        #expect(throws: TransactionJournal.Flaw.unknownVersion(2)) { try TransactionJournal(decoding: bytes) }
    }

    @Test(arguments: [
        (".comfygate-0123456789abcdef-0.new", true), (".comfygate-0123456789abcdef-255.old", true),
        (".comfygate-0123456789abcdef-0", false), (".comfygate-0123456789abcde-0.new", false),
        (".comfygate-0123456789abcdeg-0.new", false), (".comfygate-0123456789abcdef-.new", false),
        (".comfygate-0123456789abcdef-1-2.new", false), (".comfygate-0123456789abcdef-x.new", false), (".env", false),
        ("kept-0123456789abcdef-0", false), (".comfygate-.new", false), (".old", false),
    ]) func temporaryNamesAreRecognised(name: String, isTemporary: Bool) {
        #expect(TemporaryName.isTemporary(name) == isTemporary)
    }

    @Test(arguments: [(0, 0), (UInt64.max, 255), (1, 65_535)]) func namesThatAreMadeAreRecognised(
        _ transaction: UInt64, _ index: Int
    ) {
        #expect(TemporaryName.isTemporary(TemporaryName.new(transaction, index)))
        #expect(TemporaryName.isTemporary(TemporaryName.old(transaction, index)))
        #expect(!TemporaryName.isTemporary(TemporaryName.kept(transaction, index)))
    }
}
