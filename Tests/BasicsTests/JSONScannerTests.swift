import Basics
import TestSupport
import Testing

struct JSONScannerTests {
    @Test func walksAnObjectOnce() throws {
        let bytes = Array(#" { "a" : 1 , "b" : { "c" : [ true , "x" ] } , "d" : [ ] , "e" : { } } "#.utf8)
        let span = bytes
        var scanner = JSONScanner()
        var seen: [String] = []
        try scanner.enterObject(in: span)
        while let key = try scanner.nextKey(in: span) {
            seen.append(key.string(in: span) ?? "?")
            switch try scanner.kind(in: span) {
            case .object:
                try scanner.enterObject(in: span)
                while try scanner.nextKey(in: span) != nil {
                    try scanner.enterArray(in: span)
                    while try scanner.nextElement(in: span) {
                        let value = try scanner.skipValue(in: span)
                        seen.append(value.string(in: span) ?? "\(value.bool(in: span) ?? false)")
                    }
                }
            case .array:
                try scanner.enterArray(in: span)
                #expect(try !scanner.nextElement(in: span))
            default: #expect(try scanner.skipValue(in: span).int(in: span) == 1)
            }
        }
        try scanner.finish(in: span)
        #expect(seen == ["a", "b", "true", "x", "d", "e"])
        #expect(scanner.depth == 0)
    }

    @Test func refusesToEnterAnotherKind() {
        var scanner = JSONScanner()
        #expect(throws: JSONError.self) { try scanner.enterObject(in: Array("[1]".utf8)) }
    }

    @Test func startsInTheMiddleOfADocument() throws {
        let bytes = Array(#"{"a":{"b":2}}"#.utf8)
        var inner = JSONScanner(at: 5)
        try inner.enterObject(in: bytes)
        #expect(try inner.nextKey(in: bytes)?.equals("b", in: bytes) == true)
        #expect(try inner.skipValue(in: bytes).range == 10..<11)
        #expect(try inner.nextKey(in: bytes) == nil)
        #expect(inner.offset == 12)
    }

    @Test(arguments: [
        (1, ["-:prompt", "-:extra"]), (2, ["prompt:3", "prompt:4", "extra:list"]),
        (3, ["3:class_type", "3:inputs", "4:class_type"]), (4, ["inputs:seed", "-:deep"]), (5, []),
    ])
    func yieldsEveryMemberAtOneDepth(depth: Int, wanted: [String]) throws {
        let text =
            #"{"prompt":{"3":{"class_type":"A","inputs":{"seed":1}},"4":{"class_type":"B"}},"extra":{"list":[{"deep":0},7]}}"#
        let bytes = Array(text.utf8)
        var seen: [String] = []
        try JSONScanner.members(of: bytes.span, atDepth: depth) { member in
            let parent = member.parent?.string(in: bytes) ?? "-"
            seen.append("\(parent):\(member.key.string(in: bytes) ?? "?")")
        }
        #expect(seen == wanted)
    }

    @Test(.enabled(if: !Fixtures.recorded.isEmpty, "there are no recorded workflows beside the checkout"))
    func findsEveryClassOfARealPromptAsTheTreeDoes() throws {
        for fixture in Fixtures.documents where fixture.name.hasSuffix(".api.json") {
            let tree = try #require(try JSON(parsing: fixture.bytes, dialect: .python).object)
            var found: [String: String] = [:]
            try JSONScanner.members(of: fixture.bytes.span, atDepth: 2, dialect: .python) { member in
                guard member.key.equals("class_type", in: fixture.bytes) else { return }
                guard let id = member.parent?.string(in: fixture.bytes) else { return }
                found[id] = member.value.string(in: fixture.bytes)
            }
            #expect(found.count == tree.count)
            for (id, node) in tree.members { #expect(found[id] == node["class_type"]?.string) }
        }
    }
}

struct JSONSliceTests {
    @Test(arguments: [
        (#""class_type""#, true), (#""class\u005ftype""#, true), (#""\u0063lass_type""#, true),
        (#""class_typ""#, false),
        (#""class_type ""#, false), (#""class\u005ftyp""#, false), (#""class\u005ftypex""#, false), (#""""#, false),
        (#""\n""#, false), (#"1"#, false), ("null", false), (#"["class_type"]"#, false),
    ])
    func comparesWithEscapesResolved(text: String, isEqual: Bool) throws {
        let bytes = Array(text.utf8)
        let slice = try JSONScanner.validate(bytes)
        #expect(slice.equals("class_type", in: bytes) == isEqual)
        #expect(slice.equals("class_" + "type", in: bytes) == isEqual)
    }

    @Test func comparesEveryKindOfEscape() throws {
        let bytes = Array(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud800""#.utf8)
        let slice = try JSONScanner.validate(bytes)
        #expect(slice.equals("\"\\/\u{8}\u{C}\n\r\té😀\u{FFFD}", in: bytes))
    }

    @Test(
        arguments: [
            ("0", 0, 0), ("-0", 0, 0), ("42", 42, 42), ("-1", -1, nil), ("1.0", nil, nil), ("1e2", nil, nil),
            ("\"1\"", nil, nil),
            ("9223372036854775807", .max, UInt64(Int.max)), ("9223372036854775808", nil, 1 << 63),
            ("-9223372036854775808", .min, nil), ("-9223372036854775809", nil, nil),
            ("18446744073709551615", nil, .max),
            ("18446744073709551616", nil, nil), ("NaN", nil, nil), ("-Infinity", nil, nil),
        ] as [(String, Int?, UInt64?)])
    func readsIntegers(text: String, signed: Int?, unsigned: UInt64?) throws {
        let bytes = Array(text.utf8)
        let slice = try JSONScanner.validate(bytes, dialect: .python)
        #expect(slice.int(in: bytes) == signed)
        #expect(slice.unsigned(in: bytes) == unsigned)
    }

    @Test(arguments: 0..<300) func readsStringsAsTheTreeDoes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "a", "é", "😀", #"\n"#, #"\u00e9"#, #"\ud83d\ude00"#, #"\ud83d"#, #"\ude00"#, #"\\"#, #"\""#, #"\/"#,
        ]
        let text = (0..<12).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
        let bytes = Array("\"\(text)\"".utf8)
        let slice = try JSONScanner.validate(bytes)
        let value = try #require(try JSON(parsing: bytes).string)
        #expect(slice.string(in: bytes).map { Array($0.utf8) } == Array(value.utf8))
        #expect(slice.equals(value, in: bytes))
        #expect(!slice.equals(value + "x", in: bytes))
    }
}
