import Basics
import TestSupport
import Testing

struct JSONParserTests {
    @Test(
        arguments: [
            (#"null"#, JSON.null), ("true", true), (" false\n", false), ("0", 0),
            ("-0", .number(JSONNumber(literal: "-0"))),
            ("-12", -12), (#""""#, ""), (#""a/b""#, "a/b"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u00e9\u4E2D""#, "é中"), (#""\ud83d\ude00""#, "😀"), ("[]", []), ("[ ]", []), ("{}", [:]), ("{ }", [:]),
            ("[1,[2]]", [1, [2]]), (#"{"a":{"b":[null]}}"#, ["a": ["b": [nil]]]), ("\r\n\t [ 1 , 2 ] ", [1, 2]),
        ] as [(String, JSON)])
    func reads(text: String, value: JSON) throws {
        #expect(try JSON(parsing: text) == value)
    }

    @Test(
        arguments: [
            ("", JSONError.Reason.unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("[", .unexpectedEnd, 1),
            ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3), ("[1,]", .unexpectedByte, 3),
            ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3), ("{", .unexpectedEnd, 1),
            (#"{"a""#, .unexpectedEnd, 4), (#"{"a":"#, .unexpectedEnd, 5), (#"{"a":1"#, .unexpectedEnd, 6),
            (#"{"a":1,"#, .unexpectedEnd, 7), (#"{"a":1,}"#, .unexpectedByte, 7), (#"{"a" 1}"#, .unexpectedByte, 5),
            ("{a:1}", .unexpectedByte, 1), ("{1:1}", .unexpectedByte, 1), ("{,}", .unexpectedByte, 1),
            ("1 1", .trailingBytes, 2), ("{}]", .trailingBytes, 2), ("nul", .unexpectedEnd, 3),
            ("nuul", .unexpectedByte, 0), ("True", .unexpectedByte, 0), ("truex", .trailingBytes, 4),
            ("01", .badNumber, 0), ("-01", .badNumber, 0), ("-", .unexpectedEnd, 0), ("-a", .badNumber, 0),
            ("1.", .unexpectedEnd, 0), ("1.e1", .badNumber, 0), ("1e", .unexpectedEnd, 0), ("[1e+]", .badNumber, 1),
            (".5", .unexpectedByte, 0), ("+1", .unexpectedByte, 0), ("0x10", .trailingBytes, 1),
            ("NaN", .unexpectedByte, 0),
            ("Infinity", .unexpectedByte, 0), ("-Infinity", .badNumber, 0), ("\"a", .unexpectedEnd, 2),
            (#""\"#, .unexpectedEnd, 2), (#""\x""#, .badEscape, 1), (#""\u12g4""#, .badEscape, 5),
            (#""\u12"#, .unexpectedEnd, 5), (#""\ud800\uzzzz""#, .badEscape, 9), ("\"\n\"", .controlCharacter, 1),
            ("\"\0\"", .controlCharacter, 1), ("'a'", .unexpectedByte, 0), ("/**/1", .unexpectedByte, 0),
            ("\u{FEFF}1", .unexpectedByte, 0), ("\u{A0}1", .unexpectedByte, 0), ("[1]\u{C}", .trailingBytes, 3),
        ] as [(String, JSONError.Reason, Int)])
    func refusesAndSaysWhere(text: String, reason: JSONError.Reason, offset: Int) {
        for dialect in [JSONDialect.strict, .python]
        where !text.contains("N") && !text.contains("I") || dialect == .strict {
            let error = #expect(throws: JSONError.self) { try JSON(parsing: text, dialect: dialect) }
            #expect(error?.reason == reason)
            #expect(error?.offset == offset)
        }
    }

    @Test func tellsLineAndColumnInBytes() {
        let error = #expect(throws: JSONError.self) { try JSON(parsing: "{\n  \"é\": 1,\n  \"é\": x}") }
        #expect(error?.line == 3)
        #expect(error?.column == 9)
        #expect(error?.description == "line 3, column 9: this character cannot stand here")
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xE2, 0x82],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xC3, 0x5C, 0x6E],
        ] as [[UInt8]])
    func refusesWhatIsNotUTF8(bytes: [UInt8]) {
        let error = #expect(throws: JSONError.self) {
            try JSON(parsing: Array("[\"ab".utf8) + bytes + Array("\"]".utf8))
        }
        #expect(error?.reason == .badUTF8)
        #expect(error?.offset == 4)
    }

    @Test(arguments: [
        (#""\ud800""#, "\u{FFFD}"), (#""\udc00""#, "\u{FFFD}"), (#""\ud800x""#, "\u{FFFD}x"),
        (#""\ud800\n""#, "\u{FFFD}\n"), (#""\ud800\ud83d\ude00""#, "\u{FFFD}😀"),
        (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"), (#""\ud800\u0041""#, "\u{FFFD}A"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
    ])
    func replacesLoneSurrogates(text: String, value: String) throws {
        #expect(try JSON(parsing: text).string == value)
    }

    @Test(arguments: [1, 2, 64]) func limitsDepth(limit: Int) {
        let dialect = JSONDialect(maximumDepth: limit)
        for (opening, closing) in [("[", "]"), (#"{"a":"#, "}")] {
            for depth in [limit - 1, limit, limit + 1] {
                let text = String(repeating: opening, count: depth) + "0" + String(repeating: closing, count: depth)
                let result = Result { try JSON(parsing: text, dialect: dialect) }
                switch result {
                case .success: #expect(depth <= limit)
                case .failure(let error):
                    #expect(depth > limit)
                    #expect((error as? JSONError)?.reason == .tooDeep)
                }
            }
        }
    }

    @Test func stopsEarlyInEndlessNesting() {
        let error = #expect(throws: JSONError.self) { try JSON(parsing: [UInt8](repeating: 0x5B, count: 1_000_000)) }
        #expect(error?.reason == .tooDeep)
        #expect(error?.offset == 256)
    }

    @Test func readsPythonsNumbers() throws {
        let value = try JSON(parsing: "[NaN,Infinity,-Infinity,1e999]", dialect: .python)
        #expect(value[0]?.double?.isNaN == true)
        #expect(value[1]?.double == .infinity)
        #expect(value[2]?.double == -.infinity)
        #expect(value[0]?.number?.isFinite == false)
        #expect(value.encoded() == Array("[NaN,Infinity,-Infinity,1e999]".utf8))
        for text in ["nan", "Inf", "-NaN", "+Infinity", "Infinit", "NaNs", "--Infinity", "-I"] {
            #expect(throws: JSONError.self) { try JSON(parsing: text, dialect: .python) }
        }
    }

    @Test func keepsTheLastOfRepeatedNamesInTheFirstPlace() throws {
        let object = try #require(try JSON(parsing: #"{"a":1,"b":2,"\u0061":3}"#).object)
        #expect(object.keys == ["a", "b"])
        #expect(object["a"] == 3)
    }

    @Test func namesAreBytesNotLooks() throws {
        var object = try #require(try JSON(parsing: #"{"\u00e9":1,"e\u0301":2}"#).object)
        #expect(object.count == 2)
        #expect(object["\u{E9}"] == 1)
        #expect(object["e\u{301}"] == 2)
        object["\u{E9}"] = nil
        #expect(object.count == 1)
        #expect(object["e\u{301}"] == 2)
    }
}

struct JSONNumberTests {
    @Test(arguments: [
        "0", "18446744073709551615", "-9223372036854775808", "123456789012345678901234567890", "1.0", "1e5", "1E+5",
        "-0.0", "0.1000", "1e-400",
    ])
    func keepsSpelling(literal: String) throws {
        let value = try JSON(parsing: literal)
        #expect(value.number?.literal == literal)
        #expect(value.encoded() == Array(literal.utf8))
    }

    @Test func seedsKeepAllTheirBits() throws {
        let value = try JSON(parsing: "18446744073709551615")
        #expect(value.number?.unsigned == .max)
        #expect(value.int == nil)
        #expect(JSON.number(JSONNumber(UInt64.max)).encoded() == Array("18446744073709551615".utf8))
        #expect(try JSON(parsing: "-9223372036854775808").int == .min)
    }

    @Test(arguments: [("1", true), ("-1", true), ("1.0", false), ("1e1", false), ("1E1", false)])
    func integersAreToldAsPythonDoes(literal: String, isInteger: Bool) {
        #expect(JSONNumber(literal: literal).isInteger == isInteger)
    }

    @Test(arguments: ["NaN", "Infinity", "-Infinity"]) func nonFiniteIsNoInteger(literal: String) {
        #expect(!JSONNumber(literal: literal).isInteger)
        #expect(JSONNumber(literal: literal).int == nil)
    }
}

struct JSONWriterTests {
    @Test(arguments: [
        ("", #""""#), ("a\"b\\c/", #""a\"b\\c/""#), ("\n\r\t", #""\n\r\t""#),
        ("\0\u{1F}\u{7F}", #""\u0000\u001f\u007f""#),
        ("é😀\u{2028}", "\"é😀\u{2028}\""),
    ])
    func escapesWhatMustBe(text: String, written: String) throws {
        #expect(JSON.string(text).encoded() == Array(written.utf8))
        #expect(try JSON(parsing: written) == .string(text))
    }

    @Test func writesCompactAndPretty() throws {
        let value: JSON = ["a": [1, [], [:], nil], "b": ["c": true]]
        #expect(String(decoding: value.encoded(), as: UTF8.self) == #"{"a":[1,[],{},null],"b":{"c":true}}"#)
        let pretty = """
            {
              "a": [
                1,
                [],
                {},
                null
              ],
              "b": {
                "c": true
              }
            }
            """
        #expect(value.pretty() == pretty)
        #expect(try JSON(parsing: value.pretty()) == value)
    }

    @Test(arguments: 0..<200) func whatIsWrittenReadsBackEqual(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let value = JSON.random(depth: 5, using: &generator)
        #expect(try JSON(parsing: value.encoded()) == value)
        #expect(try JSON(parsing: value.pretty()) == value)
    }
}

struct JSONTreeTests {
    @Test func subscriptsAnswerNilForWhatIsNotThere() {
        let value: JSON = ["a": [1, "x", 2.5, true]]
        #expect(value["a"]?[0]?.int == 1)
        #expect(value["a"]?[1]?.string == "x")
        #expect(value["a"]?[2]?.double == 2.5)
        #expect(value["a"]?[3]?.bool == true)
        #expect(value["a"]?[4] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["b"] == nil)
        #expect(value["a"]?["b"] == nil)
        #expect(JSON.null.isNull)
    }

    @Test func objectsAreEqualInAnyOrder() throws {
        #expect(try JSON(parsing: #"{"a":1,"b":2}"#) == JSON(parsing: #"{"b":2,"a":1}"#))
        #expect(try JSON(parsing: #"{"a":1,"b":2}"#).hashValue == JSON(parsing: #"{"b":2,"a":1}"#).hashValue)
    }

    @Test func settingNilRemovesAMember() {
        var object = JSONObject(["a": 1, "b": 2])
        object["a"] = nil
        object["absent"] = nil
        #expect(object.keys == ["b"])
        object["a"] = 3
        #expect(object.keys == ["b", "a"])
    }
}
