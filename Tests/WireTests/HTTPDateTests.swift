import Basics
import TestSupport
import Testing
import Wire

struct HTTPDateTests {
    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Mon, 06 Nov 1994 08:49:37 GMT",
    ])
    func readsAllThreeForms(text: String) {
        #expect(HTTPDate.parse(text) == Timestamp(seconds: 784_111_777))
    }

    @Test(arguments: [
        "", "0", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ",
        " Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT",
        "Sun, 29 Feb 2023 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
        "Xxx, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 08-49-37 GMT",
        "Sun, 06-Nov-1994 08:49:37 GMT", "Sunday, 06 Nov 94 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994", "Sun Nov 06 08:49:37 94", "Sun, +6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov +994 08:49:37 GMT", "é Nov  6 08:49:37 1994 xxxx",
    ])
    func refusesOtherText(text: String) { #expect(HTTPDate.parse(text) == nil) }

    @Test(arguments: [(26, 2_026), (76, 2_076), (77, 1_977), (99, 1_999), (0, 2_000)])
    func twoDigitYearsLieAtMostFiftyYearsAhead(year: Int, expected: Int) {
        let text = "Sunday, 06-Nov-\(year < 10 ? "0" : "")\(year) 08:49:37 GMT"
        #expect(HTTPDate.parse(text, currentYear: 2_026)?.civil.year == expected)
    }

    @Test func leapDaysAndSeconds() {
        #expect(HTTPDate.parse("Tue, 29 Feb 2000 00:00:00 GMT") == Timestamp(seconds: 951_782_400))
        #expect(HTTPDate.parse("Sat, 31 Dec 2016 23:59:60 GMT") == Timestamp(seconds: 1_483_228_800))
    }

    @Test func roundTripsRandomTimes() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<1_000 {
            let time = Timestamp(seconds: Int64.random(in: -62_167_219_200...253_402_300_799, using: &generator))
            #expect(HTTPDate.parse(HTTPDate.format(time)) == time)
        }
    }

    @Test func holdsYearsInFourDigits() {
        #expect(HTTPDate.format(Timestamp(seconds: 9_000_000_000_000)) == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(HTTPDate.format(Timestamp(seconds: -9_000_000_000_000)) == "Sat, 01 Jan 0000 00:00:00 GMT")
        #expect(HTTPDate.format(Timestamp(milliseconds: 1_999)) == "Thu, 01 Jan 1970 00:00:01 GMT")
    }
}
