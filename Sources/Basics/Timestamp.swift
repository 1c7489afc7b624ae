internal import Glibc

/// A moment of wall-clock time in milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored.
public struct Timestamp: Sendable, Hashable, Comparable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }
    public init(seconds: Int64) { self.milliseconds = seconds * 1_000 }

    public var seconds: Int64 { milliseconds >= 0 ? milliseconds / 1_000 : (milliseconds - 999) / 1_000 }

    /// The system's wall clock; services take a `WallClock` instead, so that tests can choose.
    public static func now() -> Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }

    public func advanced(byMilliseconds count: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds + count) }
    public func advanced(bySeconds count: Int64) -> Timestamp { advanced(byMilliseconds: count * 1_000) }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

/// Reads the wall clock.
public typealias WallClock = @Sendable () -> Timestamp

extension Timestamp {
    /// The UTC calendar fields; `weekday` 0 is Sunday.
    public struct Civil: Sendable, Hashable {
        public let year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, weekday: Int
    }

    public var civil: Civil {
        let total = seconds
        let days = total >= 0 ? total / 86_400 : (total - 86_399) / 86_400
        let rest = Int(total - days * 86_400)
        // Proleptic Gregorian calendar in 400-year eras that begin on 1 March.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        let weekday = Int((days % 7 + 11) % 7)
        return Civil(
            year: year, month: month, day: day, hour: rest / 3_600, minute: rest / 60 % 60, second: rest % 60,
            weekday: weekday)
    }

    /// Midnight UTC of a calendar day plus a time of day; fields are not range-checked.
    public init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        self.init(seconds: days * 86_400 + Int64(hour * 3_600 + minute * 60 + second))
    }

    /// RFC 3339 in UTC with milliseconds: `2026-11-21T03:42:53.120Z`.
    public var rfc3339: String {
        var out: [UInt8] = []
        out.reserveCapacity(24)
        append(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends the text of `rfc3339`.
    public func append(to out: inout [UInt8]) {
        let civil = civil
        out.append(decimal: civil.year, width: 4)
        out.append(UInt8(ascii: "-"))
        out.append(decimal: civil.month, width: 2)
        out.append(UInt8(ascii: "-"))
        out.append(decimal: civil.day, width: 2)
        out.append(UInt8(ascii: "T"))
        out.append(decimal: civil.hour, width: 2)
        out.append(UInt8(ascii: ":"))
        out.append(decimal: civil.minute, width: 2)
        out.append(UInt8(ascii: ":"))
        out.append(decimal: civil.second, width: 2)
        out.append(UInt8(ascii: "."))
        out.append(decimal: Int(milliseconds - seconds * 1_000), width: 3)
        out.append(UInt8(ascii: "Z"))
    }
}

extension Timestamp {
    /// Reads RFC 3339 and what Python's `isoformat` writes: `2026-11-21T03:42:53.120Z`, `…+01:00`, and without a zone, which
    /// is taken for UTC. A fraction beyond milliseconds is cut off; nil for anything else.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 19, bytes[4] == 0x2D, bytes[7] == 0x2D, [0x54, 0x74, 0x20].contains(bytes[10]),
            bytes[13] == 0x3A, bytes[16] == 0x3A
        else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month),
            (1...31).contains(day),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let whole = Timestamp(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        // The 31st of a month of 30 days would be the first of the next.
        guard whole.civil.day == day else { return nil }
        var place = 19
        var milliseconds = 0
        if place < bytes.count, bytes[place] == 0x2E {
            let digits = bytes[(place + 1)...].prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty else { return nil }
            for index in 0..<3 {
                milliseconds = milliseconds * 10 + (index < digits.count ? Int(digits[place + 1 + index] - 0x30) : 0)
            }
            place += 1 + digits.count
        }
        var offset = 0
        switch bytes.count - place {
        case 0: break
        case 1 where bytes[place] | 0x20 == 0x7A: break
        case 6 where [0x2B, 0x2D].contains(bytes[place]) && bytes[place + 3] == 0x3A:
            guard let hours = number(place + 1..<place + 3), let minutes = number(place + 4..<place + 6), hours < 24,
                minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (bytes[place] == 0x2D ? -60 : 60)
        default: return nil
        }
        self = whole.advanced(bySeconds: Int64(-offset)).advanced(byMilliseconds: Int64(milliseconds))
    }
}
