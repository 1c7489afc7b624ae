import Basics
import Testing

struct ByteCountTests {
    @Test(
        "A size is digits and an optional unit in any case",
        arguments: [
            ("0", 0), ("512", 512), ("512B", 512), ("16KB", 16_384), ("16 kb", 16_384), ("1k", 1_024), ("2KiB", 2_048),
            ("32MB", 33_554_432), ("1g", 1_073_741_824), ("8388607TB", 8_388_607 << 40),
        ] as [(String, Int)])
    func reads(text: String, bytes: Int) { #expect(ByteCount(text)?.bytes == bytes) }

    @Test(
        "Anything else is no size",
        arguments: [
            "", " ", "MB", "-1", "+1", "1.5MB", "1 ", "1  KB", "1KBps", "1KB ", "0x10", "8388608TB",
            "9223372036854775808", "1PB", "١",
        ])
    func refuses(text: String) { #expect(ByteCount(text) == nil) }

    @Test(
        "What is written reads back",
        arguments: [0, 1, 1_023, 1_024, 1_536, 1 << 20, (1 << 20) + 1, 100 << 30, Int.max])
    func roundTrips(bytes: Int) { #expect(ByteCount(ByteCount(bytes: bytes).description)?.bytes == bytes) }
}

struct DurationTests {
    @Test(
        "A duration is a number and a unit, or several in falling order",
        arguments: [
            ("0", .zero), ("90d", .seconds(7_776_000)), ("24h", .seconds(86_400)), ("15m", .seconds(900)),
            ("15min", .seconds(900)), ("500ms", .milliseconds(500)), ("20us", .microseconds(20)),
            ("1h30m", .seconds(5_400)),
            ("1 h", .seconds(3_600)), ("36525d", .seconds(36_525 * 86_400)),
        ] as [(String, Duration)])
    func reads(text: String, duration: Duration) { #expect(Duration(parsing: text) == duration) }

    @Test(
        "Anything else is no duration",
        arguments: [
            "", "5", "h", "-1s", "1.5h", "1m1h", "1s1s", "1m1min", "1s ", "1S", "36525d1us", "36526d",
            "99999999999999999999d",
        ])
    func refuses(text: String) { #expect(Duration(parsing: text) == nil) }

    @Test("What is written reads back")
    func roundTrips() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let duration = Duration.microseconds(Int64.random(in: 0..<100_000_000_000, using: &generator))
            #expect(Duration(parsing: duration.spelled) == duration)
        }
        #expect(Duration.seconds(129_600).spelled == "1d12h")
    }
}

struct SuggestionTests {
    @Test(
        "The nearest word within an edit for each three bytes is suggested",
        arguments: [
            ("lsit", "list"), ("LIST", "list"), ("confg", "config"), ("bodi", "body"), ("xyz", nil), ("", nil),
            (String(repeating: "a", count: 129), nil),
        ] as [(String, String?)])
    func suggests(typed: String, expected: String?) {
        #expect(closest(to: typed, among: ["list", "config", "body", "limits"]) == expected)
    }
}

struct SecretReadingTests {
    @Test(
        "A byte order mark and one line end are not part of a secret",
        arguments: [
            ("a", "a"), ("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a ", " a "), ("\u{FEFF}a\r\n", "a"),
            ("a\r", "a\r"),
        ])
    func trims(content: String, secret: String) throws {
        #expect(try Secret(reading: Array(content.utf8)).reveal() == secret)
    }

    @Test("Nothing, NUL and broken UTF-8 are no secrets")
    func refuses() {
        #expect(throws: SecretError.empty) { try Secret(reading: []) }
        #expect(throws: SecretError.empty) { try Secret(reading: [0xEF, 0xBB, 0xBF, 0x0D, 0x0A]) }
        #expect(throws: SecretError.notText) { try Secret(reading: [0x61, 0]) }
        #expect(throws: SecretError.notText) { try Secret(reading: [0xFF]) }
    }

    @Test("A secret may be exactly as long as the limit", arguments: [7, 8, 9])
    func limit(count: Int) {
        let secret = try? Secret(reading: [UInt8](repeating: 0x61, count: count), limit: 8)
        #expect((secret != nil) == (count <= 8))
    }
}

struct MessageTests {
    @Test("The first set locale variable chooses the language")
    func choosesLanguage() {
        #expect(Language(environment: [:]) == .english)
        #expect(Language(environment: ["LANG": "fr_FR.UTF-8"]) == .french)
        #expect(Language(environment: ["LANG": "fr_FR.UTF-8", "LC_ALL": "C"]) == .english)
        #expect(Language(environment: ["LANG": "C", "LC_ALL": "", "LC_MESSAGES": "fr"]) == .french)
        #expect(Language(environment: ["LANG": "de_DE.UTF-8"]) == .english)
        #expect(Language(environment: ["LANG": "fro"]) == .english)
    }

    @Test(
        "English has a singular for 1, French for 0 and 1",
        arguments: [(0, "0 jobs", "0 tâche"), (1, "1 job", "1 tâche"), (2, "2 jobs", "2 tâches")])
    func plural(count: Int, english: String, french: String) {
        let message = Message(
            "jobs", en: (one: "{count} job", other: "{count} jobs"), fr: (one: "{count} tâche", other: "{count} tâches")
        )
        #expect(message(count: count).text(in: .english) == english)
        #expect(message(count: count).text(in: .french) == french)
    }

    @Test("An argument is filled in once and never read again")
    func fillsOnce() {
        let message = Message("a", en: "{x}{y} and {unknown}", fr: "{x}{y}{unknown}")
        #expect(message(["x": "{y}", "y": "}{"]).text(in: .english) == "{y}}{ and {unknown}")
    }

    @Test("The catalogue check finds what is missing")
    func faults() {
        #expect(Message("a", en: "{x}", fr: "{y}").faults.count == 1)
        #expect(Message("a", en: "", fr: "").faults.count == 1)
        #expect(Message("A b", en: "x", fr: "x").faults.count == 1)
        #expect(
            Message("a", en: (one: "one {x}", other: "{count} {x}"), fr: (one: "une", other: "{count} {x}")).faults
                .count == 1)
        #expect(
            Message("a", en: (one: "one {x}", other: "{count} {x}"), fr: (one: "une {x}", other: "{count} {x}")).faults
                .isEmpty)
        let twins = [Message("a", en: "x", fr: "x"), Message("a", en: "y", fr: "y")]
        #expect(Message.faults(in: twins).count == 1)
    }
}
