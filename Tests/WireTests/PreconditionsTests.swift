import Basics
import Testing
import Wire

struct EntityTagTests {
    @Test(arguments: ["\"\"", "\"a\"", "W/\"a\"", "\"!#é~\""]) func roundTrips(text: String) {
        #expect(EntityTag(parsing: text)?.description == text)
    }

    @Test(arguments: [
        "", "a", "\"", "\"a", "a\"", "w/\"a\"", "W/a", "W/", "\"a b\"", "\"a\"b", " \"a\"", "\"a\u{7F}\"", "\"a\n\"",
        "*",
    ])
    func refusesOtherText(text: String) { #expect(EntityTag(parsing: text) == nil) }

    @Test func refusesToWriteQuotes() {
        #expect(EntityTag("a\"b") == nil)
        #expect(EntityTag("a\r\n") == nil)
        #expect(EntityTag("é") == nil)
        #expect(EntityTag("1a-2b", isWeak: true)?.description == "W/\"1a-2b\"")
    }

    @Test(arguments: [("*", nil), (" * ", nil), ("\"a\"", 1), ("\"a\" , W/\"b,c\",\"d\"", 3)] as [(String, Int?)])
    func readsLists(text: String, count: Int?) throws {
        let list = try #require(EntityTag.List(text))
        if case .tags(let tags) = list { #expect(tags.count == count) } else { #expect(count == nil) }
    }

    @Test(arguments: ["", " ", ",", "\"a\",", "\"a\" \"b\"", "a", "*, \"a\"", "\"a\", *"]) func refusesOtherLists(
        text: String
    ) {
        #expect(EntityTag.List(text) == nil)
    }

    @Test(arguments: [63, 64, 65]) func limitsLists(count: Int) {
        #expect(
            (EntityTag.List(Array(repeating: "\"a\"", count: count).joined(separator: ",")) != nil) == (count <= 64))
    }
}

struct PreconditionsTests {
    static let old = "Sun, 06 Nov 1994 08:49:36 GMT"
    static let same = "Sun, 06 Nov 1994 08:49:37 GMT"
    static let new = "Sun, 06 Nov 1994 08:49:38 GMT"

    struct Case: Sendable {
        var match: String?, none: String?, since: String?, until: String?
        var isRead = true
        var exists = true
        var tag: EntityTag? = EntityTag("a")
        var expected: Preconditions.Outcome
    }

    @Test(arguments: [
        Case(expected: .proceed),
        Case(match: "\"a\"", expected: .proceed), Case(match: "\"b\", \"a\"", expected: .proceed),
        Case(match: "\"b\"", expected: .failed), Case(match: "*", expected: .proceed),
        Case(match: "*", exists: false, expected: .failed), Case(match: "\"a\"", exists: false, expected: .failed),
        Case(match: "W/\"a\"", expected: .failed),
        Case(match: "\"a\"", tag: EntityTag("a", isWeak: true), expected: .failed),
        Case(match: "junk", expected: .failed), Case(match: "\"a\"", tag: nil, expected: .failed),
        Case(none: "\"a\"", expected: .notModified), Case(none: "W/\"a\"", expected: .notModified),
        Case(none: "\"a\"", tag: EntityTag("a", isWeak: true), expected: .notModified),
        Case(none: "\"b\"", expected: .proceed), Case(none: "*", expected: .notModified),
        Case(none: "*", exists: false, expected: .proceed), Case(none: "junk", expected: .proceed),
        Case(none: "\"a\"", isRead: false, expected: .failed), Case(none: "*", isRead: false, expected: .failed),
        Case(none: "*", isRead: false, exists: false, expected: .proceed),
        Case(since: same, expected: .notModified), Case(since: new, expected: .notModified),
        Case(since: old, expected: .proceed), Case(since: "junk", expected: .proceed),
        Case(since: same, isRead: false, expected: .proceed),
        Case(until: same, expected: .proceed), Case(until: new, expected: .proceed),
        Case(until: old, expected: .failed), Case(until: old, isRead: false, expected: .failed),
        Case(until: "junk", expected: .proceed),
        // If-None-Match beats If-Modified-Since, If-Match beats If-Unmodified-Since, the first of all that fails wins.
        Case(none: "\"b\"", since: same, expected: .proceed), Case(none: "\"a\"", since: old, expected: .notModified),
        Case(match: "\"a\"", until: old, expected: .proceed),
        Case(match: "\"a\"", none: "\"a\"", expected: .notModified),
        Case(match: "\"b\"", none: "\"a\"", expected: .failed), Case(since: same, until: old, expected: .failed),
    ])
    func followsTheOrderOfTheRFC(test: Case) {
        let conditions = Preconditions(
            ifMatch: test.match, ifNoneMatch: test.none, ifModifiedSince: test.since, ifUnmodifiedSince: test.until)
        // Fractions of a second are not in the header.
        let modified = Timestamp(milliseconds: 784_111_777_900)
        #expect(
            conditions.evaluate(exists: test.exists, tag: test.tag, modified: modified, isRead: test.isRead)
                == test.expected)
    }
}

