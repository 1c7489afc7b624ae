import Basics
import TestSupport
import Testing

/// The scanner and the tree parser are each other's oracle: same documents, same faults, same places.
struct JSONAgreementTests {
    private static let dialects = [
        JSONDialect.strict, .python, JSONDialect(maximumDepth: 1), JSONDialect(allowsNonFinite: true, maximumDepth: 3),
    ]

    private func expectAgreement(_ bytes: [UInt8], _ comment: @autoclosure () -> String = "") {
        for dialect in Self.dialects {
            let tree = Result { try JSON(parsing: bytes, dialect: dialect) }
            let scan = Result { try JSONScanner.validate(bytes, dialect: dialect) }
            let walk = Result { try JSONScanner.members(of: bytes.span, atDepth: 2, dialect: dialect) { _ in } }
            let fault = tree.fault
            if fault != scan.fault || fault != walk.fault {
                Issue.record(
                    """
                    tree \(fault.debugDescription), scan \(scan.fault.debugDescription), walk \
                    \(walk.fault.debugDescription) of \(String(decoding: bytes.prefix(500), as: UTF8.self)) \(comment())
                    """)
            }
        }
    }

    @Test func onWholeFixtures() {
        for fixture in Fixtures.documents { expectAgreement(fixture.bytes, fixture.name) }
    }

    @Test(arguments: 0..<24) func onMutatedDocuments(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let odd = Array("\"\\{}[],:0123456789eE+-.ntfuNI \n\u{1}".utf8) + [0x80, 0xC3, 0xE2, 0xED, 0xF0, 0xFF]
        for _ in 0..<200 {
            var bytes = (Fixtures.small.randomElement(using: &generator) ?? []) + []
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[place] = odd.randomElement(using: &generator) ?? 0
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(odd.randomElement(using: &generator) ?? 0, at: place)
                default: bytes.removeLast(bytes.count - place)
                }
            }
            expectAgreement(bytes, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<16) func onRandomTokens(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let tokens = [
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\u00e9\"", "\"\\ud800\"", "1", "-", "0", ".5", "e9", "true",
            "null",
            "NaN", "-Infinity", " ", "\"", "\\", "é", "\n", "\t",
        ]
        for _ in 0..<1_000 {
            let count = Int.random(in: 0...9, using: &generator)
            let text = (0..<count).map { _ in tokens.randomElement(using: &generator) ?? "" }.joined()
            expectAgreement(Array(text.utf8), "seed \(seed)")
        }
    }

    @Test(arguments: 0..<16) func onRandomBytes(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let bytes = generator.bytes(Int.random(in: 0...24, using: &generator))
            expectAgreement(bytes, "seed \(seed)")
            expectAgreement([0x22] + bytes + [0x22], "seed \(seed)")
        }
    }

    /// Strings are read eight bytes at a time: every special byte in every lane, and at every distance from the end.
    @Test func onEverySpecialByteInEveryLane() {
        for byte in UInt8.min...UInt8.max {
            for length in [1, 7, 8, 9, 17] {
                for place in 0..<length {
                    var text = [UInt8](repeating: UInt8(ascii: "a"), count: length)
                    text[place] = byte
                    expectAgreement([0x22] + text + [0x22])
                }
            }
        }
    }

    /// The oracle for UTF-8 is the standard library.
    @Test func acceptsExactlyWellFormedUTF8() {
        var generator = SeededGenerator(seed: 7)
        let leads: [UInt8] = [0x41, 0x7F, 0x80, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5]
        let tails: [UInt8] = [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0]
        for _ in 0..<20_000 {
            var text = [leads.randomElement(using: &generator) ?? 0]
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                text.append(tails.randomElement(using: &generator) ?? 0)
            }
            let isValid = String(validating: text, as: UTF8.self) != nil
            let bytes = [0x22] + text + [0x22]
            #expect(((try? JSONScanner.validate(bytes)) != nil) == isValid)
            #expect(((try? JSON(parsing: bytes)) != nil) == isValid)
        }
    }

    @Test func onEveryPrefixOfADocument() {
        let text = #"{"a":[1,-2.5e+3,true,false,null,"x\u00e9\n"],"é":{"b":[]},"c":{}} "#
        let bytes = Array(text.utf8)
        for count in 0...bytes.count { expectAgreement(Array(bytes[..<count])) }
    }
}

extension Result {
    fileprivate var fault: JSONError? {
        guard case .failure(let error) = self else { return nil }
        return error as? JSONError
    }
}
