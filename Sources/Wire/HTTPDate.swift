public import Basics

/// Dates in header fields: whole seconds, always UTC. Source: RFC 9110, section 5.6.7.
public enum HTTPDate {
    private static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let shortDays = days.map { String($0.prefix(3)) }
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// IMF-fixdate, the only form to send: `Sun, 06 Nov 1994 08:49:37 GMT`. Years are held inside 0...9999.
    public static func format(_ time: Timestamp) -> String {
        let earliest = Timestamp(year: 0, month: 1, day: 1)
        let latest = Timestamp(year: 9_999, month: 12, day: 31, hour: 23, minute: 59, second: 59)
        let civil = min(max(time, earliest), latest).civil
        let day = "\(shortDays[civil.weekday]), \(two(civil.day)) \(months[civil.month - 1])"
        let year = two(civil.year / 100) + two(civil.year % 100)
        return "\(day) \(year) \(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) GMT"
    }

    /// Reads IMF-fixdate, RFC 850 and asctime dates; nil for anything else.
    ///
    /// The weekday must be a name of one, but not the right one. A leap second is the next minute.
    /// - Parameter currentYear: two-digit years (RFC 850 only) lie at most 50 years after it.
    public static func parse(_ text: String, currentYear: Int = 2026) -> Timestamp? {
        let bytes = text.utf8.span
        guard bytes.count >= 24, bytes.count <= 33 else { return nil }
        guard let comma = bytes.firstIndex(of: ASCII.comma, within: bytes.wholeRange) else { return asctime(bytes) }
        // Behind the weekday: ` 06 Nov 1994 08:49:37 GMT` or ` 06-Nov-94 08:49:37 GMT`.
        let at = comma + 1
        let isFixed = bytes.count == at + 25
        let separator = isFixed ? ASCII.space : ASCII.dash
        let timeAt = at + (isFixed ? 13 : 11)
        guard isFixed || bytes.count == at + 23,
            names(isFixed ? shortDays : days, contain: bytes, 0..<comma),
            bytes[at] == ASCII.space, bytes[at + 3] == separator, bytes[at + 7] == separator,
            bytes[timeAt - 1] == ASCII.space, bytes.matches(" GMT", at: timeAt + 8..<bytes.count),
            let day = number(bytes, at + 1..<at + 3), let month = month(bytes, at + 4..<at + 7),
            let written = number(bytes, at + 8..<timeAt - 1)
        else { return nil }
        let year = isFixed ? written : fullYear(written, currentYear)
        return time(bytes, timeAt, year, month, day)
    }

    /// `Sun Nov  6 08:49:37 1994`
    private static func asctime(_ bytes: Span<UInt8>) -> Timestamp? {
        guard bytes.count == 24, names(shortDays, contain: bytes, 0..<3), bytes[3] == ASCII.space,
            bytes[7] == ASCII.space, bytes[10] == ASCII.space, bytes[19] == ASCII.space,
            let month = month(bytes, 4..<7), let year = number(bytes, 20..<24),
            let day = number(bytes, (bytes[8] == ASCII.space ? 9 : 8)..<10)
        else { return nil }
        return time(bytes, 11, year, month, day)
    }

    private static func time(_ bytes: Span<UInt8>, _ at: Int, _ year: Int, _ month: Int, _ day: Int) -> Timestamp? {
        guard bytes[at + 2] == ASCII.colon, bytes[at + 5] == ASCII.colon, let hour = number(bytes, at..<at + 2),
            let minute = number(bytes, at + 3..<at + 5), let second = number(bytes, at + 6..<at + 8),
            hour < 24, minute < 60, second <= 60, day >= 1, day <= length(of: month, year)
        else { return nil }
        return Timestamp(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    }

    private static func fullYear(_ twoDigits: Int, _ current: Int) -> Int {
        let year = current / 100 * 100 + twoDigits
        return year > current + 50 ? year - 100 : year
    }

    private static func length(of month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return switch month {
        case 2: isLeap ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        bytes.decimal(range, saturatingAt: 9_999).map { Int($0) }
    }

    private static func month(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        for (index, name) in months.enumerated() where bytes.matches(name, at: range) { return index + 1 }
        return nil
    }

    private static func names(_ names: [String], contain bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for name in names where bytes.matches(name, at: range) { return true }
        return false
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
