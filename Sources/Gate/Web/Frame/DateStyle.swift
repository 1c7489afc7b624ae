internal import Basics

/// How the reader writes dates. Times are in UTC and say so: without scripts a page does not know the reader's zone.
enum DateStyle: Sendable, Hashable, CaseIterable {
    /// 14 March 2026, 15:04 UTC
    case british
    /// March 14, 2026, 3:04 PM UTC
    case american
    /// 14 mars 2026 à 15:04 UTC
    case french

    /// American for a reader of English whose first English in Accept-Language is `en-US`.
    init(_ language: Language, acceptLanguage: String?) {
        switch language {
        case .french: self = .french
        case .english:
            let english = acceptLanguage?.lowercased().split(separator: ",").lazy
                .map { $0.trimmingPrefix(while: { $0 == " " }) }.first { $0.hasPrefix("en") }
            self = english?.hasPrefix("en-us") == true ? .american : .british
        }
    }

    func date(_ time: Timestamp) -> String {
        let day = time.civil
        let month = (self == .french ? Self.frenchMonths : Self.englishMonths)[day.month - 1]
        return switch self {
        case .british: "\(day.day) \(month) \(day.year)"
        case .american: "\(month) \(day.day), \(day.year)"
        case .french: "\(day.day == 1 ? "1er" : String(day.day)) \(month) \(day.year)"
        }
    }

    func dateAndTime(_ time: Timestamp) -> String {
        let day = time.civil
        let minute = day.minute < 10 ? "0\(day.minute)" : String(day.minute)
        let clock = "\(day.hour < 10 ? "0" : "")\(day.hour):\(minute)"
        return switch self {
        case .british: "\(date(time)), \(clock) UTC"
        case .american: "\(date(time)), \((day.hour + 11) % 12 + 1):\(minute) \(day.hour < 12 ? "AM" : "PM") UTC"
        case .french: "\(date(time)) à \(clock) UTC"
        }
    }

    private static let englishMonths = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let frenchMonths = [
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ]
}

extension PageContext {
    /// The day; the whole moment for the pointer and for programs.
    func day(_ time: Timestamp) -> HTML {
        Tag.time(.dateTime(time), .title(dates.dateAndTime(time))) { dates.date(time) }
    }

    func moment(_ time: Timestamp) -> HTML { Tag.time(.dateTime(time)) { dates.dateAndTime(time) } }

    /// "5 minutes ago", "in 3 days"; the day when it is more than 30 days away.
    func distance(_ time: Timestamp) -> HTML {
        let seconds = now.seconds - time.seconds
        let size = abs(seconds)
        let (message, count): (Message, Int64)
        switch size {
        case ..<60: (message, count) = (TimeWords.now, 0)
        case ..<3_600: (message, count) = (seconds > 0 ? TimeWords.minutesAgo : TimeWords.inMinutes, size / 60)
        case ..<86_400: (message, count) = (seconds > 0 ? TimeWords.hoursAgo : TimeWords.inHours, size / 3_600)
        case ..<2_678_400: (message, count) = (seconds > 0 ? TimeWords.daysAgo : TimeWords.inDays, size / 86_400)
        default: return day(time)
        }
        return Tag.time(.dateTime(time), .title(dates.dateAndTime(time))) { self(message, count: Int(count)) }
    }
}
