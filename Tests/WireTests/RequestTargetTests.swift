import Testing
import Wire

struct RequestTargetTests {
    @Test(arguments: [
        ("/", []), ("/a", ["a"]), ("/a/", ["a", ""]), ("/a/b.png", ["a", "b.png"]), ("//", ["", ""]),
        ("/a//b", ["a", "", "b"]),
        ("/userdata/workflows%2Fa.json/move/b%2fc.json", ["userdata", "workflows/a.json", "move", "b/c.json"]),
        ("/%C3%A9+%20x", ["é+ x"]), ("/a%25b", ["a%b"]), ("/...", ["..."]), ("/.a", [".a"]), ("/%2e.a", ["..a"]),
        ("/a%3Fb%23", ["a?b#"]), ("/é", ["é"]), ("/a;b=c", ["a;b=c"]),
    ])
    func splitsAtRawSlashesAndDecodesEachSegmentOnce(text: String, segments: [String]) throws {
        let target = try RequestTarget(text)
        #expect(target.segments.map(\.text) == segments)
        #expect(target.form == .origin)
        #expect(try RequestTarget(target.encoded) == target)
        #expect(try RequestTarget(segments: segments) == target)
    }

    @Test(
        arguments: [
            ("", .invalidForm), ("a", .invalidForm), ("?a", .invalidForm), ("ftp://a/", .invalidForm),
            ("a/b:80", .invalidForm),
            ("/a#b", .fragment), ("/#", .fragment), ("/a?b#c", .query(.fragment)),
            ("/a b", .controlByte), ("/\u{0}", .controlByte), ("/%00", .controlByte), ("/a%0d%0a", .controlByte),
            ("/a\u{7F}", .controlByte), ("/%7f", .controlByte), ("/\t", .controlByte), ("/%1B", .controlByte),
            ("/a\\b", .backslash), ("/a%5Cb", .backslash), ("/..%5c", .backslash),
            ("/.", .dotSegment), ("/..", .dotSegment), ("/a/../b", .dotSegment), ("/./a", .dotSegment),
            ("/%2e", .dotSegment),
            ("/%2E%2e/a", .dotSegment), ("/.%2e", .dotSegment), ("/a%2F..%2Fb", .dotSegment), ("/..%2Fa", .dotSegment),
            ("/a%2F.", .dotSegment),
            ("/%", .invalidEscape), ("/%4", .invalidEscape), ("/%zz", .invalidEscape), ("/a%2", .invalidEscape),
            ("/%4/1", .invalidEscape), ("/%+1", .invalidEscape),
            ("/%FF", .invalidUTF8), ("/%C3", .invalidUTF8), ("/%C0%AF", .invalidUTF8), ("/%ED%A0%80", .invalidUTF8),
            ("/%C0%AE%C0%AE/", .invalidUTF8),
            ("http://", .invalidAuthority), ("http:///a", .invalidAuthority), ("http://u:p@h/", .invalidAuthority),
            ("https://a:0/", .invalidAuthority), ("http://a b/", .invalidAuthority),
            ("http://a%41/", .invalidAuthority),
            ("http://h/../x", .dotSegment),
        ] as [(String, RequestTarget.Failure)])
    func refusesWhatOthersReadDifferently(text: String, failure: RequestTarget.Failure) {
        #expect(throws: failure) { try RequestTarget(text) }
    }

    @Test func refusesRawBytesThatAreNotUTF8() {
        #expect(throws: RequestTarget.Failure.invalidUTF8) {
            try RequestTarget(parsing: ([0x2F, 0xFF] as [UInt8]).span)
        }
    }

    @Test func readsTheOtherForms() throws {
        let absolute = try RequestTarget("HTTPS://Example.com:8443/a?b=c")
        #expect(absolute.form == .absolute(secure: true, Authority(host: .name("example.com"), port: 8_443)))
        #expect(absolute.encoded == "/a?b=c")
        #expect(try RequestTarget("http://h").path == "/")
        #expect(try RequestTarget("http://h?x=1").encoded == "/?x=1")
        #expect(try RequestTarget("*").form == .asterisk)
        #expect(
            try RequestTarget("[::1]:443").form
                == .authority(Authority(host: .address(try #require(IPAddress("::1"))), port: 443)))
    }

    @Test func flagsEncodedSlashesAndPercentSignsLeft() throws {
        let target = try RequestTarget("/a%2Fb/%252e%252e/c")
        #expect(target.segments.map(\.hasEncodedSlash) == [true, false, false])
        #expect(target.segments.map(\.hasPercent) == [false, true, false])
        #expect(target.path == "/a%2Fb/%252e%252e/c")
    }

    @Test(arguments: [
        ("/", false, false), ("//", true, true), ("/a", false, false), ("/a/", false, true), ("//a", true, false),
        ("/a//", true, true),
    ])
    func keepsEmptySegmentsVisible(text: String, isEmpty: Bool, trailing: Bool) throws {
        let target = try RequestTarget(text)
        #expect(target.hasEmptySegment == isEmpty)
        #expect(target.hasTrailingSlash == trailing)
    }

    @Test(arguments: [8_191, 8_192, 8_193]) func limitsThePath(count: Int) {
        let text = "/" + String(repeating: "a", count: count - 1)
        #expect((try? RequestTarget(text)) == nil ? count == 8_193 : count <= 8_192)
        #expect((try? RequestTarget("http://h" + text + "?q")) == nil ? count == 8_193 : count <= 8_192)
    }

    @Test(arguments: [63, 64, 65]) func limitsTheSegments(count: Int) {
        let text = String(repeating: "/a", count: count)
        if count <= 64 {
            #expect(throws: Never.self) { try RequestTarget(text) }
        } else {
            #expect(throws: RequestTarget.Failure.tooManySegments(limit: 64)) { try RequestTarget(text) }
        }
    }

    @Test(arguments: ["..", ".", "a\\", "a\n", "a/../b"]) func refusesToBuildWhatItWouldNotRead(segment: String) {
        #expect(throws: RequestTarget.Failure.self) { try RequestTarget(segments: ["a", segment]) }
    }

    @Test func encodesEveryByteThatIsNotPlain() throws {
        let target = try RequestTarget(segments: ["a b?c#d", "ü/%41"], query: Query([("x y", "a&b=c+d")]))
        #expect(target.encoded == "/a%20b%3Fc%23d/%C3%BC%2F%2541?x%20y=a%26b%3Dc%2Bd")
    }
}
