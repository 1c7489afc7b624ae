import Testing
import Wire

struct QueryTests {
    private func pairs(_ query: Query) -> [String] { query.pairs.map { "\($0.name)|\($0.value)" } }

    @Test(arguments: [
        ("", []), ("a=1", ["a|1"]), ("a", ["a|"]), ("a=", ["a|"]), ("=b", ["|b"]), ("a=b=c", ["a|b=c"]),
        ("&&a=1&&b&", ["a|1", "b|"]),
        ("a+b=c+d", ["a b|c d"]), ("a=%2B%26%3D", ["a|+&="]), ("%61=1&a=2", ["a|1", "a|2"]),
        ("preview=webp;90", ["preview|webp;90"]), ("f=a/b\\..%2f", ["f|a/b\\../"]), ("x=%C3%A9é", ["x|éé"]),
        ("a=%2525", ["a|%25"]),
    ])
    func decodesPairsOnceInOrder(text: String, expected: [String]) throws {
        let query = try Query(text)
        #expect(pairs(query) == expected)
        #expect(pairs(try Query(query.encoded)) == expected)
        #expect(query.raw == text)
    }

    @Test(
        arguments: [
            ("a=%", .invalidEscape), ("%g0", .invalidEscape), ("a=%4", .invalidEscape), ("a=%&41", .invalidEscape),
            ("a=%FF", .invalidUTF8), ("%C3&%A9", .invalidUTF8), ("a=%00", .controlByte), ("a=%0A", .controlByte),
            ("a=\n", .controlByte), ("a b", .controlByte), ("a=%7F", .controlByte), ("a#", .fragment),
        ] as [(String, Query.Failure)])
    func refusesWhatOthersReadDifferently(text: String, failure: Query.Failure) {
        #expect(throws: failure) { try Query(text) }
    }

    @Test func cutsTheTokenAndLeavesTheRestAsReceived() throws {
        let query = try Query("a=%7e&token=s&b=1+2&%74oken=t&token&c")
        let rest = query.removing(["token"])
        #expect(rest.raw == "a=%7e&b=1+2&c")
        #expect(rest.encoded == "a=~&b=1%202&c=")
        #expect(rest.pairs.map(rest.rawText) == ["a=%7e", "b=1+2", "c"])
        #expect(query.removing(["x"]) == query)
        #expect(try Query("token=a").removing(["token"]).raw.isEmpty)
    }

    @Test func findsRepeatedNames() throws {
        let query = try Query("type=a&filename=b&%74ype=c&rand=1&rand=2")
        #expect(query.firstRepeated(of: ["filename", "type"]) == "type")
        #expect(query.firstRepeated(of: ["filename", "subfolder"]) == nil)
        #expect(query["type"] == "a")
        #expect(query.all("type") == ["a", "c"])
        #expect(query["none"] == nil)
    }

    @Test func comparesNamesByTheirBytes() throws {
        // The Kelvin sign equals K for Swift's `==`.
        #expect(try Query("%E2%84%AA=1")["K"] == nil)
        #expect(try Query("e%CC%81=1")["é"] == nil)
    }

    @Test(arguments: [255, 256, 257]) func limitsThePairs(count: Int) {
        let text = Array(repeating: "a", count: count).joined(separator: "&&")
        if count <= 256 {
            #expect(throws: Never.self) { try Query(text) }
        } else {
            #expect(throws: Query.Failure.tooManyPairs(limit: 256)) { try Query(text) }
        }
    }

    @Test(arguments: [9, 10, 11]) func limitsTheBytes(count: Int) {
        let text = String(repeating: "a", count: count)
        #expect((try? Query(text, limits: Query.Limits(bytes: 10))) == nil ? count == 11 : count <= 10)
    }

    @Test func formsMayHoldLineEndsButNoNUL() throws {
        let form = try FormURLEncoded(parsing: Array("user=a%40b&password=x%0D%0A+%09y&next=%2F".utf8).span)
        #expect(form["password"] == "x\r\n \ty")
        #expect(form["user"] == "a@b")
        #expect(form.all("next") == ["/"])
        #expect(form.firstRepeated(of: ["user"]) == nil)
        #expect(throws: Query.Failure.controlByte) { try FormURLEncoded(parsing: Array("a=%00".utf8).span) }
        #expect(throws: Query.Failure.controlByte) { try FormURLEncoded(parsing: Array("a=\r\n".utf8).span) }
    }
}
