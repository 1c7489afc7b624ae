/// When a check is made by itself, in the local time of the machine.
public enum CheckSchedule: Sendable, Hashable {
    case hourly, daily, weekly
    /// Each day.
    case at(hour: Int, minute: Int)

    /// `hourly`, `daily`, `weekly` or `03:30`; nil for anything else.
    public init?(_ text: String) {
        switch text {
        case "hourly": self = .hourly
        case "daily": self = .daily
        case "weekly": self = .weekly
        default:
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ $0.count <= 2 && $0.allSatisfy { ("0"..."9").contains($0) } }),
                let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
            else { return nil }
            self = .at(hour: hour, minute: minute)
        }
    }

    /// As `OnCalendar=` of systemd has it (systemd.time(7)).
    public var calendar: String {
        switch self {
        case .hourly: "hourly"
        case .daily: "daily"
        case .weekly: "weekly"
        case .at(let hour, let minute): "*-*-* \(Self.twoDigits(hour)):\(Self.twoDigits(minute)):00"
        }
    }

    /// The first fields of a line of crontab(5).
    public var cron: String {
        switch self {
        case .hourly: "@hourly"
        case .daily: "@daily"
        case .weekly: "@weekly"
        case .at(let hour, let minute): "\(minute) \(hour) * * *"
        }
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
