import Basics
import Testing

@testable import Secrets

/// Files that hold one value.
struct WholeFileTests {
    @Test(
        "The value is what the file's reader gets",
        arguments: [
            ("abc\n", .tokenFile, "abc"), ("abc\r\n", .tokenFile, "abc"), ("abc", .tokenFile, "abc"),
            ("abc\n\n", .tokenFile, "abc\n"), (" abc \n", .tokenFile, " abc "), ("", .tokenFile, ""),
            ("\n", .tokenFile, ""),
            ("abc\n", .dockerSecret, "abc\n"), ("hash\nowner", .login, "hash"), ("hash", .login, "hash"),
            ("hash\r\nowner\r\n", .login, "hash\r"),
        ] as [(String, LocationRule.Kind, String)])
    func value(text: String, kind: LocationRule.Kind, expected: String) {
        #expect(WholeFile.value(in: Array(text.utf8), of: kind) == Array(expected.utf8))
    }

    @Test(
        "Another value leaves the rest of the file",
        arguments: [
            ("abc\n", .tokenFile, "new\n"), ("abc", .tokenFile, "new"), ("abc\r\n", .tokenFile, "new\n"),
            (nil, .tokenFile, "new\n"), ("", .tokenFile, "new\n"), ("\u{FEFF}abc\n", .tokenFile, "new\n"),
            ("abc\n", .dockerSecret, "new"), (nil, .dockerSecret, "new"), ("hash\nowner", .login, "new\nowner"),
            ("hash\nowner\n", .login, "new\nowner\n"), ("hash", .login, "new\nadmin"), (nil, .login, "new\nadmin"),
            ("hash\r\nowner", .login, "new\nowner"),
        ] as [(String?, LocationRule.Kind, String)])
    func replaced(text: String?, kind: LocationRule.Kind, expected: String) {
        let bytes = WholeFile.replacing(Secret("new"), in: text.map { Array($0.utf8) }, of: kind)
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
        #expect(WholeFile.replacing(Secret("new"), in: bytes, of: kind) == bytes)
        #expect(WholeFile.value(in: bytes, of: kind) == Array("new".utf8))
    }
}
