import Basics
import TestSupport
import Testing

@testable import Secrets

/// A text in a JSON document is read and replaced where it stands.
struct JSONPlaceTests {
    @Test(
        "A pointer finds its text",
        arguments: [
            ("/a", #"{"a": "x"}"#, "x"), ("/a/b", #"{"a": {"b": "x"}}"#, "x"), ("/a/1", #"{"a": [0, "x"]}"#, "x"),
            ("/a~1b/~0", #"{"a/b": {"~": "x"}}"#, "x"), ("/~01", #"{"~1": "x"}"#, "x"), ("/", #"{"": "x"}"#, "x"),
            ("/é", #"{"\u00e9": "$\u0032b\n"}"#, "$2b\n"), ("/b", #"{"a": "x"}"#, nil), ("/b", "{}", nil),
            ("/a/b", #"{"a": {"c": 1}}"#, nil),
        ] as [(String, String, String?)])
    func found(pointer: String, text: String, expected: String?) throws {
        #expect(try JSONPlace(pointer: pointer).value(in: Array(text.utf8)) == expected)
    }

    @Test(
        "Only the text itself is replaced, and a missing member joins its neighbours",
        arguments: [
            ("/a", #"{ "a" : "x" , "b":1 }"#, #"{ "a" : "$2b\"é" , "b":1 }"#),
            ("/a/1", "[1]", nil),
            ("/a/1", #"{"a": [0, "x", 2]}"#, #"{"a": [0, "$2b\"é", 2]}"#),
            ("/b", "{}", #"{"b": "$2b\"é"}"#), ("/b", "{ }", #"{"b": "$2b\"é" }"#),
            ("/b", #"{"a": 1}"#, #"{"a": 1,"b": "$2b\"é"}"#),
            ("/b", "{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\n  \"b\": \"$2b\\\"é\"\n}\n"),
            (
                "/b", "{\r\n\t\"x\": {\"b\": 2},\r\n\t\"a\": [1, 2]\r\n}",
                "{\r\n\t\"x\": {\"b\": 2},\r\n\t\"a\": [1, 2],\r\n\t\"b\": \"$2b\\\"é\"\r\n}"
            ),
        ] as [(String, String, String?)])
    func replaced(pointer: String, text: String, expected: String?) throws {
        let place = try JSONPlace(pointer: pointer)
        guard let expected else {
            #expect(throws: JSONPlace.Failure.self) { try place.replacing("v", in: Array(text.utf8)) }
            return
        }
        let bytes = try place.replacing("$2b\"é", in: Array(text.utf8))
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
        #expect(try place.value(in: bytes) == "$2b\"é")
        // A second time changes nothing.
        #expect(try place.replacing("$2b\"é", in: bytes) == bytes)
    }

    @Test(
        "What cannot be meant is refused",
        arguments: [
            ("/a/b", "{}", .missing(after: 0)), ("/a", "[]", .missing(after: 0)), ("/01", "[1, 2]", .missing(after: 0)),
            ("/-1", "[1]", .missing(after: 0)), ("/a", #"{"a": 1}"#, .notText(after: 1)),
            ("/a/b", #"{"a": "x"}"#, .notText(after: 1)), ("/a", #"{"a": "x", "a": "y"}"#, .repeated("a")),
            ("/a", #"{"a": "x", "\u0061": "y"}"#, .repeated("a")), ("/a", "5", .notText(after: 0)),
        ] as [(String, String, JSONPlace.Failure)])
    func refused(pointer: String, text: String, failure: JSONPlace.Failure) throws {
        let place = try JSONPlace(pointer: pointer)
        #expect(throws: failure) { try place.value(in: Array(text.utf8)) }
        #expect(throws: failure) { try place.replacing("v", in: Array(text.utf8)) }
    }

    @Test("A pointer that is none, and text that is no JSON", arguments: ["", "a", "a/b", "/~", "/a~2"])
    func bad(pointer: String) throws {
        #expect(throws: JSONPlace.Failure.badPointer) { try JSONPlace(pointer: pointer) }
        #expect(throws: JSONPlace.Failure.self) { try JSONPlace(pointer: "/a").value(in: Array("{".utf8)) }
    }

    @Test("Every member of a random document can be replaced, and nothing else changes")
    func random() throws {
        var dice = Dice(7)
        for _ in 0..<500 {
            let names = (0..<Int.random(in: 0..<6, using: &dice)).map { "k\($0)" }
            let gap = ["", " ", "\n  ", "\r\n\t"][Int.random(in: 0..<4, using: &dice)]
            let members = names.map { "\(gap)\"\($0)\": \"v\(Int.random(in: 0..<9, using: &dice))\"" }
            let text = "{" + members.joined(separator: ",") + (names.isEmpty ? "" : gap) + "}"
            for name in names + ["new"] {
                let place = try JSONPlace(pointer: "/" + name)
                let changed = try place.replacing("X", in: Array(text.utf8))
                var old = try #require(Self.object(Array(text.utf8)))
                var new = try #require(Self.object(changed))
                #expect(new[name] == "X")
                (old[name], new[name]) = (nil, nil)
                #expect(old == new)
            }
        }
    }

    private static func object(_ bytes: [UInt8]) -> JSONObject? { (try? JSON(parsing: bytes))?.object }
}
