import Basics
import TestSupport
import Testing

struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z", 4), (-1, "1969-12-31T23:59:59.999Z", 3),
        (-1_000, "1969-12-31T23:59:59.000Z", 3),
        (-1_001, "1969-12-31T23:59:58.999Z", 3), (951_782_400_000, "2000-02-29T00:00:00.000Z", 2),
        (951_868_800_000, "2000-03-01T00:00:00.000Z", 3), (1_000_000_000_000, "2001-09-09T01:46:40.000Z", 0),
        (1_234_567_890_123, "2009-02-13T23:31:30.123Z", 5), (2_147_483_648_000, "2038-01-19T03:14:08.000Z", 2),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z", 1), (-2_208_988_800_000, "1900-01-01T00:00:00.000Z", 1),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z", 5), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z", 1),
    ])
    func knownDates(milliseconds: Int64, text: String, weekday: Int) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
        #expect(Timestamp(milliseconds: milliseconds).civil.weekday == weekday)
    }

    @Test(arguments: 0..<200) func civilFieldsReadBack(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let seconds = Int64.random(in: -62_135_596_800...253_402_300_799, using: &generator)
        let civil = Timestamp(seconds: seconds).civil
        let back = Timestamp(
            year: civil.year, month: civil.month, day: civil.day, hour: civil.hour, minute: civil.minute,
            second: civil.second)
        #expect(back == Timestamp(seconds: seconds))
        #expect((1...12).contains(civil.month))
        #expect((1...31).contains(civil.day))
    }

    @Test func everyDayFollowsTheOneBefore() {
        var day = Timestamp(year: 1896, month: 1, day: 1)
        var before = day.civil
        while before.year < 2104 {
            day = day.advanced(bySeconds: 86_400)
            let civil = day.civil
            let isLeap =
                before.year.isMultiple(of: 4) && (!before.year.isMultiple(of: 100) || before.year.isMultiple(of: 400))
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            let endsMonth = before.day == lengths[before.month - 1]
            #expect(civil.day == (endsMonth ? 1 : before.day + 1))
            #expect(civil.month == (endsMonth ? before.month % 12 + 1 : before.month))
            #expect(civil.weekday == (before.weekday + 1) % 7)
            before = civil
        }
    }

    @Test func ordersAndAdvances() {
        #expect(Timestamp(milliseconds: 1) < Timestamp(milliseconds: 2))
        #expect(Timestamp(seconds: 1).advanced(byMilliseconds: -1).milliseconds == 999)
        #expect(Timestamp.now() > Timestamp(year: 2024, month: 1, day: 1))
    }
}

struct UUIDTests {
    @Test(arguments: [
        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "01890a5d-ac96-774b-bcce-b302099a8057",
    ])
    func readsTheCanonicalForm(text: String) {
        #expect(UUID(text)?.description == text)
        let bytes = Array(text.utf8)
        #expect(UUID(bytes.span)?.description == text)
    }

    @Test(arguments: [
        "", "f81d4fae7dec11d0a76500a0c91e6bf6", "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6",
        "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}", "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bfg",
        "f81d4fae-7dec-11d0-a76500-a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6 ", "éééééééééééééééééé",
    ])
    func refusesAnyOther(text: String) { #expect(UUID(text) == nil) }

    @Test func marksVersionFour() {
        let text = UUID(random: [UInt8](repeating: 0xFF, count: 16)).description
        #expect(text == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        #expect(UUID(random: [UInt8](repeating: 0, count: 16)).description == "00000000-0000-4000-8000-000000000000")
        #expect(UUID() != UUID())
        #expect(UUID(UUID().description) != nil)
    }

    @Test func ordersAsTextDoes() {
        var generator = SeededGenerator(seed: 1)
        let ids = (0..<50).map { _ in UUID(random: generator.bytes(16)) }
        #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted())
    }
}

struct TimestampParsingTests {
    @Test(
        "RFC 3339 and Python's isoformat are read",
        arguments: [
            ("2026-11-21T03:42:53.120Z", 120, 0), ("2026-11-21T03:42:53.120987Z", 120, 0),
            ("2026-11-21T03:42:53Z", 0, 0), ("2026-11-21 03:42:53", 0, 0), ("2026-11-21t03:42:53z", 0, 0),
            ("2026-11-21T03:42:53+01:00", 0, -3_600), ("2026-11-21T03:42:53.5-02:30", 500, 9_000),
        ] as [(String, Int64, Int64)])
    func read(text: String, milliseconds: Int64, offset: Int64) throws {
        let base = Timestamp(year: 2026, month: 11, day: 21, hour: 3, minute: 42, second: 53)
        let wanted = base.advanced(bySeconds: offset).advanced(byMilliseconds: milliseconds)
        #expect(Timestamp(rfc3339: text) == wanted)
        #expect(Timestamp(rfc3339: wanted.rfc3339) == wanted)
    }

    @Test(
        "What is no time is none",
        arguments: [
            "", "2026-11-21", "2026-13-21T03:42:53Z", "2026-02-30T03:42:53Z", "2026-11-21T24:42:53Z",
            "2026-11-21T03:60:53Z", "2026-11-21T03:42:60Z", "2026-11-21T03:42:53.Z", "2026-11-21T03:42:53+1:00",
            "2026-11-21T03:42:53 Z", "2026-11-21X03:42:53Z", "٢026-11-21T03:42:53Z",
        ])
    func refused(text: String) { #expect(Timestamp(rfc3339: text) == nil) }
}
