import TestSupport
import Testing

@testable import Secrets

/// A text in a YAML document is read and replaced where it stands.
struct YAMLPlaceTests {
    private static let document = """
        # The orchestrator's services.
        services:
          flux: {container: flux-1, token: 'old', port: 8189}   # first card
          "sd 3.5":
            token: old      # é, two bytes
            list:
              - a
              - "o\\u006cd"
            block: |
              old
            anchored: &x old
            alias: *x
            tagged: !!str old
            empty:
        token: "the \\"last\\""

        """

    @Test(
        "A path finds its text",
        arguments: [
            ("/services/flux/token", "old"), ("/services/sd 3.5/token", "old"), ("/services/sd 3.5/list/0", "a"),
            ("/services/sd 3.5/list/1", "old"), ("/token", "the \"last\""), ("/services/flux/port", "8189"),
        ])
    func found(path: String, expected: String) throws {
        for text in [Self.document, "\u{FEFF}" + Self.document, Self.document.replacing("\n", with: "\r\n")] {
            #expect(try YAMLPlace(path: path).value(in: Array(text.utf8)) == expected)
        }
    }

    @Test(
        "Only the text is replaced, in the quotes that are there where they serve",
        arguments: [
            ("/services/flux/token", "token: 'old'", "$2b$12$'x", "token: '$2b$12$''x'"),
            ("/services/sd 3.5/token", "token: old ", "new-1", "token: new-1 "),
            ("/services/sd 3.5/token", "token: old ", "$2b$12$x: #y", "token: '$2b$12$x: #y' "),
            ("/services/sd 3.5/token", "token: old ", "true", "token: 'true' "),
            ("/services/sd 3.5/token", "token: old ", "", "token: '' "),
            ("/services/sd 3.5/token", "token: old ", "12", "token: '12' "),
            ("/token", #""the \"last\"""#, #"a"\b"#, #""a\"\\b""#),
            ("/services/flux/container", "container: flux-1", "a,b", "container: 'a,b'"),
        ])
    func replaced(path: String, before: String, value: String, after: String) throws {
        for text in [Self.document, "\u{FEFF}" + Self.document, Self.document.replacing("\n", with: "\r\n")] {
            let place = try YAMLPlace(path: path)
            let changed = try place.replacing(value, in: Array(text.utf8))
            #expect(String(decoding: changed, as: UTF8.self) == text.replacing(before, with: after, maxReplacements: 1))
            #expect(try place.value(in: changed) == value)
            #expect(try place.replacing(value, in: changed) == changed)
        }
    }

    @Test("A value that is there already changes no byte, however it is spelt")
    func same() throws {
        let bytes = Array(Self.document.utf8)
        #expect(try YAMLPlace(path: "/services/sd 3.5/list/1").replacing("old", in: bytes) == bytes)
    }

    @Test(
        "What cannot be meant, or cannot be written, is refused",
        arguments: [
            ("/services/none", .missing), ("/services/sd 3.5/list/2", .missing), ("/services", .notText),
            ("/services/sd 3.5/list", .notText), ("/services/sd 3.5/block", .notText),
            ("/services/sd 3.5/anchored", .notText), ("/services/sd 3.5/alias", .notText),
            ("/services/sd 3.5/tagged", .notText), ("/services/sd 3.5/empty", .notText),
            ("/services/flux/token/x", .missing),
        ] as [(String, YAMLPlace.Failure)])
    func refused(path: String, failure: YAMLPlace.Failure) throws {
        let place = try YAMLPlace(path: path)
        #expect(throws: failure) { try place.value(in: Array(Self.document.utf8)) }
        #expect(throws: failure) { try place.replacing("x", in: Array(Self.document.utf8)) }
    }

    @Test("Names that stand there twice, and text that is no YAML")
    func broken() throws {
        let place = try YAMLPlace(path: "/a/b")
        let cases: [(String, YAMLPlace.Failure)] = [
            ("a: {b: x, b: y}", .repeated), ("a: {b: x}\na: {b: y}", .repeated), ("a: {b: x}\na: {c: y}", .repeated),
            ("a: {b: x}\n---\na: {b: y}", .repeated), ("", .missing), ("a", .missing), ("- a", .missing),
        ]
        for (text, failure) in cases {
            #expect(throws: failure, "\(text)") { try place.value(in: Array(text.utf8)) }
        }
        #expect(throws: YAMLPlace.Failure.notUTF8) { try place.value(in: [0x61, 0xFF]) }
        #expect(throws: YAMLPlace.Failure.badPath) { try YAMLPlace(path: "a") }
        for text in ["a: {b: x", "a: {b: x}\nc: [", "a: b: c"] {
            #expect(throws: YAMLPlace.Failure.self, "\(text)") { try place.replacing("y", in: Array(text.utf8)) }
        }
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: YAMLPlace.Failure.self) { try place.value(in: Array(deep.utf8)) }
        #expect(throws: YAMLPlace.Failure.notWritable) { try place.replacing("x\ny", in: Array("a: {b: x}".utf8)) }
    }

    @Test("Any printable text survives in any quotes, and nothing else changes")
    func random() throws {
        var dice = Dice(11)
        let signs = Array("ab $'\"\\#:,{}[]&*!|>%@`-?é😀~=0")
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...8, using: &dice)
            let value = String((0..<count).map { _ in signs.randomElement(using: &dice) ?? "a" })
            let quoted = ["x", "'x'", "\"x\""].randomElement(using: &dice) ?? "x"
            let text = "k: {a: \(quoted), b: y} # c\nz:\n  - \(quoted)\n"
            for path in ["/k/a", "/z/0"] {
                let place = try YAMLPlace(path: path)
                let changed = try place.replacing(value, in: Array(text.utf8))
                #expect(try place.value(in: changed) == value)
                let other = try YAMLPlace(path: path == "/k/a" ? "/z/0" : "/k/a")
                #expect(try other.value(in: changed) == "x")
                #expect(try YAMLPlace(path: "/k/b").value(in: changed) == "y")
            }
        }
    }
}