struct RangeRequestTests {
    @Test(
        arguments: [
            ("bytes=0-0", .part(offset: 0, length: 1)), ("bytes=0-", .part(offset: 0, length: 100)),
            ("bytes=99-", .part(offset: 99, length: 1)), ("bytes=10-19", .part(offset: 10, length: 10)),
            ("bytes=0-99", .part(offset: 0, length: 100)), ("bytes=0-100", .part(offset: 0, length: 100)),
            ("bytes=-1", .part(offset: 99, length: 1)), ("bytes=-100", .part(offset: 0, length: 100)),
            ("bytes=-101", .part(offset: 0, length: 100)),
            ("bytes=50-9223372036854775807", .part(offset: 50, length: 50)),
            ("bytes=50-99999999999999999999999", .part(offset: 50, length: 50)),
            ("bytes=-99999999999999999999999", .part(offset: 0, length: 100)),
            ("Bytes=1-2", .part(offset: 1, length: 2)), ("bytes= 1-2 ", .part(offset: 1, length: 2)),
            ("bytes=100-", .unsatisfiable), ("bytes=100-200", .unsatisfiable), ("bytes=-0", .unsatisfiable),
            ("bytes=9223372036854775807-", .unsatisfiable),
            ("bytes=99999999999999999999999-", .unsatisfiable),
            ("", .whole), ("bytes", .whole), ("bytes=", .whole), ("bytes=-", .whole), ("bytes=--1", .whole),
            ("bytes=a-b", .whole), ("bytes=1", .whole), ("bytes=2-1", .whole), ("bytes=1-x", .whole),
            ("bytes=1 -2", .whole), ("bytes=1-2,5-6", .whole), ("bytes=0-0,", .whole), ("lines=1-2", .whole),
            ("bytes:1-2", .whole), ("bytes=+1-2", .whole), ("bytes=1--2", .whole),
            ("bytes=0x1-2", .whole),
        ] as [(String, RangeRequest)])
    func choosesTheAnswer(header: String, expected: RangeRequest) {
        #expect(RangeRequest.evaluate(range: header, size: 100) == expected)
    }

    @Test(arguments: ["bytes=0-", "bytes=-1", "bytes=0-0"]) func nothingOfAnEmptyFileCanBeSent(header: String) {
        #expect(RangeRequest.evaluate(range: header, size: 0) == .unsatisfiable)
    }

    @Test func agreesWithArithmeticOnEverySmallCase() {
        for size in 0..<6 {
            for first in 0..<8 {
                for last in first..<8 {
                    let all = Array(0..<size).filter { $0 >= first && $0 <= last }
                    let expected: RangeRequest =
                        all.isEmpty ? .unsatisfiable : .part(offset: Int64(first), length: Int64(all.count))
                    #expect(RangeRequest.evaluate(range: "bytes=\(first)-\(last)", size: Int64(size)) == expected)
                }
            }
        }
    }

    @Test(arguments: [
        ("\"a\"", true), ("W/\"a\"", false), ("\"b\"", false), ("Sun, 06 Nov 1994 08:49:37 GMT", true),
        ("Sun, 06 Nov 1994 08:49:38 GMT", false), ("Sun, 06 Nov 1994 08:49:36 GMT", false), ("junk", false),
        ("\"a\", \"b\"", false),
    ])
    func sendsThePartOnlyOfTheSameVersion(condition: String, isCurrent: Bool) {
        let answer = RangeRequest.evaluate(
            range: "bytes=0-0", ifRange: condition, size: 9, tag: EntityTag("a"),
            modified: Timestamp(seconds: 784_111_777))
        #expect(answer == (isCurrent ? .part(offset: 0, length: 1) : .whole))
    }

    @Test func neverTrustsAWeakTag() {
        #expect(
            RangeRequest.evaluate(range: "bytes=0-0", ifRange: "W/\"a\"", size: 9, tag: EntityTag("a", isWeak: true))
                == .whole)
        #expect(RangeRequest.evaluate(range: "bytes=0-0", ifRange: "\"a\"", size: 9) == .whole)
        #expect(RangeRequest.evaluate(range: nil, ifRange: "\"a\"", size: 9, tag: EntityTag("a")) == .whole)
    }

    @Test func writesContentRange() {
        #expect(RangeRequest.part(offset: 10, length: 5).contentRange(size: 20) == "bytes 10-14/20")
        #expect(RangeRequest.unsatisfiable.contentRange(size: 20) == "bytes */20")
        #expect(RangeRequest.whole.contentRange(size: 20) == nil)
    }
}
