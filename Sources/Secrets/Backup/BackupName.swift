public import Basics

/// Why a backup was made, as it stands in its name: 1 to 24 lower-case letters and `-`.
public struct BackupReason: Sendable, Hashable {
    public let text: String

    /// Not of what was there before a change, but of what the last one left.
    public static let latest = BackupReason(unchecked: "latest")

    private init(unchecked text: String) { self.text = text }

    /// Nil for any other text; nothing secret can be spelled in it.
    public init?(_ text: String) {
        guard (1...24).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x2D })
        else { return nil }
        self.text = text
    }
}

/// The name of a sealed backup: `20261121T161231.123Z-REASON.tar.age`, the time in UTC.
public struct BackupName: Sendable, Hashable, Comparable {
    static let ending = ".tar.age"

    public let time: Timestamp
    public let reason: BackupReason

    public init(time: Timestamp, reason: BackupReason) { (self.time, self.reason) = (time, reason) }

    /// Nil for any other name: each backup has one spelling.
    public init?(parsing text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count > 20 + Self.ending.utf8.count, text.hasSuffix(Self.ending), bytes[20] == 0x2D,
            let reason = BackupReason(String(text.dropFirst(21).dropLast(Self.ending.count)))
        else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var number = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                number = number * 10 + Int(byte - 0x30)
            }
            return number
        }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8), let hour = number(9..<11),
            let minute = number(11..<13), let second = number(13..<15), let millisecond = number(16..<19),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let whole = Timestamp(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        self.init(time: whole.advanced(byMilliseconds: Int64(millisecond)), reason: reason)
        // Fields out of range and wrong letters between them show here.
        guard self.text == text else { return nil }
    }

    public var text: String {
        let time = time.rfc3339.filter { $0 != "-" && $0 != ":" }
        return "\(time)-\(reason.text)\(Self.ending)"
    }

    /// By time.
    public static func < (left: BackupName, right: BackupName) -> Bool {
        left.time != right.time ? left.time < right.time : left.reason.text < right.reason.text
    }
}
